#include "ir/passes/dead_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <map>

#include "base/match.h"
#include "ir/expr/dicts.h"
#include "ir/expr/field_uses.h"
#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {
namespace {

// A dict in a function: its argument, or one that it makes.
struct Place {
  FnId function{};
  ValueId dict{};
  auto operator<=>(const Place&) const = default;
};

constexpr ValueId kArgument{0};

// Why a dict is kept as it is that a filter or selector makes: that is what it is for.
constexpr const char* kAnswer = "it is the answer";

// What is written there, and why it has to be; "": it need not.
using Fields = std::map<std::string, std::string>;

// A value on its way, as long as it is the same dict.
struct Journey {
  std::vector<Place> written_at;
  std::map<std::string, std::string> readers;  // field: why it is kept
  std::string all;                             // why all of them are; "": they are not
};

// One agent: what happens to its values, part by part.
class Follower {
 public:
  explicit Follower(const Agent& agent) : agent_(agent) {}

  std::map<Place, Fields> fields;
  std::map<FnId, bool> given_dicts;  // is the argument known to be a dict, whenever it is called?

  void Run() {
    size_t begin = 0;
    for (size_t i = 0; i < agent_.nodes.size(); ++i) {
      if (!std::holds_alternative<GroupBy>(agent_.nodes[i].op) && i + 1 < agent_.nodes.size()) {
        continue;
      }
      const Node* source = begin > 0 ? &agent_.nodes[begin - 1] : nullptr;
      FollowPart(std::span(agent_.nodes).subspan(begin, i + 1 - begin), source);
      begin = i + 1;
    }
  }

 private:
  // `source`: the groupBy in front of it, or none.
  void FollowPart(std::span<const Node> nodes, const Node* source) {
    journey_ = {};
    is_dict_ = false;
    const std::string why = WhyNot(nodes, source);
    for (const Node& node : nodes) {
      if (why.empty()) {
        Visit(node);
      } else {
        for (const FnId id : FunctionsOf(node.op)) KeepAllOf(id, why);
      }
    }
    End(journey_);
  }

  void KeepAllOf(FnId id, const std::string& why) {
    const Function& function = agent_.function(id);
    given_dicts[id] = false;
    if (!function.expr || function.expr->main().parameters.empty()) return;
    End({.written_at = {{id, kArgument}}, .readers = {}, .all = why});
    KeepAnswer(id, function.role == Role::kOperation ? why : kAnswer);
  }

  // The dict that the function makes and returns, if it does.
  void KeepAnswer(FnId id, const std::string& why) {
    if (const auto made = DictMadeAndReturned(MainOf(id))) {
      End({.written_at = {{id, *made}}, .readers = {}, .all = why});
    }
  }

  // Why values of the part may be seen by CPython, or by more than one way; "": they are not.
  std::string WhyNot(std::span<const Node> nodes, const Node* before) const {
    bool out = false;
    for (const Node& node : nodes) {
      if (std::string why = WhyNot(node.op); !why.empty()) return why;
      if (!node.inputs.empty() && &agent_.node(node.inputs.front()) != before) {
        return fmt::format("'{}' is read by several operations",
                           agent_.node(node.inputs.front()).name);
      }
      if (!IsOutput(node.op) && out) return "an output stands in front of operations";
      out = IsOutput(node.op);
      if (!out) before = &node;
    }
    return "";
  }

  std::string WhyNot(const Op& op) const {
    return std::visit(
        Match{
            [](const Input& input) { return WhyNot(input); },
            [&](const Map& map) { return WhyNot(map.function, true); },
            [&](const Filter& filter) { return WhyNot(filter.function, false); },
            [&](const TopicSend& send) { return WhyNot(send.destination); },
            [](const GroupBy&) { return std::string("a groupBy writes all of the value"); },
            [&](const Stage& stage) {
              std::string why;
              for (const Stage::Step& step : stage.steps) {
                if (why.empty()) why = WhyNot(step);
              }
              return why;
            },
            [&](const Output& output) { return WhyNot(output.destination); },
            [](const ChannelOutput&) { return std::string("a channel hands on all of the value"); },
            [](const PythonSink&) { return std::string("a sink gets all of the value"); },
        },
        op);
  }

  std::string WhyNot(const Stage::Step& step) const {
    return std::visit(Match{
                          [&](const Map& map) { return WhyNot(map.function, true); },
                          [&](const Filter& filter) { return WhyNot(filter.function, false); },
                          [&](const TopicSend& send) { return WhyNot(send.destination); },
                      },
                      step.op);
  }

  std::string WhyNot(FnId id, bool may_yield) const {
    const Function& function = agent_.function(id);
    const bool translated = function.expr && function.expr->main().parameters.size() == 1 &&
                            (may_yield || !function.expr->main().generator);
    return translated ? "" : fmt::format("'{}' runs in Python", function.name);
  }

  static std::string WhyNot(const Input& input) {
    if (!input.channel.empty()) return "a channel brings the value";
    if (input.take) return "'take' makes lists of values";
    return input.value == Serializer::kJson ? "" : "the values read are not JSON";
  }

  std::string WhyNot(const Destination& destination) const {
    for (const FnId id : FunctionsOf(Output{destination})) {
      if (std::string why = WhyNot(id, false); !why.empty()) return why;
    }
    const auto lane = [](Serializer serializer) {
      return serializer != Serializer::kRaw && serializer != Serializer::kJson;
    };
    if (destination.ack) return "'ack' is waited for in Python";
    return lane(destination.key) || lane(destination.value) ? "Python serializes the value" : "";
  }

  void Visit(const Node& node) {
    std::visit(Match{
                   [](const Input&) {},
                   [&](const Map& map) { VisitMap(map); },
                   [&](const Filter& filter) { VisitFilter(filter); },
                   [&](const TopicSend& send) { VisitSend(send); },
                   [](const GroupBy&) {},
                   [&](const Stage& stage) {
                     for (const Stage::Step& step : stage.steps) VisitStep(step);
                   },
                   [&](const Output& output) { VisitDestination(output.destination); },
                   [](const ChannelOutput&) {},
                   [](const PythonSink&) {},
               },
               node.op);
  }

  void VisitStep(const Stage::Step& step) {
    std::visit(Match{
                   [&](const Map& map) { VisitMap(map); },
                   [&](const Filter& filter) { VisitFilter(filter); },
                   [&](const TopicSend& send) { VisitSend(send); },
               },
               step.op);
  }

  const ExprFunction& MainOf(FnId id) const { return agent_.function(id).expr->main(); }

  // The function gets the value: what it reads is kept for it.
  FieldUses Give(FnId id) {
    const FieldUses uses = FieldUsesOf(MainOf(id), kArgument);
    const auto known = given_dicts.emplace(id, is_dict_).first;
    known->second = known->second && is_dict_;
    journey_.written_at.push_back({id, kArgument});
    Keep(id, uses);
    return uses;
  }

  void Keep(FnId id, const FieldUses& uses) {
    const std::string& name = agent_.function(id).name;
    for (const std::string& field : uses.reads) {
      journey_.readers.emplace(field, fmt::format("'{}' may read it", name));
    }
    if (uses.escapes) KeepAll(fmt::format("'{}' may read all of the value", name));
  }

  void KeepAll(std::string why) {
    if (journey_.all.empty()) journey_.all = std::move(why);
  }

  // Filters further on that are asked here already look at the value as it is here.
  void VisitEarly(const std::vector<EarlyFilter>& filters) {
    for (const EarlyFilter& filter : filters) {
      const FieldUses uses = FieldUsesOf(MainOf(filter.function), kArgument);
      Keep(filter.function, uses);
      if (uses.returned) KeepAll(fmt::format("'{}' returns all of the value", filter.filter));
    }
  }

  void VisitMap(const Map& map) {
    VisitEarly(map.early);
    const FnId id = map.function;
    const FieldUses uses = Give(id);
    const bool yields = MainOf(id).generator;
    if (!yields && !uses.escapes && uses.always_returned) {
      is_dict_ = is_dict_ || LeavesDict(id);
      return;
    }
    if (uses.returned) KeepAll(fmt::format("'{}' may return all of the value", NameOf(id)));
    End(journey_);
    journey_ = {};
    is_dict_ = false;
    const std::optional<ValueId> made = yields ? std::nullopt : DictMadeAndReturned(MainOf(id));
    if (!made) {
      // It may be in others, and these in it.
      KeepAll(
          fmt::format("what '{}' {} may be anything", NameOf(id), yields ? "yields" : "returns"));
      return;
    }
    is_dict_ = true;
    journey_.written_at.push_back({id, *made});
    Keep(id, FieldUsesOf(MainOf(id), *made));
  }

  void VisitFilter(const Filter& filter) {
    VisitEarly(filter.early);
    const FnId id = filter.function;
    VisitAnswer(id);
    is_dict_ = is_dict_ || LeavesDict(id);
  }

  // One whose result is asked for, and not handed on.
  void VisitAnswer(FnId id) {
    if (Give(id).returned) KeepAll(fmt::format("'{}' returns all of the value", NameOf(id)));
    KeepAnswer(id, kAnswer);
  }

  void VisitSend(const TopicSend& send) {
    VisitDestination(send.destination);
    if (send.pass_through) return;
    End(journey_);  // nothing goes on
    journey_ = {};
    is_dict_ = false;
  }

  void VisitDestination(const Destination& destination) {
    for (const FnId id : FunctionsOf(Output{destination})) VisitAnswer(id);
    if (destination.selectors.value) return;
    KeepAll(destination.topic.empty()
                ? "a topic gets all of the value"
                : fmt::format("topic '{}' gets all of the value", destination.topic));
  }

  const std::string& NameOf(FnId id) const { return agent_.function(id).name; }

  // Is the argument known to be a dict once it has returned?
  bool LeavesDict(FnId id) const {
    bool always = true;
    VisitWithDicts(MainOf(id), false, [&](const Inst& inst, const std::vector<bool>& dicts) {
      if (std::holds_alternative<Return>(inst.op)) always = always && dicts[0];
      return true;
    });
    return always;
  }

  // All that happens to the value has been seen.
  void End(const Journey& journey) {
    for (const Place& place : journey.written_at) {
      for (const std::string& field : FieldUsesOf(MainOf(place.function), place.dict).writes) {
        const auto reader = journey.readers.find(field);
        std::string why = journey.all;
        if (reader != journey.readers.end()) why = reader->second;
        std::string& kept = fields[place].emplace(field, "").first->second;
        if (kept.empty()) kept = why;
      }
    }
  }

  const Agent& agent_;
  Journey journey_;
  bool is_dict_ = false;  // is the value known to be one?
};

// Takes the writes of fields out of one function.
class Eraser {
 public:
  Eraser(ExprFunction& function, ValueId dict, const std::set<std::string>& fields)
      : function_(function), rewriting_(function), dict_(dict), fields_(fields) {}

  // `is_dict`: the argument is. What may be none keeps its first write, or all that nothing stands
  // in front of; their fields are put into `kept`.
  bool Run(bool is_dict, std::set<std::string>& kept) {
    FindWrites(is_dict, kept);
    Walk(function_.body);
    if (changed_) Renumber(function_);
    return changed_;
  }

 private:
  void FindWrites(bool is_dict, std::set<std::string>& kept) {
    VisitWithDicts(function_, is_dict, [&](const Inst& inst, const std::vector<bool>& dicts) {
      const std::string* field = Written(inst);
      if (field == nullptr) return true;
      if (!dicts[static_cast<size_t>(dict_)]) {
        kept.insert(*field);
        return true;
      }
      gone_.insert(inst.results[0]);
      return false;
    });
  }

  // The field that it writes, if that is to go.
  const std::string* Written(const Inst& inst) const {
    for (const std::string& field : fields_) {
      if (WritesField(function_, inst, dict_, field)) return &field;
    }
    return nullptr;
  }

  void Walk(Region& region) {
    std::vector<Inst> old = std::move(region.body);
    region.body.clear();
    for (Inst& inst : old) {
      for (Operand& operand : inst.operands) operand = rewriting_.Now(operand);
      if (!inst.results.empty() && gone_.contains(inst.results[0])) {
        rewriting_.Replace(inst.results[0], rewriting_.Constant({.text = {}, .items = {}}));
        changed_ = true;
        continue;
      }
      if (!inst.results.empty() && inst.results[0] == dict_) EraseEntries(inst);
      for (Region& inside : inst.regions) Walk(inside);
      region.body.push_back(std::move(inst));
    }
  }

  // Of the display that makes the dict.
  void EraseEntries(Inst& inst) {
    std::vector<Operand> kept;
    for (size_t i = 0; i + 1 < inst.operands.size(); i += 2) {
      const std::string* key = KeyOf(function_, inst.operands[i]);
      if (key != nullptr && fields_.contains(*key)) {
        changed_ = true;
        continue;
      }
      kept.insert(kept.end(), {inst.operands[i], inst.operands[i + 1]});
    }
    inst.operands = std::move(kept);
  }

  ExprFunction& function_;
  Rewriting rewriting_;
  const ValueId dict_;
  const std::set<std::string>& fields_;
  std::set<ValueId> gone_;  // what their operations give
  bool changed_ = false;
};

// What there is to say of one function: fields by why they are kept, and those that are not.
struct Answer {
  std::map<std::string, std::set<std::string>> kept;
  std::set<std::string> gone;
};

constexpr const char* kMayRaise = "what it writes to may be no dict, which raises";

bool EraseOnce(Agent& agent, std::map<FnId, Answer>& answers) {
  Follower follower(agent);
  follower.Run();
  for (auto& [id, answer] : answers) answer.kept.clear();
  for (const auto& [place, fields] : follower.fields) {
    Answer& answer = answers[place.function];
    std::set<std::string> dead;
    for (const auto& [field, why] : fields) {
      if (why.empty()) dead.insert(field);
      if (!why.empty() && why != kAnswer) answer.kept[why].insert(field);
    }
    if (dead.empty()) continue;
    ExprFunction& body = agent.functions[static_cast<size_t>(place.function)].expr->functions[0];
    std::set<std::string> kept;
    if (!Eraser(body, place.dict, dead).Run(follower.given_dicts[place.function], kept)) {
      answer.kept[kMayRaise].insert(kept.begin(), kept.end());
      continue;
    }
    answer.gone.insert(dead.begin(), dead.end());
    return true;  // what it wrote may have been another dict: look again
  }
  return false;
}

// Of one function.
bool EraseOnce(ExprFunction& function, bool argument) {
  std::vector<ValueId> dicts;
  if (argument) dicts.push_back(kArgument);
  ForEachInst(function.body, [&](const Inst& inst) {
    const value::Primitive* primitive = PrimitiveOf(inst);
    if (primitive != nullptr && primitive->name == "dict") dicts.push_back(inst.results[0]);
  });
  return std::ranges::any_of(dicts, [&](ValueId dict) {
    const FieldUses uses = FieldUsesOf(function, dict);
    std::set<std::string> dead, kept;
    std::ranges::set_difference(uses.writes, uses.reads, std::inserter(dead, dead.end()));
    return !uses.escapes && !uses.returned && !dead.empty() &&
           Eraser(function, dict, dead).Run(false, kept);
  });
}

std::string Listed(const std::set<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) text += (text.empty() ? "." : " .") + field;
  return text;
}

bool DeadFieldsOf(Agent& agent, PassContext& context) {
  std::map<FnId, Answer> answers;
  bool changed = false;
  while (EraseOnce(agent, answers)) changed = true;
  for (const auto& [id, answer] : answers) {
    const std::string& name = agent.function(id).name;
    const auto say = [&](std::string text) {
      context.remarks.push_back({"dead-fields", agent.name, std::move(text)});
    };
    std::set<std::string> gone = answer.gone;
    for (const auto& [why, fields] : answer.kept) {
      for (const std::string& field : fields) gone.erase(field);
    }
    if (!gone.empty()) {
      say(fmt::format("'{}' writes {} no more: nothing reads {}", name, Listed(gone),
                      gone.size() == 1 ? "it" : "them"));
    }
    for (const auto& [why, fields] : answer.kept) {
      say(fmt::format("'{}' keeps its {} of {}: {}", name, fields.size() == 1 ? "write" : "writes",
                      Listed(fields), why));
    }
  }
  return changed;
}

}  // namespace

bool DeadFields(Graph& graph, PassContext& context) {
  bool changed = false;
  for (Agent& agent : graph.agents) changed |= DeadFieldsOf(agent, context);
  return changed;
}

bool DeadFields(ExprFunction& function, bool argument) {
  bool changed = false;
  while (EraseOnce(function, argument)) changed = true;
  return changed;
}

}  // namespace kaspr::ir
