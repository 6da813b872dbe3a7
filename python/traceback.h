#pragma once

// A Python exception, as a diagnostic at the line of the YAML that raised it.
//
//   error[K0601]: operation 'price' failed: KeyError: 'qty'
//     --> orders.yaml:30:50 (python of operation 'price', line 2)
//
// On the lane's thread, but for the words of functions.

#include <string>

#include "base/diagnostics.h"
#include "ir/decoder.h"
#include "ir/graph.h"
#include "python/object.h"

namespace kaspr::python {

// "operation 'price'", "the key selector of 'priced'", "init".
std::string DescribeFunction(const ir::Function& function);

// The name that CPython knows a block by, in tracebacks: "<orders/price>".
std::string BlockFileName(const ir::Agent& agent, const ir::Function& function);

// The bytes of a block between (1-based line, 0-based byte column) and an end, as a span of the
// YAML. An end on a later line is cut to the first.
Span LocateInBlock(const ir::Function& function, int line, int column, int end_line,
                   int end_column);

// "python of operation 'price', line 2".
std::string BlockContext(const ir::Function& function, int line);

class Exception {
 public:
  explicit Exception(Ref type, Ref value, Ref traceback)
      : type_(std::move(type)), value_(std::move(value)), traceback_(std::move(traceback)) {}

  // An exception whose own text cannot be had is shown by its type alone. Runs user code.
  ir::Raised Describe() const;
  const char* type_name() const;

  // The innermost line of a block of the agent; without one `function` is null.
  struct Site {
    const ir::Function* function = nullptr;
    Span span;
    int line = 0;
    Span caller;  // the line of another block that called it: an operation's, of a helper of init
  };
  Site FindSite(const ir::Agent& agent) const;

 private:
  Ref type_, value_, traceback_;
};

// The exception that is set, which is cleared. REQUIRES: one is set.
Exception TakeException();

// The operation of the spec that a node or step with this name is a use of: "price" of "price.2",
// its second one.
std::string OperationOf(const ir::Agent& agent, const std::string& name);

// What the lane was doing when something raised.
struct Activity {
  Code code{};
  std::string failed;     // "operation 'price' failed"
  std::string where;      // for the summary: "in 'price'"
  std::string operation;  // as dead letters name it: an operation's name, "decode" or "output"
  Span place;             // where to point at if no line of a block is to blame
  std::string note;       // what to write instead; may be empty
};

Diagnostic MakeDiagnostic(const Activity& activity, const ir::Raised& raised,
                          const Exception::Site& site);

// The text of an exception on one line: at most `limit` bytes of `message`, "KeyError: 'qty'".
std::string OneLine(const ir::Raised& raised, const char* separator, size_t limit);

}  // namespace kaspr::python
