#include "driver/test/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/render.h"
#include "driver/test/matching.h"
#include "driver/test/show_record.h"
#include "value/json_difference.h"
#include "value/json_read.h"

namespace kaspr::driver {

namespace {

using Form = CaseRecord::Form;
using Records = std::vector<const CaseRecord*>;

bool SameHeaders(const CaseRecord& expected, const CaseRecord& written) {
  if (expected.headers_in_order) return expected.headers == written.headers;
  auto a = expected.headers, b = written.headers;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

class Comparison {
 public:
  Comparison(const Case& expected, const CaseOutcome& outcome)
      : expected_(expected), outcome_(outcome) {}

  std::vector<CaseDifference> Run() {
    // What came before a run ended otherwise says nothing.
    if (outcome_.exit_code != expected_.exit_code) {
      Add("exit code", std::to_string(expected_.exit_code), std::to_string(outcome_.exit_code));
      return std::move(differences_);
    }
    CompareRecords();
    if (outcome_.has_report) CompareFailures();
    return std::move(differences_);
  }

 private:
  void Add(std::string title, const std::string& expected, const std::string& written) {
    differences_.push_back({std::move(title), {"- " + expected, "+ " + written}});
  }

  void CompareRecords() {
    std::set<std::string> topics;
    for (const CaseRecord& record : expected_.expected) topics.insert(record.topic);
    for (const CaseRecord& record : outcome_.written) topics.insert(record.topic);
    for (const std::string& topic : topics) {
      const Records expected = Of(expected_.expected, topic);
      const Records written = Of(outcome_.written, topic);
      if (expected_.any_order) {
        CompareUnordered(expected, written);
      } else if (!expected.empty() && expected.front()->partition) {
        CompareByPartition(topic, expected, written);
      } else {
        CompareOrdered(TopicTitle(topic, written), expected, written);
      }
    }
  }

  static Records Of(const std::vector<CaseRecord>& records, const std::string& topic) {
    Records found;
    for (const CaseRecord& record : records) {
      if (record.topic == topic) found.push_back(&record);
    }
    return found;
  }

  // With the partition if there is but one.
  std::string TopicTitle(const std::string& topic, const Records& written) const {
    std::set<int32_t> partitions;
    for (const CaseRecord* record : written) partitions.insert(*record->partition);
    if (partitions.empty() && !expected_.topics.contains(topic)) partitions.insert(0);
    return partitions.size() == 1 ? fmt::format("{}/{}", topic, *partitions.begin()) : topic;
  }

  void CompareByPartition(const std::string& topic, const Records& expected,
                          const Records& written) {
    std::map<int32_t, std::pair<Records, Records>> partitions;
    for (const CaseRecord* record : expected)
      partitions[*record->partition].first.push_back(record);
    for (const CaseRecord* record : written)
      partitions[*record->partition].second.push_back(record);
    for (const auto& [partition, both] : partitions) {
      CompareOrdered(fmt::format("{}/{}", topic, partition), both.first, both.second);
    }
  }

  // What is alike at both ends is left out; between them one is laid beside the other.
  void CompareOrdered(const std::string& title, const Records& expected, const Records& written) {
    const size_t shorter = std::min(expected.size(), written.size());
    size_t front = 0, back = 0;
    while (front < shorter && Same(*expected[front], *written[front])) ++front;
    while (back < shorter - front &&
           Same(*expected[expected.size() - 1 - back], *written[written.size() - 1 - back])) {
      ++back;
    }
    for (size_t i = front; i < std::max(expected.size(), written.size()) - back; ++i) {
      const bool has_expected = i + back < expected.size(), has_written = i + back < written.size();
      const std::string place = fmt::format("{} #{}", title, i);
      if (has_expected && has_written) {
        CompareFields(place, *expected[i], *written[i]);
      } else if (has_expected) {
        Missing(place, *expected[i]);
      } else {
        Unexpected(place, *written[i]);
      }
    }
  }

  void CompareUnordered(const Records& expected, const Records& written) {
    const auto given = MatchUp(expected.size(), written.size(),
                               [&](size_t a, size_t b) { return Same(*expected[a], *written[b]); });
    std::vector<bool> taken(written.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      if (given[i]) taken[*given[i]] = true;
      if (!given[i]) Missing(Place(*expected[i]), *expected[i]);
    }
    for (size_t i = 0; i < written.size(); ++i) {
      if (!taken[i]) Unexpected(Place(*written[i]), *written[i]);
    }
  }

  static std::string Place(const CaseRecord& record) {
    return record.partition ? fmt::format("{}/{}", record.topic, *record.partition) : record.topic;
  }

  void Missing(const std::string& place, const CaseRecord& record) {
    differences_.push_back({place + " missing", {"- " + ShowRecord(record)}});
  }
  void Unexpected(const std::string& place, const CaseRecord& record) {
    differences_.push_back({place + " unexpected", {"+ " + ShowRecord(record)}});
  }

  bool Same(const CaseRecord& expected, const CaseRecord& written) {
    return (!expected.partition || expected.partition == written.partition) &&
           (!expected.has_key || expected.key == written.key) && SameValue(expected, written) &&
           (!expected.has_headers || SameHeaders(expected, written));
  }

  bool SameValue(const CaseRecord& expected, const CaseRecord& written) {
    if (expected.form == Form::kAny || expected.value == written.value) return true;
    if (expected.form == Form::kExact || !written.value) return false;
    const value::Document* a = first_reader_.Read(*expected.value);
    const value::Document* b = second_reader_.Read(*written.value);
    return a != nullptr && b != nullptr && !value::FindDifference(*a, *b);
  }

  void CompareFields(const std::string& place, const CaseRecord& expected,
                     const CaseRecord& written) {
    if (expected.partition && expected.partition != written.partition) {
      Add(place + " partition", std::to_string(*expected.partition),
          std::to_string(*written.partition));
    }
    if (expected.has_key && expected.key != written.key) {
      const auto [a, b] = CutAlike(ShowBytes(expected.key), ShowBytes(written.key));
      Add(place + " key", a, b);
    }
    if (!SameValue(expected, written)) {
      const ShownValues shown = ShowValues(expected, written);
      Add(place + " value" + shown.path, shown.expected, shown.written);
    }
    if (expected.has_headers && !SameHeaders(expected, written)) {
      const bool in_order = expected.headers_in_order;
      const auto [a, b] = CutAlike(ShowHeaders(expected, in_order), ShowHeaders(written, in_order));
      Add(place + " headers", a, b);
    }
  }

  void CompareFailures() {
    if (outcome_.failed == expected_.failed && FailuresFit()) return;
    CaseDifference& difference = differences_.emplace_back();
    difference.title = "failed records";
    difference.lines.push_back("- " + std::to_string(expected_.failed));
    for (const std::string& text : expected_.failures) difference.lines.push_back("-   " + text);
    difference.lines.push_back("+ " + std::to_string(outcome_.failed));
    for (const CaseOutcome::Failure& failure : outcome_.failures) {
      const std::string times = failure.count > 1 ? fmt::format(" ({} times)", failure.count) : "";
      difference.lines.push_back("+   " + failure.what + times);
    }
  }

  // Does each expected text stand in one failure?
  bool FailuresFit() const {
    if (expected_.failures.empty()) return true;
    std::vector<std::string_view> texts;
    for (const CaseOutcome::Failure& failure : outcome_.failures) {
      if (failure.count > expected_.failures.size()) return false;
      texts.insert(texts.end(), failure.count, failure.what);
    }
    const auto given = MatchUp(expected_.failures.size(), texts.size(), [&](size_t a, size_t b) {
      return texts[b].find(expected_.failures[a]) != std::string_view::npos;
    });
    return std::all_of(given.begin(), given.end(), [](const auto& one) { return one.has_value(); });
  }

  const Case& expected_;
  const CaseOutcome& outcome_;
  value::JsonReader first_reader_, second_reader_;
  std::vector<CaseDifference> differences_;
};

}  // namespace

std::vector<CaseDifference> Compare(const Case& expected, const CaseOutcome& outcome) {
  return Comparison(expected, outcome).Run();
}

}  // namespace kaspr::driver
