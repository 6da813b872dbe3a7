#pragma once

// What the end of a pipeline does with a value: topics, then channels, then sinks, each in the
// order of the spec; of an agent that goes on behind a groupBy, the internal topic. On the lane's
// thread.

#include <memory>
#include <vector>

#include "python/destination.h"

namespace kaspr::python {

// Writes a value to the topic that the second part of its agent reads: JSON, by its key.
class GroupKey {
 public:
  GroupKey(Interpreter::State& state, const ir::Agent& agent, const ir::Node& node,
           const ir::AppContext& app, const InitScope& scope);
  Block& block() { return block_; }
  Task<bool> Send(PyObject* value, CurrentEvent& event, Staging& staging,
                  const Activity*& activity);

 private:
  bool EncodeKey(PyObject* key, Encoded& encoded);

  Interpreter::State& state_;
  Block block_;
  uint32_t index_;
  size_t max_record_bytes_;
  Activity encode_, send_;
};

// Gives a value to the agents that read a channel.
class ChannelSend {
 public:
  ChannelSend(Interpreter::State& state, const ir::Agent& agent, const ir::Node& node,
              const ir::AppContext& app, const InitScope& scope);
  bool SeesContext() const;
  Task<bool> Send(PyObject* value, CurrentEvent& event, Staging& staging,
                  const Activity*& activity);

 private:
  std::unique_ptr<Block> predicate_, value_;
  uint32_t index_;
  bool read_;
  Activity send_;
};

class Outputs {
 public:
  Outputs() = default;
  void AddTopic(std::unique_ptr<Destination> topic) { topics_.push_back(std::move(topic)); }
  void AddChannel(std::unique_ptr<ChannelSend> channel) { channels_.push_back(std::move(channel)); }
  void AddSink(std::unique_ptr<Block> sink) { sinks_.push_back(std::move(sink)); }
  void SetGroup(std::unique_ptr<GroupKey> group) { group_ = std::move(group); }
  GroupKey* group() const { return group_.get(); }
  // Can one of their functions look at `context`?
  bool SeesContext() const;
  // Those of topics.
  void ForEachBlock(const std::function<void(const Block&)>& visit) const;

  // Stages what becomes of `value`, which is borrowed. False: an exception is set, and `activity`
  // says what was being done.
  Task<bool> Send(PyObject* value, CurrentEvent& event, Staging& staging,
                  const Activity*& activity);

 private:
  Task<bool> SendOn(size_t topic, Task<bool> sending, Destination::Sending value);
  Task<bool> SendElsewhere(Destination::Sending value);

  std::unique_ptr<GroupKey> group_;
  std::vector<std::unique_ptr<Destination>> topics_;
  std::vector<std::unique_ptr<ChannelSend>> channels_;
  std::vector<std::unique_ptr<Block>> sinks_;
};

}  // namespace kaspr::python
