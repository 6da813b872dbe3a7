#include "runtime/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/match.h"

namespace kaspr::runtime {

namespace {

// Bytes that are only passed on need no CPython; every other value does, for now, and whatever
// waits for a delivery.
bool NeedsLane(const ir::Agent& agent) {
  const auto lane_only = [](const ir::Node& node) {
    const auto* output = std::get_if<ir::Output>(&node.op);
    if (output == nullptr) return !std::holds_alternative<ir::Input>(node.op);
    return output->destination.ack || output->destination.value == ir::Serializer::kPickle;
  };
  return !agent.functions.empty() || agent.on_error.UsesDeadLetters() ||
         agent.input().key != ir::Serializer::kRaw || agent.input().value != ir::Serializer::kRaw ||
         std::any_of(agent.nodes.begin(), agent.nodes.end(), lane_only);
}

void AppendSend(const ir::Agent& agent, const ir::Destination& destination, Segment& segment) {
  for (ir::FnId id : ir::FunctionsOf(ir::Output{destination})) {
    segment.steps.push_back(agent.function(id).name);
  }
  segment.steps.push_back(destination.topic.empty() ? "encode" : "encode " + destination.topic);
}

void AppendStep(const ir::Agent& agent, const ir::Stage::Step& step, Segment& segment) {
  std::visit(Match{
                 [&](const ir::Map&) { segment.steps.push_back(step.name); },
                 [&](const ir::Filter&) { segment.steps.push_back(step.name); },
                 [&](const ir::TopicSend& send) { AppendSend(agent, send.destination, segment); },
             },
             step.op);
}

void AppendSteps(const ir::Agent& agent, Segment& segment) {
  segment.steps.push_back("decode");
  for (const ir::Node& node : agent.nodes) {
    std::visit(
        Match{[](const ir::Input&) {}, [&](const ir::Map&) { segment.steps.push_back(node.name); },
              [&](const ir::Filter&) { segment.steps.push_back(node.name); },
              [&](const ir::TopicSend& send) { AppendSend(agent, send.destination, segment); },
              [&](const ir::Stage& stage) {
                for (const auto& step : stage.steps) AppendStep(agent, step, segment);
              },
              [&](const ir::Output& output) { AppendSend(agent, output.destination, segment); },
              [&](const ir::GroupBy&) { segment.steps.push_back(node.name); },
              [&](const ir::ChannelOutput& channel) { segment.steps.push_back(channel.channel); },
              [&](const ir::PythonSink& sink) { segment.steps.push_back(sink.name); }},
        node.op);
  }
}

std::vector<SendNode> SendsOf(const Segment& segment) {
  std::vector<SendNode> sends;
  for (uint32_t i = 0; i < segment.destinations.size(); ++i) {
    const std::string topic = segment.ChoosesTopics() ? "" : segment.destinations[i];
    auto node = std::find_if(sends.begin(), sends.end(),
                             [&](const SendNode& send) { return send.topic == topic; });
    if (node == sends.end()) node = sends.insert(sends.end(), {.topic = topic, .outputs = {}});
    node->outputs.push_back(i);
  }
  return sends;
}

// A line of the printed plan.
struct Line {
  std::string kind;
  std::string what;
  std::vector<size_t> from;
  bool ordered = false;
  std::set<std::string> topics;  // of a send
};

std::vector<Line> LinesOf(const Plan& plan) {
  std::vector<Line> lines;
  std::vector<std::pair<std::string, size_t>> sources;
  const auto source = [&](const std::string& topic) {
    for (const auto& [name, line] : sources) {
      if (name == topic) return line;
    }
    sources.emplace_back(topic, lines.size());
    lines.push_back({.kind = "source", .what = topic});
    return lines.size() - 1;
  };
  for (const Segment& segment : plan.segments) {
    std::vector<size_t> from;
    for (const std::string& topic : segment.topics) from.push_back(source(topic));
    const size_t body = lines.size();
    const bool lane = segment.engine == Segment::Engine::kLane;
    lines.push_back({.kind = lane ? "lane" : "native",
                     .what = fmt::format("{}: {}", segment.agent, fmt::join(segment.steps, ", ")),
                     .from = std::move(from),
                     .ordered = lane});
    for (const SendNode& send : segment.sends) {
      lines.push_back({.kind = "send",
                       .what = send.topic.empty()
                                   ? fmt::format("{}", fmt::join(segment.WrittenTopics(), ", "))
                                   : send.topic,
                       .from = {body},
                       .ordered = true});
      for (uint32_t output : send.outputs) lines.back().topics.insert(segment.destinations[output]);
    }
  }
  // Topics inside the app: what is sent there comes in at their source.
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind != "send") continue;
    for (const auto& [topic, line] : sources) {
      if (lines[i].topics.contains(topic)) lines[line].from.push_back(i);
    }
  }
  return lines;
}

// The text in lines that are not too wide, broken behind commas.
std::vector<std::string> Broken(const std::string& text) {
  constexpr size_t kWidest = 60;
  std::vector<std::string> lines(1);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(", ", begin), text.size() - 1) + 1;
    const std::string part = text.substr(begin, end - begin);
    if (!lines.back().empty() && lines.back().size() + part.size() > kWidest) {
      lines.emplace_back(begin > 0 && part.front() == ' ' ? part.substr(1) : part);
    } else {
      lines.back() += part;
    }
    begin = end;
  }
  return lines;
}

}  // namespace

bool Segment::ChoosesTopics() const {
  return std::find(destinations.begin(), destinations.end(), "") != destinations.end();
}

std::vector<std::string> Segment::WrittenTopics() const {
  std::vector<std::string> topics;
  for (const std::string& topic : destinations) {
    if (!topic.empty() && std::find(topics.begin(), topics.end(), topic) == topics.end()) {
      topics.push_back(topic);
    }
  }
  if (ChoosesTopics()) topics.emplace_back("topics chosen at run time");
  return topics;
}

bool Plan::Reads(std::string_view topic) const {
  return std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
    return std::find(segment.topics.begin(), segment.topics.end(), topic) != segment.topics.end();
  });
}

bool Plan::Writes(std::string_view topic) const {
  return std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
    const auto& topics = segment.destinations;
    return std::find(topics.begin(), topics.end(), topic) != topics.end();
  });
}

bool Plan::MayWrite(std::string_view topic) const {
  return Writes(topic) || std::any_of(segments.begin(), segments.end(), [](const Segment& segment) {
           return segment.ChoosesTopics();
         });
}

Plan MakePlan(const ir::Graph& graph) {
  Plan plan{.app = graph.app, .segments = {}};
  for (const ir::Agent& agent : graph.agents) {
    Segment& segment = plan.segments.emplace_back();
    segment.agent = agent.name;
    segment.topics = agent.input().topics;
    segment.pattern = agent.input().pattern;
    segment.engine = NeedsLane(agent) ? Segment::Engine::kLane : Segment::Engine::kNative;
    AppendSteps(agent, segment);
    for (const ir::Target& target : ir::TargetsOf(agent)) {
      segment.destinations.push_back(target.name);
    }
    segment.sends = SendsOf(segment);
  }
  return plan;
}

std::string PrintPlan(const Plan& plan) {
  const std::vector<Line> lines = LinesOf(plan);
  std::vector<std::vector<std::string>> texts;  // of each node, broken where it is too wide
  size_t width = 0;
  for (const Line& line : lines) {
    texts.push_back(Broken(line.what));
    for (const std::string& part : texts.back()) {
      if (!line.from.empty()) width = std::max(width, part.size());
    }
  }
  std::string out = fmt::format("plan \"{}\"\n", plan.app);
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    const std::string start = fmt::format("  node {}  {:<6}  ", i, line.kind);
    out += start + texts[i].front();
    if (!line.from.empty()) {
      out += fmt::format("{:{}}    from {}", "", width - texts[i].front().size(),
                         fmt::join(line.from, ", "));
    }
    out += line.ordered ? ", ordered\n" : "\n";
    for (size_t part = 1; part < texts[i].size(); ++part) {
      out += std::string(start.size(), ' ') + texts[i][part] + "\n";
    }
  }
  return out;
}

}  // namespace kaspr::runtime
