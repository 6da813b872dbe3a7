#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ir/draw.h"
#include "ir/fields.h"
#include "ir/labels.h"

namespace kaspr::ir {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kNoteWidth = 48;   // of what stands below an output
constexpr size_t kLeastWidth = 24;  // of the operations, however long topics are

std::string Repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Joins `words` to rows of at most `width` columns; a row that goes on ends with the separator.
std::vector<std::string> Wrap(const std::vector<std::string>& words, std::string_view separator,
                              size_t width) {
  std::vector<std::string> rows;
  for (const std::string& word : words) {
    if (!rows.empty()) {
      std::string longer = rows.back() + std::string(separator) + " " + word;
      if (Columns(longer) + Columns(separator) <= width) {
        rows.back() = std::move(longer);
        continue;
      }
      rows.back() += separator;
    }
    rows.push_back(word);
  }
  return rows;
}

// A column of the picture: rows of text, and the line that leads to the next column.
struct Column {
  struct Row {
    std::string text;
    bool end = false;  // of an arrow
  };
  std::vector<Row> rows;

  size_t width() const {
    size_t width = 0;
    for (const Row& row : rows) width = std::max(width, Columns(row.text));
    return width;
  }
  size_t ends() const { return std::ranges::count_if(rows, &Row::end); }
};

// The text of a row, padded to one more than `width`: with a line if one leaves it, else with
// blanks.
std::string Padded(const Column& column, size_t row, size_t width) {
  if (row >= column.rows.size()) return Repeat(" ", width + 1);
  const auto& [text, end] = column.rows[row];
  return text + " " + Repeat(end ? "─" : " ", width - Columns(text));
}

// How the line at `row` meets the others of its column: at the first row all of them join, at a row
// with an end of its own one leaves, and a row above the last end is crossed.
std::string Joint(const Column& column, size_t row, const char* leaves, const char* last) {
  size_t left = 0;  // ends from this row on
  for (size_t i = row; i < column.rows.size(); ++i) left += column.rows[i].end;
  if (left == 0) return " ";
  if (row == 0) return "┬";
  if (!column.rows[row].end) return "│";
  return left == 1 ? last : leaves;
}

// The line from the inputs to what follows; a joint if there are several. `bare`: nothing follows
// but the line to the outputs.
std::string LineFrom(const Column& inputs, size_t row, bool bare) {
  if (inputs.ends() == 1) return bare ? "" : row == 0 ? "──▶ " : "    ";
  const bool end = row < inputs.rows.size() && inputs.rows[row].end;
  const char* arrow = bare ? "" : row == 0 ? "─▶ " : "   ";
  return fmt::format("{}{}{}", end ? "─" : " ", Joint(inputs, row, "┤", "┘"), arrow);
}

// The line to the outputs; a joint if there are several.
std::string LineTo(const Column& outputs, size_t row) {
  if (outputs.ends() == 0) return "";
  if (outputs.ends() == 1) return row == 0 ? "──▶ " : "    ";
  const bool end = row < outputs.rows.size() && outputs.rows[row].end;
  return fmt::format("{}{}{}", row == 0 ? "─" : " ", Joint(outputs, row, "├", "└"),
                     end ? "─▶ " : "   ");
}

// The operations from the input to a node, and the outputs that read it.
struct Branch {
  std::vector<const Node*> path;
  std::vector<const Node*> outputs;
};

// A branch for each node that outputs read, and for each that nothing reads.
std::vector<Branch> BranchesOf(const Agent& agent) {
  const std::vector<uint32_t> users = UserCounts(agent);
  std::vector<Branch> branches(agent.nodes.size());
  for (const Node& node : agent.nodes) {
    if (!IsOutput(node.op)) continue;
    branches[static_cast<size_t>(node.inputs.front())].outputs.push_back(&node);
  }
  std::vector<Branch> drawn;
  for (size_t i = 0; i < agent.nodes.size(); ++i) {
    if (IsOutput(agent.nodes[i].op)) continue;
    if (branches[i].outputs.empty() && users[i] > 0) continue;
    size_t at = i;
    for (; at != 0; at = static_cast<size_t>(agent.nodes[at].inputs.front())) {
      branches[i].path.push_back(&agent.nodes[at]);
    }
    std::ranges::reverse(branches[i].path);
    drawn.push_back(std::move(branches[i]));
  }
  return drawn;
}

class TextDrawing {
 public:
  TextDrawing(const Graph& graph, const DrawOptions& options) : graph_(graph), options_(options) {}

  std::string Run() && {
    for (const Agent* agent : InFlowOrder(graph_)) {
      if (graph_.agents.size() > 1) {
        out_ += fmt::format("{}{}\n", out_.empty() ? "" : "\n", Shown(agent->name));
      }
      for (const Branch& branch : BranchesOf(*agent)) DrawBranch(*agent, branch);
      DrawDeadLetters(*agent);
      if (options_.fields) DrawFields(*agent);
    }
    return std::move(out_);
  }

 private:
  void DrawBranch(const Agent& agent, const Branch& branch) {
    const std::string indent = graph_.agents.size() > 1 ? "  " : "";
    const Column inputs = InputColumn(agent);
    const Column outputs = OutputColumn(agent, branch);
    const size_t lines = indent.size() + 6 + 6;
    const size_t around = lines + inputs.width() + outputs.width();
    const size_t room = around + kLeastWidth < kWidth ? kWidth - around : kLeastWidth;
    const Column operations = OperationColumn(agent, branch, room);
    const size_t rows = std::max({inputs.rows.size(), operations.rows.size(), outputs.rows.size()});
    const bool bare = operations.rows.empty();
    for (size_t row = 0; row < rows; ++row) {
      std::string line = indent + Padded(inputs, row, inputs.width());
      line += LineFrom(inputs, row, bare);
      if (!bare) line += Padded(operations, row, operations.width());
      line += LineTo(outputs, row);
      if (row < outputs.rows.size()) line += outputs.rows[row].text;
      line.erase(line.find_last_not_of(' ') + 1);
      out_ += line + '\n';
    }
  }

  void DrawDeadLetters(const Agent& agent) {
    const OnError& on_error = agent.on_error;
    if (!on_error.UsesDeadLetters()) return;
    const bool retry = on_error.policy == ErrorAction::kRetry;
    out_ += fmt::format("{}failed records{} ──▶ {}\n", graph_.agents.size() > 1 ? "  " : "",
                        retry ? fmt::format(", after {} tries", on_error.attempts) : "",
                        Shown(on_error.topic));
  }

  // Below the picture, a line for each function.
  void DrawFields(const Agent& agent) {
    const std::string indent = graph_.agents.size() > 1 ? "  " : "";
    std::vector<FnId> functions;
    size_t width = 0;
    for (const Node& node : agent.nodes) {
      for (const FnId id : FunctionsOf(node.op)) {
        if (std::ranges::find(functions, id) == functions.end()) functions.push_back(id);
        width = std::max(width, Columns(Shown(agent.function(id).name)));
      }
    }
    if (!functions.empty()) out_ += "\n";
    for (const FnId id : functions) {
      const std::string name = Shown(agent.function(id).name);
      std::vector<std::string> labels = FieldLabels(FieldsOf(agent, {id}));
      if (labels.empty()) labels.emplace_back("reads nothing");
      std::string begin = indent + name + Repeat(" ", width - Columns(name) + 3);
      for (const std::string& row : Wrap(labels, ",", kWidth - Columns(begin))) {
        out_ += begin + row + '\n';
        begin = Repeat(" ", indent.size() + width + 3);
      }
    }
  }

  static Column InputColumn(const Agent& agent) {
    Column column;
    for (std::string& source : SourceLabels(agent.input())) {
      column.rows.push_back({std::move(source), true});
    }
    return column;
  }

  // "paid"; "audit → side" of a step that sends, "by-key ⇄ its-topic" of one that also reads there.
  static std::string NameOf(const Agent& agent, const StepLabel& step) {
    if (step.group) return fmt::format("{} ⇄ {}", step.name, Shown(step.group->topic));
    if (!step.send) return step.name;
    return fmt::format("{} → {}", step.name, TopicLabel(agent, step.send->destination));
  }

  static Column OperationColumn(const Agent& agent, const Branch& branch, size_t room) {
    std::vector<std::string> names;
    for (const Node* node : branch.path) {
      for (const StepLabel& step : StepLabels(*node)) names.push_back(NameOf(agent, step));
    }
    Column column;
    if (names.empty()) return column;
    for (std::string& row : Wrap(names, " ▸", room)) column.rows.push_back({std::move(row), false});
    column.rows.front().end = !branch.outputs.empty();
    std::string note = "python";
    if (branch.path.size() > 1) {
      note += fmt::format(", {} stages", branch.path.size());
    } else if (names.size() > 1) {
      note += ", one stage";
    }
    column.rows.push_back({std::move(note), false});
    return column;
  }

  // Adds the row of an output, and gives what stands below it.
  static std::vector<std::string> AddOutput(const Agent& agent, const Node& node, Column& column) {
    if (const auto* channel = std::get_if<ChannelOutput>(&node.op)) {
      column.rows.push_back({"channel " + Shown(channel->channel), true});
      return ChannelLabels(agent, *channel);
    }
    if (const auto* sink = std::get_if<PythonSink>(&node.op)) {
      column.rows.push_back({"sink " + Shown(sink->name), true});
      return {};
    }
    const Destination& destination = std::get<Output>(node.op).destination;
    column.rows.push_back({TopicLabel(agent, destination), true});
    return DestinationLabels(agent, destination);
  }

  Column OutputColumn(const Agent& agent, const Branch& branch) const {
    Column column;
    for (const Node* node : branch.outputs) {
      std::vector<std::string> notes = AddOutput(agent, *node, column);
      for (const Target& target : TargetsOf(node->op)) {
        std::ranges::copy(ReaderLabels(graph_, target), std::back_inserter(notes));
      }
      for (std::string& row : Wrap(notes, ",", kNoteWidth)) {
        column.rows.push_back({std::move(row), false});
      }
    }
    return column;
  }

  const Graph& graph_;
  const DrawOptions& options_;
  std::string out_;
};

}  // namespace

std::string DrawText(const Graph& graph, const DrawOptions& options) {
  return TextDrawing(graph, options).Run();
}

}  // namespace kaspr::ir
