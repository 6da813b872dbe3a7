#include "bench/engines/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <random>
#include <string_view>

#include "base/check.h"
#include "value/json_write.h"

namespace kaspr::bench {

namespace {

// `text` with the member of this name, up to the next comma, made another. REQUIRES: there is one.
std::string Replace(std::string text, std::string_view name, std::string_view with) {
  const size_t begin = text.find(fmt::format("\"{}\":", name));
  KASPR_CHECK(begin != std::string::npos, "a sample without a field");
  const size_t end = text.find_first_of(",}", begin);
  return text.replace(begin, end - begin, with);
}

}  // namespace

Lines ReadSample(const std::string& file) {
  std::ifstream in(KASPR_BENCH "/" + file);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  KASPR_CHECK(!lines.empty(), file.c_str());
  return lines;
}

Lines MakeReadings() {
  std::minstd_rand random(1);
  Lines lines;
  for (int i = 0; i < 200; ++i) {
    std::string line = fmt::format(R"({{"id":"r-{:08}","sensor":"s-{:02}","unit":"C","values":[)",
                                   i, random() % 100);
    for (int k = 0; k < 200; ++k) {
      const double number = (static_cast<double>(random() % 111'000) - 11'000) / 1'000;
      char text[32];
      line.append(k > 0 ? "," : "").append(text, value::FormatFloat(number, text));
    }
    lines.push_back(line + "]}");
  }
  return lines;
}

const Lines& OddDocuments() {
  static const Lines documents = {
      " { \"a\" : [ 1 , 2 ,\t3 ] ,\r\n \"b\" : { } , \"c\" : [ ] , \"d\" : \" , : \" } ",
      R"(  "just text, with a colon: and \"quotes\""  )",
      "\t[[[[], {}], [[1]]], {\"a\": {\"b\": {\"c\": null}}}, true ,false, null]",
      R"({"\u0061\/b":"\u00FF\n\t\b\f\r\\","grüße":"東京 \ud83d\ude00 😀","\u007f":"\u0001"})",
      "\"\x7f\"",
      "[0, -0, 0.0, -0.0, 1e0, 1E5, 1e+5, 1e-5, 1.50, 100.0, 1.0e22, 123456789012345678, -1]",
      "[0.1, 0.001, 0.0001, 0.00001, 0.00012, 9007199254740993.0, 123456789012345.6]",
      "[1e15,1e16,1e17,123456789.123456789,2.5e-8,5e-324,1.7976931348623157e308,-1.0E-7, 1e-0 ]",
      "-0 ",
      " 12.340 ",
      "7",
      R"(["a long string that is copied in more than one step of thirty-two bytes", "and another"])",
      R"(["a long string with an escape \u0020 that is copied in more than one step", 1.250 , "x" ])",
  };
  return documents;
}

const std::vector<Dirt>& Dirts() {
  static const std::vector<Dirt> dirts = {
      {"a missing key", [](std::string order) { return Replace(order, "qty", R"("q":1)"); }},
      {"an integer of 71 bits",
       [](std::string order) { return Replace(order, "qty", R"("qty":2361183241434822606848)"); }},
      {"NaN", [](std::string order) { return Replace(order, "note", R"("note":NaN)"); }},
      {"a lone surrogate",
       [](std::string order) { return Replace(order, "note", R"("note":"\ud800")"); }},
      {"no JSON", [](std::string order) { return order.substr(0, order.size() - 1); }},
  };
  return dirts;
}

Lines MakeMix(const Lines& orders, size_t count, const std::vector<Dirt>& dirts) {
  constexpr std::string_view kSentOn = R"("status":"paid")";
  const auto order = std::ranges::find_if(
      orders, [&](const std::string& line) { return line.find(kSentOn) != std::string::npos; });
  KASPR_CHECK(order != orders.end(), "a sample of which nothing is sent on");
  Lines lines;
  for (size_t i = 0, spoilt = 0; i < count; ++i) {
    if (i % (kCleanPerDirty + 1) != kCleanPerDirty) {
      lines.push_back(orders[i % orders.size()]);
    } else {
      lines.push_back(dirts.empty() ? *order : dirts[spoilt++ % dirts.size()].spoil(*order));
    }
  }
  return lines;
}

}  // namespace kaspr::bench
