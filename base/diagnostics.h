#pragma once

// What the compiler has to say about the user's text.
//
//   diagnostics.Error(Code::kUnknownKey, "unknown key 'pth' in an input topic", span)
//       .Label(other, "the first one is here")
//       .Note("did you mean 'path'?");
//
// A phase reports and goes on; it returns std::nullopt where it could not, which means that at
// least one error was reported. Messages are one sentence, lower case, no full stop, no newline;
// they say what the user wrote, data last in quotes. Not thread safe: one collection per thread.

#include <deque>
#include <string>
#include <vector>

#include "base/codes.h"
#include "base/span.h"

namespace kaspr {

enum class Severity { kRemark, kWarning, kError };

struct Label {
  Span span;
  std::string text;  // shown beside the carets; may be empty
  bool operator==(const Label&) const = default;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  Code code{};
  std::string message;
  std::string context;        // shown after the place: "python of operation 'price', line 2"
  std::vector<Label> labels;  // the first one is the primary; none: the diagnostic has no place
  std::vector<std::string> notes;

  const Span* primary() const { return labels.empty() ? nullptr : &labels.front().span; }
};

// A handle to add to a diagnostic that was just reported; use it in the same expression.
class DiagnosticBuilder {
 public:
  explicit DiagnosticBuilder(Diagnostic& diagnostic) : diagnostic_(diagnostic) {}
  DiagnosticBuilder& Text(std::string text);  // beside the primary carets
  DiagnosticBuilder& Context(std::string text);
  DiagnosticBuilder& Label(Span span, std::string text);  // another place that matters
  DiagnosticBuilder& Note(std::string text);

 private:
  Diagnostic& diagnostic_;
};

class Diagnostics {
 public:
  DiagnosticBuilder Error(Code code, std::string message, Span span);
  DiagnosticBuilder Warning(Code code, std::string message, Span span);
  DiagnosticBuilder Add(Severity severity, Code code, std::string message, Span span);

  // Makes an error of each warning so far, and says so in a note: "a warning that '--strict' ...".
  void WarningsAreErrors(const std::string& note);

  bool has_errors() const { return errors_ > 0; }
  bool empty() const { return list_.empty(); }
  size_t error_count() const { return errors_; }
  size_t warning_count() const { return warnings_; }

  // By file (in order of first mention), place, then order of report; exact repetitions left out.
  std::vector<Diagnostic> Sorted() const;

 private:
  std::deque<Diagnostic> list_;  // a deque, so that builders stay valid
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

// "did you mean": the candidate nearest to `word` (edit distance at most a third of its length,
// case and separators ignored first), or "" when none is near.
std::string Nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace kaspr
