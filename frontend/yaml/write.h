#pragma once

// Writes block-style YAML that reads back as the same values.
//
//   YamlWriter writer;
//   writer.Begin("map");
//   writer.Text("python", "def f(value):\n    return value\n");   // python: | ...
//   writer.End();

#include <string>
#include <string_view>

namespace kaspr::frontend {

class YamlWriter {
 public:
  void Begin(std::string_view key);  // a mapping behind `key`, until End
  void End() { --depth_; }
  void BeginItem();  // a mapping as an item of the list begun last, until EndItem
  void EndItem() { --depth_; }
  void List(std::string_view key) { Line(std::string(key) + ":"); }  // items follow

  void Text(std::string_view key, std::string_view text);  // plain, quoted or as a block
  void Plain(std::string_view key, std::string_view value);
  void TextItem(std::string_view text);
  void Separator() { out_ += "---\n"; }

  std::string Take() { return std::move(out_); }

 private:
  void Line(std::string_view content);
  void Block(std::string_view key, std::string_view text);

  std::string out_;
  size_t depth_ = 0;
  bool dash_ = false;  // the next line begins an item
};

// `text` as a YAML scalar of one line: as it is where that reads back as a text, else in quotes.
std::string YamlScalar(std::string_view text);

}  // namespace kaspr::frontend
