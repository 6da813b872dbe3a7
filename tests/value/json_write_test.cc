#include "value/json_write.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "value/json_read.h"

namespace kaspr::value {
namespace {

std::string Float(double number) {
  JsonWriter out;
  out.Float(number);
  return std::string(out.bytes());
}

TEST(JsonWriter, WritesFloatsAsRepr) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::pair<double, const char*> rows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-1.5, "-1.5"},
      {278.13, "278.13"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {999999999.999999, "999999999.999999"},
      {1e9, "1000000000.0"},
      {1234567890.25, "1234567890.25"},
      {-48.208176, "-48.208176"},
      {7.0000001, "7.0000001"},
      {0.00012, "0.00012"},
      {9.9e-5, "9.9e-05"},
      {1e-4, "0.0001"},
      {0.00012, "0.00012"},
      {1e-5, "1e-05"},
      {1.25e-5, "1.25e-05"},
      {1e15, "1000000000000000.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "1e+16"},
      {1.5e16, "1.5e+16"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e22, "1e+22"},
      {1e100, "1e+100"},
      {5e-324, "5e-324"},
      {-1.7976931348623157e308, "-1.7976931348623157e+308"},
      {kInfinity, "Infinity"},
      {-kInfinity, "-Infinity"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const auto& [number, text] : rows) EXPECT_EQ(Float(number), text);
}

TEST(JsonWriter, WritesInts) {
  JsonWriter out;
  out.Int(std::numeric_limits<int64_t>::min());
  out.Raw(" ");
  out.Int(0);
  EXPECT_EQ(out.bytes(), "-9223372036854775808 0");
  out.Clear();
  EXPECT_EQ(out.bytes(), "");
}

std::string Latin1(std::string_view text) {
  JsonWriter out;
  out.String(std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
  return std::string(out.bytes());
}

TEST(JsonWriter, EscapesLatin1) {
  const std::pair<std::string_view, const char*> rows[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"\"\\\b\f\n\r\t", R"("\"\\\b\f\n\r\t")"},
      {std::string_view("\0\x01\x1F", 3), R"("\u0000\u0001\u001f")"},
      {" ~\x7F\x80\xFF/", R"(" ~\u007f\u0080\u00ff/")"},
  };
  for (const auto& [text, json] : rows) EXPECT_EQ(Latin1(text), json);
}

// Texts are looked at word by word: every byte at every place of every short text.
TEST(JsonWriter, SeesEveryByteEverywhere) {
  for (size_t size = 1; size <= 20; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        const bool plain = byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
        const std::string quoted = "\"" + text + "\"";
        ASSERT_EQ(Latin1(text) == quoted, plain) << size << " " << at << " " << byte;
      }
    }
  }
}

TEST(JsonWriter, EscapesWiderText) {
  JsonWriter out;
  out.String(std::vector<uint16_t>{'a', 0xE9, 0x2028, 0xD800, 0xFFFF, '"'});
  EXPECT_EQ(out.bytes(), R"("a\u00e9\u2028\ud800\uffff\"")");
  out.Clear();
  out.String(std::vector<uint32_t>{'a', 0x10000, 0x1F600, 0x10FFFF, 0xDFFF, '\n'});
  EXPECT_EQ(out.bytes(), R"("a\ud800\udc00\ud83d\ude00\udbff\udfff\udfff\n")");
  out.Clear();
  out.Utf8("a\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80\x7F");
  EXPECT_EQ(out.bytes(), R"("a\u00e9\u2028\ud83d\ude00\u007f")");
}

TEST(WriteNode, WritesDocumentsAsPythonWould) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"[ ]", "[]"},
      {"{ }", "{}"},
      {"[1,2,[ ],{}]", "[1, 2, [], {}]"},
      {R"({"a":1,"b":{"c":[true,false,null]}})", R"({"a": 1, "b": {"c": [true, false, null]}})"},
      {R"({"a": [1, 2]})", R"({"a": [1, 2]})"},
      {R"({"a":[1, 2],"b":-0})", R"({"a": [1, 2], "b": 0})"},
      {R"({"\u0061\/":"\u00E9"})", R"({"a/": "\u00e9"})"},
      {"[1e5,1.0,1.10,1E-7,-0.0]", "[100000.0, 1.0, 1.1, 1e-07, -0.0]"},
      {"\"\xC3\xA9\"", R"("\u00e9")"},
      {"[[[]],[[]]]", "[[[]], [[]]]"},
  };
  JsonReader reader;
  for (const auto& [text, json] : rows) {
    const Document* document = reader.Read(text);
    ASSERT_NE(document, nullptr) << text;
    JsonWriter out;
    WriteNode(out, *document, 0);
    EXPECT_EQ(out.bytes(), json);
  }
}

TEST(WriteNode, WritesAPartOfADocument) {
  JsonReader reader;
  const Document* document = reader.Read(R"({"a":[1,2],"b":3})");
  JsonWriter out;
  WriteNode(out, *document, 2);
  EXPECT_EQ(out.bytes(), "[1, 2]");
}

}  // namespace
}  // namespace kaspr::value
