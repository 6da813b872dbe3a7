#include "bench/engines/spec.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/render.h"
#include "jit/native_body.h"
#include "python/kernel.h"
#include "python/values.h"
#include "value/kafka.h"

namespace kaspr::bench {

Spec::Spec(python::Interpreter& interpreter, const std::string& name)
    : interpreter_(interpreter), name_(name) {
  std::ifstream file(KASPR_BENCH "/" + name + ".yaml");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const SourceFile& source = compilation_.files.Add(name + ".yaml", text);
  const bool good = driver::Compile({&source}, interpreter, {}, "", compilation_);
  KASPR_CHECK(good, Render(compilation_.diagnostics).c_str());
  KASPR_CHECK(compilation_.optimized->agents.size() == 1, "a spec of several agents");
  app_.name = "bench";
  app_.partition_count = [](std::string_view) { return 1; };
  app_.max_record_bytes = [](std::string_view) { return value::kMaxRecordBytes; };
  app_.channel_is_read = [](std::string_view) { return true; };
  app_.stop = [] { KASPR_UNREACHABLE("a spec that stops"); };
}

std::unique_ptr<ir::NativeBody> Spec::MakeBody(Engine engine) const {
  const jit::NativeOptions options{.machine_code = engine == Engine::kLlvm,
                                   .compensated_sums = python::CompensatesSums()};
  auto bodies = jit::MakeNativeBodies(compilation_.optimized->agents.front(), app_, options);
  KASPR_CHECK(bodies.size() == 1 && bodies.front() != nullptr, "a spec that needs CPython");
  return std::move(bodies.front());
}

std::unique_ptr<ir::LaneKernel> Spec::MakeLane(std::unique_ptr<ir::NativeBody> body) {
  python::Native native;
  native.bodies.push_back(std::move(body));
  Diagnostics diagnostics;
  auto kernels = python::MakeKernels(interpreter_, compilation_.graph->agents.front(), app_,
                                     failures_, std::move(native), diagnostics);
  KASPR_CHECK(kernels.size() == 1, Render(diagnostics).c_str());
  return std::move(kernels.front());
}

}  // namespace kaspr::bench
