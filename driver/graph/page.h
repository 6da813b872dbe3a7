#pragma once

// `graph -o html`: one file that shows an app in a browser, with nothing from anywhere else.
//
//   page.html   the frame, with {{places}} for what follows
//   page.css, page.js   how it looks; how the graph is laid out, and what a click shows
//
// The graph comes as the JSON of `graph -o json` and is drawn in the browser. The page's own
// Content-Security-Policy lets it run this one script, by its hash, and load nothing.

#include <string>
#include <string_view>

namespace kaspr::driver {

// `text` is the drawing for a terminal, `json` is of ir::DrawJson. Any names, any bytes.
std::string GraphPage(std::string_view app, std::string_view text, std::string_view json);

}  // namespace kaspr::driver
