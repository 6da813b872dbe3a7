#pragma once

// `graph -o html`: one file that shows an app in a browser, with nothing from anywhere else.
//
//   page.html   the frame, with {{places}} for what follows
//   page.css    how it looks, in light and dark, on a desk and on a phone
//   data.js     the graph, which comes as the JSON of `graph -o json`, and how elements are made
//   layout.js   where boxes and arrows go
//   plan.js     one plan: topics, agents and what is in them
//   panel.js    what is said of each thing
//   page.js     opening and closing, keys, tabs
//
// The scripts are joined to one when kasprc is built. The page's own Content-Security-Policy lets
// it run that one, by its hash, and load nothing.

#include <string>
#include <string_view>

namespace kaspr::driver {

// `text` is the drawing for a terminal, `json` is of ir::DrawJson. Any names, any bytes.
std::string GraphPage(std::string_view app, std::string_view text, std::string_view json);

}  // namespace kaspr::driver
