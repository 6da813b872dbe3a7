// JSON per document: our reader and writer beside simdjson's DOM and CPython's json.
//
// Every row goes round the records of one file, so that no document is the one just seen.

#include <Python.h>
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "python/codec.h"
#include "python/state.h"
#include "value/json_read.h"
#include "value/json_write.h"

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
