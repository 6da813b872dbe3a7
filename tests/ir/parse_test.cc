// What graph text does not show of a parsed graph; all else is in tests/golden/ir.

#include "ir/parse.h"

#include <gtest/gtest.h>

namespace kaspr::ir {
namespace {

TEST(ParseTest, PlacesInAProgramAreFoundInTheText) {
  const SourceFile file("graph",
                        "app \"shop\"\n"
                        "agent \"orders\" {\n"
                        "  %in = input topic \"orders\"\n"
                        "  fn @price python \"price\" |\n"
                        "    | def price(value):\n"
                        "    |     return value\n"
                        "}\n");
  Diagnostics diagnostics;
  const auto graph = Parse(file, diagnostics);
  ASSERT_TRUE(graph);
  const Agent& agent = graph->agents[0];
  const Function& function = agent.functions[0];
  ASSERT_EQ(function.text, "def price(value):\n    return value\n");

  const auto begin = static_cast<uint32_t>(function.text.find("return"));
  const Span found = function.map.Locate(begin, begin + 6);
  EXPECT_EQ(found.text(), "return");
  EXPECT_EQ(file.PositionOf(found.begin), (Position{6, 11}));
  EXPECT_EQ(function.map.scalar.text(), "|");
  EXPECT_EQ(agent.place.span.text(), "agent \"orders\"");
  EXPECT_EQ(agent.nodes[0].place.span.text(), "%in");
}

}  // namespace
}  // namespace kaspr::ir
