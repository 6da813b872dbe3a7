#pragma once

// Our own mistakes: said on stderr with their place, then exit code 70 ("our bug").
// A user's mistake never comes here; it is a Diagnostic.

#include <cstdio>
#include <cstdlib>

#define KASPR_CHECK(condition, message)                                            \
  do {                                                                             \
    if (!(condition)) ::kaspr::FailCheck(__FILE__, __LINE__, #condition, message); \
  } while (false)

#define KASPR_UNREACHABLE(message) ::kaspr::FailCheck(__FILE__, __LINE__, "unreachable", message)

namespace kaspr {

[[noreturn]] inline void FailCheck(const char* file, int line, const char* what,
                                   const char* message) {
  std::fprintf(stderr, "kasprc: internal error: %s (%s) at %s:%d\n", message, what, file, line);
  std::_Exit(70);
}

}  // namespace kaspr
