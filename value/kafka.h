#pragma once

// What no Kafka would take, known before it is asked.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kaspr::value {

// Of key, value and headers together: the reference's max_request_size, just below a broker's
// default message.max.bytes.
inline constexpr size_t kMaxRecordBytes = 1'000'000;

// What is wrong with a topic's name, to be shown beside it; nullopt: nothing.
std::optional<std::string> CheckTopicName(std::string_view name);

}  // namespace kaspr::value
