#pragma once

// A YAML file as a tree in which everything knows its place.
//
//   auto documents = ReadYaml(file, diagnostics);   // nullopt: at least one error was reported
//   documents->front().entries[0].key.text          // "apiVersion"
//
// The tree is ours and not the YAML library's: two equal keys are an error that shows both, aliases
// are copied under a budget, merge keys (`<<`) are applied as PyYAML does, tabs, tags, depth and
// size are decided here. Nodes own their children; spans point into the file, which must outlive
// them. No function here recurses deeper than kMaxYamlDepth.

#include <optional>
#include <string>
#include <vector>

#include "base/block_map.h"
#include "base/diagnostics.h"

namespace kaspr::frontend {

inline constexpr size_t kMaxYamlBytes = 8 * 1024 * 1024;
inline constexpr size_t kMaxYamlDepth = 100;
// Of a file, with aliases expanded; there long texts count as more than one.
inline constexpr size_t kMaxYamlNodes = 200'000;
inline constexpr size_t kMaxYamlMistakes = 100;  // then reading stops

enum class ScalarStyle { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  // Of a scalar or a bracketed collection all of it; of a block collection its first token; of a
  // value that is not there an empty span behind its key, or the '-' of its list item.
  Span span;
  ScalarStyle style = ScalarStyle::kPlain;
  // A scalar that is text whatever it looks like: quoted, a block, or tagged !!str.
  bool is_text = false;
  std::string text;                // of a scalar
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping

  // What to underline: the first line of the span; of a block scalar its indicator.
  Span Mark() const;

  const YamlEntry* Find(std::string_view key) const;
};

struct YamlEntry {
  YamlNode key;  // a scalar
  YamlNode value;
};

// The documents of a file; those without content are left out, a file without any is an error.
std::optional<std::vector<YamlNode>> ReadYaml(const SourceFile& file, Diagnostics& diagnostics);

// Where each byte of a scalar's text stands in the file.
BlockMap MapScalar(const YamlNode& scalar);

}  // namespace kaspr::frontend
