// Engines side by side: a spec in C++ written by hand, in each engine, on the lane, in a Python
// loop.
//
//   engine_bench [ROW...]
//
// In memory, from JSON to staged bytes: nanoseconds of CPU an event, the best of rounds that take
// turns (KASPR_ROUNDS of them). Everybody must send the same bytes before anything is timed.

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "bench/engines/columns.h"
#include "bench/engines/samples.h"
#include "bench/engines/spec.h"
#include "value/arena.h"
#include "value/batch.h"

namespace kaspr::bench {
namespace {

constexpr size_t kEvents = 1'000;  // of a batch
constexpr int kBatches = 4;        // of a round

int Rounds() {
  const char* text = std::getenv("KASPR_ROUNDS");
  return text == nullptr ? 30 : std::max(1, std::atoi(text));
}

struct Row {
  const char* name;
  const char* spec;
  Lines (*lines)();
};
Lines Orders() {
  return ReadSample("order.sample.jsonl");
}
Lines LargeOrders() {
  return ReadSample("large.sample.jsonl");
}
constexpr Row kRows[] = {
    {"echo", "w1", Orders},       {"echo-large", "w1", LargeOrders},
    {"sparse", "sparse", Orders}, {"sparse-large", "sparse", LargeOrders},
    {"enrich", "w2", Orders},     {"enrich-large", "w3", LargeOrders},
    {"chain", "w4", Orders},      {"project", "project", LargeOrders},
    {"fanout", "fanout", Orders}, {"stats", "stats", MakeReadings},
};
constexpr const char* kDirty = "dirty";

value::Batch MakeBatch(const Lines& lines, size_t first, size_t count) {
  value::Batch batch;
  batch.topic = "bench-in";
  for (size_t i = 0; i < count; ++i) batch.Add({.value = lines[(first + i) % lines.size()]});
  return batch;
}

// Of all threads, so that whoever else uses the machine does not count.
double CpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds an event.
double TimeOnce(Column& column, const Lines& lines) {
  double spent = 0;
  for (int i = 0; i < kBatches; ++i) {
    value::Batch batch = MakeBatch(lines, static_cast<size_t>(i) * kEvents, kEvents);
    column.Load(batch);
    const double start = CpuNanoseconds();
    column.Run(batch);
    spent += CpuNanoseconds() - start;
  }
  return spent / (kBatches * kEvents);
}

struct NamedColumn {
  std::string name;
  std::unique_ptr<Column> column;
};

std::optional<std::string> SentBy(Column& column, const Lines& lines, size_t first, size_t count) {
  value::Batch batch = MakeBatch(lines, first, count);
  column.Load(batch);
  column.Run(batch);
  return column.Sent(batch);
}

enum class MayLeave : bool { kNothing, kSome };

// Stops the program where a column does not send what another one does, or leaves what it may not.
void Compare(const std::string& row, const NamedColumn& one, const NamedColumn& other,
             const Lines& lines, MayLeave may = MayLeave::kNothing) {
  const auto differ = [&](size_t first, size_t count, std::optional<std::string>& a,
                          std::optional<std::string>& b) {
    a = SentBy(*one.column, lines, first, count);
    b = SentBy(*other.column, lines, first, count);
    return a != b && (b || may == MayLeave::kNothing);
  };
  std::optional<std::string> a, b;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!differ(i, 1, a, b)) continue;
    fmt::print(stderr, "{}: of {}\n{} sends\n{}{} sends\n{}", row, lines[i], one.name,
               a.value_or("(it does not handle it)\n"), other.name,
               b.value_or("(it does not handle it)\n"));
    std::_Exit(1);
  }
  KASPR_CHECK(!differ(0, lines.size(), a, b), "a batch differs where none of its events does");
}

// A column over some lines, and the best time that it took.
struct Run {
  Column* column;
  const Lines* lines;
  double best = std::numeric_limits<double>::max();
};

void Measure(std::vector<Run>& runs) {
  for (int round = Rounds(); round > 0; --round) {
    for (Run& run : runs) run.best = std::min(run.best, TimeOnce(*run.column, *run.lines));
  }
}

// simdjson, reader, kernel, the engines, lane, python.
constexpr size_t kFirstWriter = 2;
std::vector<NamedColumn> MakeColumns(Spec& spec, python::Interpreter& interpreter) {
  std::vector<NamedColumn> columns;
  columns.push_back({"simdjson", MakeSimdjsonColumn()});
  columns.push_back({"reader", MakeReaderColumn()});
  columns.push_back({"kernel", MakeKernelColumn(spec)});
  for (const NamedEngine& engine : kEngines) {
    columns.push_back({engine.name, MakeBodyColumn(spec, engine.engine)});
  }
  columns.push_back({"lane", MakeLaneColumn(spec, {})});
  columns.push_back({"python", MakeLoopColumn(spec, interpreter)});
  return columns;
}

void PrintHead() {
  fmt::print("{:<14} {:>6} {:>9} {:>7} {:>7}", "row", "bytes", "simdjson", "reader", "kernel");
  for (const NamedEngine& engine : kEngines) fmt::print(" {:>7}", engine.name);
  fmt::print(" {:>7} {:>7}", "lane", "python");
  for (const NamedEngine& engine : kEngines)
    fmt::print(" {:>11}", fmt::format("{}/kernel", engine.name));
  fmt::print(" {:>11}\n", "python/lane");
}

// A sample has few forms of JSON; whoever handles another one must write it right, too.
void CompareOdd(const std::vector<NamedColumn>& columns) {
  for (size_t i = kFirstWriter; i + 1 < columns.size(); ++i) {
    Compare("echo", columns.back(), columns[i], OddDocuments(), MayLeave::kSome);
  }
}

void RunRow(python::Interpreter& interpreter, const Row& row) {
  const Lines lines = row.lines();
  Spec spec(interpreter, row.spec);
  const std::vector<NamedColumn> columns = MakeColumns(spec, interpreter);
  std::vector<Run> runs;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i >= kFirstWriter) Compare(row.name, columns.back(), columns[i], lines);
    runs.push_back({columns[i].column.get(), &lines});
  }
  if (std::string_view(row.spec) == "w1") CompareOdd(columns);
  Measure(runs);
  size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size();
  fmt::print("{:<14} {:>6} {:>9.0f}", row.name, bytes / lines.size(), runs.front().best);
  for (size_t i = 1; i < runs.size(); ++i) fmt::print(" {:>7.0f}", runs[i].best);
  const double kernel = runs[kFirstWriter].best;
  for (size_t i = 0; i < std::size(kEngines); ++i) {
    fmt::print(" {:>11.2f}", runs[kFirstWriter + 1 + i].best / kernel);
  }
  fmt::print(" {:>11.2f}\n", runs.back().best / runs[runs.size() - 2].best);
}

// What an engine cannot run, the lane does behind it.
std::vector<NamedColumn> MakeDirtyColumns(Spec& spec, python::Interpreter& interpreter) {
  std::vector<NamedColumn> columns;
  for (const NamedEngine& engine : kEngines) {
    columns.push_back({fmt::format("{}, lane", engine.name), MakeLaneColumn(spec, engine.engine)});
  }
  columns.push_back({"lane", MakeLaneColumn(spec, {})});
  columns.push_back({"python", MakeLoopColumn(spec, interpreter)});
  return columns;
}

// w2 where one event of twenty is not what it should be.
void RunDirty(python::Interpreter& interpreter) {
  Spec spec(interpreter, "w2");
  const std::vector<NamedColumn> columns = MakeDirtyColumns(spec, interpreter);
  const NamedColumn kernel = {"kernel", MakeKernelColumn(spec)};
  std::vector<std::pair<std::string, std::vector<Dirt>>> mixes = {{"none", {}},
                                                                  {"one of each", Dirts()}};
  for (const Dirt& dirt : Dirts()) mixes.push_back({dirt.name, {dirt}});
  std::vector<Lines> lines;
  for (const auto& [name, dirts] : mixes) {
    lines.push_back(MakeMix(Orders(), kEvents, dirts));
    for (const NamedColumn& column : columns) Compare(name, columns.back(), column, lines.back());
    Compare(name, columns.back(), kernel, lines.back(), MayLeave::kSome);
  }
  std::vector<Run> runs;
  for (const Lines& mix : lines) {
    for (const NamedColumn& column : columns) runs.push_back({column.column.get(), &mix});
  }
  Measure(runs);
  fmt::print("w2, one of twenty dirty: ns an event, and us that a dirty one takes on top\n");
  fmt::print("{:<22}", "dirty");
  for (const NamedColumn& column : columns) fmt::print(" {:>18}", column.name);
  for (size_t i = 0; i < runs.size(); ++i) {
    const size_t column = i % columns.size();
    if (column == 0) fmt::print("\n{:<22}", mixes[i / columns.size()].first);
    const double on_top = (runs[i].best - runs[column].best) * (kCleanPerDirty + 1) / 1'000;
    fmt::print(" {:>9.0f} {:>8.2f}", runs[i].best, on_top);
  }
  fmt::print("\n");
}

// One core, the last of those that there are.
void StayOnOneCore() {
  cpu_set_t cores;
  KASPR_CHECK(sched_getaffinity(0, sizeof cores, &cores) == 0, "no cores");
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &cores)) --last;
  CPU_ZERO(&cores);
  CPU_SET(last, &cores);
  KASPR_CHECK(sched_setaffinity(0, sizeof cores, &cores) == 0, "no core of its own");
}

}  // namespace
}  // namespace kaspr::bench

int main(int count, char** arguments) {
  using namespace kaspr::bench;
  const std::vector<std::string> wanted(arguments + 1, arguments + count);
  const auto is_wanted = [&](const char* row) {
    return wanted.empty() || std::ranges::find(wanted, row) != wanted.end();
  };
  kaspr::value::KeepFreedMemory();
  StayOnOneCore();
  kaspr::python::Interpreter interpreter;
  bool began = false;
  for (const Row& row : kRows) {
    if (!is_wanted(row.name)) continue;
    if (!std::exchange(began, true)) PrintHead();
    RunRow(interpreter, row);
  }
  if (is_wanted(kDirty)) RunDirty(interpreter);
}
