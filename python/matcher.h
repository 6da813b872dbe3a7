#pragma once

// Patterns of topics, matched against whole names as CPython's re.fullmatch does it (D16).
//
//   Matcher matcher(interpreter);
//   matcher.Add("clicks\\.\\d+");                             // "", or what is wrong with it
//   matcher.Match("clicks\\.\\d+", {"clicks.7", "clicks.x"})  // {true, false}
//
// Any thread may call, and then waits for the lane: until it is done with what is queued there, and
// with what user code does just now. So nobody calls it whom the lane itself waits for (TBB workers
// that deliver its sends), nor who must not wait for user code (the poll thread, on Kafka).
// Compiled patterns live on the lane's thread; the interpreter must outlive this.

#include <map>
#include <string>
#include <vector>

#include "python/interpreter.h"
#include "python/object.h"

namespace kaspr::python {

class Matcher {
 public:
  explicit Matcher(Interpreter& interpreter) : interpreter_(interpreter) {}
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Compiles a pattern; CPython's words if it is none: "nothing to repeat at position 0".
  std::string Add(const std::string& pattern);

  // For each topic: does the pattern match the whole of it? REQUIRES: it was added. A match that
  // raises (MemoryError) is none.
  std::vector<bool> Match(const std::string& pattern, const std::vector<std::string>& topics);

 private:
  Interpreter& interpreter_;
  std::map<std::string, Ref> fullmatch_;  // of each pattern its method; lane's thread only
};

}  // namespace kaspr::python
