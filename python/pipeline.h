#pragma once

// The operations of a part of an agent on one value after the other (ir/ops.h: the first one is
// pulled lazily, later ones run breadth first per item). On the lane's thread.

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "python/block.h"
#include "python/outputs.h"
#include "python/wanted.h"

namespace kaspr::python {

class Pipeline {
 public:
  // `nodes` are the part: what stands between the agent's beginning or a groupBy and the next one,
  // which it includes.
  Pipeline(Interpreter::State& state, const ir::Agent& agent, std::span<const ir::Node> nodes,
           const ir::AppContext& app, const InitScope& scope);

  // Those of its steps, and of the topics that it sends to.
  void ForEachBlock(const std::function<void(const Block&)>& visit) const;

  // Runs the blocks that run once. On failure an exception is set and `failed` is the block.
  bool RunBlocks(const Block*& failed);

  // What the first steps look at of a value, if that is all that is needed to run them: they may be
  // given a thin one. Null: they need all of it.
  const Wanted* wanted() const { return thin_steps_ > 0 ? &wanted_ : nullptr; }

  // Runs `value`, the event's if that is thin, through the steps from `first` on and sends what
  // comes out; counts the values that filters drop in `filtered`. False: an exception is set, and
  // `activity` says what was being done.
  Task<bool> Run(const Ref& value, size_t first, CurrentEvent& event, uint32_t& filtered,
                 Staging& staging, const Activity*& activity);

  // Runs it through the first steps only, none of which sends or yields, and gives what they leave.
  // Null without an exception: it was dropped.
  Task<Ref> RunFirst(const Ref& value, size_t count, CurrentEvent& event, uint32_t& filtered,
                     Staging& staging, const Activity*& activity);

 private:
  struct Step {
    enum class Kind { kMap, kFilter, kSend };
    Kind kind = Kind::kMap;
    std::unique_ptr<Block> block;              // of a map or filter
    std::unique_ptr<Destination> destination;  // of a send
    bool pass_through = false;
  };
  struct Call;

  bool SeesContext() const;
  void FindThinSteps();

  Interpreter::State& state_;
  std::vector<Step> steps_;
  Outputs outputs_;
  // Filters that go by a few fields, and perhaps maps behind them, of which the last one makes
  // something else of these: with a thin value all that they drop, or it replaces, is spared the
  // rest.
  size_t thin_steps_ = 0;
  Wanted wanted_;
};

}  // namespace kaspr::python
