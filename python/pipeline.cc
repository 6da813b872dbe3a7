#include "python/pipeline.h"

#include <Python.h>

#include "base/check.h"
#include "base/match.h"

namespace kaspr::python {

namespace {

constexpr size_t kMostValues = 10'000'000;

// The next item of a generator, sync or async. Null without an exception: it has ended.
Ref NextItem(Interpreter::State& state, PyObject* generator) {
  if (PyGen_CheckExact(generator)) return Ref::Own(PyIter_Next(generator));
  Ref coming = Ref::Own(Py_TYPE(generator)->tp_as_async->am_anext(generator));
  Ref item = coming ? Await(state, coming.get()) : Ref();
  if (!item && PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) PyErr_Clear();
  return item;
}

bool IsGenerator(PyObject* object) {
  return PyGen_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

}  // namespace

// One event's way through the steps.
struct Pipeline::Call {
  Pipeline& pipeline;
  CurrentEvent& event;
  uint32_t& filtered;
  Outputs& outputs;
  Staging& staging;
  const Activity*& activity;

  // Applies a step. Null without an exception: the value was dropped.
  Ref Apply(const Step& step, const Ref& value) {
    if (step.kind == Step::Kind::kSend) return ApplySend(step, value);
    activity = &step.block->activity();
    Ref result = step.block->Call(value.get(), event);
    if (!result || step.kind == Step::Kind::kMap) return result;
    const int truth = PyObject_IsTrue(result.get());
    if (truth > 0) return Ref::Share(value.get());
    if (truth == 0) ++filtered;
    return {};
  }

  // What goes on behind a send: the value, the delivery report, both, or nothing.
  Ref ApplySend(const Step& step, const Ref& value) {
    Destination::Sent sent;
    if (!step.destination->Send(value.get(), event, staging, activity, sent)) return {};
    if (!step.pass_through) return std::move(sent.report);
    if (!sent.report) return Ref::Share(value.get());
    return Ref::Own(PyTuple_Pack(2, value.get(), sent.report.get()));
  }

  bool FansOut(const Step& step, const Ref& result) const {
    return step.kind == Step::Kind::kMap && IsGenerator(result.get());
  }

  // Pulls the first step's items one by one, each through all the others and out.
  bool First(const Ref& value) {
    const Step& step = pipeline.steps_.front();
    Ref result = Apply(step, value);
    if (!result) return PyErr_Occurred() == nullptr;
    if (!FansOut(step, result)) return One(std::move(result));
    while (Ref item = NextItem(pipeline.state_, result.get())) {
      if (!One(std::move(item))) return false;
      activity = &step.block->activity();  // what the generator raises is its own
    }
    return PyErr_Occurred() == nullptr;
  }

  // Runs one item through the later steps; as long as it stays one value, without a list.
  bool One(Ref value) {
    for (size_t i = 1; i < pipeline.steps_.size(); ++i) {
      const Step& step = pipeline.steps_[i];
      Ref result = Apply(step, value);
      if (!result) return PyErr_Occurred() == nullptr;
      if (FansOut(step, result)) {
        std::vector<Ref> values;
        return Drain(result, values) && Many(i + 1, std::move(values));
      }
      value = std::move(result);
    }
    return Send(value);
  }

  // Runs several values through the steps from `first` on, each step on all of them before the
  // next.
  bool Many(size_t first, std::vector<Ref> values) {
    for (size_t i = first; i < pipeline.steps_.size(); ++i) {
      std::vector<Ref> results;
      for (const Ref& value : values) {
        Ref result = Apply(pipeline.steps_[i], value);
        if (!result) {
          if (PyErr_Occurred() != nullptr) return false;
        } else if (!FansOut(pipeline.steps_[i], result)) {
          results.push_back(std::move(result));
        } else if (!Drain(result, results)) {
          return false;
        }
      }
      values = std::move(results);
    }
    for (const Ref& value : values) {
      if (!Send(value)) return false;
    }
    return true;
  }

  // The order of calls wants all values of a later step before the next step sees one, so they are
  // held, and must end.
  bool Drain(const Ref& generator, std::vector<Ref>& values) {
    while (Ref item = NextItem(pipeline.state_, generator.get())) {
      values.push_back(std::move(item));
      if (values.size() <= kMostValues) continue;
      PyErr_SetString(PyExc_MemoryError, "more than 10,000,000 values of one event");
      return false;
    }
    return PyErr_Occurred() == nullptr;
  }

  bool Send(const Ref& value) { return outputs.Send(value.get(), event, staging, activity); }
};

Pipeline::Pipeline(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
                   const InitScope& scope)
    : state_(state) {
  const auto block = [&](ir::FnId function) {
    return std::make_unique<Block>(state, agent, agent.function(function), scope);
  };
  const auto add_map = [&](const ir::Map& map) {
    steps_.push_back({.kind = Step::Kind::kMap, .block = block(map.function), .destination = {}});
  };
  const auto add_filter = [&](const ir::Filter& filter) {
    steps_.push_back(
        {.kind = Step::Kind::kFilter, .block = block(filter.function), .destination = {}});
  };
  const auto add_send = [&](const ir::TopicSend& send, Place place) {
    steps_.push_back({.kind = Step::Kind::kSend,
                      .block = {},
                      .destination = std::make_unique<Destination>(state, agent, send.destination,
                                                                   place, app, scope),
                      .pass_through = send.pass_through});
  };
  for (const ir::Node& node : agent.nodes) {
    std::visit(Match{[](const ir::Input&) {}, add_map, add_filter,
                     [&](const ir::TopicSend& send) { add_send(send, node.place); },
                     [&](const ir::Stage& stage) {
                       for (const ir::Stage::Step& step : stage.steps) {
                         std::visit(
                             Match{add_map, add_filter,
                                   [&](const ir::TopicSend& send) { add_send(send, step.place); }},
                             step.op);
                       }
                     },
                     [](const ir::Output&) {}, [](const ir::ChannelOutput&) {},
                     [](const ir::PythonSink&) {},
                     [](const ir::GroupBy&) { KASPR_UNREACHABLE("a group-by ends a body"); }},
               node.op);
  }
}

bool Pipeline::RunBlocks(const Block*& failed) {
  for (const Step& step : steps_) {
    if (step.block == nullptr) continue;  // selectors run when they are first called
    failed = step.block.get();
    if (!step.block->function().per_call && !step.block->RunOnce()) return false;
  }
  return true;
}

bool Pipeline::Run(const Ref& value, CurrentEvent& event, uint32_t& filtered, Outputs& outputs,
                   Staging& staging, const Activity*& activity) {
  Call call{*this, event, filtered, outputs, staging, activity};
  return steps_.empty() ? call.Send(value) : call.First(value);
}

}  // namespace kaspr::python
