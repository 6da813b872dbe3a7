#include "python/runner.h"

#include <Python.h>
#include <fmt/format.h>

#include <algorithm>

#include "python/channel.h"

namespace kaspr::python {

namespace {

constexpr auto kTurn = std::chrono::milliseconds(5);     // before others get theirs
constexpr auto kHandOn = std::chrono::milliseconds(20);  // that what is sent waits for its batch
constexpr uint32_t kMisses =
    100;  // what did not run natively that often in a row is tried as rarely

bool IsOf(const Reading& reading, std::string_view topic, int32_t partition) {
  if (topic.empty()) return true;
  const value::Batch& batch = reading.work->batch();
  if (batch.topic == topic && batch.partition == partition) return true;
  return std::any_of(
      reading.event->origins.begin(), reading.event->origins.end(),
      [&](const value::Origin& of) { return of.topic == topic && of.partition == partition; });
}

value::Outcome OutcomeOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDone:
      return value::Outcome::kDone;
    case Verdict::kFailed:
    case Verdict::kStopped:
      return value::Outcome::kFailed;
    case Verdict::kAgain:
    case Verdict::kInterrupted:
      break;
  }
  return value::Outcome::kInterrupted;
}

// When a list that begins now is full enough. As in the reference, 0 means: only when it is full.
Driver::Clock::time_point DueAfter(std::chrono::milliseconds within) {
  const auto never = Driver::Clock::time_point::max();
  return within.count() > 0 ? Driver::Clock::now() + within : never;
}

void Finish(value::Event& event, value::Outcome outcome) {
  event.outcome = outcome;
  Drop(std::exchange(event.object, nullptr));
}

}  // namespace

Runner::Runner(RunningAgent& agent)
    : agent_(agent), driver_(agent.state, [this](Driver&) { return Main(); }) {
  if (agent.agent.timeout.count() > 0) agent.state.Watch();
  driver_.Start();
}

void Runner::Submit(Part& part, std::shared_ptr<ir::LaneWork> work) {
  if (part.take != nullptr) take_ = &part;
  Line& line = lines_[work->stream()];
  line.runs.push_back(std::make_unique<Run>(part, std::move(work), driver_, agent_.undoable()));
  Queue(line);
  driver_.Notify();
}

void Runner::Flush() {
  if (gathered_.empty()) return;
  flush_ = true;
  driver_.Notify();
}

void Runner::Forget(std::string_view topic, int32_t partition) {
  if (take_ == nullptr) return;
  std::erase_if(gathered_, [&](Gathered& gathered) {
    if (!IsOf(gathered.reading, topic, partition)) return false;
    Drop(std::exchange(gathered.reading.event->object, nullptr));
    gathered.work->Drop(*gathered.reading.event);
    return true;
  });
  for (auto& [stream, line] : lines_) {
    for (const std::unique_ptr<Run>& run : line.runs) {
      const value::Batch& batch = run->work->batch();
      if (run->part.take == nullptr) continue;
      if (topic.empty() || (batch.topic == topic && batch.partition == partition)) {
        Interrupt(*run);
      }
    }
  }
}

Task<bool> Runner::Main() {
  while (true) {
    if (driver_.interrupted() || agent_.stopped) InterruptAll();
    Line* const line = NextLine();
    if (line != nullptr) co_await RunFront(*line);
    if (GatherFull() || (line == nullptr && GatherDue())) {
      co_await RunGathered();
    } else if (line == nullptr) {
      co_await driver_.Pause(NextTime());
      continue;
    }
    if (Clock::now() >= turn_ends_) {
      co_await driver_.TakeTurns();
      turn_ends_ = Clock::now() + kTurn;
    }
  }
}

void Runner::Queue(Line& line) {
  if (line.queued || line.runs.empty()) return;
  line.queued = true;
  ready_.push_back(&line);
}

Runner::Line* Runner::NextLine() {
  const Clock::time_point now = Clock::now();
  for (auto line = ready_.begin(); line != ready_.end(); ++line) {
    if ((*line)->ready > now && !driver_.interrupted() && !agent_.stopped) continue;
    Line* next = *line;
    ready_.erase(line);
    next->queued = false;
    return next;
  }
  return nullptr;
}

// When there is something to do without anybody's Notify.
std::optional<Runner::Clock::time_point> Runner::NextTime() const {
  std::optional<Clock::time_point> next;
  const auto at = [&](Clock::time_point time) { next = std::min(time, next.value_or(time)); };
  for (const Line* line : ready_) at(line->ready);
  if (!gathered_.empty() && due_ != Clock::time_point::max()) at(due_);
  return next;
}

// Runs the first batch of a line as far as it goes.
Task<bool> Runner::RunFront(Line& line) {
  Run& run = *line.runs.front();
  if (run.part.take != nullptr) {
    Gather(run);
  } else {
    const bool over = co_await RunBatch(run);
    if (!over) {
      line.ready = Clock::now() + agent_.agent.on_error.backoff;
      run.staging.HandOn();
    }
  }
  if (run.next == run.work->batch().events.size()) {
    run.work->Finish(run.unacknowledged);
    line.runs.pop_front();
  }
  Queue(line);
  co_return true;
}

// False: its event is to be tried again later.
Task<bool> Runner::RunBatch(Run& run) {
  std::vector<value::Event>& events = run.work->batch().events;
  hand_on_ = Clock::now() + kHandOn;
  while (run.next < events.size()) {
    value::Event& event = events[run.next];
    Verdict verdict = Verdict::kInterrupted;
    RunNative(run, event);
    if (!Stopped(run)) {
      const bool verifies = agent_.verification != nullptr &&
                            (event.native || event.steps_done > 0) && agent_.verification->Takes();
      if (verifies) {
        verdict = co_await Verify(run, event);
      } else if (event.native) {
        run.staging.AddPrepared(event.prepared);
        verdict = Verdict::kDone;
      } else {
        verdict = co_await RunEvent(run, event);
      }
    }
    if (verdict == Verdict::kAgain) {
      ++run.attempt;
      co_return false;
    }
    if (verdict == Verdict::kStopped) run.unacknowledged = &event;
    Finish(event, OutcomeOf(verdict));
    ++run.next;
    run.attempt = 0;
    co_await Breathe(run);
  }
  co_return true;
}

// What runs natively and asks CPython for something, runs at its turn; another attempt is
// CPython's.
void Runner::RunNative(Run& run, value::Event& event) {
  Part& part = run.part;
  if (part.native == nullptr || event.native || run.attempt > 0 || Stopped(run)) return;
  if (run.work->batch().arena.allocated() > run.native_room) return;
  if (part.native_misses >= kMisses && ++part.native_misses % kMisses != 0) return;
  driver_.Begin({});
  part.native->RunOnLane(run.work->batch(), event, *part.calls);
  part.calls->Forget();
  driver_.End();
  part.native_misses = event.native ? 0 : part.native_misses + 1;
}

Task<Verdict> Runner::RunEvent(Run& run, value::Event& event) {
  Reading reading{.work = run.work.get(), .event = &event, .key = {}, .value = {}};
  const Verdict verdict = co_await Try(agent_, run.part, {&reading, 1}, false, run.staging,
                                       run.attempt, event.filtered);
  co_return verdict;
}

// Runs what ran without CPython once more in it, from the untouched input.
Task<Verdict> Runner::Verify(Run& run, value::Event& event) {
  if (!event.native) {
    Verdict verdict = co_await VerifySteps(run, event);
    if (verdict == Verdict::kDone) verdict = co_await RunEvent(run, event);
    co_return verdict;
  }
  const uint32_t filtered = std::exchange(event.filtered, 0);
  const size_t first = run.work->batch().sends.size();
  const Verdict verdict = co_await RunEvent(run, event);
  const std::vector<value::Send>& sends = run.work->batch().sends;
  if (verdict == Verdict::kInterrupted || sends.size() < first) co_return verdict;
  const std::span<const value::Send> python = std::span(sends).subspan(first);
  std::string what = Compare(agent_.agent, event.prepared, python);
  if (verdict != Verdict::kDone) what = "CPython raises, machine code does not";
  if (what.empty() && event.filtered != filtered) what = "how many values filters drop";
  if (what.empty()) co_return verdict;
  co_return Differs(run, event, std::move(what), python);
}

// The same of an event whose first steps ran without CPython: kDone if they leave the same value.
Task<Verdict> Runner::VerifySteps(Run& run, value::Event& event) {
  const value::Value* native = std::exchange(event.value, nullptr);
  Reading reading{.work = run.work.get(), .event = &event, .key = {}, .value = {}};
  const Activity* activity = nullptr;
  uint32_t filtered = 0;
  Ref left;
  const bool read = Read(agent_, run.part, reading, 0, activity);
  if (read) {
    CurrentEvent current(driver_, agent_.scope.app, {&reading, 1}, false);
    left = co_await run.part.pipeline.RunFirst(Ref::Share(reading.value.get()), event.steps_done,
                                               current, filtered, run.staging, activity);
  }
  event.value = native;
  Reading again{.work = run.work.get(), .event = &event, .key = {}, .value = {}};
  if (left && Read(agent_, run.part, again, 0, activity)) {
    Ref native_text = Ref::Own(PyObject_Repr(again.value.get()));
    Ref python_text = Ref::Own(PyObject_Repr(left.get()));
    const int same = native_text && python_text
                         ? PyObject_RichCompareBool(native_text.get(), python_text.get(), Py_EQ)
                         : -1;
    if (same == 1) co_return Verdict::kDone;
  }
  const bool raised = PyErr_Occurred() != nullptr;
  PyErr_Clear();
  const char* python_does = raised ? "CPython raises"
                            : left ? "CPython leaves another"
                                   : "CPython drops it";
  co_return Differs(
      run, event,
      fmt::format("the value behind the first {} steps: {}", event.steps_done, python_does), {});
}

// Nothing of the event is sent, and the app ends.
Verdict Runner::Differs(Run& run, const value::Event& event, std::string what,
                        std::span<const value::Send> python) {
  const value::Batch& batch = run.work->batch();
  agent_.verification->Report({.agent = agent_.agent,
                               .record = {batch.topic, batch.partition, &event.message},
                               .what = std::move(what),
                               .native = event.prepared,
                               .python = python});
  run.staging.Undo();
  agent_.stopped = true;
  agent_.app.stop();
  return Verdict::kStopped;
}

// Between two events: what a batch holds is bounded, what it sends is on its way before long, and
// others get their turn.
Task<bool> Runner::Breathe(Run& run) {
  const Clock::time_point now = Clock::now();
  const bool full = run.staging.staged_bytes() > ir::LaneWork::kMaxStagedBytes;
  if (!full && now < hand_on_ && now < turn_ends_) return Task<bool>::Done(true);
  return Pass(run);
}

Task<bool> Runner::Pass(Run& run) {
  if (run.staging.staged_bytes() > ir::LaneWork::kMaxStagedBytes) {
    const bool flushed = co_await run.staging.Flush();
    if (!flushed) PyErr_Clear();
  }
  const Clock::time_point now = Clock::now();
  if (now >= hand_on_) {
    run.staging.HandOn();
    hand_on_ = now + kHandOn;
  }
  if (now >= turn_ends_) {
    co_await driver_.TakeTurns();
    turn_ends_ = Clock::now() + kTurn;
  }
  co_return true;
}

bool Runner::Stopped(Run& run) const {
  return driver_.interrupted() || agent_.stopped || run.staging.stopped();
}

// What of it has not run will not.
void Runner::Interrupt(Run& run) {
  std::vector<value::Event>& events = run.work->batch().events;
  for (; run.next < events.size(); ++run.next) {
    Finish(events[run.next], value::Outcome::kInterrupted);
  }
}

void Runner::InterruptAll() {
  DropGathered();
  for (auto& [stream, line] : lines_) {
    for (const std::unique_ptr<Run>& run : line.runs) Interrupt(*run);
  }
}

bool Runner::GatherFull() const {
  return take_ != nullptr && gathered_.size() >= static_cast<size_t>(take_->take->max);
}

bool Runner::GatherDue() const {
  return !gathered_.empty() && (flush_ || GatherFull() || Clock::now() >= due_);
}

// Takes events of the batch until there are enough. One that cannot be read fails alone.
void Runner::Gather(Run& run) {
  std::vector<value::Event>& events = run.work->batch().events;
  for (; run.next < events.size() && !GatherFull(); ++run.next) {
    value::Event& event = events[run.next];
    Reading reading{.work = run.work.get(), .event = &event, .key = {}, .value = {}};
    const Activity* activity = nullptr;
    if (Stopped(run)) {
      Finish(event, value::Outcome::kInterrupted);
    } else if (!Read(agent_, run.part, reading, 0, activity)) {
      FailAlone(run, reading, *activity);
    } else {
      event.outcome = value::Outcome::kGathered;
      run.work->Hold();
      if (gathered_.empty()) due_ = DueAfter(take_->take->within);
      gathered_.push_back({run.work, std::move(reading)});
    }
  }
}

// What its policy sends goes the way of what is gathered, so that it keeps its order with that.
void Runner::FailAlone(Run& run, Reading& reading, const Activity& activity) {
  run.work->Hold();
  const std::shared_ptr<ir::LaneWork> alone = run.work->Gather({run.work});
  Staging staging(driver_, *alone, false);
  const Verdict verdict = Fail(agent_, activity, {&reading, 1}, staging, 0);
  if (verdict == Verdict::kStopped) run.unacknowledged = reading.event;
  Finish(*reading.event, value::Outcome::kFailed);
  alone->batch().events.front().outcome = value::Outcome::kDone;
  alone->Finish();
}

Task<bool> Runner::RunGathered() {
  std::vector<Gathered> gathered = std::exchange(gathered_, {});
  flush_ = false;
  std::vector<std::shared_ptr<ir::LaneWork>> works;
  std::vector<Reading> readings;
  for (Gathered& one : gathered) {
    works.push_back(one.work);
    readings.push_back(std::move(one.reading));
  }
  const std::shared_ptr<ir::LaneWork> unit = works.front()->Gather(works);
  co_await RunUnit(readings, *unit);
  for (const Reading& reading : readings) Drop(std::exchange(reading.event->object, nullptr));
  co_return true;
}

Task<bool> Runner::RunUnit(std::vector<Reading>& readings, ir::LaneWork& unit) {
  Staging staging(driver_, unit, agent_.undoable());
  value::Event& event = unit.batch().events.front();
  Verdict verdict = Verdict::kInterrupted;
  for (uint32_t attempt = 0; !driver_.interrupted() && !agent_.stopped; ++attempt) {
    verdict = co_await Try(agent_, *take_, readings, true, staging, attempt, event.filtered);
    if (verdict != Verdict::kAgain) break;
    const Clock::time_point again = Clock::now() + agent_.agent.on_error.backoff;
    while (Clock::now() < again && !driver_.interrupted() && !agent_.stopped) {
      co_await driver_.Pause(again);
    }
  }
  event.outcome = OutcomeOf(verdict);
  unit.Finish(verdict == Verdict::kStopped ? &event : nullptr);
  co_return true;
}

void Runner::DropGathered() {
  for (Gathered& gathered : gathered_) {
    Drop(std::exchange(gathered.reading.event->object, nullptr));
    gathered.work->Drop(*gathered.reading.event);
  }
  gathered_.clear();
}

}  // namespace kaspr::python
