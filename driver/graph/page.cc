#include "driver/graph/page.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace kaspr::embedded {
extern const std::string_view k_page_css;
extern const std::string_view k_page_html;
extern const std::string_view k_page_js;
extern const std::string_view k_page_js_sha256;
}  // namespace kaspr::embedded

namespace kaspr::driver {
namespace {

// Text between tags.
std::string HtmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// JSON within a <script>, which ends at "</script" and changes its mind at "<!--", wherever they
// stand. In JSON '<' stands in strings only.
std::string ScriptEscaped(std::string_view json) {
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string GraphPage(std::string_view app, std::string_view text, std::string_view json) {
  const std::array<std::pair<std::string_view, std::string>, 6> parts = {{
      {"app", HtmlEscaped(app)},
      {"hash", std::string(embedded::k_page_js_sha256)},
      {"style", std::string(embedded::k_page_css)},
      {"text", HtmlEscaped(text)},
      {"data", ScriptEscaped(json)},
      {"script", std::string(embedded::k_page_js)},
  }};
  // Once from left to right: what is put in may say "{{data}}" and is not looked at again.
  std::string out;
  std::string_view left = embedded::k_page_html;
  for (size_t begin = left.find("{{"); begin != left.npos; begin = left.find("{{")) {
    const size_t end = left.find("}}", begin);
    KASPR_CHECK(end != left.npos, "a place in the page ends with }}");
    const std::string_view name = left.substr(begin + 2, end - begin - 2);
    out += left.substr(0, begin);
    for (const auto& [part, content] : parts) {
      if (part == name) out += content;
    }
    left.remove_prefix(end + 2);
  }
  return out + std::string(left);
}

}  // namespace kaspr::driver
