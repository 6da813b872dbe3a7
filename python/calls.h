#pragma once

// What native code asks CPython for while it runs an event of a part: globals of its functions, and
// pure methods and attributes of objects (python/pure.h).
//
// It owns the objects that the event got so, until Forget. On the lane's thread, one event at a
// time.

#include <map>
#include <string>
#include <vector>

#include "ir/expr/python_calls.h"
#include "python/block.h"
#include "python/pipeline.h"
#include "python/pure.h"

namespace kaspr::python {

class Calls final : public ir::PythonCalls {
 public:
  // All must outlive it.
  Calls(const Pure& pure, const ir::Agent& agent, const InitScope& scope, const Pipeline& pipeline);

  value::Status Ask(ir::AskPython::Kind kind, std::string_view name,
                    std::span<const value::Value> operands, value::Heap& heap,
                    value::Value& result) noexcept override;

  // The event is over: nobody has its objects any more.
  void Forget() { held_.clear(); }

 private:
  // A name of a function, and where that looks it up.
  struct Global {
    Ref name;
    std::vector<const Block*> blocks;  // of that function, or
    bool init = false;
  };

  const Global& FindGlobal(std::string_view path);
  value::Status AskGlobal(std::string_view path, value::Value& result);
  value::Status AskAttribute(std::string_view name, PyObject* object, value::Heap& heap,
                             value::Value& result);
  value::Status AskCall(std::string_view name, std::span<const value::Value> operands,
                        value::Heap& heap, value::Value& result);
  bool Hold(Ref object, value::Value& result);
  value::Status Take(Ref object, bool fresh, value::Heap& heap, value::Value& result);

  const Pure& pure_;
  const ir::Agent& agent_;
  const InitScope& scope_;
  std::map<std::string, std::vector<const Block*>, std::less<>> blocks_;  // by function
  std::map<std::string, Global, std::less<>> globals_;
  std::vector<Ref> held_;
};

}  // namespace kaspr::python
