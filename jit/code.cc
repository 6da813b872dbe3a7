#include "jit/code.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <map>
#include <mutex>
#include <utility>

#include "base/check.h"

namespace kaspr::jit {

namespace {

namespace orc = llvm::orc;

// What fails here is no user's doing.
template <class T>
T Take(llvm::Expected<T> made) {
  if (!made) KASPR_UNREACHABLE(llvm::toString(made.takeError()).c_str());
  return std::move(*made);
}

void Check(llvm::Error error) {
  if (error) KASPR_UNREACHABLE(llvm::toString(std::move(error)).c_str());
}

orc::JITTargetMachineBuilder Host() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  return Take(orc::JITTargetMachineBuilder::detectHost());
}

std::unique_ptr<llvm::Module> BuildModule(std::span<const CodeFunction> functions,
                                          ConstantPool& pool, llvm::TargetMachine& machine,
                                          llvm::LLVMContext& context) {
  auto module = std::make_unique<llvm::Module>("kasprc", context);
  module->setDataLayout(machine.createDataLayout());
  module->setTargetTriple(machine.getTargetTriple().str());
  module->addModuleFlag(llvm::Module::Warning, "Debug Info Version",
                        llvm::DEBUG_METADATA_VERSION);
  for (const CodeFunction& function : functions) {
    Lower(*function.expr, function.source, pool, *module);
  }
  std::string mistake;
  llvm::raw_string_ostream out(mistake);
  KASPR_CHECK(!llvm::verifyModule(*module, &out), mistake.c_str());
  return module;
}

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

struct Code::Session {
  ConstantPool pool;
  std::unique_ptr<orc::LLJIT> jit;
  std::map<const ir::Expr*, Entry*> entries;

  void DefineSymbols() {
    orc::SymbolMap symbols;
    const auto define = [&](std::string_view name, const void* address) {
      symbols[jit->mangleAndIntern(llvm::StringRef(name))] = {
          orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported};
    };
    for (const RuntimeSymbol& symbol : RuntimeSymbols()) define(symbol.name, symbol.address);
    for (const ConstantPool::Symbol& symbol : pool.symbols()) define(symbol.name, symbol.address);
    Check(jit->getMainJITDylib().define(orc::absoluteSymbols(std::move(symbols))));
  }
};

Code::Code(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Code::~Code() = default;

std::unique_ptr<Code> Code::Make(std::span<const CodeFunction> functions) {
  auto session = std::make_unique<Session>();
  orc::JITTargetMachineBuilder host = Host();
  const std::unique_ptr<llvm::TargetMachine> machine = Take(host.createTargetMachine());
  auto context = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> module =
      BuildModule(functions, session->pool, *machine, *context);
  Optimize(*module, *machine);
  session->jit =
      Take(orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(host)).create());
  session->DefineSymbols();
  Check(session->jit->addIRModule(
      orc::ThreadSafeModule(std::move(module), std::move(context))));
  for (const CodeFunction& function : functions) {
    const orc::ExecutorAddr address = Take(session->jit->lookup(function.source.name));
    session->entries[function.expr] = address.toPtr<Entry*>();
  }
  return std::unique_ptr<Code>(new Code(std::move(session)));
}

Entry* Code::Of(const ir::Expr& expr) const {
  const auto found = session_->entries.find(&expr);
  return found != session_->entries.end() ? found->second : nullptr;
}

std::string List(std::span<const CodeFunction> functions, Listing listing) {
  ConstantPool pool;
  const std::unique_ptr<llvm::TargetMachine> machine = Take(Host().createTargetMachine());
  llvm::LLVMContext context;
  const std::unique_ptr<llvm::Module> module = BuildModule(functions, pool, *machine, context);
  Optimize(*module, *machine);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  if (listing == Listing::kLlvm) {
    module->print(out, nullptr);
  } else {
    llvm::legacy::PassManager passes;
    machine->Options.MCOptions.AsmVerbose = true;
    KASPR_CHECK(!machine->addPassesToEmitFile(passes, out, nullptr,
                                              llvm::CodeGenFileType::AssemblyFile),
                "a machine without assembly");
    passes.run(*module);
  }
  return text.str().str();
}

}  // namespace kaspr::jit
