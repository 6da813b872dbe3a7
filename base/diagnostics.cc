#include "base/diagnostics.h"

#include <algorithm>
#include <map>

namespace kaspr {

DiagnosticBuilder& DiagnosticBuilder::Text(std::string text) {
  diagnostic_.labels.front().text = std::move(text);
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::Context(std::string text) {
  diagnostic_.context = std::move(text);
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::Label(Span span, std::string text) {
  diagnostic_.labels.push_back({span, std::move(text)});
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::Note(std::string text) {
  diagnostic_.notes.push_back(std::move(text));
  return *this;
}

DiagnosticBuilder Diagnostics::Error(Code code, std::string message, Span span) {
  return Add(Severity::kError, code, std::move(message), span);
}

DiagnosticBuilder Diagnostics::Warning(Code code, std::string message, Span span) {
  return Add(Severity::kWarning, code, std::move(message), span);
}

DiagnosticBuilder Diagnostics::Add(Severity severity, Code code, std::string message, Span span) {
  if (severity == Severity::kError) ++errors_;
  if (severity == Severity::kWarning) ++warnings_;
  Diagnostic& diagnostic = list_.emplace_back();
  diagnostic.severity = severity;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.labels.push_back({span, ""});
  return DiagnosticBuilder(diagnostic);
}

void Diagnostics::WarningsAreErrors(const std::string& note) {
  for (Diagnostic& diagnostic : list_) {
    if (diagnostic.severity != Severity::kWarning) continue;
    diagnostic.severity = Severity::kError;
    diagnostic.notes.push_back(note);
  }
  errors_ += warnings_;
  warnings_ = 0;
}

std::vector<Diagnostic> Diagnostics::Sorted() const {
  std::map<const SourceFile*, size_t> rank;
  for (const Diagnostic& diagnostic : list_) {
    rank.try_emplace(diagnostic.primary()->file, rank.size());
  }
  std::vector<Diagnostic> sorted(list_.begin(), list_.end());
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const Span &left = *a.primary(), &right = *b.primary();
    return std::pair(rank[left.file], left.begin) < std::pair(rank[right.file], right.begin);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.code == b.code && a.message == b.message && *a.primary() == *b.primary();
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

namespace {

// Lower case without separators: 'key_serializer' and 'keySerializer' are the same word.
std::string Folded(std::string_view word) {
  std::string folded;
  for (char c : word) {
    if (c == '_' || c == '-' || c == ' ' || c == '.') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

// Damerau-Levenshtein distance (adjacent letters exchanged count once).
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr size_t kLongestWord = 64;  // the distance is quadratic, and a word comes from a user
  if (word.size() > kLongestWord) return "";
  const std::string folded = Folded(word);
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, folded.size() / 3) + 1;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const size_t distance = EditDistance(folded, Folded(candidate));
    if (distance < best_distance && distance < candidate.size()) {
      best_distance = distance;
      best = candidate;
    }
  }
  return std::string(best);
}

}  // namespace kaspr
