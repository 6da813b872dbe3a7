#pragma once

// Where a run's records come from and go to: local files, or Kafka.

#include <functional>
#include <memory>
#include <string>

#include "driver/options.h"
#include "runtime/plan.h"
#include "runtime/sink.h"
#include "runtime/source.h"
#include "runtime/subscription.h"

namespace kaspr::runtime {
class LocalTopics;
}

namespace kaspr::driver {

struct Transport {
  Transport();
  ~Transport();

  std::unique_ptr<runtime::LocalTopics> topics;  // of local files; outlives source and sink
  std::unique_ptr<runtime::Source> source;
  std::unique_ptr<runtime::Sink> sink;
  // How many partitions a topic has, 0 where nobody knows. Any thread.
  std::function<int32_t(std::string_view topic)> partition_count;
  // How many bytes a record of the topic may have. Any thread.
  std::function<size_t(std::string_view topic)> max_record_bytes;
};

// The app whose records they are. All of it outlives the transport.
struct App {
  const ir::Graph& graph;
  const runtime::Plan& plan;
  runtime::Subscription& subscription;
};

// What opening has to say, and whether it is still wanted.
struct TransportContext {
  std::function<void(const std::string& text)> say;  // a whole line; any thread
  std::function<void()> unread;                      // some input cannot be read; that was said
  std::function<bool()> stopped;
};

// Each returns kExitOk, or says why not on stderr and returns the exit code. The context is kept.
int OpenLocal(const Options& options, const App& app, const TransportContext& context,
              Transport& transport);
int OpenKafka(const Options& options, const App& app, const TransportContext& context,
              Transport& transport);

}  // namespace kaspr::driver
