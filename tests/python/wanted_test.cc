// What is made of a value for functions that go by parts of it, and for which ones that will do.

#include "python/wanted.h"

#include <Python.h>
#include <gtest/gtest.h>

#include "lane.h"
#include "python/state.h"
#include "value/json_read.h"

namespace kaspr::python {
namespace {

ir::Function Translated(const std::string& body) {
  ir::Graph graph;
  graph.agents.push_back({.name = "a"});
  graph.agents[0].functions.push_back(
      {.name = "f", .text = "def f(v):\n  " + body + "\n", .entrypoint = "f"});
  Diagnostics diagnostics;
  EXPECT_TRUE(CheckFunctions(Lane(), graph, diagnostics)) << Render(diagnostics);
  TranslateFunctions(Lane(), graph);
  EXPECT_TRUE(graph.agents[0].functions[0].expr) << body;
  return std::move(graph.agents[0].functions[0]);
}

// The thin value of all of them, as repr shows it; "all" if that will not do.
std::string ThinFor(const std::vector<std::string>& bodies, const std::string& json) {
  std::vector<ir::Function> functions;
  for (const std::string& body : bodies) functions.push_back(Translated(body));
  std::string shown = "all";
  Lane().Call([&] {
    Wanted wanted;
    for (const ir::Function& function : functions) {
      const auto use = ThinUseOf(function);
      if (!use) return;
      wanted.Add(use->paths);
    }
    value::JsonReader reader;
    Ref thin = Lane().state().codec->Decode(*reader.Read(json), wanted);
    if (!thin) return;
    Ref text = Ref::Own(PyObject_Repr(thin.get()));
    shown = PyUnicode_AsUTF8(text.get());
  });
  return shown;
}

const std::string kOrder =
    R"({"id": 1, "who": {"name": "Ann", "city": {"zip": "1"}}, "tags": [{"a": 1}], "n": 2, "k\u00e9y": 3})";

TEST(Wanted, IsWhatFunctionsLookAt) {
  const auto thin = [](const std::string& body) { return ThinFor({body}, kOrder); };
  EXPECT_EQ(thin("return v['n'] > 1"), "{'n': 2}");
  EXPECT_EQ(thin("return v.get('n') == v['id']"), "{'id': 1, 'n': 2}");
  EXPECT_EQ(thin("return v.get('n', v['id']) == 1"), "{'id': 1, 'n': 2}");
  EXPECT_EQ(thin("return 'n' in v"), "{'n': 2}");
  EXPECT_EQ(thin("return v['who']['name'] == 'Ann'"), "{'who': {'name': 'Ann'}}");
  EXPECT_EQ(thin("return v['who']"), "{'who': {'name': 'Ann', 'city': {'zip': '1'}}}");
  EXPECT_EQ(thin("return v['who']['city']['zip']"), "{'who': {'city': {'zip': '1'}}}");
  EXPECT_EQ(thin("return v['tags'][0]['a']"), "{'tags': [{'a': 1}]}");
  EXPECT_EQ(thin("return v['tags']['a']"), "{'tags': [{'a': 1}]}");
  EXPECT_EQ(thin("return len(v['who'])"), "{'who': {'name': 'Ann', 'city': {'zip': '1'}}}");
  EXPECT_EQ(thin("return v['k\u00e9y'] or v['none']"), "{'k\u00e9y': 3}");
  EXPECT_EQ(thin("return {'a': v['n'], 'b': [v['id']]}"), "{'id': 1, 'n': 2}");
  EXPECT_EQ(thin("yield v['n']; yield v['who']['name']"), "{'who': {'name': 'Ann'}, 'n': 2}");
  EXPECT_EQ(thin("return 1"), "{}");
  EXPECT_EQ(thin("return v"), "{}");
  EXPECT_EQ(thin("v['n'] = v['id']; return v"), "{'id': 1, 'n': 2}");
  EXPECT_EQ(thin("v['who']['name'] = 1; return 1"), "{'who': {'name': 'Ann'}}");
}

TEST(Wanted, IsWhatSeveralLookAt) {
  const std::string whole_who = "{'who': {'name': 'Ann', 'city': {'zip': '1'}}, 'n': 2}";
  const std::string name = "return v['who']['name']", who = "return v['who'] and v['n']";
  EXPECT_EQ(ThinFor({name, "return v['n']"}, kOrder), "{'who': {'name': 'Ann'}, 'n': 2}");
  EXPECT_EQ(ThinFor({name, who}, kOrder), whole_who);
  EXPECT_EQ(ThinFor({who, name}, kOrder), whole_who);
}

TEST(Wanted, EndsAtADepth) {
  std::string body = "return v", json = "1", shown = "1";
  for (int i = 0; i < 12; ++i) {
    body += "['a']";
    json = R"({"a": )" + json + (i < 4 ? R"(, "b": 2})" : R"(, "c": 3})");
    shown = "{'a': " + shown + (i < 4 ? ", 'b': 2}" : "}");
  }
  EXPECT_EQ(ThinFor({body}, json), shown);
}

TEST(Wanted, IsAllWhereMoreMayBeSeen) {
  const auto thin = [](const std::string& body) { return ThinFor({body}, kOrder); };
  for (const char* body : {
           "return bool(v)",
           "return len(v) > 2",
           "return v == {}",
           "return [v]",
           "return {'v': v}",
           "return {**v, 'a': 1}",
           "return v.copy()",
           "return str(v) == 'x'",
           "return list(v) == ['n']",
           "return v[v['n']]",
           "return v['id'] in v",
           "return [k for k in v] == []",
           "return v is None",
           "return 1 if v else 2",
           "return v.get('n') if v['id'] else v",
           "return v.pop('n')",
           "yield v['n']; raise ValueError(v)",
           "yield v",
           "try: return v['n']\n  except KeyError as e: return len(v) > 1 and str(e)",
           "return [context['event'].key, v['n']]",
       }) {
    EXPECT_EQ(thin(body), "all") << body;
  }
  EXPECT_EQ(thin("import time; return time.time() > v['n']"), "all");
  EXPECT_EQ(ThinFor({"return v['n']"}, R"(["n"])"), "all");
}

}  // namespace
}  // namespace kaspr::python
