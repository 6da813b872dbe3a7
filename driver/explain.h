#pragma once

// `kasprc explain`: what a diagnostic means, what a field is for, each with examples; of specs,
// what runs each function (explain_spec.h).
//
//   kasprc explain K0203
//   kasprc explain input.take.within
//   kasprc explain -f orders.yaml
//
// The texts are Markdown files in driver/explain/, built into the program. A section of theirs is
// an entry:
//
//   # K0203 the pipeline names an operation that is not declared
//   Paragraphs.
//   ```wrong map            wrong or right, then what it is: a whole `file`, what is below `spec`,
//   def price(value): ...   the Python of a `map` or `filter`, a `graph`, a file of `cases`, or
//   `text`
//   ```                     that no check could judge
//
//   # spec.input.take.within
//   type: duration
//   default: none            or `required:`; `also:` are other spellings; `fields: PATH` says that
//   ...                      what is below is as below PATH; `same: PATH` that all but it is as
//   there
//
// A test runs every example through the checker, and proves that every code and every field that
// the parser knows has an entry.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/options.h"

namespace kaspr::driver {

struct Entry {
  std::string name;                          // "K0203", "spec.input.take.within"
  std::string title;                         // of a code: what it says
  std::map<std::string, std::string> facts;  // of a field: type, default, ...
  std::string text;                          // paragraphs
  struct Example {
    std::string verdict;  // "wrong", "right"
    std::string kind;     // "file", "spec", "map", ...
    std::string text;
  };
  std::vector<Example> examples;
};

const std::vector<Entry>& Codes();   // by number
const std::vector<Entry>& Fields();  // in the order of the resource

// The entry that a path means ("take.within", "processors.operations.map.python"), under its whole
// name. Nothing: `error` says why, and what may have been meant.
std::optional<Entry> FindField(std::string_view path, std::string& error);

// The entries right below one, under their whole names.
std::vector<Entry> FieldsBelow(const Entry& entry);

// What `explain` prints about a code or field; nothing: `error` says why.
std::optional<std::string> ExplainTopic(const std::string& topic, std::string& error);

int Explain(const Options& options);

}  // namespace kaspr::driver
