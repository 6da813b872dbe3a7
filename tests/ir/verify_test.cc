// Mistakes that graph text cannot say; those that it can are in tests/golden/ir/verify.

#include "ir/verify.h"

#include <gtest/gtest.h>

#include "base/render.h"

namespace kaspr::ir {
namespace {

Graph Sound() {
  Agent agent;
  agent.name = "orders";
  agent.functions = {{.name = "paid",
                      .role = Role::kOperation,
                      .text = "f = bool\n",
                      .entrypoint = "",
                      .map = {}}};
  agent.nodes = {
      {.name = "in", .op = Input{.topics = {"orders"}}, .inputs = {}, .place = {}},
      {.name = "paid", .op = Filter{}, .inputs = {NodeId{0}}, .place = {}},
      {.name = "",
       .op = Output{{.topic = "out", .selectors = {}}},
       .inputs = {NodeId{1}},
       .place = {}},
  };
  return {.app = "shop", .agents = {agent}};
}

std::string Errors(const Graph& graph) {
  SourceFiles files;
  Diagnostics diagnostics;
  const bool good = Verify(graph, files, diagnostics);
  EXPECT_EQ(good, diagnostics.empty());
  return Render(diagnostics);
}

TEST(VerifyTest, SoundGraphSaysNothing) {
  EXPECT_EQ(Errors(Sound()), "");
}

TEST(VerifyTest, NodesWithoutAPlaceAreShownInThePrintedGraph) {
  Graph graph = Sound();
  graph.agents[0].nodes[1].inputs = {NodeId{0}, NodeId{7}};
  EXPECT_EQ(Errors(graph),
            "error[K0404]: a node reads 2 nodes instead of 1\n"
            " --> <graph>:5:3\n"
            "  |\n"
            "5 |   %paid = filter %in %?7 @paid\n"
            "  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST(VerifyTest, PlacesOfTheUserComeFirst) {
  Graph graph = Sound();
  const SourceFile yaml("orders.yaml", "pipeline: [paid]\n");
  graph.agents[0].nodes[1].place.span = {&yaml, 11, 15};
  graph.agents[0].nodes[1].op = Filter{FnId{3}};
  EXPECT_EQ(Errors(graph),
            "error[K0402]: function 3 is called, which does not exist\n"
            " --> orders.yaml:1:12\n"
            "  |\n"
            "1 | pipeline: [paid]\n"
            "  |            ^^^^\n");
}

// One change each, and a word of what has to be said about it.
TEST(VerifyTest, EachInvariant) {
  const struct {
    const char* says;
    void (*change)(Agent&);
  } kCases[] = {
      {"an output has a name, 'x'", [](Agent& a) { a.nodes[2].name = "x"; }},
      {"two nodes are called 'in'", [](Agent& a) { a.nodes[1].name = "in"; }},
      {"two functions are called 'paid'", [](Agent& a) { a.functions.push_back(a.functions[0]); }},
      {"a node reads 0 nodes instead of 1", [](Agent& a) { a.nodes[1].inputs.clear(); }},
      {"a node reads 1 nodes instead of 0", [](Agent& a) { a.nodes[0].inputs = {NodeId{1}}; }},
      {"a node reads node 9, which does not exist",
       [](Agent& a) { a.nodes[2].inputs = {NodeId{9}}; }},
      {"a node reads an output",
       [](Agent& a) {
         a.nodes.push_back(a.nodes[2]);
         a.nodes[3].inputs = {NodeId{2}};
       }},
      {"an input without a topic", [](Agent& a) { std::get<Input>(a.nodes[0].op).topics.clear(); }},
      {"function 5 is called", [](Agent& a) { a.init = FnId{5}; }},
      {"a function made as an operation is used as init", [](Agent& a) { a.init = FnId{0}; }},
      {"is made for init, but", [](Agent& a) { a.functions[0].role = Role::kInit; }},
  };
  for (const auto& c : kCases) {
    Graph graph = Sound();
    c.change(graph.agents[0]);
    EXPECT_NE(Errors(graph).find(c.says), std::string::npos) << c.says << "\n" << Errors(graph);
  }
}

}  // namespace
}  // namespace kaspr::ir
