#include "jit/listing.h"

#include <llvm/IR/AssemblyAnnotationWriter.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/FormattedStream.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "base/check.h"
#include "jit/module.h"

namespace kaspr::jit {

namespace {

// "orders.yaml:12: return value["qty"] > 3", in front of what was made of the line.
class Comments final : public llvm::AssemblyAnnotationWriter {
 public:
  Comments(const llvm::Module& module, std::span<const CodeFunction> functions) {
    for (const CodeFunction& function : functions) {
      const Span span = function.source.place ? function.source.place(0, 1, 1) : Span();
      if (span) files_[function.source.name] = span.file;
      made_of_[function.source.name] = function.source.made_of;
    }
    for (const llvm::Function& function : module) {
      for (const llvm::Instruction& instruction : llvm::instructions(function)) {
        lines_[&instruction] = LineOf(instruction);
      }
    }
  }

  void emitInstructionAnnot(const llvm::Instruction* instruction,
                            llvm::formatted_raw_ostream& out) override {
    const std::string& line = lines_[instruction];
    if (line.empty() || line == last_) return;
    last_ = line;
    out << "  ; " << line << "\n";
  }
  void emitFunctionAnnot(const llvm::Function* function,
                         llvm::formatted_raw_ostream& out) override {
    last_.clear();
    const auto parts = made_of_.find(function->getName().str());
    if (parts != made_of_.end()) out << "; " << parts->second << "\n";
  }

 private:
  std::string LineOf(const llvm::Instruction& instruction) const {
    const llvm::DILocation* at = instruction.getDebugLoc().get();
    if (at == nullptr || at->getLine() == 0) return "";
    // Of a helper, "price/net", it is the file of the function that it is in.
    const std::string name = at->getScope()->getSubprogram()->getName().str();
    const auto file = files_.find(name.substr(0, name.find('/')));
    if (file == files_.end()) return "";
    std::string_view text = file->second->Line(at->getLine());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return file->second->path() + ":" + std::to_string(at->getLine()) + ": " + std::string(text);
  }

  std::map<std::string, const SourceFile*> files_;
  std::map<std::string, std::string> made_of_;  // by the name in the module
  std::map<const llvm::Instruction*, std::string> lines_;
  std::string last_;
};

// Without the tables for debuggers and unwinders: what is left is code, and the lines it is from.
std::string WithoutTables(std::string_view assembly) {
  assembly = assembly.substr(0, assembly.find("\t.section\t.debug_"));
  std::string text;
  while (!assembly.empty()) {
    const size_t end = std::min(assembly.find('\n'), assembly.size() - 1) + 1;
    if (!assembly.starts_with("\t.cfi_")) text += assembly.substr(0, end);
    assembly.remove_prefix(end);
  }
  return text;
}

}  // namespace

std::string List(std::span<const CodeFunction> functions, Listing listing) {
  ConstantPool pool;
  const std::unique_ptr<llvm::TargetMachine> machine = HostMachine();
  llvm::LLVMContext context;
  const std::unique_ptr<llvm::Module> module = MakeModule(functions, true, pool, *machine, context);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  if (listing == Listing::kLlvm) {
    Comments comments(*module, functions);
    llvm::StripDebugInfo(*module);
    module->print(out, &comments);
  } else {
    llvm::legacy::PassManager passes;
    machine->Options.MCOptions.AsmVerbose = true;
    const bool refused =
        machine->addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::AssemblyFile);
    KASPR_CHECK(!refused, "a machine without assembly");
    passes.run(*module);
    return WithoutTables(text.str());
  }
  return text.str().str();
}

}  // namespace kaspr::jit
