#include "bench/engines/wire.h"

#include <algorithm>
#include <charconv>

#include "value/document.h"

namespace kaspr::bench {

namespace {

bool IsSpace(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

// Loops without a way out in the middle, which the compiler turns into vectors.

// Of a text that is JSON: does Python write its strings in the same way, for sure?
bool IsPlainJson(std::string_view text) {
  bool odd = false;
  for (const char byte : text) odd |= byte == '\\' || static_cast<unsigned char>(byte) >= 0x7f;
  return !odd;
}

// May a string stand between quotes as it is?
bool IsPlainText(std::string_view text) {
  bool odd = false;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    odd |= code < 0x20 || code >= 0x7f || byte == '"' || byte == '\\';
  }
  return !odd;
}

// Is a number of JSON written as Python writes it, for sure? `end`: the first byte behind it.
bool IsPythons(const char* at, const char* limit, const char*& end) {
  constexpr int kSurelyExact = 15;
  const char* digits = at + (*at == '-' ? 1 : 0);
  const char* dot = digits;
  while (dot < limit && IsDigit(*dot)) ++dot;
  end = dot;
  const bool zero = *digits == '0';
  if (dot == limit || (*dot != '.' && *dot != 'e' && *dot != 'E')) return !zero || digits == at;
  while (end < limit &&
         (IsDigit(*end) || *end == '.' || *end == '-' || *end == '+' || (*end | 0x20) == 'e')) {
    ++end;
  }
  const char* tail = dot + 1;
  if (*dot != '.' || end - digits - 1 > kSurelyExact) return false;
  if (std::find_if_not(tail, end, IsDigit) != end) return false;
  if (end[-1] == '0' && end - tail > 1) return false;
  return !zero || end - tail < 4 || std::string_view(tail, 3) != "000";
}

}  // namespace

void Wire::Grow(size_t size) {
  const size_t capacity = std::max(2 * capacity_, size_ + size);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void Wire::Int(int64_t number) {
  constexpr size_t kLongest = 20;
  Reserve(kLongest);
  char* const to = bytes_.get() + size_;
  size_ += static_cast<size_t>(std::to_chars(to, to + kLongest, number).ptr - to);
}

void Wire::Float(double number) {
  constexpr size_t kLongest = 32;
  Reserve(kLongest);
  char* const to = bytes_.get() + size_;
  size_ += static_cast<size_t>(value::FormatFloat(number, to) - to);
}

void Wire::String(std::string_view text) {
  if (!IsPlainText(text)) {
    escaped_.Clear();
    escaped_.Utf8(text);
    return Raw(escaped_.bytes());
  }
  Reserve(text.size() + 2);
  char* const to = bytes_.get() + size_;
  to[0] = '"';
  std::memcpy(to + 1, text.data(), text.size());
  to[text.size() + 1] = '"';
  size_ += text.size() + 2;
}

void Wire::Copy(const char* from, size_t size) {
  constexpr size_t kStep = 16;
  char* to = bytes_.get() + size_;
  size_ += size;
  do {
    std::memcpy(to, from, kStep);
    to += kStep, from += kStep;
    if (size <= kStep) return;
    size -= kStep;
  } while (true);
}

void Wire::Token(std::string_view token) {
  if (token.front() == '"') {
    unescaped_.clear();
    value::AppendUnescaped(token.substr(1, token.size() - 2), unescaped_);
    return String(unescaped_);
  }
  if (token == "-0") return Raw("0");
  Float(value::ReadFloat(token));
}

void Wire::Document(std::string_view text, std::span<const uint32_t> index) {
  // Every token is followed by one space at most; a token that is made anew reserves for the rest.
  Reserve(2 * text.size());
  const bool plain = IsPlainJson(text);
  const char* const bytes = text.data();
  size_t begin = index.front();  // of what is not copied yet
  const auto copy_to = [&](size_t end) { Copy(bytes + begin, end - begin); };
  const auto trim = [&](size_t end) {
    while (end > begin && IsSpace(bytes[end - 1])) --end;
    return end;
  };
  const auto replace = [&](size_t at, size_t end) {
    copy_to(at);
    Token({bytes + at, end - at});
    Reserve(2 * (text.size() - end));
    begin = end;
  };
  for (size_t i = 0; i + 1 < index.size(); ++i) {
    const size_t at = index[i];
    const char first = bytes[at];
    if (at > begin && IsSpace(bytes[at - 1])) {
      copy_to(trim(at));
      begin = at;
    }
    if (first == ',' || first == ':') {
      copy_to(at + 1);
      bytes_[size_++] = ' ';
      begin = index[i + 1];
    } else if (first == '"') {
      if (plain) continue;
      const size_t end = trim(index[i + 1]);
      if (!IsPlainJson({bytes + at, end - at})) replace(at, end);
    } else if (IsDigit(first) || first == '-') {
      const char* end = nullptr;
      if (!IsPythons(bytes + at, bytes + index[i + 1], end)) {
        replace(at, static_cast<size_t>(end - bytes));
      }
    }
  }
  copy_to(trim(text.size()));
}

}  // namespace kaspr::bench
