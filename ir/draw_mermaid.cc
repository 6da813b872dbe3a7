#include <fmt/format.h>

#include <iterator>

#include "ir/draw.h"
#include "ir/picture.h"

namespace kaspr::ir {
namespace {

bool IsWord(std::string_view text, size_t at) {
  if (at >= text.size()) return false;
  const char c = text[at];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// What Mermaid would read as something else than itself, even in a quoted label: its own escapes
// ('#', '"'), HTML, directives ("%%{"), line breaks ("\n"), Markdown, and, where a ':' is followed
// by something, icons ("fa:fa-car") and styles. It is written as its code: '"' is "#34;".
bool IsSpecial(std::string_view text, size_t at) {
  constexpr std::string_view kAlways = "\"#&<>%\\`*~$";
  if (kAlways.find(text[at]) != std::string_view::npos) return true;
  if (text[at] == ':') return at + 1 < text.size() && text[at + 1] != ' ';
  if (text[at] == '_') return at == 0 || !IsWord(text, at - 1) || !IsWord(text, at + 1);
  return false;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsSpecial(text, i)) {
      out += fmt::format("#{};", static_cast<int>(text[i]));
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string Escaped(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "<br>") + Escaped(line);
  return out;
}

}  // namespace

std::string DrawMermaid(const Graph& graph, const DrawOptions& options) {
  const Picture picture = PictureOf(graph, options.fields);
  std::string out = "flowchart LR\n";
  const auto append = [&]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  };
  for (const SharedBox& topic : picture.topics) {
    const std::string label = Escaped(topic.label);
    append("  {}", topic.id);
    if (topic.kind == SharedBox::Kind::kChannel) {
      append("[[\"{}\"]]\n", label);
    } else {
      append("[(\"{}\")]\n", label);
    }
    if (topic.several()) append("  style {} stroke-dasharray: 4\n", topic.id);
  }
  for (size_t i = 0; i < picture.agents.size(); ++i) {
    const Cluster& agent = picture.agents[i];
    append("  subgraph g{}[\"{}\"]\n", i, Escaped(agent.name));
    for (const Box& box : agent.boxes) {
      if (box.lines.empty()) {
        append("    {}((\" \"))\n", box.id);
      } else {
        append("    {}(\"{}\")\n", box.id, Escaped(box.lines));
      }
    }
    append("  end\n");
    for (const Arrow& arrow : agent.arrows) {
      append("  {} -->", arrow.from);
      if (!arrow.lines.empty()) append("|\"{}\"|", Escaped(arrow.lines));
      append(" {}\n", arrow.to);
    }
  }
  return out;
}

}  // namespace kaspr::ir
