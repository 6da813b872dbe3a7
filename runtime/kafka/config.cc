#include "runtime/kafka/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/diagnostics.h"
#include "runtime/kafka/properties.h"

namespace kaspr::runtime {

namespace {

// What users try, and what to do in its place.
struct Refusal {
  std::string_view name;
  std::string_view why;
};

constexpr Refusal kRefused[] = {
    {"acks", "an output counts as delivered when all in-sync replicas have it"},
    {"auto.commit.interval.ms", "offsets are committed when their outputs are delivered"},
    {"bootstrap.servers", "give --brokers"},
    {"delivery.report.only.error", "a record is done when its outputs are reported delivered"},
    {"enable.auto.commit", "offsets are committed when their outputs are delivered"},
    {"enable.auto.offset.store", "offsets are committed when their outputs are delivered"},
    {"enable.idempotence", "it is always on, for order"},
    {"group.id", "the app is the consumer group: give --app"},
    {"message.timeout.ms", "a record is never given up"},
    {"metadata.broker.list", "give --brokers"},
    {"partition.assignment.strategy", "it is 'range'"},
    {"partitioner", "it is murmur2, as in Kafka's own clients"},
    {"plugin.library.paths", "it loads code"},
    {"queued.max.messages.kbytes", "reading ahead is bounded over all partitions"},
    {"queued.min.messages", "reading ahead is bounded over all partitions"},
    {"sasl.kerberos.kinit.cmd", "it runs a command"},
};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

std::string RefuseProperty(std::string_view name) {
  if (FindProperty(name) != nullptr) return "";
  for (const Refusal& refusal : kRefused) {
    if (refusal.name == name) {
      return fmt::format("'{}' cannot be set: {}", name, refusal.why);
    }
  }
  std::vector<std::string_view> names;
  for (const Property& property : Properties()) names.push_back(property.name);
  const std::string near = Nearest(name, names);
  return fmt::format("'{}' is no property that can be set{}", name,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

std::string ReadProperties(std::string_view text,
                           std::vector<std::pair<std::string, std::string>>& properties) {
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return fmt::format("{}: '{}' is not name=value", number, line);
    }
    const std::string_view name = Trimmed(line.substr(0, equals));
    if (const std::string why = RefuseProperty(name); !why.empty()) {
      return fmt::format("{}: {}", number, why);
    }
    properties.emplace_back(name, Trimmed(line.substr(equals + 1)));
  }
  return "";
}

}  // namespace kaspr::runtime
