#include "frontend/parse_agent.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "frontend/parse_topics.h"
#include "value/kafka.h"

namespace kaspr::frontend {
namespace {

Span First(const Field<std::string>& field) {
  return field.place.span;
}

TableRef ParseTable(FieldReader& fields, const Slot& slot) {
  TableRef table;
  fields.Mapping(slot, "a table of an operation",
                 {Required("name", fields.Name(table.name, CheckOneLine)),
                  Required("paramName", fields.Name(table.param_name, CheckPythonName))});
  return table;
}

void ParseTables(FieldReader& fields, const Slot& slot, Operation& operation) {
  std::vector<TableRef> tables;
  fields.List(slot, [&](const Slot& item) { tables.push_back(ParseTable(fields, item)); });
  std::vector<const Field<std::string>*> names;
  for (const TableRef& table : tables) {
    if (!table.param_name.value.empty()) names.push_back(&table.param_name);
  }
  fields.CheckDistinct("the parameter", names);
  operation.tables = {std::move(tables), {slot.node.Mark()}, {slot.key}};
}

// Reads processors: operations first come as they are written, then names are resolved.
class ProcessorsParser {
 public:
  ProcessorsParser(FieldReader& fields, Processors& processors)
      : fields_(fields), processors_(processors) {}

  void Parse(const Slot& slot);

 private:
  void ParseOperation(const Slot& slot);
  void CheckNames();
  void CheckPipeline();
  void WarnOfUnused();
  void ReportUnknown(const Field<std::string>& name);

  FieldReader& fields_;
  Processors& processors_;
  std::vector<Field<std::string>> names_;  // of the operations, also of those with mistakes
  std::set<std::string> excused_;          // an unknown name in the pipeline probably means these
  bool all_named_ = true;                  // every operation has a readable name
  bool pipeline_read_ = true;              // every entry of the pipeline is a readable name
};

void ProcessorsParser::Parse(const Slot& slot) {
  const auto pipeline = [&](const Slot& at) {
    pipeline_read_ = fields_.List(at, [&](const Slot& item) {
      Field<std::string> name;
      fields_.Name(name, CheckOneLine)(item);
      if (name.value.empty()) {
        pipeline_read_ = false;
      } else {
        processors_.pipeline.push_back(std::move(name));
      }
    }) && pipeline_read_;
  };
  const auto operations = [&](const Slot& at) {
    if (!fields_.List(at, [&](const Slot& item) { ParseOperation(item); })) all_named_ = false;
  };
  const bool known = fields_.Mapping(
      slot, "'processors'",
      {Optional("pipeline", pipeline), Optional("init", Block(fields_, processors_.init)),
       Optional("operations", operations)});
  CheckNames();
  if (known && all_named_) CheckPipeline();
  if (known && all_named_ && pipeline_read_) WarnOfUnused();
}

void ProcessorsParser::ParseOperation(const Slot& slot) {
  Operation operation;
  MaybeBlock map, filter, group_by;
  std::optional<TopicSendOp> send;
  const auto tables = [&](const Slot& at) { ParseTables(fields_, at, operation); };
  const auto topic_send = [&](const Slot& at) { ParseTopicSend(fields_, at, send.emplace()); };
  const std::vector<Key> keys = {Required("name", fields_.Name(operation.name, CheckOneLine)),
                                 Optional("map", Block(fields_, map)),
                                 Optional("filter", Block(fields_, filter)),
                                 Optional("topicSend", topic_send),
                                 Optional("groupBy", Block(fields_, group_by)),
                                 Optional("tables", tables)};
  const bool known = fields_.Mapping(slot, "an operation", keys);
  if (operation.name.value.empty()) {
    all_named_ = false;
  } else {
    names_.push_back(operation.name);
  }
  if (!known) return;
  if (!fields_.ExactlyOne(slot, "an operation", keys, {"map", "filter", "topicSend", "groupBy"})) {
    return;
  }
  if (map) operation.op = MapOp{std::move(*map)};
  if (filter) operation.op = FilterOp{std::move(*filter)};
  if (group_by) operation.op = GroupByOp{std::move(*group_by)};
  if (send) operation.op = std::move(*send);
  processors_.operations.push_back(std::move(operation));
}

void ProcessorsParser::CheckNames() {
  std::vector<const Field<std::string>*> names;
  for (const Field<std::string>& name : names_) names.push_back(&name);
  fields_.CheckDistinct("an operation", names);
}

void ProcessorsParser::CheckPipeline() {
  std::set<std::string_view> declared;
  for (const Field<std::string>& name : names_) declared.insert(name.value);
  for (const Field<std::string>& entry : processors_.pipeline) {
    if (!declared.contains(entry.value) && !fields_.IsFull()) ReportUnknown(entry);
  }
}

void ProcessorsParser::WarnOfUnused() {
  std::set<std::string_view> used;
  for (const Field<std::string>& entry : processors_.pipeline) used.insert(entry.value);
  for (const Field<std::string>& name : names_) {
    if (used.contains(name.value) || excused_.contains(name.value) || fields_.IsFull()) continue;
    fields_.diagnostics()
        .Warning(Code::kUnusedOperation,
                 fmt::format("the pipeline does not use the operation '{}'", name.value),
                 First(name))
        .Text("it never runs");
  }
}

void ProcessorsParser::ReportUnknown(const Field<std::string>& name) {
  std::vector<std::string_view> known;
  for (const Field<std::string>& operation : names_) known.push_back(operation.value);
  auto report = fields_.diagnostics().Error(
      Code::kUnknownOperation,
      fmt::format("the pipeline names an operation that is not declared: '{}'", Shown(name.value)),
      First(name));
  const std::string near = Nearest(name.value, known);
  if (near.empty()) {
    report.Text(known.empty() ? "there are no operations"
                              : fmt::format("declared: '{}'",
                                            Shown(fmt::format("{}", fmt::join(known, ", ")))));
    return;
  }
  excused_.insert(near);
  const auto operation =
      std::find_if(names_.begin(), names_.end(),
                   [&](const Field<std::string>& candidate) { return candidate.value == near; });
  report.Text("used here").Label(First(*operation), "did you mean this one?");
}

void CheckOnError(FieldReader& fields, const Slot& slot, const OnError& on_error) {
  const bool dead_letters = on_error.SendsDeadLetters();
  if (dead_letters && !slot.node.Find("topic")) {
    fields.ReportMissing(slot, "deadLetter", "'topic'");
  }
  if (on_error.topic && !dead_letters) {
    fields.WarnNoEffect(on_error.topic->key, "only with deadLetter");
  }
  if (on_error.Retries()) return;
  if (on_error.attempts) fields.WarnNoEffect(on_error.attempts->key, "only with 'policy: retry'");
  if (on_error.backoff) fields.WarnNoEffect(on_error.backoff->key, "only with 'policy: retry'");
  if (on_error.then) fields.WarnNoEffect(on_error.then->key, "only with 'policy: retry'");
}

void ParseOnError(FieldReader& fields, const Slot& slot, Extensions& kasprc) {
  const Word<ErrorAction> skip{"skip", ErrorAction::kSkip},
      dead_letter{"deadLetter", ErrorAction::kDeadLetter}, retry{"retry", ErrorAction::kRetry},
      stop{"stop", ErrorAction::kStop};
  OnError on_error;
  const size_t errors = fields.diagnostics().error_count();
  fields.Mapping(slot, slot.what,
                 {Optional("policy", fields.OneOf<Maybe<ErrorAction>, ErrorAction>(
                                         on_error.policy, {skip, dead_letter, retry, stop})),
                  Optional("topic", fields.Name(on_error.topic, value::CheckTopicName)),
                  Optional("attempts", fields.Whole(on_error.attempts, 1)),
                  Optional("backoff", fields.Time(on_error.backoff)),
                  Optional("then", fields.OneOf<Maybe<ErrorAction>, ErrorAction>(
                                       on_error.then, {skip, dead_letter, stop}))});
  if (fields.diagnostics().error_count() == errors) CheckOnError(fields, slot, on_error);
  kasprc.on_error = {std::move(on_error), {slot.node.Mark()}, {slot.key}};
}

void ParseExtensions(FieldReader& fields, const Slot& slot, Extensions& kasprc) {
  const auto on_error = [&](const Slot& at) { ParseOnError(fields, at, kasprc); };
  fields.Mapping(
      slot, "'kasprc'",
      {Optional("delivery", fields.OneOf<Maybe<Delivery>, Delivery>(
                                kasprc.delivery, {{"at-least-once", Delivery::kAtLeastOnce},
                                                  {"exactly-once", Delivery::kExactlyOnce}})),
       Optional("onError", on_error), Optional("timeout", fields.Time(kasprc.timeout))});
}

}  // namespace

void ParseAgent(FieldReader& fields, const Slot& slot, AgentSpec& agent) {
  const auto input = [&](const Slot& at) { ParseInput(fields, at, agent.input); };
  const auto output = [&](const Slot& at) { ParseOutput(fields, at, agent.output); };
  const auto processors = [&](const Slot& at) {
    ProcessorsParser(fields, agent.processors).Parse(at);
  };
  const auto kasprc = [&](const Slot& at) { ParseExtensions(fields, at, agent.kasprc); };
  const bool defined = fields.spelling() == Spelling::kDefinitions;
  fields.Mapping(slot, defined ? "an agent" : "the spec of an agent",
                 {defined ? Required("name", fields.Name(agent.metadata.name, CheckDnsLabel))
                          : Elsewhere("name", "an agent is named by 'metadata'"),
                  Optional("description", fields.Text(agent.description)),
                  Optional("isolatedPartitions", fields.Bool(agent.isolated_partitions)),
                  Formerly("inputs", Required("input", input)), Optional("output", output),
                  Optional("processors", processors), Optional("kasprc", kasprc)});
}

}  // namespace kaspr::frontend
