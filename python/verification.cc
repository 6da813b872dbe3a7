#include "python/verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/expr/effects.h"

namespace kaspr::python {

namespace {

bool SameHeaders(std::span<const value::Header> a, std::span<const value::Header> b) {
  return std::ranges::equal(a, b, [](const value::Header& x, const value::Header& y) {
    return x.name == y.name && x.value == y.value;
  });
}

// The function that gives a part of what is sent, if it has one of its own.
std::string By(const ir::Agent& agent, const std::optional<ir::FnId>& selector) {
  return selector ? fmt::format(", of '{}'", agent.function(*selector).name) : "";
}

std::string CompareOne(const ir::Agent& agent, const value::Send& native, const value::Send& python,
                       size_t number) {
  const std::vector<ir::Target> targets = ir::TargetsOf(agent);
  const ir::Target& target = targets[python.output];
  const std::string to = fmt::format(
      "record {} to '{}'", number, python.topic.empty() ? target.name : std::string(python.topic));
  if (native.output != python.output) {
    return fmt::format("{}, which goes to '{}' as machine code", to, targets[native.output].name);
  }
  const ir::Destination::Selectors none;
  const ir::Destination::Selectors& selectors =
      target.destination != nullptr ? target.destination->selectors : none;
  const auto differs = [&](const char* part, const std::optional<ir::FnId>& selector) {
    return fmt::format("the {} of {}{}", part, to, By(agent, selector));
  };
  if (native.topic != python.topic) return differs("topic", selectors.name);
  if (native.key != python.key) return differs("key", selectors.key);
  if (native.value != python.value) return differs("value", selectors.value);
  if (native.partition != python.partition) return differs("partition", selectors.partition);
  if (!SameHeaders(native.headers, python.headers)) return differs("headers", selectors.headers);
  return "";
}

}  // namespace

std::string Compare(const ir::Agent& agent, std::span<const value::Send> native,
                    std::span<const value::Send> python) {
  for (size_t i = 0; i < std::min(native.size(), python.size()); ++i) {
    std::string difference = CompareOne(agent, native[i], python[i], i + 1);
    if (!difference.empty()) return difference;
  }
  if (native.size() == python.size()) return "";
  return fmt::format("machine code sends {} records, CPython {}", native.size(), python.size());
}

bool SeesClock(const ir::Agent& agent) {
  return std::ranges::any_of(agent.functions, [](const ir::Function& function) {
    return function.expr && ir::EffectsOf(*function.expr).clock;
  });
}

}  // namespace kaspr::python
