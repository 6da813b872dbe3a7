#pragma once

// Diagnostics as text for people and as JSON for programs. The only code that formats them.

#include <string>
#include <vector>

#include "base/diagnostics.h"

namespace kaspr {

struct RenderOptions {
  bool color = false;
};

// One diagnostic as
//   error[K0204]: unknown key 'keySelecter' in an output topic
//     --> orders.yaml:14:7
//      |
//   14 |       keySelecter:
//      |       ^^^^^^^^^^^ did you mean 'keySelector'?
// with a newline at its end. Lines are cut around the place to stay within 100 columns.
std::string Render(const Diagnostic& diagnostic, const RenderOptions& options = {});

// All of them, sorted, an empty line between two.
std::string Render(const Diagnostics& diagnostics, const RenderOptions& options = {});

// `check --json`: {"diagnostics": [{"severity", "code", "message", "file", "line", "column",
// "end_line", "end_column", "notes"}]}, 1-based, columns in characters, one line.
std::string RenderJson(const Diagnostics& diagnostics);

// `text` with the escapes of a JSON string, in quotes; bytes that are not UTF-8 become U+FFFD.
std::string JsonQuoted(std::string_view text);

// 1204551 as "1,204,551".
std::string Grouped(uint64_t number);

std::string CodeName(Code code);  // "K0204"

}  // namespace kaspr
