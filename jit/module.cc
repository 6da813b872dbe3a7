#include "jit/module.h"

#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <mutex>
#include <utility>

#include "base/check.h"
#include "jit/lower.h"

namespace kaspr::jit {

namespace {

void Optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

}  // namespace

std::unique_ptr<llvm::TargetMachine> HostMachine() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  auto host = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!host) KASPR_UNREACHABLE(llvm::toString(host.takeError()).c_str());
  // As LLJIT has it: code is near what it calls, or calls it through a stub that is.
  host->setRelocationModel(llvm::Reloc::PIC_);
  host->setCodeModel(llvm::CodeModel::Small);
  auto machine = host->createTargetMachine();
  if (!machine) KASPR_UNREACHABLE(llvm::toString(machine.takeError()).c_str());
  return std::move(*machine);
}

std::unique_ptr<llvm::Module> MakeModule(std::span<const CodeFunction> functions, bool lines,
                                         ConstantPool& pool, llvm::TargetMachine& machine,
                                         llvm::LLVMContext& context) {
  auto module = std::make_unique<llvm::Module>("kasprc", context);
  module->setDataLayout(machine.createDataLayout());
  module->setTargetTriple(machine.getTargetTriple().str());
  module->addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  for (const CodeFunction& function : functions) {
    FunctionSource source = function.source;
    if (!lines) source.place = nullptr;
    Lower(*function.expr, source, pool, *module);
  }
  std::string mistake;
  llvm::raw_string_ostream out(mistake);
  KASPR_CHECK(!llvm::verifyModule(*module, &out), mistake.c_str());
  Optimize(*module, machine);
  return module;
}

}  // namespace kaspr::jit
