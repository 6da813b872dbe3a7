#pragma once

// Characters as UTF-8.

#include <string>

namespace kaspr {

// REQUIRES: `c` is at most U+10FFFF. A surrogate is written like any other, which is no UTF-8.
void AppendUtf8(char32_t c, std::string& out);

}  // namespace kaspr
