#pragma once

// Cases that people write beside their specs, in YAML; docs/testing.md is the language.
//
//   cases:
//     - name: paid orders are priced
//       send:
//         - {topic: orders, value: {user: u1, amount: 12.5, qty: 2}}
//       expect:
//         - {topic: priced, key: u1, value: {user: u1, amount: 12.5, qty: 2, total: 25.0}}
//
// Reads and checks all that can be known without the specs; see resolve.h for the rest. Spans point
// into the SourceFile, which must outlive what is made of it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"

namespace kaspr::driver {

// A record to send, or one that is expected, of which only what was mentioned is compared.
struct CaseRecord {
  enum class Form {
    kAny,    // not mentioned
    kData,   // JSON, compared as values
    kExact,  // bytes, or none: a tombstone
  };

  std::string topic;  // "": left out
  std::optional<int32_t> partition;
  std::optional<int64_t> timestamp;  // sent only
  bool has_key = false;              // mentioned
  std::optional<std::string> key;
  Form form = Form::kAny;
  std::optional<std::string> value;
  bool has_headers = false;
  bool headers_in_order = true;  // a list; a mapping has none
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  Span topic_place;  // of its topic; of a record without one the record
};

struct CaseTopic {
  int32_t partitions = 1;
  Span place;
};

struct Case {
  std::string name;
  Span place;
  std::vector<CaseRecord> sent;
  std::vector<CaseRecord> expected;
  uint64_t failed = 0;
  std::vector<std::string> failures;  // the words of each that fails, if they are given
  bool any_order = false;
  std::map<std::string, CaseTopic> topics;  // with those of the file
  std::vector<std::string> flags;           // with those of the file
  int exit_code = 0;
};

struct CaseFile {
  const SourceFile* source = nullptr;
  struct Spec {
    std::string path;  // as written
    Span place;
  };
  std::vector<Spec> specs;  // none: all beside the file
  Span place;               // of "cases"
  std::vector<Case> cases;
};

// nullopt: at least one error was reported.
std::optional<CaseFile> ReadCaseFile(const SourceFile& file, Diagnostics& diagnostics);

}  // namespace kaspr::driver
