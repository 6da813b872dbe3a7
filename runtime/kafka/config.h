#pragma once

// The properties of the Kafka clients: what the guarantees need, what the user adds, and what he
// may not.
//
// Users give librdkafka's names, with -X or in a file of `name=value` lines; only those of a list
// are taken, so that no property can run code or undo what the runtime promises.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kaspr::runtime {

struct KafkaOptions {
  std::string brokers;  // "host:port,host:port"
  std::string group;
  std::vector<std::pair<std::string, std::string>> properties;  // later ones win
};

// Why a user cannot set this property, "" if he can. The value is librdkafka's to judge.
std::string RefuseProperty(std::string_view name);

// What is wrong with the properties' values; "" if nothing is.
std::string CheckValues(const KafkaOptions& options);

// Appends the properties of a file's text: `name=value`, blank lines, lines that begin with '#'.
// "" or what is wrong, with the line: "3: there is no '='".
std::string ReadProperties(std::string_view text,
                           std::vector<std::pair<std::string, std::string>>& properties);

}  // namespace kaspr::runtime
