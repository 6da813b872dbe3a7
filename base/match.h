#pragma once

// std::visit(Match{[](const Map&) {...}, [](const Filter&) {...}}, op): one lambda per alternative,
// never an `auto` one, so that a new alternative fails to compile wherever it is not handled.

namespace kaspr {

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

}  // namespace kaspr
