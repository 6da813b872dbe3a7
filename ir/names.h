#pragma once

// The names of one kind (nodes, functions) in an agent that is being parsed.
//
// While the agent is read, a mention is an id of its own, so that a name may be used above its
// definition:  a = Mention(%price), b = Mention(%in), Define(%in, node 0), ...
// At the end of the agent Resolve() says for each mention which definition it means.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "ir/lexer.h"

namespace kaspr::ir {

template <class Id>
class Names {
 public:
  explicit Names(std::string what) : what_(std::move(what)) {}

  void Define(const Token& token, Id id, Diagnostics& diagnostics) {
    const auto [known, fresh] = defined_.try_emplace(token.text, Definition{id, token.span});
    if (fresh) return;
    diagnostics
        .Error(Code::kGraphRepeated, "two " + what_ + "s are called '" + token.text + "'",
               token.span)
        .Label(known->second.span, "the first one is here");
  }

  Id Mention(Token token) {
    mentions_.push_back(std::move(token));
    return static_cast<Id>(mentions_.size() - 1);
  }

  // What each mention means.
  std::vector<Id> Resolve(Diagnostics& diagnostics) const {
    std::vector<Id> meaning;
    for (const Token& mention : mentions_) {
      const auto known = defined_.find(mention.text);
      if (known == defined_.end()) ReportUnknown(mention, diagnostics);
      meaning.push_back(known == defined_.end() ? Id{} : known->second.id);
    }
    return meaning;
  }

 private:
  struct Definition {
    Id id;
    Span span;
  };

  void ReportUnknown(const Token& mention, Diagnostics& diagnostics) const {
    std::vector<std::string_view> candidates;
    for (const auto& [name, definition] : defined_) candidates.push_back(name);
    const std::string nearest = Nearest(mention.text, candidates);
    diagnostics
        .Error(Code::kGraphReference, "the agent has no " + what_ + " '" + mention.text + "'",
               mention.span)
        .Text(nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  }

  std::string what_;  // "node"
  std::map<std::string, Definition> defined_;
  std::vector<Token> mentions_;
};

}  // namespace kaspr::ir
