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

// Loops without a way out, over numbers of one byte: the compiler turns them into vectors.

// Of a text that is JSON: does Python write its strings in the same way, for sure?
bool IsPlainJson(std::string_view text) {
  uint8_t odd = 0;
  for (const char byte : text) {
    const auto code = static_cast<uint8_t>(byte);
    odd |= static_cast<uint8_t>((code == '\\') | (code >= 0x7f));
  }
  return odd == 0;
}

// May a string stand between quotes as it is?
bool IsPlainText(std::string_view text) {
  uint8_t odd = 0;
  for (const char byte : text) {
    const auto code = static_cast<uint8_t>(byte);
    odd |= static_cast<uint8_t>((code < 0x20) | (code >= 0x7f) | (code == '"') | (code == '\\'));
  }
  return odd == 0;
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

// Copies 32 bytes at a time: nearly always once, so that no length is guessed wrong. REQUIRES:
// there is slack on both sides.
char* Copy(const char* from, size_t size, char* to) {
  constexpr size_t kStep = Wire::kSlack;
  std::memcpy(to, from, kStep);
  for (size_t done = kStep; done < size; done += kStep) std::memcpy(to + done, from + done, kStep);
  return to + size;
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

void Wire::Token(std::string_view token) {
  if (token.front() == '"') {
    unescaped_.clear();
    value::AppendUnescaped(token.substr(1, token.size() - 2), unescaped_);
    return String(unescaped_);
  }
  if (token == "-0") return Raw("0");
  double number = 0;
  std::from_chars(token.data(), token.data() + token.size(), number);
  Float(number);
}

void Wire::Document(std::string_view text, std::span<const uint32_t> index) {
  // Every token is followed by one space at most; a token that is made anew reserves for the rest.
  Reserve(2 * text.size());
  const bool plain = IsPlainJson(text);
  const char* const bytes = text.data();
  char* to = bytes_.get() + size_;  // not a member, which any byte that is written might change
  const char* from = bytes + index.front();  // what is not copied yet
  const auto trim = [&](const char* end) {
    while (end > from && IsSpace(end[-1])) --end;
    return end;
  };
  const auto copy_to = [&](const char* end) {
    to = Copy(from, static_cast<size_t>(end - from), to);
    from = end;
  };
  const auto replace = [&](const char* at, const char* end) {
    copy_to(at);
    size_ = static_cast<size_t>(to - bytes_.get());
    Token({at, end});
    Reserve(2 * static_cast<size_t>(bytes + text.size() - end));
    to = bytes_.get() + size_;
    from = end;
  };
  for (size_t i = 0; i + 1 < index.size(); ++i) {
    const char* const at = bytes + index[i];
    const char* const next = bytes + index[i + 1];
    if (at > from && IsSpace(at[-1])) {
      copy_to(trim(at));
      from = at;
    }
    if (*at == ',' || *at == ':') {
      copy_to(at + 1);
      *to++ = ' ';
      from = next;
    } else if (*at == '"') {
      if (plain) continue;
      const char* const end = trim(next);
      if (!IsPlainJson({at, end})) replace(at, end);
    } else if (IsDigit(*at) || *at == '-') {
      const char* end = nullptr;
      if (!IsPythons(at, next, end)) replace(at, end);
    }
  }
  copy_to(trim(bytes + text.size()));
  size_ = static_cast<size_t>(to - bytes_.get());
}

}  // namespace kaspr::bench
