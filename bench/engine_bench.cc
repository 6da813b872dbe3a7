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
#include <string>
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

// Stops the program where two columns do not send the same of some line.
void Compare(const std::string& row, const NamedColumn& one, const NamedColumn& other,
             const Lines& lines) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::optional<std::string> a = SentBy(*one.column, lines, i, 1);
    const std::optional<std::string> b = SentBy(*other.column, lines, i, 1);
    if (a == b) continue;
    fmt::print(stderr, "{}: of {}\n{} sends\n{}{} sends\n{}", row, lines[i], one.name,
               a.value_or("(it does not handle it)\n"), other.name,
               b.value_or("(it does not handle it)\n"));
    std::_Exit(1);
  }
  const bool same =
      SentBy(*one.column, lines, 0, lines.size()) == SentBy(*other.column, lines, 0, lines.size());
  KASPR_CHECK(same, "columns differ in a batch where they do not in its events");
}

std::vector<double> Measure(const std::vector<NamedColumn>& columns, const Lines& lines) {
  std::vector<double> best(columns.size(), std::numeric_limits<double>::max());
  for (int round = Rounds(); round > 0; --round) {
    for (size_t i = 0; i < columns.size(); ++i) {
      best[i] = std::min(best[i], TimeOnce(*columns[i].column, lines));
    }
  }
  return best;
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

void RunRow(python::Interpreter& interpreter, const Row& row) {
  const Lines lines = row.lines();
  Spec spec(interpreter, row.spec);
  const std::vector<NamedColumn> columns = MakeColumns(spec, interpreter);
  for (size_t i = kFirstWriter; i + 1 < columns.size(); ++i) {
    Compare(row.name, columns.back(), columns[i], lines);
  }
  const std::vector<double> best = Measure(columns, lines);
  size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size();
  fmt::print("{:<14} {:>6} {:>9.0f}", row.name, bytes / lines.size(), best[0]);
  for (size_t i = 1; i < best.size(); ++i) fmt::print(" {:>7.0f}", best[i]);
  const double kernel = best[kFirstWriter];
  for (size_t i = 0; i < std::size(kEngines); ++i) {
    fmt::print(" {:>11.2f}", best[kFirstWriter + 1 + i] / kernel);
  }
  fmt::print(" {:>11.2f}\n", best.back() / best[best.size() - 2]);
}

// w2 where one event of twenty is not what it should be: each engine with the lane behind it.
void RunDirty(python::Interpreter& interpreter) {
  const Lines orders = Orders();
  Spec spec(interpreter, "w2");
  std::vector<NamedColumn> columns;
  for (const NamedEngine& engine : kEngines) {
    columns.push_back({fmt::format("{}, lane", engine.name), MakeLaneColumn(spec, engine.engine)});
  }
  columns.push_back({"lane", MakeLaneColumn(spec, {})});
  columns.push_back({"python", MakeLoopColumn(spec, interpreter)});
  std::vector<std::pair<std::string, std::vector<Dirt>>> mixes = {{"one of each in turn", Dirts()}};
  for (const Dirt& dirt : Dirts()) mixes.push_back({dirt.name, {dirt}});

  const std::vector<double> clean = Measure(columns, MakeMix(orders, kEvents, {}));
  fmt::print(
      "\nw2, one event of twenty dirty: ns an event, and us that a dirty one takes on top\n");
  fmt::print("{:<22}", "dirty");
  for (const NamedColumn& column : columns) fmt::print(" {:>20}", column.name);
  fmt::print("\n{:<22}", "none");
  for (const double time : clean) fmt::print(" {:>12.0f} {:>7}", time, "");
  fmt::print("\n");
  for (const auto& [name, dirts] : mixes) {
    const Lines lines = MakeMix(orders, kEvents, dirts);
    for (size_t i = 0; i + 1 < columns.size(); ++i)
      Compare(name, columns.back(), columns[i], lines);
    const std::vector<double> best = Measure(columns, lines);
    fmt::print("{:<22}", name);
    for (size_t i = 0; i < best.size(); ++i) {
      fmt::print(" {:>12.0f} {:>7.2f}", best[i],
                 (best[i] - clean[i]) * (kCleanPerDirty + 1) / 1'000);
    }
    fmt::print("\n");
  }
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
  PrintHead();
  for (const Row& row : kRows) {
    if (is_wanted(row.name)) RunRow(interpreter, row);
  }
  if (is_wanted(kDirty)) RunDirty(interpreter);
}
