#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "driver/transport.h"
#include "runtime/kafka/sink.h"
#include "runtime/kafka/source.h"
#include "value/kafka.h"

namespace kaspr::driver {

namespace {

// How long a run that is to end by itself tries to reach a broker; others try for ever.
constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kForever = std::chrono::hours(24 * 365);

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

// Topics that must be there before the first record.
int CheckTopics(const Options& options, const runtime::Plan& plan, const runtime::KafkaSink& sink,
                runtime::KafkaSourceOptions& source) {
  for (const runtime::Segment& segment : plan.segments) {
    for (const std::string& topic : segment.topics) {
      if (std::count(source.topics.begin(), source.topics.end(), topic) > 0) continue;
      source.topics.push_back(topic);
      source.partitions += sink.PartitionCount(topic);
      if (plan.MayWrite(topic)) source.inside.insert(topic);
      if (sink.PartitionCount(topic) > 0) continue;
      if (options.until.kind == Until::Kind::kEnd) {
        return Refuse(fmt::format("topic '{}' does not exist", topic), kExitIo);
      }
      fmt::print(stderr, "warning: topic '{}' does not exist yet: waiting for it\n", topic);
    }
    for (const auto& [topic, channel] : segment.targets) {
      if (channel || topic.empty() || sink.PartitionCount(topic) > 0) continue;
      return Refuse(
          fmt::format("topic '{}', which agent '{}' writes, does not exist", topic, segment.agent),
          kExitIo);
    }
  }
  return kExitOk;
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
  auto sink = runtime::KafkaSink::Make(kafka, warn, error);
  if (sink == nullptr) return Refuse(error, kExitConfig);
  const bool bounded = options.until.kind != Until::Kind::kForever;
  if (!sink->Connect(bounded ? kPatience : kForever, context.stopped)) {
    return Refuse(fmt::format("no broker of {} answers", options.brokers), kExitUnavailable);
  }
  runtime::KafkaSourceOptions reading{.until_end = options.until.kind == Until::Kind::kEnd};
  if (const int code = CheckTopics(options, app.plan, *sink, reading); code != kExitOk) return code;
  auto source = runtime::KafkaSource::Make(kafka, std::move(reading), warn, error);
  if (source == nullptr) return Refuse(error, kExitConfig);
  transport.partition_count = [&sink = *sink](std::string_view topic) {
    return sink.PartitionCount(topic);
  };
  transport.max_record_bytes = [](std::string_view) { return value::kMaxRecordBytes; };
  transport.source = std::move(source);
  transport.sink = std::move(sink);
  return kExitOk;
}

}  // namespace kaspr::driver
