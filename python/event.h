#pragma once

// The record that the lane works on, as user code sees it in `context`.
//
// Most agents never look, so the Python object is made when a block that mentions `context` is
// about to run. The dict around it is a new one for every call. On the lane's thread.

#include "python/object.h"
#include "python/state.h"
#include "value/batch.h"

namespace kaspr::python {

class CurrentEvent {
 public:
  // `app` is context["app"]. All must outlive this.
  CurrentEvent(Interpreter::State& state, const Ref& app, const value::Batch& batch,
               const value::Event& event)
      : state_(state), app_(app), batch_(batch), event_(event) {}

  void SetKey(Ref key) { key_ = std::move(key); }  // without: the key's bytes
  void SetValue(const Ref& value) { value_ = Ref::Share(value.get()); }

  // A new {"app": ..., "event": ...}. Null: an exception is set.
  Ref NewContext();

 private:
  Ref MakeEvent();
  Ref MakeMessage();

  Interpreter::State& state_;
  const Ref& app_;
  const value::Batch& batch_;
  const value::Event& event_;
  Ref key_, value_;
  Ref object_;  // context["event"], once it was asked for
};

}  // namespace kaspr::python
