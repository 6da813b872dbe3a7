// What each pass buys: a spec with it and without it, in memory, from JSON to staged sends.
//
//   pass_bench [PASS...]
//
// Nanoseconds an event of one core, the best of many rounds that take turns; what is sent must be
// the same.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/render.h"
#include "driver/pipeline.h"
#include "jit/native_body.h"
#include "python/values.h"
#include "value/arena.h"
#include "value/batch.h"
#include "value/json_read.h"

namespace kaspr {
namespace {

constexpr int kRounds = 40;
constexpr int kBatches = 20;  // of a round
constexpr int kEvents = 1'000;

struct Row {
  const char* pass;
  const char* spec;
};
constexpr Row kRows[] = {
    {"fold-constants", "fold-constants.yaml"}, {"hoist-filters", "hoist.yaml"},
    {"order-filters", "order-filters.yaml"},   {"route-outputs", "route.yaml"},
    {"common-reads", "common-reads.yaml"},     {"dead-fields", "dead-fields.yaml"},
    {"drop-dead-code", "dead-fields.yaml"},    {"fuse-stages", "w2.yaml"},
};

std::vector<std::string> Lines() {
  std::ifstream file(KASPR_BENCH "/order.sample.jsonl");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  KASPR_CHECK(!lines.empty(), "no sample");
  return lines;
}

// The part of a spec's only agent, as it runs with some passes.
class Runner {
 public:
  Runner(python::Interpreter& interpreter, const char* spec, std::vector<std::string> disabled) {
    std::ifstream file(std::string(KASPR_BENCH "/") + spec);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const SourceFile& source = compilation_.files.Add(spec, text);
    const bool good = driver::Compile({&source}, interpreter, {.disabled = std::move(disabled)}, "",
                                      compilation_);
    KASPR_CHECK(good, Render(compilation_.diagnostics).c_str());
    app_.partition_count = [](std::string_view) { return 1; };
    app_.max_record_bytes = [](std::string_view) { return value::kMaxRecordBytes; };
    body_ = std::move(jit::MakeNativeBodies(compilation_.optimized->agents.front(), app_,
                                            {.compensated_sums = python::CompensatesSums()})
                          .front());
    KASPR_CHECK(body_ != nullptr, "not native");
  }

  // Nanoseconds an event.
  double Run(const std::vector<std::string>& lines) {
    std::chrono::nanoseconds spent{0};
    for (int i = 0; i < kBatches; ++i) {
      value::Batch batch;
      for (int k = 0; k < kEvents; ++k) batch.Add({.value = lines[next_++ % lines.size()]});
      const auto start = std::chrono::steady_clock::now();
      body_->Run(batch, reader_);
      spent += std::chrono::steady_clock::now() - start;
    }
    return static_cast<double>(spent.count()) / (kBatches * kEvents);
  }

  // All that is sent of the lines.
  std::string Outputs(const std::vector<std::string>& lines) {
    value::Batch batch;
    for (const std::string& line : lines) batch.Add({.value = line});
    body_->Run(batch, reader_);
    std::string out;
    for (const value::Event& event : batch.events) {
      KASPR_CHECK(event.native, "an event that needs CPython");
      for (const value::Send& send : event.prepared) {
        out += fmt::format("{} {} {}\n", send.output, send.key.value_or("-"),
                           send.value.value_or("-"));
      }
    }
    return out;
  }

 private:
  driver::Compilation compilation_;
  ir::AppContext app_;
  std::unique_ptr<ir::NativeBody> body_;
  value::JsonReader reader_;
  size_t next_ = 0;
};

void Measure(python::Interpreter& interpreter, const Row& row,
             const std::vector<std::string>& lines) {
  Runner with(interpreter, row.spec, {}), without(interpreter, row.spec, {row.pass});
  KASPR_CHECK(with.Outputs(lines) == without.Outputs(lines), row.pass);
  double on = std::numeric_limits<double>::max(), off = on;
  for (int i = 0; i < kRounds; ++i) {
    on = std::min(on, with.Run(lines));
    off = std::min(off, without.Run(lines));
  }
  fmt::print("{:<18} {:<22} {:>8.0f} {:>8.0f} {:>7.2f}\n", row.pass, row.spec, on, off, off / on);
}

}  // namespace
}  // namespace kaspr

int main(int count, char** arguments) {
  using namespace kaspr;
  const std::vector<std::string> wanted(arguments + 1, arguments + count);
  value::KeepFreedMemory();
  python::Interpreter interpreter;
  const std::vector<std::string> lines = Lines();
  fmt::print("{:<18} {:<22} {:>8} {:>8} {:>7}\n", "pass", "spec", "with", "without", "ratio");
  for (const Row& row : kRows) {
    if (wanted.empty() || std::ranges::find(wanted, row.pass) != wanted.end()) {
      Measure(interpreter, row, lines);
    }
  }
}
