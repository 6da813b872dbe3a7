#pragma once

// Random JSON texts, and texts that are nearly JSON: every way to write a value, the limits of
// numbers, all planes of Unicode, keys that come twice, and bytes put wrong.

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace kaspr {

class RandomJson {
 public:
  explicit RandomJson(uint64_t seed) : random_(seed) {}

  // A text; one in two is damaged.
  std::string Next() {
    odd_ = false;
    spaces_ = static_cast<int>(Below(3));
    std::string text = Space();
    switch (Below(256)) {
      case 0:
        text += Deep();
        break;
      case 1:
        text += Wide();
        break;
      default:
        text += Value(static_cast<int>(Below(6)));
    }
    text += Space();
    if (Below(2) == 0) Damage(text);
    return text;
  }

  // The last text was plain JSON, which the native reader is there for.
  bool plain() const { return !odd_; }

  uint64_t Below(uint64_t n) { return random_() % n; }

 private:
  template <size_t N>
  std::string Pick(const char* const (&rows)[N]) {
    return rows[Below(N)];
  }

  std::string Space() {
    static const char* const kRows[] = {"", "", " ", "\n", "\t", "\r\n", "  "};
    return spaces_ == 2 ? Pick(kRows) : "";
  }
  // With spaces_ 0 the text is compact, with 1 it is as Python writes it.
  std::string Comma() { return Space() + (spaces_ == 1 ? ", " : ",") + Space(); }
  std::string Colon() { return Space() + (spaces_ == 1 ? ": " : ":") + Space(); }

  std::string Value(int depth) {
    if (depth == 0 || Below(4) == 0) return Scalar();
    return Below(2) == 0 ? List(depth) : Dict(depth, Below(8));
  }

  std::string List(int depth) {
    std::string text = "[" + Space();
    const uint64_t count = Below(6);
    for (uint64_t i = 0; i < count; ++i) text += (i > 0 ? Comma() : "") + Value(depth - 1);
    return text + Space() + "]";
  }

  std::string Dict(int depth, uint64_t count) {
    const bool twice = Below(16) == 0;
    odd_ |= twice;
    std::string text = "{" + Space();
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0) text += Comma();
      text += twice ? Pick(kTwice) : Key(i);
      text += Colon() + Value(depth - 1);
    }
    return text + Space() + "}";
  }

  // No two with different `i` are the same.
  std::string Key(uint64_t i) {
    switch (Below(8)) {
      case 0:
        return fmt::format("\"{}\\u0061{}\"", i, i);
      case 1:
        return fmt::format("\"{}\xC3\xA9{}\"", i, i);
      case 2:
        return fmt::format("\"a long key so that it takes more than a few words {}\"", i);
      case 3:
        return fmt::format("\"{}{}\"", i, std::string(70, 'x'));
      case 4:
        return fmt::format("\"{}\\n\\uD83D\\ude00\"", i);
      default:
        return fmt::format("\"key{}\"", i);
    }
  }

  std::string Deep() {
    static const size_t kDepths[] = {1, 31, 32, 33, 34, 100, 899, 900, 901, 950, 1500};
    const size_t depth = kDepths[Below(std::size(kDepths))];
    odd_ |= depth > 900;
    const bool list = Below(2) == 0;
    std::string text, end;
    for (size_t i = 0; i < depth; ++i) {
      text += list ? "[" : "{\"k\": ";
      end += list ? "]" : "}";
    }
    return text + (list ? "" : "1") + end;
  }

  std::string Wide() {
    static const uint64_t kWidths[] = {10, 63, 64, 65, 66, 200, 3000};
    const uint64_t width = kWidths[Below(std::size(kWidths))];
    std::string text = Dict(1, width);
    if (Below(4) == 0 && text.size() > 2) {
      odd_ = true;
      text.insert(1, "\"key0\": 1, \"key0\": 2, ");
    }
    return text;
  }

  std::string Scalar() {
    static const char* const kWords[] = {"null", "true", "false"};
    static const char* const kOdd[] = {
        "NaN",    "Infinity",    "-Infinity",          "1e400",        "-1e999",
        "1e-400", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"x\\uDFFFy\""};
    switch (Below(10)) {
      case 0:
        return Pick(kWords);
      case 1:
        if (Below(8) > 0) return Pick(kWords);
        odd_ = true;
        return Pick(kOdd);
      case 2:
      case 3:
        return Int();
      case 4:
      case 5:
      case 6:
        return Float();
      default:
        return String();
    }
  }

  std::string Digits(uint64_t count) {
    std::string digits(1, static_cast<char>('1' + Below(9)));
    while (digits.size() < count) digits += static_cast<char>('0' + Below(10));
    return digits;
  }

  std::string Int() {
    static const char* const kLimits[] = {"0",
                                          "-0",
                                          "-1",
                                          "256",
                                          "257",
                                          "999999999999999999",
                                          "1000000000000000000",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "-9223372036854775808",
                                          "-9223372036854775809",
                                          "18446744073709551616"};
    static const uint64_t kLong[] = {300, 301, 639, 640, 641, 4299, 4300, 4301};
    if (Below(64) == 0) {
      const uint64_t count = kLong[Below(std::size(kLong))];
      odd_ |= count > 640;
      return (Below(2) == 0 ? "-" : "") + Digits(count);
    }
    if (Below(3) == 0) return Pick(kLimits);
    return (Below(4) == 0 ? "-" : "") + Digits(1 + Below(25));
  }

  std::string Float() {
    static const char* const kLimits[] = {"-0.0",
                                          "0.0",
                                          "0.00",
                                          "1.0",
                                          "1.10",
                                          "100000000000000.0",
                                          "1000000000000000.0",
                                          "9999999999999998.0",
                                          "10000000000000000.0",
                                          "123456789012345678.0",
                                          "0.0001",
                                          "0.00012",
                                          "0.00001",
                                          "1e5",
                                          "1E+5",
                                          "1e-5",
                                          "1e16",
                                          "1e22",
                                          "1e23",
                                          "0e0",
                                          "-0e-5",
                                          "0.0e999",
                                          "5e-324",
                                          "3e-324",
                                          "2.4703282292062328e-324",
                                          "2.2250738585072014e-308",
                                          "2.2250738585072011e-308",
                                          "1.7976931348623157e308",
                                          "1.7976931348623158e308",
                                          "9007199254740993.0",
                                          "0.1",
                                          "0.30000000000000004",
                                          "8.41e21",
                                          "9.5367431640625e-07"};
    switch (Below(5)) {
      case 0: {
        const std::string text = Pick(kLimits);
        // from_chars minds what is nearly zero, Python does not.
        odd_ |= text == "3e-324" || text == "2.4703282292062328e-324" || text == "0.0e999";
        return text;
      }
      case 1: {
        const auto number = std::bit_cast<double>(random_());
        if (number != number || number - number != 0) return "0.5";
        // With few digits it may become what from_chars takes for nothing or for infinite.
        odd_ |= number != 0 && std::abs(number) < 1e-300;
        odd_ |= std::abs(number) > 1e308;
        return fmt::format("{:.{}e}", number, Below(20));
      }
      case 2:
        return fmt::format("{}.{}", Below(100000), Digits(1 + Below(3)));
      case 3:  // many digits, some of them halfway between two doubles
        return fmt::format("{}.{}5{}", Digits(1 + Below(20)), Digits(1 + Below(30)),
                           std::string(Below(20), '0'));
      default:
        return fmt::format("{}0.{}{}", Below(2) == 0 ? "-" : "", std::string(Below(6), '0'),
                           Digits(1 + Below(17)));
    }
  }

  std::string String() {
    std::string text = "\"";
    const uint64_t count = Below(8);
    for (uint64_t i = 0; i < count; ++i) text += Piece();
    return text + "\"";
  }

  std::string Piece() {
    static const char* const kEscapes[] = {"\\\"",
                                           "\\\\",
                                           "\\/",
                                           "\\b",
                                           "\\f",
                                           "\\n",
                                           "\\r",
                                           "\\t",
                                           "\\u0000",
                                           "\\u001f",
                                           "\\u007F",
                                           "\\u007f",
                                           "\\u00e9",
                                           "\\u00E9",
                                           "\\u0041",
                                           "\\ud83d\\ude00",
                                           "\\uD83D\\uDE00",
                                           "\\uffff",
                                           "\\u000a",
                                           "\\\\u0041",
                                           "\\u2028"};
    switch (Below(6)) {
      case 0:
        return Pick(kEscapes);
      case 1:
        return Utf8(CodePoint());
      case 2:
        return "\x7F";
      case 3:
        return "/[]{}:,'";
      default:
        return std::string(Below(20), static_cast<char>('a' + Below(26)));
    }
  }

  uint32_t CodePoint() {
    static const uint32_t kLimits[] = {0x80,   0x7FF,  0x800,   0xD7FF,
                                       0xE000, 0xFFFF, 0x10000, 0x10FFFF};
    if (Below(4) == 0) return kLimits[Below(std::size(kLimits))];
    const auto plane = static_cast<uint32_t>(Below(17));
    const auto c = plane << 16 | static_cast<uint32_t>(Below(0x10000));
    return c < 0x80 || (c >= 0xD800 && c < 0xE000) ? 0xE9 : c;
  }

  static std::string Utf8(uint32_t c) {
    std::string text;
    const auto add = [&](uint32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x800) {
      add(0xC0 | c >> 6);
    } else if (c < 0x10000) {
      add(0xE0 | c >> 12);
      add(0x80 | (c >> 6 & 0x3F));
    } else {
      add(0xF0 | c >> 18);
      add(0x80 | (c >> 12 & 0x3F));
      add(0x80 | (c >> 6 & 0x3F));
    }
    add(0x80 | (c & 0x3F));
    return text;
  }

  void Damage(std::string& text) {
    static const std::string_view kBytes(
        "\"\\{}[]:,0123456789.eE+-tfnau "
        "/\x00\x01\x0b\x0c\x1a\x1f\x20\x7f\x80\xa0\xbf\xc0\xc3\xe2\xed\xf0"
        "\xf5\xff\n\r\t",
        47);
    static const char* const kTexts[] = {"\xEF\xBB\xBF", "NaN",          "\\u12", "\\uD800", "//",
                                         ",,",           "\xED\xA0\x80", "\x0c",  "]",       "}",
                                         "\xC2\xA0",     "1 2"};
    odd_ = true;
    for (uint64_t i = 1 + Below(2); i > 0; --i) {
      const uint64_t at = Below(text.size() + 1);
      switch (Below(7)) {
        case 0:
          text = text.substr(0, at);
          break;
        case 1:
          text = text.substr(0, at) + text.substr(std::min(text.size(), at + 1));
          break;
        case 2:
          text.insert(at, 1, kBytes[Below(kBytes.size())]);
          break;
        case 3:
          if (at < text.size()) text[at] = kBytes[Below(kBytes.size())];
          break;
        case 4:
          text.insert(at, Pick(kTexts));
          break;
        case 5:
          text += Pick(kTexts);
          break;
        default:  // a piece twice
          text.insert(at, text.substr(Below(text.size() + 1), Below(8)));
      }
    }
  }

  static constexpr const char* kTwice[] = {"\"a\"", "\"b\"",       "\"\\u0061\"",
                                           "\"\"",  "\"\\u00e9\"", "\"\xC3\xA9\""};

  std::mt19937_64 random_;
  bool odd_ = false;
  int spaces_ = 0;
};

}  // namespace kaspr
