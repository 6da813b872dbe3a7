#pragma once

// A spec of one agent, compiled, and the engines that can run it.
//
//   Spec spec(interpreter, "w2");
//   auto body = spec.MakeBody(Engine::kLlvm);

#include <memory>
#include <string>
#include <vector>

#include "driver/pipeline.h"
#include "ir/kernel.h"
#include "ir/native.h"
#include "python/interpreter.h"

namespace kaspr::bench {

// What runs functions without CPython.
enum class Engine { kLlvm, kEval };

struct NamedEngine {
  const char* name;
  Engine engine;
};
inline constexpr NamedEngine kEngines[] = {{"llvm", Engine::kLlvm}, {"eval", Engine::kEval}};

class Spec {
 public:
  // `name` without ".yaml". The interpreter must outlive it.
  Spec(python::Interpreter& interpreter, const std::string& name);
  Spec(const Spec&) = delete;

  const std::string& name() const { return name_; }
  // As written: what a person sees, and what CPython runs.
  const ir::Agent& written() const { return compilation_.graph->agents.front(); }

  // A body for all of the agent, which it must outlive.
  std::unique_ptr<ir::NativeBody> MakeBody(Engine engine) const;
  // The lane, with a body in front of it or null. The spec must outlive it.
  std::unique_ptr<ir::LaneKernel> MakeLane(std::unique_ptr<ir::NativeBody> body);

 private:
  python::Interpreter& interpreter_;
  const std::string name_;
  driver::Compilation compilation_;
  ir::AppContext app_;
  ir::FailureLog failures_{[](const Diagnostic&) {}};
};

}  // namespace kaspr::bench
