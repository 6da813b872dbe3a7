#pragma once

// All functions of an agent as one LLVM module, for this machine, optimized.

#include <memory>
#include <span>

#include "jit/code.h"
#include "jit/constant_pool.h"

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
}  // namespace llvm

namespace kaspr::jit {

// What fails here is no user's doing, and ends the process.
std::unique_ptr<llvm::TargetMachine> HostMachine();
// With `lines` code knows where in the file it was written.
std::unique_ptr<llvm::Module> MakeModule(std::span<const CodeFunction> functions, bool lines,
                                         ConstantPool& pool, llvm::TargetMachine& machine,
                                         llvm::LLVMContext& context);

}  // namespace kaspr::jit
