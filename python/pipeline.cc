#include "python/pipeline.h"

#include <Python.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/match.h"

namespace kaspr::python {

namespace {

constexpr size_t kMostValues = 10'000'000;

bool IsGenerator(PyObject* object) {
  return PyGen_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

}  // namespace

// One event's way through the steps.
struct Pipeline::Call {
  Pipeline& pipeline;
  CurrentEvent& event;
  uint32_t& filtered;
  Staging& staging;
  const Activity*& activity;

  // Runs the event's thin value through the first steps, none of which waits, up to `next`. Null
  // without an exception: it was dropped.
  Ref RunThin(size_t& next) {
    const size_t begin = next;
    while (next < pipeline.thin_steps_) {
      const Step& step = pipeline.steps_[next++];
      activity = &step.block->activity();
      Ref result = step.block->CallNow(event.value(), event);
      if (!result) return event.driver().cut() ? Ref() : BeginAgain(begin, next);
      if (step.kind == Step::Kind::kMap) {
        if (result.get() != event.value()) return result;
        continue;
      }
      const int truth = PyObject_IsTrue(result.get());
      if (truth == 0) ++filtered;
      if (truth <= 0) return {};
    }
    return event.MakeWhole() ? Ref::Share(event.value()) : Ref();
  }

  // What raises, runs again on all of the value, so that whatever is said of it is said of that. It
  // left no traces but in the thin one, and what it looks at is the same: so it raises again.
  Ref BeginAgain(size_t begin, size_t& next) {
    PyErr_Clear();
    next = begin;
    return event.MakeWhole() ? Ref::Share(event.value()) : Ref();
  }

  // Applies a step. Null without an exception: the value was dropped.
  Task<Ref> Apply(const Step& step, const Ref& value) {
    if (step.kind == Step::Kind::kSend) return ApplySend(step, value);
    activity = &step.block->activity();
    Block::Calling calling = step.block->Call(value.get(), event);
    if (!calling.await_ready()) return AwaitStep(step, value, std::move(calling));
    return Task<Ref>::Done(AfterCall(step, value, calling.await_resume()));
  }

  Task<Ref> AwaitStep(const Step& step, const Ref& value, Block::Calling calling) {
    Ref result = co_await calling;
    co_return AfterCall(step, value, std::move(result));
  }

  // What goes on, of what the function of a map or filter gave.
  Ref AfterCall(const Step& step, const Ref& value, Ref result) {
    if (!result || step.kind == Step::Kind::kMap) return result;
    const int truth = PyObject_IsTrue(result.get());
    if (truth > 0) return Ref::Share(value.get());
    if (truth == 0) ++filtered;
    return {};
  }

  // What goes on behind a send: the value, the delivery report, both, or nothing.
  Task<Ref> ApplySend(const Step& step, const Ref& value) {
    Destination::Sent sent;
    const bool done =
        co_await step.destination->Send({value.get(), event, staging, activity, &sent});
    if (!done) co_return Ref();
    if (!step.pass_through) co_return std::move(sent.report);
    if (!sent.report) co_return Ref::Share(value.get());
    co_return Ref::Own(PyTuple_Pack(2, value.get(), sent.report.get()));
  }

  bool FansOut(const Step& step, const Ref& result) const {
    return step.kind == Step::Kind::kMap && IsGenerator(result.get());
  }

  // The next item of a generator, sync or async. Null without an exception: it has ended.
  Task<Ref> NextItem(PyObject* generator) {
    if (!PyGen_CheckExact(generator)) return NextAsyncItem(generator);
    Ref item = Ref::Own(PyIter_Next(generator));
    if (item && event.driver().FailIfLate()) item = {};
    return Task<Ref>::Done(std::move(item));
  }

  Task<Ref> NextAsyncItem(PyObject* generator) {
    Ref coming = Ref::Own(Py_TYPE(generator)->tp_as_async->am_anext(generator));
    if (!coming) co_return Ref();
    Ref item = co_await event.driver().Wait(std::move(coming));
    if (!item && PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) PyErr_Clear();
    if (item && event.driver().FailIfLate()) item = {};
    co_return item;
  }

  // Runs one item through the steps from `first` on; as long as it stays one value, without a list.
  Task<bool> One(Ref value, size_t first) {
    for (size_t i = first; i < pipeline.steps_.size(); ++i) {
      const Step& step = pipeline.steps_[i];
      Ref result = co_await Apply(step, value);
      if (!result) co_return PyErr_Occurred() == nullptr;
      if (FansOut(step, result)) {
        const bool done = co_await EachOf(result, i);
        co_return done;
      }
      value = std::move(result);
    }
    const bool sent = co_await Send(value);
    co_return sent;
  }

  // Runs what the step with this index yields through all the others and out: of the first step
  // item by item.
  Task<bool> EachOf(const Ref& generator, size_t index) {
    if (index > 0) {
      std::vector<Ref> values;
      bool done = co_await Drain(generator, values);
      if (done) done = co_await Many(index + 1, std::move(values));
      co_return done;
    }
    while (true) {
      activity = &pipeline.steps_.front().block->activity();  // what a generator raises is its own
      Ref item = co_await NextItem(generator.get());
      if (!item) co_return PyErr_Occurred() == nullptr;
      bool done = false;
      if (pipeline.steps_.size() == 1) {
        done = co_await Send(item);
      } else {
        done = co_await One(std::move(item), 1);
      }
      if (!done) co_return false;
    }
  }

  // Runs a value through the first steps, none of which sends or yields. Null without an exception:
  // it was dropped.
  Task<Ref> FirstSteps(Ref value, size_t count) {
    for (size_t i = 0; i < count && value; ++i) {
      Ref result = co_await Apply(pipeline.steps_[i], value);
      value = std::move(result);
    }
    co_return value;
  }

  // Runs several values through the steps from `first` on, each step on all of them before the
  // next.
  Task<bool> Many(size_t first, std::vector<Ref> values) {
    for (size_t i = first; i < pipeline.steps_.size(); ++i) {
      std::vector<Ref> results;
      for (const Ref& value : values) {
        Ref result = co_await Apply(pipeline.steps_[i], value);
        if (!result) {
          if (PyErr_Occurred() != nullptr) co_return false;
        } else if (!FansOut(pipeline.steps_[i], result)) {
          results.push_back(std::move(result));
        } else {
          const bool drained = co_await Drain(result, results);
          if (!drained) co_return false;
        }
      }
      values = std::move(results);
    }
    for (const Ref& value : values) {
      const bool sent = co_await Send(value);
      if (!sent) co_return false;
    }
    co_return true;
  }

  // The order of calls wants all values of a later step before the next step sees one, so they are
  // held, and must end.
  Task<bool> Drain(const Ref& generator, std::vector<Ref>& values) {
    while (true) {
      Ref item = co_await NextItem(generator.get());
      if (!item) co_return PyErr_Occurred() == nullptr;
      values.push_back(std::move(item));
      if (values.size() <= kMostValues) continue;
      PyErr_SetString(PyExc_MemoryError, "more than 10,000,000 values of one event");
      co_return false;
    }
  }

  Task<bool> Send(const Ref& value) {
    return pipeline.outputs_.Send(value.get(), event, staging, activity);
  }
};

Pipeline::Pipeline(Interpreter::State& state, const ir::Agent& agent,
                   std::span<const ir::Node> nodes, const ir::AppContext& app,
                   const InitScope& scope)
    : state_(state) {
  const auto block = [&](ir::FnId function, std::string operation) {
    return std::make_unique<Block>(state, agent, agent.function(function), scope,
                                   std::move(operation));
  };
  const auto add_call = [&](Step::Kind kind, ir::FnId function, const std::string& name) {
    steps_.push_back(
        {.kind = kind, .block = block(function, OperationOf(agent, name)), .destination = {}});
  };
  const auto add_send = [&](const ir::TopicSend& send, const std::string& name, Place place) {
    steps_.push_back(
        {.kind = Step::Kind::kSend,
         .block = {},
         .destination = std::make_unique<Destination>(state, agent, send.destination, place,
                                                      OperationOf(agent, name), app, scope),
         .pass_through = send.pass_through});
  };
  const auto add_step = [&](const ir::Stage::Step& step) {
    std::visit(
        Match{[&](const ir::Map& map) { add_call(Step::Kind::kMap, map.function, step.name); },
              [&](const ir::Filter& filter) {
                add_call(Step::Kind::kFilter, filter.function, step.name);
              },
              [&](const ir::TopicSend& send) { add_send(send, step.name, step.place); }},
        step.op);
  };
  for (const ir::Node& node : nodes) {
    std::visit(
        Match{
            [](const ir::Input&) {},
            [&](const ir::Map& map) { add_call(Step::Kind::kMap, map.function, node.name); },
            [&](const ir::Filter& filter) {
              add_call(Step::Kind::kFilter, filter.function, node.name);
            },
            [&](const ir::TopicSend& send) { add_send(send, node.name, node.place); },
            [&](const ir::GroupBy&) {
              outputs_.SetGroup(std::make_unique<GroupKey>(state, agent, node, app, scope));
            },
            [&](const ir::Stage& stage) {
              for (const ir::Stage::Step& step : stage.steps) add_step(step);
            },
            [&](const ir::Output& output) {
              outputs_.AddTopic(std::make_unique<Destination>(state, agent, output.destination,
                                                              node.place, "output", app, scope));
            },
            [&](const ir::ChannelOutput&) {
              outputs_.AddChannel(std::make_unique<ChannelSend>(state, agent, node, app, scope));
            },
            [&](const ir::PythonSink& sink) { outputs_.AddSink(block(sink.function, "output")); }},
        node.op);
  }
  FindThinSteps();
}

bool Pipeline::SeesContext() const {
  return outputs_.SeesContext() || std::ranges::any_of(steps_, [](const Step& step) {
           return step.block ? step.block->sees_context() : step.destination->SeesContext();
         });
}

// Filters, then maps that change the value, and one that makes something else of it. What a map
// takes over from a thin value is not what context['event'].value shows: somebody could tell.
void Pipeline::FindThinSteps() {
  const bool context = SeesContext();
  std::set<ir::FieldPath> paths;
  bool changed = false;  // the value so far, by a map
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const bool map = step.kind == Step::Kind::kMap;
    if (step.block == nullptr || step.block->sees_context() || (map && context)) return;
    std::optional<ThinUse> use = ThinUseOf(step.block->function());
    if (!use || (!map && (use->writes || use->returns))) return;
    paths.merge(use->paths);
    changed = changed || (map && use->returns);
    const bool ends = map && !use->returns;
    if (changed && !ends) continue;  // what is changed must not be needed whole
    wanted_.Add(paths);
    thin_steps_ = i + 1;
    if (ends) return;
  }
}

void Pipeline::ForEachBlock(const std::function<void(const Block&)>& visit) const {
  for (const Step& step : steps_) {
    if (step.block) visit(*step.block);
    if (step.destination) step.destination->ForEachBlock(visit);
  }
  outputs_.ForEachBlock(visit);
}

bool Pipeline::RunBlocks(const Block*& failed) {
  std::vector<Block*> blocks;  // selectors run when they are first called
  for (const Step& step : steps_) {
    if (step.block != nullptr) blocks.push_back(step.block.get());
  }
  if (outputs_.group() != nullptr) blocks.push_back(&outputs_.group()->block());
  for (Block* block : blocks) {
    failed = block;
    if (!block->function().per_call && !block->RunOnce()) return false;
  }
  return true;
}

Task<Ref> Pipeline::RunFirst(const Ref& value, size_t count, CurrentEvent& event,
                             uint32_t& filtered, Staging& staging, const Activity*& activity) {
  Call call{*this, event, filtered, staging, activity};
  Ref result = co_await call.FirstSteps(Ref::Share(value.get()), count);
  co_return result;
}

Task<bool> Pipeline::Run(const Ref& value, size_t first, CurrentEvent& event, uint32_t& filtered,
                         Staging& staging, const Activity*& activity) {
  Call call{*this, event, filtered, staging, activity};
  if (event.thin()) {
    Ref result = call.RunThin(first);
    if (!result) co_return PyErr_Occurred() == nullptr;
    bool done = false;
    if (first > 0 && call.FansOut(steps_[first - 1], result)) {
      done = co_await call.EachOf(result, first - 1);
    } else {
      done = co_await call.One(std::move(result), first);
    }
    co_return done;
  }
  const bool done = co_await call.One(Ref::Share(value.get()), first);
  co_return done;
}

}  // namespace kaspr::python
