#include "jit/code.h"

#include <llvm/ExecutionEngine/Orc/DebugUtils.h>
#include <llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <unistd.h>

#include <fstream>
#include <map>
#include <utility>

#include "base/check.h"
#include "jit/module.h"

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

}  // namespace

namespace {

// Notes where functions are, in the form that perf reads.
class PerfMap final : public orc::ObjectLinkingLayer::Plugin {
 public:
  void modifyPassConfig(orc::MaterializationResponsibility&, llvm::jitlink::LinkGraph&,
                        llvm::jitlink::PassConfiguration& config) override {
    config.PostFixupPasses.push_back([](llvm::jitlink::LinkGraph& graph) {
      const std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
      std::ofstream map(path, std::ios::app);
      for (const llvm::jitlink::Symbol* symbol : graph.defined_symbols()) {
        if (!symbol->isCallable() || !symbol->hasName()) continue;
        map << std::hex << symbol->getAddress().getValue() << ' ' << symbol->getSize() << ' '
            << symbol->getName().str() << '\n';
      }
      return llvm::Error::success();
    });
  }
  llvm::Error notifyFailed(orc::MaterializationResponsibility&) override {
    return llvm::Error::success();
  }
  llvm::Error notifyRemovingResources(orc::JITDylib&, orc::ResourceKey) override {
    return llvm::Error::success();
  }
  void notifyTransferringResources(orc::JITDylib&, orc::ResourceKey, orc::ResourceKey) override {}
};

void Tell(orc::LLJIT& jit, CodeSymbols symbols) {
  if (symbols == CodeSymbols::kGdb) Check(orc::enableDebuggerSupport(jit));
  if (symbols != CodeSymbols::kPerf) return;
  llvm::cast<orc::ObjectLinkingLayer>(jit.getObjLinkingLayer())
      .addPlugin(std::make_shared<PerfMap>());
}

}  // namespace

struct Code::Session {
  ConstantPool pool;
  std::unique_ptr<orc::LLJIT> jit;
  std::map<const ir::Expr*, Entry*> entries;

  void DefineSymbols() {
    orc::SymbolMap symbols;
    const auto define = [&](std::string_view name, const void* address) {
      symbols[jit->mangleAndIntern(llvm::StringRef(name))] = {orc::ExecutorAddr::fromPtr(address),
                                                              llvm::JITSymbolFlags::Exported};
    };
    for (const RuntimeSymbol& symbol : RuntimeSymbols()) define(symbol.name, symbol.address);
    for (const ConstantPool::Symbol& symbol : pool.symbols()) define(symbol.name, symbol.address);
    Check(jit->getMainJITDylib().define(orc::absoluteSymbols(std::move(symbols))));
  }
};

Code::Code(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Code::~Code() = default;

std::unique_ptr<Code> Code::Make(std::span<const CodeFunction> functions, CodeSymbols symbols) {
  auto session = std::make_unique<Session>();
  const std::unique_ptr<llvm::TargetMachine> machine = HostMachine();
  auto context = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> module =
      MakeModule(functions, symbols != CodeSymbols::kNone, session->pool, *machine, *context);
  session->jit = Take(orc::LLJITBuilder().create());
  Tell(*session->jit, symbols);
  session->DefineSymbols();
  Check(session->jit->addIRModule(orc::ThreadSafeModule(std::move(module), std::move(context))));
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

}  // namespace kaspr::jit
