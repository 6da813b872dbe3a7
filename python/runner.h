#pragma once

// What of an agent runs when: one event after the other, in the order of each stream.
//
// A runner is one task of the lane's loop (Driver). It takes batches as they are submitted, those
// of different streams in turns; a stream whose event is to be tried again later is parked, and the
// others go on. Of an agent with `take` it gathers events, whatever stream they come from, and runs
// them as one. An agent has one runner, or with isolatedPartitions one for each stream. On the
// lane's thread.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "python/agent.h"

namespace kaspr::python {

class Runner {
 public:
  explicit Runner(RunningAgent& agent);

  void Submit(Part& part, std::shared_ptr<ir::LaneWork> work);
  // What is gathered runs, however little it is.
  void Flush();
  // Drops what was gathered of this partition, or with no topic all of it, and what waits to be.
  void Forget(std::string_view topic, int32_t partition);

 private:
  using Clock = Driver::Clock;

  // A batch, and how far it is.
  struct Run {
    Run(Part& part, std::shared_ptr<ir::LaneWork> work, Driver& driver, bool undoable)
        : part(part),
          work(std::move(work)),
          staging(driver, *this->work, undoable),
          native_room(this->work->batch().arena.allocated() + ir::LaneWork::kMaxStagedBytes) {}
    Part& part;
    const std::shared_ptr<ir::LaneWork> work;
    Staging staging;
    const size_t native_room;  // of its arena: what it holds beyond is CPython's to hand on
    size_t next = 0;           // index of the event that is due
    uint32_t attempt = 0;      // at it
    const value::Event* unacknowledged = nullptr;
  };
  // The batches of a stream.
  struct Line {
    std::deque<std::unique_ptr<Run>> runs;
    Clock::time_point ready{};  // not before
    bool queued = false;        // in `ready_`
  };
  struct Gathered {
    std::shared_ptr<ir::LaneWork> work;
    Reading reading;
  };

  Task<bool> Main();
  void Queue(Line& line);
  Line* NextLine();
  std::optional<Clock::time_point> NextTime() const;
  Task<bool> RunFront(Line& line);
  Task<bool> RunBatch(Run& run);
  void RunNative(Run& run, value::Event& event);
  Task<Verdict> RunEvent(Run& run, value::Event& event);
  Task<Verdict> Verify(Run& run, value::Event& event);
  Task<Verdict> VerifySteps(Run& run, value::Event& event);
  Verdict Differs(Run& run, const value::Event& event, std::string what,
                  std::span<const value::Send> python);
  Task<bool> Breathe(Run& run);
  Task<bool> Pass(Run& run);
  bool Stopped(Run& run) const;
  void Interrupt(Run& run);
  void InterruptAll();

  bool GatherFull() const;
  bool GatherDue() const;
  void Gather(Run& run);
  void FailAlone(Run& run, Reading& reading, const Activity& activity);
  Task<bool> RunGathered();
  Task<bool> RunUnit(std::vector<Reading>& readings, ir::LaneWork& unit);
  void DropGathered();

  RunningAgent& agent_;
  Driver driver_;
  std::map<const void*, Line> lines_;  // by stream
  std::deque<Line*> ready_;            // those with something to run
  Clock::time_point turn_ends_{}, hand_on_{};

  Part* take_ = nullptr;  // the part that gathers, once something was submitted to it
  std::vector<Gathered> gathered_;
  Clock::time_point due_{};
  bool flush_ = false;
};

}  // namespace kaspr::python
