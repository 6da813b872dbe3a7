#pragma once

// What the agents of an app share, as boxes of a picture: topics, channels, patterns, and topics of
// which only a run says the name. Each has an id of ours, "t0", in order of first mention.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

struct SharedBox {
  enum class Kind : uint8_t { kTopic, kChannel, kPattern, kChosen };
  std::string id;
  Kind kind = Kind::kTopic;
  std::string name;       // as the user wrote it; "" of kChosen
  std::string label;      // as shown: "priced", "chosen by routed.name"
  bool internal = false;  // the topic of a group-by: only its agent reads and writes it

  // Topics that one box stands for, because no name is known.
  bool several() const { return kind == Kind::kPattern || kind == Kind::kChosen; }
};

class SharedBoxes {
 public:
  // Keeps addresses of destinations: `graph` must outlive it, unchanged.
  explicit SharedBoxes(const Graph& graph);

  const std::vector<SharedBox>& boxes() const { return boxes_; }

  // Ids. REQUIRES: what is asked for is part of the graph.
  std::vector<std::string> SourcesOf(const Input& input) const;
  const std::string& Of(const Destination& destination) const;
  const std::string& OfTopic(const std::string& name) const;
  const std::string& OfChannel(const std::string& name) const;
  const std::string& Of(const Target& target) const;

 private:
  using Kind = SharedBox::Kind;

  void Add(SharedBox box);
  void AddSources(const Input& input);
  void AddTarget(const Agent& agent, const Target& target);

  const std::string& IdOf(Kind kind, const std::string& name) const;

  std::vector<SharedBox> boxes_;
  // To their places in boxes_.
  std::map<std::pair<Kind, std::string>, size_t> named_;
  std::map<const Destination*, size_t> chosen_;
};

}  // namespace kaspr::ir
