#pragma once

// The properties of librdkafka that users may set, and which of the clients has them.

#include <cstdint>
#include <span>
#include <string_view>

namespace kaspr::runtime {

struct Property {
  enum class Of : uint8_t { kBoth, kConsumer, kProducer };
  std::string_view name;
  Of of = Of::kBoth;
};

std::span<const Property> Properties();  // sorted by name
const Property* FindProperty(std::string_view name);

}  // namespace kaspr::runtime
