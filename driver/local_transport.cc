#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "driver/transport.h"
#include "runtime/kafka/limits.h"
#include "runtime/local/sink.h"
#include "runtime/local/source.h"
#include "runtime/local/topics.h"
#include "runtime/own_topics.h"

namespace kaspr::driver {

namespace {

int CheckTopics(const Options& options, const App& app) {
  const auto refuse = [](std::string_view option, const std::string& topic, std::string_view why) {
    fmt::print(stderr, "error: {} {}: {}\n", option, topic, why);
    return kExitUsage;
  };
  if (options.sources.empty() && options.records.empty()) {
    fmt::print(stderr,
               "error: nothing to read: give --brokers HOST:PORT for Kafka, or --source TOPIC=FILE "
               "for values, one a line, or --records FILE for whole records\n");
    return kExitUsage;
  }
  for (const TopicFile& source : options.sources) {
    if (!app.subscription.Reads(source.topic)) {
      return refuse("--source", source.topic, "no agent reads this topic");
    }
  }
  std::set<std::string_view> written;
  for (const TopicFile& sink : options.sinks) {
    if (!app.plan.MayWrite(sink.topic)) {
      return refuse("--sink", sink.topic, "no agent writes this topic");
    }
    if (!written.insert(sink.topic).second) {
      return refuse("--sink", sink.topic, "this topic is written already");
    }
  }
  for (const runtime::OwnTopic& topic : runtime::OwnTopicsOf(app.graph)) {
    if (topic.partitions.value_or(1) <= kMostPartitions) continue;
    fmt::print(stderr, "error: topic '{}' declares {} partitions: local topics have {} at most\n",
               topic.name, *topic.partitions, kMostPartitions);
    return kExitConfig;
  }
  for (const auto& [topic, count] : options.partitions) {
    if (!app.subscription.Reads(topic) && !app.plan.MayWrite(topic)) {
      return refuse("--partitions", topic, "no agent reads or writes this topic");
    }
  }
  return kExitOk;
}

// What is read must not be overwritten, and stdin can be read once.
int CheckPaths(const Options& options) {
  std::vector<std::string> read = options.files, written;
  read.insert(read.end(), options.records.begin(), options.records.end());
  for (const TopicFile& source : options.sources) read.push_back(source.path);
  for (const TopicFile& sink : options.sinks) written.push_back(sink.path);
  for (const std::string& path : {options.records_out, options.report}) {
    if (!path.empty()) written.push_back(path);
  }
  if (std::count(read.begin(), read.end(), "-") > 1) {
    fmt::print(stderr, "error: only one thing can be read from stdin\n");
    return kExitUsage;
  }
  for (const std::string& out : written) {
    const auto same = [&](const std::string& in) {
      std::error_code none;
      return std::filesystem::is_regular_file(out, none) &&
             std::filesystem::equivalent(in, out, none);
    };
    if (std::any_of(read.begin(), read.end(), same)) {
      fmt::print(stderr, "error: '{}' is read, so it cannot be written\n", out);
      return kExitUsage;
    }
  }
  return kExitOk;
}

// --partitions, else what is declared; a groupBy's topic is as wide as what comes to it.
runtime::LocalTopicOptions TopicOptions(const Options& options, const App& app) {
  runtime::LocalTopicOptions topics;
  topics.partitions.insert(options.partitions.begin(), options.partitions.end());
  const std::vector<runtime::OwnTopic> own = runtime::OwnTopicsOf(app.graph);
  for (const runtime::OwnTopic& topic : own) {
    if (topic.partitions) topics.partitions.emplace(topic.name, *topic.partitions);
    if (const auto bytes = runtime::DeclaredMaxMessageBytes(topic)) {
      topics.max_record_bytes[topic.name] =
          static_cast<size_t>(std::clamp<int64_t>(*bytes, 0, runtime::KafkaLimits::kLargest));
    }
  }
  const auto counts = topics.partitions;
  for (const runtime::OwnTopic& topic : own) {
    if (!topic.internal()) continue;
    topics.partitions.emplace(topic.name,
                              runtime::WidestInput(topic, own, counts, app.plan, app.subscription));
  }
  return topics;
}

// Records that no file and no agent takes.
void WarnOfLostTopics(const Options& options, const App& app) {
  if (!options.records_out.empty()) return;
  for (const runtime::Segment& segment : app.plan.segments) {
    if (segment.ChoosesTopics()) {
      fmt::print(stderr,
                 "warning: agent '{}' chooses topics at run time, and records of those without "
                 "--sink go nowhere: give --records-out FILE\n",
                 segment.agent);
    }
    for (const std::string& topic : segment.NamedTopics()) {
      const auto written = [&](const TopicFile& sink) { return sink.topic == topic; };
      if (app.subscription.Reads(topic) ||
          std::any_of(options.sinks.begin(), options.sinks.end(), written)) {
        continue;
      }
      fmt::print(stderr, "warning: the records of topic '{}' go nowhere: give --sink {}=FILE\n",
                 topic, topic);
    }
  }
}

}  // namespace

int OpenLocal(const Options& options, const App& app, const TransportContext& context,
              Transport& transport) {
  int code = CheckTopics(options, app);
  if (code == kExitOk) code = CheckPaths(options);
  if (code != kExitOk) return code;
  transport.topics = std::make_unique<runtime::LocalTopics>(app.plan, app.subscription,
                                                            TopicOptions(options, app));
  runtime::LocalTopics& topics = *transport.topics;
  auto source = std::make_unique<runtime::LocalSource>(
      topics,
      [context](const std::string& what) {
        context.unread();
        context.say(fmt::format("error: {}\n", what));
      },
      [context](const std::string& what) { context.say(fmt::format("warning: {}\n", what)); });
  auto sink = std::make_unique<runtime::LocalSink>(topics);
  bool ok = true;
  for (const TopicFile& file : options.sources) ok &= source->AddValues(file.topic, file.path);
  for (const std::string& path : options.records) ok &= source->AddRecords(path);
  if (!ok) return kExitIo;
  std::string error;
  for (const TopicFile& file : options.sinks) {
    if (error.empty()) error = sink->WriteValues(file.topic, file.path);
  }
  if (error.empty() && !options.records_out.empty()) {
    error = sink->WriteRecords(options.records_out);
  }
  if (!error.empty()) {
    fmt::print(stderr, "error: {}\n", error);
    return kExitIo;
  }
  WarnOfLostTopics(options, app);
  transport.partition_count = [&topics](std::string_view topic) {
    return topics.PartitionCount(topic);
  };
  transport.max_record_bytes = [&topics](std::string_view topic) {
    return topics.MaxRecordBytes(topic);
  };
  transport.source = std::move(source);
  transport.sink = std::move(sink);
  return kExitOk;
}

}  // namespace kaspr::driver
