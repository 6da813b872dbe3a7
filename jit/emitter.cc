#include "jit/emitter.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include "base/check.h"

namespace kaspr::jit {

using value::Status;
using value::Tag;
using value::Types;
using value::TypesOf;

namespace {

constexpr Types kScalars = TypesOf(Tag::kNone, Tag::kBool, Tag::kInt, Tag::kFloat);

bool IsOne(Types types) {
  return types != 0 && (types & (types - 1)) == 0;
}

uint64_t HeadOf(value::Value value) {
  return static_cast<uint64_t>(value.tag) | uint64_t{value.flags} << 8 | uint64_t{value.size} << 32;
}

}  // namespace

Emitter::Emitter(llvm::IRBuilderBase& builder, llvm::Function& into, ConstantPool& constants,
                 size_t widest)
    : b(builder),
      function(into),
      module(*into.getParent()),
      pool(constants),
      layout(LayoutOfContainers()),
      i1_(b.getInt1Ty()),
      i8_(b.getInt8Ty()),
      i32_(b.getInt32Ty()),
      i64_(b.getInt64Ty()),
      double_(b.getDoubleTy()),
      pointer_(b.getPtrTy()) {
  context = into.getArg(0);
  llvm::Type* value = llvm::ArrayType::get(i64_, 2);
  arguments = b.CreateAlloca(value, b.getInt32(static_cast<uint32_t>(widest)), "arguments");
  result = b.CreateAlloca(value, nullptr, "result");
  flag = b.CreateAlloca(i8_, nullptr, "flag");
  status = b.CreateAlloca(i8_, nullptr, "status");
  heap = LoadPointer(context, offsetof(Context, heap));
  heap->setName("heap");
}

Val Emitter::Constant(const ir::Literal& literal) {
  std::string symbol;
  const value::Value value = pool.ValueOf(literal, symbol);
  llvm::Value* data = I64(static_cast<uint64_t>(value.integer));
  if (!symbol.empty()) data = b.CreatePtrToInt(Symbol(symbol), i64_);
  return {I64(HeadOf(value)), data, TypesOf(value.tag), &literal};
}

Val Emitter::Int(llvm::Value* integer) {
  return {I64(HeadOf(value::Value::Int(0))), integer, TypesOf(Tag::kInt)};
}

Val Emitter::Float(llvm::Value* number) {
  return {I64(HeadOf(value::Value::Float(0))), b.CreateBitCast(number, i64_), TypesOf(Tag::kFloat)};
}

Val Emitter::Bool(llvm::Value* truth) {
  return {I64(HeadOf(value::Value::Bool(false))), b.CreateZExt(truth, i64_), TypesOf(Tag::kBool)};
}

Val Emitter::Load(llvm::Value* pointer, Types types) {
  const Val loaded{LoadI64(pointer), LoadI64(pointer, 8), types};
  return Narrow(loaded, types);
}

void Emitter::Store(Val value, llvm::Value* pointer) {
  b.CreateAlignedStore(value.head, pointer, llvm::Align(8));
  b.CreateAlignedStore(value.data, At(pointer, 8), llvm::Align(8));
}

Val Emitter::Narrow(Val value, Types types) {
  value.types &= types;
  // Whose head says nothing but the type.
  if (!IsOne(value.types) || (value.types & kScalars) == 0) return value;
  value.head = I64(static_cast<uint64_t>(__builtin_ctz(value.types)));
  if (value.types == TypesOf(Tag::kNone)) value.data = I64(0);
  return value;
}

llvm::Value* Emitter::Is(Val value, Tag tag) {
  if (!May(value, tag)) return b.getFalse();
  if (value.types == TypesOf(tag)) return b.getTrue();
  return b.CreateICmpEQ(b.CreateTrunc(value.head, i8_), b.getInt8(static_cast<uint8_t>(tag)));
}

llvm::Value* Emitter::IsOneOf(Val value, Types types) {
  if ((value.types & types) == 0) return b.getFalse();
  if ((value.types & ~types) == 0) return b.getTrue();
  llvm::Value* tag = b.CreateZExt(b.CreateTrunc(value.head, i8_), i32_);
  llvm::Value* bit = b.CreateAnd(b.CreateLShr(b.getInt32(types), tag), b.getInt32(1));
  return b.CreateICmpNE(bit, b.getInt32(0));
}

llvm::Value* Emitter::Size(Val value) {
  return b.CreateLShr(value.head, 32);
}

llvm::Value* Emitter::Number(Val value) {
  return b.CreateBitCast(value.data, double_);
}

llvm::Value* Emitter::Pointer(Val value) {
  return b.CreateIntToPtr(value.data, pointer_);
}

llvm::Value* Emitter::IsAscii(Val str) {
  constexpr uint64_t kFlag = uint64_t{value::Value::kAscii} << 8;
  return b.CreateICmpNE(b.CreateAnd(str.head, kFlag), I64(0));
}

llvm::Value* Emitter::SameBytes(llvm::Value* x, llvm::Value* y, llvm::Value* size) {
  return b.CreateICmpEQ(CallFor(i32_, "memcmp", {x, y, size}), b.getInt32(0));
}

llvm::Value* Emitter::Truth(Val value) {
  Choice choice(*this);
  const auto when = [&](Types types, const std::function<llvm::Value*()>& truth) {
    choice.When(IsOneOf(value, types), [&] { return Bool(truth()); });
  };
  when(TypesOf(Tag::kBool), [&] { return b.CreateTrunc(value.data, i1_); });
  when(TypesOf(Tag::kInt), [&] { return b.CreateICmpNE(value.data, I64(0)); });
  when(TypesOf(Tag::kNone), [&] { return b.getFalse(); });
  when(TypesOf(Tag::kStr, Tag::kBytes, Tag::kTuple),
       [&] { return b.CreateICmpNE(Size(value), I64(0)); });
  when(TypesOf(Tag::kFloat),
       [&] { return b.CreateFCmpUNE(Number(value), llvm::ConstantFP::get(double_, 0)); });
  const Val truth = choice.Else([&] {
    Check(Call("kaspr.truth", {value.head, value.data, flag}));
    return Bool(b.CreateTrunc(b.CreateLoad(i8_, flag), i1_));
  });
  return b.CreateTrunc(truth.data, i1_);
}

llvm::Value* Emitter::I64(uint64_t integer) {
  return b.getInt64(integer);
}
llvm::Value* Emitter::True() {
  return b.getTrue();
}
llvm::Value* Emitter::And(llvm::Value* x, llvm::Value* y) {
  return b.CreateAnd(x, y);
}
llvm::Value* Emitter::Or(llvm::Value* x, llvm::Value* y) {
  return b.CreateOr(x, y);
}
llvm::Value* Emitter::Not(llvm::Value* x) {
  return b.CreateNot(x);
}

llvm::Value* Emitter::At(llvm::Value* pointer, uint64_t offset) {
  return offset == 0 ? pointer : b.CreateConstInBoundsGEP1_64(i8_, pointer, offset);
}

llvm::Value* Emitter::LoadI64(llvm::Value* pointer, uint64_t offset) {
  return b.CreateAlignedLoad(i64_, At(pointer, offset), llvm::Align(8));
}

llvm::Value* Emitter::LoadI32(llvm::Value* pointer, uint64_t offset) {
  return b.CreateZExt(b.CreateAlignedLoad(i32_, At(pointer, offset), llvm::Align(4)), i64_);
}

llvm::Value* Emitter::LoadPointer(llvm::Value* pointer, uint64_t offset) {
  return b.CreateAlignedLoad(pointer_, At(pointer, offset), llvm::Align(8));
}

bool Emitter::IsFalse(const llvm::Value* truth) {
  const auto* known = llvm::dyn_cast<llvm::ConstantInt>(truth);
  return known != nullptr && known->isZero();
}

bool Emitter::IsTrue(const llvm::Value* truth) {
  const auto* known = llvm::dyn_cast<llvm::ConstantInt>(truth);
  return known != nullptr && known->isOne();
}

llvm::BasicBlock* Emitter::Block(std::string_view name) {
  return llvm::BasicBlock::Create(b.getContext(), llvm::StringRef(name), &function);
}

void Emitter::GoTo(llvm::BasicBlock* block) {
  b.CreateBr(block);
  b.SetInsertPoint(block);
}

void Emitter::Branch(llvm::Value* condition, llvm::BasicBlock* yes, llvm::BasicBlock* no) {
  b.CreateCondBr(condition, yes, no);
}

void Emitter::BranchLikely(llvm::Value* condition, llvm::BasicBlock* yes, llvm::BasicBlock* no) {
  b.CreateCondBr(condition, yes, no, llvm::MDBuilder(b.getContext()).createBranchWeights(1000, 1));
}

void Emitter::Check(llvm::Value* returned) {
  llvm::BasicBlock* ok = Block("ok");
  llvm::BasicBlock* failed = Block("failed");
  BranchLikely(b.CreateICmpEQ(returned, b.getInt8(0)), ok, failed);
  b.SetInsertPoint(failed);
  b.CreateStore(returned, status);
  b.CreateBr(fail);
  b.SetInsertPoint(ok);
}

void Emitter::Fail(Status why) {
  b.CreateStore(b.getInt8(static_cast<uint8_t>(why)), status);
  b.CreateBr(fail);
  b.SetInsertPoint(Block("never"));
}

void Emitter::BailIf(llvm::Value* condition) {
  llvm::BasicBlock* on = Block("on");
  llvm::BasicBlock* bail = Block("bail");
  BranchLikely(Not(condition), on, bail);
  b.SetInsertPoint(bail);
  Fail(Status::kBail);
  b.SetInsertPoint(on);
}

Val Emitter::CallPrimitive(const value::Primitive& primitive, std::span<const Val> operands) {
  for (size_t i = 0; i < operands.size(); ++i) Store(operands[i], At(arguments, i * kValueSize));
  Check(Call("py." + std::string(primitive.name), {heap, arguments, I64(operands.size()), result}));
  return Load(result, primitive.result);
}

llvm::Value* Emitter::Symbol(const std::string& name) {
  llvm::GlobalVariable* global = module.getNamedGlobal(name);
  if (global == nullptr) {
    global = new llvm::GlobalVariable(module, i8_, true, llvm::GlobalValue::ExternalLinkage,
                                      nullptr, name);
  }
  return global;
}

llvm::Value* Emitter::Call(std::string_view symbol, std::initializer_list<llvm::Value*> arguments) {
  return CallFor(i8_, symbol, arguments);
}

llvm::Value* Emitter::CallFor(llvm::Type* type, std::string_view symbol,
                              std::initializer_list<llvm::Value*> arguments) {
  llvm::SmallVector<llvm::Type*, 8> types;
  for (const llvm::Value* argument : arguments) types.push_back(argument->getType());
  llvm::Function* called = module.getFunction(llvm::StringRef(symbol));
  if (called == nullptr) {
    called =
        llvm::Function::Create(llvm::FunctionType::get(type, types, false),
                               llvm::Function::ExternalLinkage, llvm::StringRef(symbol), module);
    called->setDoesNotThrow();
  }
  return b.CreateCall(called, llvm::ArrayRef(arguments.begin(), arguments.size()));
}

llvm::Value* Emitter::Room(uint64_t size, std::string_view name) {
  llvm::BasicBlock& entry = function.getEntryBlock();
  llvm::IRBuilder<> at_entry(&entry, entry.begin());
  llvm::AllocaInst* room = at_entry.CreateAlloca(llvm::ArrayType::get(i64_, (size + 7) / 8),
                                                 nullptr, llvm::StringRef(name));
  room->setAlignment(llvm::Align(8));
  return room;
}

Choice::Choice(Emitter& emitter)
    : e_(emitter), other_(emitter.Block("other")), done_(emitter.Block("done")) {}

void Choice::When(llvm::Value* condition, const std::function<Val()>& make) {
  if (decided_ || Emitter::IsFalse(condition)) return;
  if (Emitter::IsTrue(condition)) {
    decided_ = true;
    Add(make());
    return;
  }
  llvm::BasicBlock* yes = e_.Block("fast");
  llvm::BasicBlock* no = e_.Block("next");
  e_.Branch(condition, yes, no);
  e_.b.SetInsertPoint(yes);
  Add(make());
  e_.b.SetInsertPoint(no);
}

void Choice::GiveUpIf(llvm::Value* condition) {
  if (Emitter::IsFalse(condition)) return;
  gives_up_ = true;
  llvm::BasicBlock* on = e_.Block("on");
  e_.BranchLikely(e_.Not(condition), on, other_);
  e_.b.SetInsertPoint(on);
}

void Choice::Add(Val value) {
  ways_.push_back({value, e_.b.GetInsertBlock()});
  e_.b.CreateBr(done_);
}

Val Choice::Else(const std::function<Val()>& make) {
  if (!decided_) e_.b.CreateBr(other_);
  if (!decided_ || gives_up_) {
    e_.b.SetInsertPoint(other_);
    Add(make());
  } else {
    other_->eraseFromParent();
  }
  e_.b.SetInsertPoint(done_);
  Val merged;
  llvm::PHINode* head = e_.b.CreatePHI(e_.b.getInt64Ty(), static_cast<unsigned>(ways_.size()));
  llvm::PHINode* data = e_.b.CreatePHI(e_.b.getInt64Ty(), static_cast<unsigned>(ways_.size()));
  for (const Way& way : ways_) {
    head->addIncoming(way.value.head, way.from);
    data->addIncoming(way.value.data, way.from);
    merged.types |= way.value.types;
  }
  merged.head = head;
  merged.data = data;
  return e_.Narrow(merged, merged.types);
}

}  // namespace kaspr::jit
