#include <fmt/format.h>

#include <iterator>

#include "ir/draw.h"
#include "ir/picture.h"

namespace kaspr::ir {
namespace {

// `text` as the inside of a quoted label: dot reads escapes and entities there.
std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
    if (c == '&') out += "amp;";
  }
  return out;
}

// Lines that begin at the left.
std::string Escaped(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += Escaped(line) + "\\l";
  return out;
}

}  // namespace

std::string DrawDot(const Graph& graph, const DrawOptions& options) {
  const Picture picture = PictureOf(graph, options.fields);
  std::string out;
  const auto append = [&]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  };
  append("digraph \"{}\" {{\n  rankdir=LR;\n", Escaped(picture.app));
  append("  node [shape=box, style=rounded];\n");
  for (const SharedBox& topic : picture.topics) {
    append("  {} [label=\"{}\", shape={}, style={}];\n", topic.id, Escaped(topic.label),
           topic.kind == SharedBox::Kind::kChannel ? "cds" : "cylinder",
           topic.several() ? "dashed" : "solid");
  }
  for (size_t i = 0; i < picture.agents.size(); ++i) {
    const Cluster& agent = picture.agents[i];
    append("  subgraph cluster_{} {{\n    label=\"{}\";\n", i, Escaped(agent.name));
    for (const Box& box : agent.boxes) {
      append("    {} [{}];\n", box.id,
             box.lines.empty() ? "shape=point" : fmt::format("label=\"{}\"", Escaped(box.lines)));
    }
    append("  }}\n");
    for (const Arrow& arrow : agent.arrows) {
      append("  {} -> {}", arrow.from, arrow.to);
      if (!arrow.lines.empty()) append(" [label=\"{}\"]", Escaped(arrow.lines));
      append(";\n");
    }
  }
  return out + "}\n";
}

}  // namespace kaspr::ir
