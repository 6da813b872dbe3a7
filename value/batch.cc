#include "value/batch.h"

#include <algorithm>

namespace kaspr::value {

namespace {

std::optional<std::string_view> CopyOptional(Arena& arena, std::optional<std::string_view> bytes) {
  if (!bytes) return std::nullopt;
  return arena.Copy(*bytes);
}

std::span<const Header> CopyHeaders(Arena& arena, std::span<const Header> headers) {
  if (headers.empty()) return {};
  std::span<Header> copy = arena.AllocateArray<Header>(headers.size());
  for (size_t i = 0; i < headers.size(); ++i) {
    copy[i] = {.name = arena.Copy(headers[i].name), .value = CopyOptional(arena, headers[i].value)};
  }
  return copy;
}

template <class Record>
size_t SizeOfRecord(const Record& record) {
  size_t size = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const Header& header : record.headers) {
    size += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return size;
}

}  // namespace

size_t SizeOf(const Message& message) {
  return SizeOfRecord(message);
}

size_t SizeOf(const Send& send) {
  return SizeOfRecord(send);
}

Message CopyMessage(Arena& arena, const Message& message) {
  return {.key = CopyOptional(arena, message.key),
          .value = CopyOptional(arena, message.value),
          .headers = CopyHeaders(arena, message.headers),
          .offset = message.offset,
          .timestamp = message.timestamp};
}

void Batch::Add(const Message& message) {
  events.emplace_back().message = CopyMessage(arena, message);
}

std::optional<SendError> Batch::StageInPlace(const Send& send, size_t most) {
  if (!send.key && !send.value && send.object == nullptr && !send.required) {
    return SendError::kNoKeyNoValue;
  }
  if (SizeOf(send) > most) return SendError::kTooLarge;
  sends.push_back(send);
  return std::nullopt;
}

std::optional<SendError> Batch::Stage(const Send& send, size_t most) {
  if (const std::optional<SendError> error = StageInPlace(send, most)) return error;
  Send& copy = sends.back();
  copy.topic = send.topic.empty() ? "" : send_arena.Copy(send.topic);
  copy.key = CopyOptional(send_arena, send.key);
  copy.value = CopyOptional(send_arena, send.value);
  copy.headers = CopyHeaders(send_arena, send.headers);
  if (!send.origins.empty()) {
    const std::span<Origin> origins = send_arena.AllocateArray<Origin>(send.origins.size());
    std::copy(send.origins.begin(), send.origins.end(), origins.begin());
    copy.origins = origins;
  }
  return std::nullopt;
}

std::string_view Describe(SendError error) {
  switch (error) {
    case SendError::kTooLarge:
      return "it is larger than Kafka's limit of 1,000,000 bytes";
    case SendError::kNoKeyNoValue:
      return "it has neither key nor value";
  }
  return "";
}

void Batch::Unstage(size_t first) {
  sends.resize(first);
  if (first == 0) send_arena.Reset();
}

}  // namespace kaspr::value
