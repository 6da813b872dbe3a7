#include "runtime/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/match.h"

namespace kaspr::runtime {

namespace {

// Bytes that are only passed on need no CPython; every other value does, and whatever waits for a
// delivery, for other events, or for a second try.
bool NeedsLane(const ir::Agent& agent) {
  const auto lane_only = [](const ir::Node& node) {
    const auto* output = std::get_if<ir::Output>(&node.op);
    if (output == nullptr) return !std::holds_alternative<ir::Input>(node.op);
    return output->destination.ack || output->destination.value == ir::Serializer::kPickle;
  };
  const ir::Input& input = agent.input();
  return !agent.functions.empty() || agent.on_error.policy != ir::ErrorAction::kSkip ||
         input.key != ir::Serializer::kRaw || input.value != ir::Serializer::kRaw || input.take ||
         !input.channel.empty() || std::any_of(agent.nodes.begin(), agent.nodes.end(), lane_only);
}

// Fills in a segment, node after node.
class SegmentBuilder {
 public:
  SegmentBuilder(const ir::Agent& agent, const std::vector<ir::Target>& targets, Segment& segment)
      : agent_(agent), targets_(targets), segment_(segment) {
    segment_.steps.emplace_back(segment.channel.empty() ? "decode" : "receive");
  }

  void Add(const ir::Node& node) {
    for (uint32_t i = 0; i < targets_.size(); ++i) {
      if (IsOf(node, targets_[i])) segment_.outputs.push_back(i);
    }
    std::visit(Match{[](const ir::Input&) {}, [&](const ir::Map&) { AddStep(node.name); },
                     [&](const ir::Filter&) { AddStep(node.name); },
                     [&](const ir::TopicSend& send) { AddSend(send.destination); },
                     [&](const ir::GroupBy&) {
                       AddStep(node.name);
                       AddStep("encode");  // for the one topic that is sent to behind it
                     },
                     [&](const ir::Stage& stage) {
                       for (const ir::Stage::Step& step : stage.steps) Add(step);
                     },
                     [&](const ir::Output& output) { AddSend(output.destination); },
                     [&](const ir::ChannelOutput&) { AddFunctions(node.op); },
                     [&](const ir::PythonSink& sink) { AddStep(sink.name); }},
               node.op);
  }

 private:
  static bool IsOf(const ir::Node& node, const ir::Target& target) {
    for (const ir::Target& of : ir::TargetsOf(node.op)) {
      if (of.destination == target.destination && of.group == target.group &&
          of.channel == target.channel) {
        return true;
      }
    }
    return false;
  }

  void AddStep(std::string name) { segment_.steps.push_back(std::move(name)); }

  void AddFunctions(const ir::Op& op) {
    for (ir::FnId id : ir::FunctionsOf(op)) AddStep(agent_.function(id).name);
  }

  void AddSend(const ir::Destination& destination) {
    AddFunctions(ir::Output{destination});
    AddStep(destination.topic.empty() ? "encode" : "encode " + destination.topic);
  }

  void Add(const ir::Stage::Step& step) {
    std::visit(Match{
                   [&](const ir::Map&) { AddStep(step.name); },
                   [&](const ir::Filter&) { AddStep(step.name); },
                   [&](const ir::TopicSend& send) { AddSend(send.destination); },
               },
               step.op);
  }

  const ir::Agent& agent_;
  const std::vector<ir::Target>& targets_;
  Segment& segment_;
};

std::vector<SendNode> SendsOf(const Segment& segment) {
  std::vector<SendNode> sends;
  for (const uint32_t output : segment.outputs) {
    const auto& [name, channel, internal] = segment.targets[output];
    const std::string topic = !channel && segment.ChoosesTopics() ? "" : name;
    auto node = std::find_if(sends.begin(), sends.end(), [&](const SendNode& send) {
      return send.topic == topic && send.channel == channel;
    });
    if (node == sends.end()) {
      node = sends.insert(sends.end(), {.topic = topic, .channel = channel});
    }
    node->outputs.push_back(output);
  }
  return sends;
}

// The segments of an agent.
void AddSegments(const ir::Agent& agent, Plan& plan) {
  const std::vector<ir::Target> targets = ir::TargetsOf(agent);
  plan.agents.push_back(agent.name);
  Segment first;
  first.agent = agent.name;
  first.agent_index = plan.agents.size() - 1;
  first.engine = NeedsLane(agent) ? Segment::Engine::kLane : Segment::Engine::kNative;
  first.isolated = agent.input().isolated_partitions;
  for (const ir::Target& target : targets) {
    first.targets.push_back({.name = target.name,
                             .channel = target.kind == ir::Target::Kind::kChannel,
                             .internal = target.group != nullptr});
  }
  Segment segment = first;
  segment.topics = agent.input().topics;
  segment.pattern = agent.input().pattern;
  segment.channel = agent.input().channel;
  const auto end = [&](Segment ended) {
    // Each of them may have dead letters.
    if (agent.on_error.UsesDeadLetters()) {
      ended.outputs.push_back(static_cast<uint32_t>(targets.size() - 1));
    }
    ended.sends = SendsOf(ended);
    plan.segments.push_back(std::move(ended));
  };
  auto builder = std::make_unique<SegmentBuilder>(agent, targets, segment);
  for (const ir::Node& node : agent.nodes) {
    builder->Add(node);
    const auto* group = std::get_if<ir::GroupBy>(&node.op);
    if (group == nullptr) continue;
    end(std::exchange(segment, first));
    segment.topics = {group->topic};
    segment.counts_source = false;
    builder = std::make_unique<SegmentBuilder>(agent, targets, segment);
  }
  end(std::move(segment));
}

// A line of the printed plan.
struct Line {
  std::string kind;
  std::string what;
  std::vector<size_t> from;
  bool ordered = false;
  std::set<std::string> topics;  // of a send
  std::string channel;           // of a send
};

std::vector<Line> LinesOf(const Plan& plan) {
  std::vector<Line> lines;
  std::vector<std::pair<std::string, size_t>> sources;
  std::vector<std::pair<std::string, size_t>> receivers;  // channel, body
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
    if (!segment.pattern.empty()) from.push_back(source("topics like " + segment.pattern));
    const size_t body = lines.size();
    if (!segment.channel.empty()) receivers.emplace_back(segment.channel, body);
    const bool lane = segment.engine == Segment::Engine::kLane;
    lines.push_back({.kind = lane ? "lane" : "native",
                     .what = fmt::format("{}: {}", segment.agent, fmt::join(segment.steps, ", ")),
                     .from = std::move(from),
                     .ordered = lane});
    for (const SendNode& send : segment.sends) {
      Line line{.kind = send.channel ? "pass" : "send",
                .what = send.topic,
                .from = {body},
                .ordered = true};
      if (send.channel) {
        line.what = "channel " + send.topic;
        line.channel = send.topic;
      } else if (send.topic.empty()) {
        line.what.clear();
        for (const std::string& topic : segment.WrittenTopics()) {
          if (topic.starts_with("channel ")) continue;
          line.what += (line.what.empty() ? "" : ", ") + topic;
        }
      }
      if (!send.channel) {
        for (uint32_t output : send.outputs) line.topics.insert(segment.targets[output].name);
      }
      lines.push_back(std::move(line));
    }
  }
  // Topics and channels inside the app: what is sent there comes in where they are read.
  for (size_t i = 0; i < lines.size(); ++i) {
    for (const auto& [topic, line] : sources) {
      if (lines[i].topics.contains(topic)) lines[line].from.push_back(i);
    }
    for (const auto& [channel, body] : receivers) {
      if (lines[i].channel == channel) lines[body].from.push_back(i);
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

bool SendNode::Takes(uint32_t output) const {
  return std::find(outputs.begin(), outputs.end(), output) != outputs.end();
}

bool Segment::ChoosesTopics() const {
  return std::any_of(outputs.begin(), outputs.end(), [this](uint32_t output) {
    return !targets[output].channel && targets[output].name.empty();
  });
}

std::vector<std::string> Segment::WrittenTopics() const {
  std::vector<std::string> topics;
  for (const uint32_t output : outputs) {
    const auto& [name, channel, internal] = targets[output];
    if (internal) continue;
    const std::string shown = channel ? "channel " + name : name;
    if (!shown.empty() && std::find(topics.begin(), topics.end(), shown) == topics.end()) {
      topics.push_back(shown);
    }
  }
  if (ChoosesTopics()) topics.emplace_back("topics chosen at run time");
  return topics;
}

std::set<std::string> Segment::NamedTopics() const {
  std::set<std::string> topics;
  for (const uint32_t output : outputs) {
    if (!targets[output].channel) topics.insert(targets[output].name);
  }
  topics.erase("");
  return topics;
}

bool Segment::Writes(std::string_view topic) const {
  return NamedTopics().contains(std::string(topic));
}

bool Plan::IsInternal(std::string_view topic) const {
  return std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
    return !segment.counts_source && segment.topics.front() == topic;
  });
}

bool Plan::Reads(std::string_view topic) const {
  return std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
    return std::find(segment.topics.begin(), segment.topics.end(), topic) != segment.topics.end();
  });
}

bool Plan::Writes(std::string_view topic) const {
  return std::any_of(segments.begin(), segments.end(),
                     [&](const Segment& segment) { return segment.Writes(topic); });
}

bool Plan::MayWrite(std::string_view topic) const {
  return Writes(topic) || std::any_of(segments.begin(), segments.end(), [](const Segment& segment) {
           return segment.ChoosesTopics();
         });
}

Plan MakePlan(const ir::Graph& graph) {
  Plan plan{.app = graph.app, .segments = {}};
  for (const ir::Agent& agent : graph.agents) AddSegments(agent, plan);
  for (Segment& segment : plan.segments) {
    for (SendNode& send : segment.sends) {
      for (size_t reader = 0; send.channel && reader < plan.segments.size(); ++reader) {
        if (plan.segments[reader].channel == send.topic) send.readers.push_back(reader);
      }
    }
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
