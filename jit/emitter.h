#pragma once

// Python values in LLVM IR, and what every operation on them is written with.
//
// A value is two i64: its head (tag, flags, size) and its data, as in value/value.h. LLVM folds
// what is asked of a head that it knows, so a value whose type is proven is its data alone, in a
// register. An operation is a cascade: what it does at once with the types that it expects, and the
// call of its primitive for all others.
//
//   Choice choice(e);
//   choice.When(e.And(e.Is(a, Tag::kInt), e.Is(b, Tag::kInt)), [&] { return e.Int(...); });
//   return choice.Else([&] { return e.CallPrimitive(primitive, operands); });
//
// Where a call does not return kOk, control goes to the block of the innermost `try`, or leaves the
// function with that status. One thread; the module must outlive it.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/expr/expr.h"
#include "jit/constant_pool.h"
#include "jit/runtime.h"
#include "value/primitives.h"

namespace llvm {
class BasicBlock;
class Function;
class IRBuilderBase;
class Module;
class Type;
class Value;
}  // namespace llvm

namespace kaspr::jit {

constexpr uint64_t kValueSize = sizeof(value::Value);
constexpr value::Types kAnything = static_cast<value::Types>(~value::TypesOf(value::Tag::kUnbound));

struct Val {
  llvm::Value* head = nullptr;
  llvm::Value* data = nullptr;
  value::Types types = 0;                // the tags that it may have
  const ir::Literal* literal = nullptr;  // what it is, if it is a constant
};

class Emitter {
 public:
  // Of one function, whose first parameter is the Context. The builder stands in its entry.
  // `widest`: the most operands that a call in it has.
  Emitter(llvm::IRBuilderBase& builder, llvm::Function& function, ConstantPool& pool,
          size_t widest);

  llvm::IRBuilderBase& b;

  // Values.
  Val Constant(const ir::Literal& literal);
  Val Int(llvm::Value* integer);  // i64
  Val Float(llvm::Value* number);
  Val Bool(llvm::Value* truth);  // i1
  // What stands at a `Value*`.
  Val Load(llvm::Value* pointer, value::Types types);
  void Store(Val value, llvm::Value* pointer);
  // The same value, of which no more than these types can be.
  Val Narrow(Val value, value::Types types);

  // Of a value, i1.
  llvm::Value* Is(Val value, value::Tag tag);
  llvm::Value* IsOneOf(Val value, value::Types types);
  static bool May(Val value, value::Tag tag) { return (value.types & value::TypesOf(tag)) != 0; }
  // Of one that is of the type: bytes of a str, items of a tuple; the number of a float; a pointer.
  llvm::Value* Size(Val value);
  llvm::Value* Number(Val value);
  llvm::Value* Pointer(Val value);
  llvm::Value* IsAscii(Val str);
  // Two runs of bytes of this size.
  llvm::Value* SameBytes(llvm::Value* a, llvm::Value* b, llvm::Value* size);
  // Is it true? May fail.
  llvm::Value* Truth(Val value);

  // Numbers and bits.
  llvm::Value* I64(uint64_t integer);
  llvm::Value* True();
  llvm::Value* And(llvm::Value* a, llvm::Value* b);
  llvm::Value* Or(llvm::Value* a, llvm::Value* b);
  llvm::Value* Not(llvm::Value* a);
  // A member, by its offset.
  llvm::Value* At(llvm::Value* pointer, uint64_t offset);
  llvm::Value* LoadI64(llvm::Value* pointer, uint64_t offset = 0);
  llvm::Value* LoadI32(llvm::Value* pointer, uint64_t offset);  // as i64
  llvm::Value* LoadPointer(llvm::Value* pointer, uint64_t offset);
  static bool IsFalse(const llvm::Value* truth);  // is it known?
  static bool IsTrue(const llvm::Value* truth);

  // Control.
  llvm::BasicBlock* Block(std::string_view name);
  void GoTo(llvm::BasicBlock* block);  // and go on there
  void Branch(llvm::Value* condition, llvm::BasicBlock* yes, llvm::BasicBlock* no);
  // The same where `no` is rare.
  void BranchLikely(llvm::Value* condition, llvm::BasicBlock* yes, llvm::BasicBlock* no);
  // Fails with the status unless it is kOk; goes on if it is.
  void Check(llvm::Value* status);
  // Nothing that is emitted behind it runs.
  void Fail(value::Status status);
  // Bails if so.
  void BailIf(llvm::Value* condition);

  // Calls.
  Val CallPrimitive(const value::Primitive& primitive, std::span<const Val> operands);
  // The address of something of the pool.
  llvm::Value* Symbol(const std::string& name);
  // Of a function of the runtime, which gives a status.
  llvm::Value* Call(std::string_view symbol, std::initializer_list<llvm::Value*> arguments);
  // The same of one that gives this type.
  llvm::Value* CallFor(llvm::Type* type, std::string_view symbol,
                       std::initializer_list<llvm::Value*> arguments);
  // Room for `size` bytes, as long as the function runs.
  llvm::Value* Room(uint64_t size, std::string_view name);

  // What is the same for all that is emitted.
  llvm::Function& function;
  llvm::Module& module;
  ConstantPool& pool;
  const Layout layout;
  llvm::Value* context = nullptr;  // of the run
  llvm::Value* heap = nullptr;
  llvm::Value* arguments = nullptr;  // room for the operands of one call, Value*
  llvm::Value* result = nullptr;     // room for what one call gives
  llvm::Value* flag = nullptr;       // room for a bool that one call gives
  llvm::Value* status = nullptr;     // of what failed, when `fail` is gone to
  llvm::BasicBlock* fail = nullptr;  // where what fails goes

 private:
  llvm::Type* i1_;
  llvm::Type* i8_;
  llvm::Type* i32_;
  llvm::Type* i64_;
  llvm::Type* double_;
  llvm::Type* pointer_;
};

// A value made in one of several ways.
class Choice {
 public:
  explicit Choice(Emitter& emitter);

  // The first condition (i1) that holds decides. `make` may give up: Else's way is taken then.
  void When(llvm::Value* condition, const std::function<Val()>& make);
  // In `make`.
  void GiveUpIf(llvm::Value* condition);
  // All else; unlikely if there were other ways.
  Val Else(const std::function<Val()>& make);

 private:
  void Add(Val value);

  Emitter& e_;
  llvm::BasicBlock* other_;
  llvm::BasicBlock* done_;
  bool decided_ = false;  // nothing else can be
  bool gives_up_ = false;
  struct Way {
    Val value;
    llvm::BasicBlock* from;
  };
  std::vector<Way> ways_;
};

}  // namespace kaspr::jit
