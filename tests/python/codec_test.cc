// The codecs against CPython itself: blocks return what they expect as text, which the codec does
// not touch.

#include "python/codec.h"

#include <cstring>
#include <random>
#include <sstream>

#include "lane.h"

namespace kaspr::python {
namespace {

using ir::Serializer;

// Decodes and encodes again, on the lane.
std::string RoundTrip(std::string_view json) {
  std::string text;
  Lane().Call([&] {
    PythonDecoder decoder(Lane());
    PythonEncoder encoder(Lane());
    value::Value value;
    bool null = false;
    if (auto raised = decoder.Decode(Serializer::kJson, json, value)) {
      text = raised->type;
      return;
    }
    if (auto raised = encoder.Encode(Serializer::kJson, value, text, null)) text = raised->type;
    Release(value);
  });
  return text;
}

std::string Encoded(Serializer serializer, const value::Value& value) {
  std::string text;
  Lane().Call([&] {
    bool null = false;
    const auto raised = PythonEncoder(Lane()).Encode(serializer, value, text, null);
    if (raised) text = raised->type;
    if (null) text = "(none)";
  });
  return text;
}

TEST(Codec, ReadsAndWritesJson) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"[1.0,1e20,1e16,1e15,1e-7,-0.0]", "[1.0, 1e+20, 1e+16, 1000000000000000.0, 1e-07, -0.0]"},
      {"[NaN,Infinity,-Infinity,1e400]", "[NaN, Infinity, -Infinity, Infinity]"},
      {R"({"a":1,"b":2,"a":3})", R"({"a": 3, "b": 2})"},
      {R"({"__faust":{"ns":"x"}})", R"({"__faust": {"ns": "x"}})"},
      {" \t\r\n{} ", "{}"},
      {"\"\\ud800\"", "\"\\ud800\""},
      {"\"\xF0\x9F\x98\x80\x7F\"", "\"\\ud83d\\ude00\\u007f\""},
      {"", "JSONDecodeError"},
      {"1 2", "JSONDecodeError"},
      {"\xEF\xBB\xBF{}", "JSONDecodeError"},
      {"\xFF", "UnicodeDecodeError"},
      {"\"\xED\xA0\x80\"", "UnicodeDecodeError"},
      {"[1,]", "JSONDecodeError"},
      {"-NaN", "JSONDecodeError"},
  };
  for (const auto& [json, expected] : rows) EXPECT_EQ(RoundTrip(json), expected) << json;
  EXPECT_EQ(RoundTrip(std::string(100'000, '[')), "RecursionError");
  EXPECT_EQ(RoundTrip(std::string(4301, '9')), "ValueError");
  EXPECT_EQ(RoundTrip(std::string(4300, '9')), std::string(4300, '9'));
}

TEST(Codec, KnowsWhatHasNoBytes) {
  const value::Value none = value::Value::None();
  EXPECT_EQ(Encoded(Serializer::kRaw, none), "(none)");
  EXPECT_EQ(Encoded(Serializer::kJson, none), "null");
  EXPECT_EQ(Encoded(Serializer::kBinary, none), "TypeError");
  EXPECT_EQ(Encoded(Serializer::kPickle, none), "gAROLg==");
  for (Serializer serializer :
       {Serializer::kRaw, Serializer::kJson, Serializer::kBinary, Serializer::kPickle}) {
    EXPECT_EQ(Encoded(serializer, value::Value::Bytes("\xFF{")), "\xFF{");
  }
}

// On both sides, also of values that JSON has not; what a block expects it makes with CPython.
TEST(Codec, PicklesKeysAndValues) {
  Agent agent;
  agent.Serializers(Serializer::kPickle, Serializer::kPickle)
      .Map("f", R"(
import base64, pickle

def f(value):
  assert value == {"set": {1, 2}, "none": None} and context["event"].key == ("k", 1)
  return value
)")
      .Output("out", {.key = "def key(value):\n  return ('k', 1)\n"}, Serializer::kPickle,
              Serializer::kPickle)
      .Output("text", {.key = "def key(value):\n  return None\n",
                       .value = "import base64, pickle\ndef text(value):\n  return "
                                "base64.b64encode(pickle.dumps(value))\n"});
  // pickle.dumps(("k", 1)), pickle.dumps({"set": {1, 2}, "none": None})
  const std::string key = "gASVCQAAAAAAAACMAWuUSwGGlC4=";
  const std::string value = "gASVGwAAAAAAAAB9lCiMA3NldJSPlChLAUsCkIwEbm9uZZROdS4=";
  value::Batch batch = agent.MakeBatch();
  batch.Add({.key = key, .value = value});
  batch.Add({.key = key, .value = "no base64!"});
  batch.Add({.key = key, .value = "Z2FyYmFnZQ=="});
  const std::string sent = agent.RunBatch(batch);
  EXPECT_EQ(sent, "out " + key + ": " + value + "\ntext " + value + "\n") << agent.said;
  EXPECT_EQ(agent.outcomes, "dff");
}

TEST(Codec, WritesSpecialTypes) {
  const std::pair<const char*, const char*> rows[] = {
      {"Decimal('1.10')", R"("1.10")"},
      {"UUID(int=1)", R"("00000000-0000-0000-0000-000000000001")"},
      {"[b'zz']", R"(["b'zz'"])"},
      {"datetime(2024, 1, 2, 3, 4, 5)", R"("2024-01-02T03:04:05")"},
      {"datetime(2024, 1, 2, 3, 4, 5, 678, timezone.utc)", R"("2024-01-02T03:04:05.000678Z")"},
      {"datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=2)))",
       R"("2024-01-02T00:00:00+02:00")"},
      {"date(2024, 1, 2)", R"("2024-01-02T00:00:00")"},
      {"time(1, 2, 3)", R"("01:02:03")"},
      {"[{1}, deque([1, 2]), (1, [2])]", "[[1], [1, 2], [1, [2]]]"},
      {"Counter('aab')", R"({"a": 2, "b": 1})"},
      {"[Color.RED, Level.LOW]", R"(["red", 1])"},
      {"Own()", R"({"own": "1"})"},
      {"{1: 1, 1.5: 2, True: 3, None: 4}", R"({"1": 3, "1.5": 2, "null": 4})"},
      {"{(1, 2): 1}", "failed"},
      {"timedelta(1)", "failed"},
      {"[bytearray(b'x')]", "failed"},
      {"range(3)", "failed"},
      {"frozenset()", "failed"},
      {"iter([1])", "failed"},
      {"object()", "failed"},
      {"10 ** 4300", "failed"},
      {"Loop().d", "failed"},
  };
  for (const auto& [expression, expected] : rows) {
    Agent agent;
    agent
        .Init(R"(
from collections import Counter, deque
from datetime import *
from decimal import Decimal
from enum import Enum, IntEnum
from uuid import UUID
class Color(Enum):
  RED = 'red'
class Level(IntEnum):
  LOW = 1
class Own:
  def __json__(self): return {'own': Decimal(1)}
class Loop:
  def __init__(self):
    self.d = {}
    self.d['self'] = self.d
)")
        .Map("f", fmt::format("def f(v):\n  return {}\n", expression), "f")
        .Output("out");
    const std::string sent = agent.Run({"0"});
    EXPECT_EQ(agent.outcomes == "f" ? "failed" : sent,
              std::string_view(expected) == "failed" ? "failed" : fmt::format("out {}\n", expected))
        << expression << agent.said;
  }
}

TEST(Codec, ReadsLenientBase64) {
  Agent agent;
  agent.Serializers(Serializer::kRaw, Serializer::kBinary)
      .Map("f", "def f(v):\n  return v.decode('latin-1')\n")
      .Output("out", {}, Serializer::kRaw, Serializer::kBinary);
  EXPECT_EQ(agent.Run({"YWJj", "YW Jj\n", "YQ==YQ==", "YWJ", "", "Y"}),
            "out YWJj\nout YWJj\nout YQ==\nout \n");
  EXPECT_EQ(agent.outcomes, "dddfdf");
}

// A random JSON text, as anyone might write it.
std::string RandomJson(std::mt19937& random, int depth) {
  auto below = [&](unsigned n) { return random() % n; };
  static const char* kAtoms[] = {"null",
                                 "true",
                                 "false",
                                 "0",
                                 "-0",
                                 "-0.0",
                                 "1e5",
                                 "12345678901234567890",
                                 "3.14",
                                 "1E-7",
                                 "\"\"",
                                 "\"a\\n\\u00e9\"",
                                 "\"\xC3\xA9\"",
                                 "NaN",
                                 "-Infinity",
                                 "2.5e-324",
                                 "\"\\ud83d\\ude00\"",
                                 "\"/\\/\"",
                                 "123456789.125"};
  if (depth == 0 || below(3) == 0) return kAtoms[below(std::size(kAtoms))];
  const bool object = below(2) == 0;
  std::string text(1, object ? '{' : '[');
  const unsigned count = below(5);
  for (unsigned i = 0; i < count; ++i) {
    if (i > 0) text += below(2) == 0 ? "," : " ,\n";
    if (object) text += fmt::format("\"k{}\":", below(4));
    text += RandomJson(random, depth - 1);
  }
  return text + (object ? '}' : ']');
}

TEST(Codec, AgreesWithJsonOfCPython) {
  Agent agent;
  agent.Init("import json\n")
      .Map("f", "def f(v):\n  return v\n")
      .Output("ours")
      .Output("theirs", {.value = "def f(v):\n  raw = context['event'].message.value\n"
                                  "  return json.dumps(json.loads(raw.decode())).encode()\n"});
  std::mt19937 random(7);
  std::vector<std::string> values;
  for (int i = 0; i < 2000; ++i) values.push_back(RandomJson(random, 5));
  value::Batch batch = agent.MakeBatch();
  for (const std::string& value : values) batch.Add({.value = value});
  std::istringstream lines(agent.RunBatch(batch));
  std::string ours, theirs;
  for (const std::string& value : values) {
    ASSERT_TRUE(std::getline(lines, ours) && std::getline(lines, theirs)) << agent.said;
    ASSERT_EQ(ours.substr(std::strlen("ours ")), theirs.substr(std::strlen("theirs "))) << value;
  }
  EXPECT_FALSE(std::getline(lines, ours));
}

}  // namespace
}  // namespace kaspr::python
