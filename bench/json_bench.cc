// JSON per document: our reader and writer beside simdjson's DOM and CPython's json; and what a
// function does with it (w2.yaml's, of every record), on our values and written by hand on the DOM.
//
// Every row goes round the records of one file, so that no document is the one just seen.

#include <Python.h>
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "python/codec.h"
#include "python/state.h"
#include "value/arena.h"
#include "value/constant_key.h"
#include "value/json_read.h"
#include "value/json_write.h"
#include "value/primitives.h"
#include "value/write_value.h"

namespace kaspr {
namespace {

using python::Ref;

python::Interpreter& Lane() {
  static python::Interpreter interpreter;
  return interpreter;
}

python::Codec& Codec() {
  return *Lane().state().codec;
}

// The lines of a file, each a copy with room for parsers to read on.
std::vector<std::string> Lines(const char* name) {
  std::ifstream file(std::string(KASPR_BENCH "/") + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    line.reserve(line.size() + simdjson::SIMDJSON_PADDING);
    lines.push_back(line);
  }
  KASPR_CHECK(!lines.empty(), name);
  return lines;
}

// Calls `body` for one document after the other.
template <class Items, class Body>
void GoRound(benchmark::State& state, const Items& items, Body body) {
  size_t i = 0;
  for (auto _ : state) {
    body(items[i]);
    i = i + 1 == items.size() ? 0 : i + 1;
  }
}

std::vector<Ref> Objects(const char* name) {
  std::vector<Ref> objects;
  for (const std::string& line : Lines(name)) {
    objects.push_back(Codec().Decode(ir::Serializer::kJson, line));
    KASPR_CHECK(objects.back(), "a sample that is no JSON");
  }
  return objects;
}

Ref JsonFunction(const char* name) {
  Ref module = Ref::Own(PyImport_ImportModule("json"));
  return Ref::Own(PyObject_GetAttrString(module.get(), name));
}

void Read(benchmark::State& state, const char* name) {
  value::JsonReader reader;
  GoRound(state, Lines(name),
          [&](const std::string& line) { benchmark::DoNotOptimize(reader.Read(line)); });
}

void ReadAndWrite(benchmark::State& state, const char* name) {
  value::JsonReader reader;
  value::JsonWriter out;
  GoRound(state, Lines(name), [&](const std::string& line) {
    out.Clear();
    value::WriteNode(out, *reader.Read(line), 0);
    benchmark::DoNotOptimize(out.bytes());
  });
}

void ReadObjects(benchmark::State& state, const char* name) {
  GoRound(state, Lines(name), [](const std::string& line) {
    benchmark::DoNotOptimize(Codec().Decode(ir::Serializer::kJson, line).get());
  });
}

void WriteObjects(benchmark::State& state, const char* name) {
  GoRound(state, Objects(name), [](const Ref& object) {
    python::Encoded encoded;
    Codec().Encode(ir::Serializer::kJson, object.get(), encoded);
    benchmark::DoNotOptimize(encoded.bytes);
  });
}

void SimdjsonDom(benchmark::State& state, const char* name) {
  simdjson::dom::parser parser;
  GoRound(state, Lines(name), [&](const std::string& line) {
    simdjson::dom::element element;
    const auto error = parser.parse(line.data(), line.size(), false).get(element);
    KASPR_CHECK(error == simdjson::SUCCESS, "a sample that is no JSON");
    benchmark::DoNotOptimize(element);
  });
}

constexpr std::string_view kEurope[] = {"DE", "ES", "IT", "CZ", "PT", "FR"};

std::string_view Region(std::string_view country) {
  return std::ranges::find(kEurope, country) != std::end(kEurope) ? "EU" : "other";
}

// value["total"] = value["amount"] * value["qty"], and so on: what machine code is to do.
void EnrichValues(benchmark::State& state, const char* name) {
  using value::MakeConstantKey, value::Value;
  const auto key = [](std::string_view text) {
    return MakeConstantKey(Value::Str(text, Value::kAscii));
  };
  const auto amount = key("amount"), qty = key("qty"), country = key("country"),
             total = key("total"), region = key("region"), user = key("user_id");
  const value::Primitive& multiply = *value::FindPrimitive("mul");
  value::JsonReader reader;
  value::Arena arena;
  value::Heap heap;
  value::JsonWriter out;
  GoRound(state, Lines(name), [&](const std::string& line) {
    arena.Rewind();
    heap.Reset();
    out.Clear();
    const Value record = heap.Read(*value::Keep(*reader.Read(line), arena));
    std::array<Value, 2> factors;
    Value product, place, user_id;
    GetConstant(heap, record, amount, factors[0]);
    GetConstant(heap, record, qty, factors[1]);
    const value::Status multiplied = multiply.function(heap, factors, product);
    KASPR_CHECK(multiplied == value::Status::kOk, "a record without numbers");
    SetConstant(heap, record, total, product);
    GetConstant(heap, record, country, place);
    SetConstant(heap, record, region, Value::Str(Region(place.str()), Value::kAscii));
    GetConstant(heap, record, user, user_id);
    const value::Status written = WriteValue(record, out);
    KASPR_CHECK(written == value::Status::kOk, "a record that cannot be written");
    benchmark::DoNotOptimize(out.bytes());
    benchmark::DoNotOptimize(user_id);
  });
}

// Python's form of what the samples hold.
void Append(const simdjson::dom::element& element, std::string& out) {
  using simdjson::dom::element_type;
  const auto number = [&](auto value) {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  };
  const char* separator = "";
  switch (element.type()) {
    case element_type::OBJECT:
      out += '{';
      for (const auto& [key, value] : simdjson::dom::object(element)) {
        out.append(std::exchange(separator, ", ")).append("\"").append(key).append("\": ");
        Append(value, out);
      }
      out += '}';
      return;
    case element_type::ARRAY:
      out += '[';
      for (const simdjson::dom::element& item : simdjson::dom::array(element)) {
        out += std::exchange(separator, ", ");
        Append(item, out);
      }
      out += ']';
      return;
    case element_type::STRING:
      out.append("\"").append(std::string_view(element)).append("\"");
      return;
    case element_type::DOUBLE: {
      const double value = element;
      number(value);
      if (value == static_cast<double>(static_cast<int64_t>(value))) out += ".0";
      return;
    }
    case element_type::BOOL:
      out += bool(element) ? "true" : "false";
      return;
    case element_type::NULL_VALUE:
      out += "null";
      return;
    default:
      number(int64_t(element));
  }
}

void EnrichDom(benchmark::State& state, const char* name) {
  simdjson::dom::parser parser;
  std::string out;
  GoRound(state, Lines(name), [&](const std::string& line) {
    const simdjson::dom::element record = parser.parse(line.data(), line.size(), false);
    out.clear();
    Append(record, out);
    out.pop_back();
    const double total = double(record["amount"]) * static_cast<double>(int64_t(record["qty"]));
    char digits[32];
    out.append(", \"total\": ").append(digits, std::to_chars(digits, digits + 32, total).ptr);
    out.append(", \"region\": \"").append(Region(record["country"])).append("\"}");
    const std::string_view user_id = record["user_id"];
    benchmark::DoNotOptimize(out.data());
    benchmark::DoNotOptimize(user_id);
  });
}

void PythonLoads(benchmark::State& state, const char* name) {
  Ref loads = JsonFunction("loads");
  std::vector<Ref> texts;
  for (const std::string& line : Lines(name)) {
    texts.push_back(Ref::Own(PyUnicode_FromString(line.c_str())));
  }
  GoRound(state, texts, [&](const Ref& text) {
    Ref value = Ref::Own(PyObject_CallOneArg(loads.get(), text.get()));
    benchmark::DoNotOptimize(value.get());
  });
}

void PythonDumps(benchmark::State& state, const char* name) {
  Ref dumps = JsonFunction("dumps");
  GoRound(state, Objects(name), [&](const Ref& object) {
    Ref text = Ref::Own(PyObject_CallOneArg(dumps.get(), object.get()));
    benchmark::DoNotOptimize(text.get());
  });
}

void Register(const char* size, const char* file) {
  const std::pair<const char*, void (*)(benchmark::State&, const char*)> rows[] = {
      {"read", Read},
      {"simdjson dom", SimdjsonDom},
      {"read, write", ReadAndWrite},
      {"enrich", EnrichValues},
      {"enrich simdjson dom", EnrichDom},
      {"read to objects", ReadObjects},
      {"json.loads", PythonLoads},
      {"write objects", WriteObjects},
      {"json.dumps", PythonDumps},
  };
  for (const auto& [name, run] : rows) {
    const std::string full = std::string(name) + " " + size;
    benchmark::RegisterBenchmark(full.c_str(), run, file);
  }
}

}  // namespace
}  // namespace kaspr

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  kaspr::Register("277 B", "order.sample.jsonl");
  kaspr::Register("1652 B", "large.sample.jsonl");
  kaspr::Lane().Call([] { benchmark::RunSpecifiedBenchmarks(); });
  return 0;
}
