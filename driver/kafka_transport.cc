#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "base/check.h"
#include "driver/transport.h"
#include "runtime/kafka/declare.h"
#include "runtime/kafka/sink.h"
#include "runtime/kafka/source.h"

namespace kaspr::driver {

namespace {

// How long a run that is to end by itself tries to reach a broker; others try for ever.
constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kForever = std::chrono::hours(24 * 365);
constexpr auto kTry = std::chrono::milliseconds(500);

int Refuse(const std::string& text, int code) {
  fmt::print(stderr, "error: {}\n", text);
  return code;
}

// The properties of --config, then those of -X.
int ReadOptions(const Options& options, runtime::KafkaOptions& kafka) {
  if (!options.config.empty()) {
    std::ifstream file(options.config);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) return Refuse(fmt::format("cannot read '{}'", options.config), kExitIo);
    const std::string wrong = runtime::ReadProperties(text, kafka.properties);
    if (!wrong.empty()) return Refuse(options.config + ":" + wrong, kExitConfig);
  }
  kafka.properties.insert(kafka.properties.end(), options.properties.begin(),
                          options.properties.end());
  return kExitOk;
}

// The topics that an agent writes by name.
std::vector<std::string> WrittenTopics(const runtime::Plan& plan) {
  std::set<std::string> topics;
  for (const runtime::Segment& segment : plan.segments) {
    topics.merge(segment.NamedTopics());
  }
  return {topics.begin(), topics.end()};
}

// Those that are read: by name, whether they are there or not, and by pattern.
void FindInputs(const App& app, const runtime::KafkaAdmin::Topics& there,
                runtime::KafkaSourceOptions& source) {
  for (const runtime::Segment& segment : app.plan.segments) {
    source.names.insert(segment.topics.begin(), segment.topics.end());
  }
  std::vector<std::string> all;
  for (const auto& [name, topic] : there) all.push_back(name);
  app.subscription.Learn(all);
  for (const auto& [name, topic] : there) {
    if (!app.subscription.Reads(name)) continue;
    source.partitions += topic.partitions;
    if (!source.names.contains(name)) source.matched.insert(name);
  }
  for (const auto& topics : {source.names, source.matched}) {
    for (const std::string& topic : topics) {
      if (app.plan.MayWrite(topic)) source.inside.insert(topic);
    }
  }
}

// Topics that must be there before the first record.
int CheckTopics(const Options& options, const App& app, const runtime::KafkaAdmin::Topics& there,
                const runtime::KafkaSourceOptions& source) {
  for (const std::string& topic : source.names) {
    if (there.contains(topic)) continue;
    if (options.until.kind == Until::Kind::kEnd) {
      return Refuse(fmt::format("topic '{}' does not exist", topic), kExitIo);
    }
    fmt::print(stderr, "warning: topic '{}' does not exist yet: waiting for it\n", topic);
  }
  for (const runtime::Segment& segment : app.plan.segments) {
    for (const std::string& topic : segment.NamedTopics()) {
      if (there.contains(topic)) continue;
      return Refuse(
          fmt::format("topic '{}', which agent '{}' writes, does not exist", topic, segment.agent),
          kExitIo);
    }
  }
  return kExitOk;
}

// A pattern that matches nothing yet is said once, here.
void WarnOfPatterns(const App& app, const runtime::KafkaSourceOptions& source) {
  for (const auto& [pattern, segment] : app.subscription.patterns()) {
    const bool any = std::any_of(
        source.matched.begin(), source.matched.end(), [&, reader = segment](const auto& topic) {
          const auto& readers = app.subscription.ReadersOf(topic);
          return std::find(readers.begin(), readers.end(), reader) != readers.end();
        });
    if (any) continue;
    fmt::print(stderr, "warning: no topic matches the pattern '{}' of agent '{}'{}\n", pattern,
               app.plan.segments[segment].agent, source.until_end ? "" : " yet: waiting for one");
  }
}

int ExitCodeOf(runtime::KafkaAdmin::Outcome outcome) {
  using enum runtime::KafkaAdmin::Outcome;
  switch (outcome) {
    case kMade:
    case kThere:
      return kExitOk;
    case kInvalid:
      return kExitConfig;
    case kForbidden:
      return kExitIo;
    case kNoAnswer:
      return kExitUnavailable;
  }
  KASPR_UNREACHABLE("outcome");
}

// Makes the app's own topics, checks the others, and finds out what writing needs to know.
int Prepare(const Options& options, const App& app, runtime::KafkaAdmin& admin,
            const runtime::Patience& patience, const runtime::KafkaAdmin::Warn& warn,
            runtime::KafkaSourceOptions& source, runtime::KafkaLimits& limits) {
  auto there = admin.AskForTopics(kTry);
  while (!there && !patience.over()) there = admin.AskForTopics(kTry);
  if (!there)
    return Refuse(fmt::format("no broker of {} answers", options.brokers), kExitUnavailable);
  const std::vector<runtime::OwnTopic> own = runtime::OwnTopicsOf(app.graph);
  const runtime::Declared declared =
      runtime::Declare(admin, {own, app.plan, app.subscription, patience}, warn, *there);
  const int code = ExitCodeOf(declared.outcome);
  if (code != kExitOk) return Refuse(declared.error, code);
  FindInputs(app, *there, source);
  WarnOfPatterns(app, source);
  // Where they are not to be had, what is declared; else Kafka's default.
  for (const runtime::OwnTopic& topic : own) {
    if (const auto bytes = runtime::DeclaredMaxMessageBytes(topic)) {
      limits.Add(topic.name, *bytes, false);
    }
  }
  admin.Limit(WrittenTopics(app.plan), limits);
  return CheckTopics(options, app, *there, source);
}

}  // namespace

int OpenKafka(const Options& options, const App& app, const TransportContext& context,
              Transport& transport) {
  runtime::KafkaOptions kafka{.brokers = options.brokers, .group = app.plan.app, .properties = {}};
  if (const int code = ReadOptions(options, kafka); code != kExitOk) return code;
  const auto warn = [say = context.say](const std::string& text) {
    say(fmt::format("warning: {}\n", text));
  };
  std::string error = runtime::CheckValues(kafka);
  if (!error.empty()) return Refuse(error, kExitConfig);
  const bool bounded = options.until.kind != Until::Kind::kForever;
  const auto patience = bounded ? std::chrono::milliseconds(kPatience) : kForever;
  auto admin = runtime::KafkaAdmin::Make(kafka, warn, error);
  if (admin == nullptr) return Refuse(error, kExitConfig);
  runtime::KafkaSourceOptions reading{.until_end = options.until.kind == Until::Kind::kEnd};
  if (app.subscription.has_patterns() && !reading.until_end) reading.watch = &app.subscription;
  runtime::KafkaLimits limits;
  const int code =
      Prepare(options, app, *admin, {std::chrono::steady_clock::now() + patience, context.stopped},
              warn, reading, limits);
  admin.reset();
  if (code != kExitOk) return code;
  auto sink = runtime::KafkaSink::Make(kafka, std::move(limits), warn, error);
  if (sink == nullptr) return Refuse(error, kExitConfig);
  if (!sink->Connect(patience, context.stopped)) {
    return Refuse(fmt::format("no broker of {} answers", options.brokers), kExitUnavailable);
  }
  auto source = runtime::KafkaSource::Make(kafka, std::move(reading), warn, error);
  if (source == nullptr) return Refuse(error, kExitConfig);
  transport.partition_count = [&sink = *sink](std::string_view topic) {
    return sink.PartitionCount(topic);
  };
  transport.max_record_bytes = [&sink = *sink](std::string_view topic) {
    return sink.MaxRecordBytes(topic);
  };
  transport.source = std::move(source);
  transport.sink = std::move(sink);
  return kExitOk;
}

}  // namespace kaspr::driver
