#pragma once

// What somebody who knows C++ and JSON would write for one spec: the mark for compiled functions.
//
//   auto kernel = MakeKernel("enrich");
//   if (!kernel->Run(text, out)) ...   // not of the types that it was written for
//
// Reads with simdjson's DOM, which validates all of the text, and copies what does not change. What
// it finds missing, or of another type than the spec's functions mean, it does not handle. One
// thing it takes on trust: that no key of an object comes twice.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "bench/engines/wire.h"

namespace kaspr::bench {

// What kernels send. Bytes are those of `wire`, from where to where, as it moves when it grows.
struct Outbox {
  struct Record {
    uint32_t output = 0;
    bool has_key = false;
    size_t key = 0, value = 0, end = 0;  // a key ends where its value begins
  };
  Wire wire;
  std::vector<Record> records;

  void Clear() { wire.Clear(), records.clear(); }
};

// A record from here to the end of the scope: what is written to the wire is its value, but for
// what Key writes first.
class Recorder {
 public:
  Recorder(Outbox& out, uint32_t output) : out_(out) {
    record_ = {.output = output, .key = out.wire.size(), .value = out.wire.size()};
  }
  ~Recorder() {
    record_.end = out_.wire.size();
    out_.records.push_back(record_);
  }
  Recorder(const Recorder&) = delete;

  void Key(std::initializer_list<std::string_view> parts) {
    record_.has_key = true;
    for (const std::string_view part : parts) out_.wire.Raw(part);
    record_.value = out_.wire.size();
  }

 private:
  Outbox& out_;
  Outbox::Record record_;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Runs one event. False: not handled, and nothing was sent. REQUIRES: Arena::kPadding bytes may
  // be read behind the text.
  virtual bool Run(std::string_view text, Outbox& out) = 0;
};

// By the name of the spec, without ".yaml".
std::unique_ptr<Kernel> MakeKernel(std::string_view spec);

}  // namespace kaspr::bench
