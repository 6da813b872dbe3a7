#include "jit/inline.h"

#include <llvm/IR/IRBuilder.h>

#include <map>
#include <string_view>

#include "jit/inline_call.h"
#include "value/semantics/operands.h"

namespace kaspr::jit {

using value::Primitive;
using value::Tag;
using value::Types;
using value::TypesOf;

Val InlineCall::None() const {
  static const ir::Literal none;
  return e.Constant(none);
}

// Of two texts whose sizes are looked at first.
llvm::Value* SameText(Emitter& e, const Val& x, const Val& y) {
  llvm::BasicBlock* same_size = e.Block("same.size");
  llvm::BasicBlock* known = e.Block("known");
  llvm::BasicBlock* before = e.b.GetInsertBlock();
  llvm::Value* size = y.literal != nullptr ? e.Size(y) : e.Size(x);
  e.Branch(e.b.CreateICmpEQ(e.Size(x), e.Size(y)), same_size, known);
  e.b.SetInsertPoint(same_size);
  llvm::Value* same = e.SameBytes(e.Pointer(x), e.Pointer(y), size);
  same_size = e.b.GetInsertBlock();
  e.GoTo(known);
  llvm::PHINode* equal = e.b.CreatePHI(e.b.getInt1Ty(), 2);
  equal->addIncoming(e.b.getFalse(), before);
  equal->addIncoming(same, same_size);
  return equal;
}

namespace {

constexpr Types kFloat = TypesOf(Tag::kFloat);
constexpr Types kIntegral = TypesOf(Tag::kBool, Tag::kInt);
constexpr Types kNumber = TypesOf(Tag::kBool, Tag::kInt, Tag::kFloat);

llvm::Value* Both(Emitter& e, const InlineCall& call, Types types) {
  return e.And(e.IsOneOf(call.a(), types), e.IsOneOf(call.b(), types));
}

// An int or float as a float, as CPython rounds it.
llvm::Value* ToNumber(Emitter& e, const Val& value) {
  if ((value.types & ~kFloat) == 0) return e.Number(value);
  llvm::Value* converted = e.b.CreateSIToFP(value.data, e.b.getDoubleTy());
  if ((value.types & kFloat) == 0) return converted;
  return e.b.CreateSelect(e.Is(value, Tag::kFloat), e.Number(value), converted);
}

// Two ints without overflow, or numbers of which one is a float.
Val Arithmetic(const InlineCall& call, llvm::Intrinsic::ID of_ints,
               llvm::Instruction::BinaryOps of_floats) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(Both(e, call, kIntegral), [&] {
    llvm::Value* both = e.b.CreateBinaryIntrinsic(of_ints, call.a().data, call.b().data);
    choice.GiveUpIf(e.b.CreateExtractValue(both, 1));
    return e.Int(e.b.CreateExtractValue(both, 0));
  });
  choice.When(Both(e, call, kNumber), [&] {
    return e.Float(e.b.CreateBinOp(of_floats, ToNumber(e, call.a()), ToNumber(e, call.b())));
  });
  return choice.Else([&] { return call.Slow(); });
}

Val Add(const InlineCall& call) {
  return Arithmetic(call, llvm::Intrinsic::sadd_with_overflow, llvm::Instruction::FAdd);
}
Val Subtract(const InlineCall& call) {
  return Arithmetic(call, llvm::Intrinsic::ssub_with_overflow, llvm::Instruction::FSub);
}
Val Multiply(const InlineCall& call) {
  return Arithmetic(call, llvm::Intrinsic::smul_with_overflow, llvm::Instruction::FMul);
}

// Is the int one of those that a float holds exactly?
llvm::Value* FitsDouble(Emitter& e, llvm::Value* integer) {
  constexpr uint64_t kTwo53 = uint64_t{1} << 53;
  return e.b.CreateICmpULE(e.b.CreateAdd(integer, e.I64(kTwo53)), e.I64(2 * kTwo53));
}

// Of a number: it is a float, or an int that one holds exactly.
llvm::Value* IsExact(Emitter& e, const Val& value) {
  if ((value.types & ~kFloat) == 0) return e.True();
  return e.Or(e.Is(value, Tag::kFloat), FitsDouble(e, value.data));
}

Val TrueDivide(const InlineCall& call) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(Both(e, call, kNumber), [&] {
    llvm::Value* ints = Both(e, call, kIntegral);
    llvm::Value* exact = e.And(IsExact(e, call.a()), IsExact(e, call.b()));
    choice.GiveUpIf(e.And(ints, e.Not(exact)));
    llvm::Value* divisor = ToNumber(e, call.b());
    choice.GiveUpIf(e.b.CreateFCmpOEQ(divisor, llvm::ConstantFP::get(e.b.getDoubleTy(), 0)));
    return e.Float(e.b.CreateFDiv(ToNumber(e, call.a()), divisor));
  });
  return choice.Else([&] { return call.Slow(); });
}

// By a constant above 0: the smaller quotient, the remainder that is not negative.
Val DivideInts(const InlineCall& call, bool quotient) {
  Emitter& e = call.e;
  const ir::Literal* divisor = call.b().literal;
  if (divisor == nullptr || divisor->tag != Tag::kInt || divisor->integer <= 0) return call.Slow();
  Choice choice(e);
  choice.When(e.IsOneOf(call.a(), kIntegral), [&] {
    llvm::Value* by = e.I64(static_cast<uint64_t>(divisor->integer));
    llvm::Value* rest = e.b.CreateSRem(call.a().data, by);
    llvm::Value* below = e.b.CreateICmpSLT(rest, e.I64(0));
    if (!quotient) return e.Int(e.b.CreateSelect(below, e.b.CreateAdd(rest, by), rest));
    llvm::Value* whole = e.b.CreateSDiv(call.a().data, by);
    return e.Int(e.b.CreateSub(whole, e.b.CreateZExt(below, e.b.getInt64Ty())));
  });
  return choice.Else([&] { return call.Slow(); });
}
Val FloorDivide(const InlineCall& call) {
  return DivideInts(call, true);
}
Val Modulo(const InlineCall& call) {
  return DivideInts(call, false);
}

Val Negate(const InlineCall& call) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(e.IsOneOf(call.a(), kIntegral), [&] {
    llvm::Value* least = e.I64(uint64_t{1} << 63);
    choice.GiveUpIf(e.b.CreateICmpEQ(call.a().data, least));
    return e.Int(e.b.CreateNeg(call.a().data));
  });
  choice.When(e.Is(call.a(), Tag::kFloat),
              [&] { return e.Float(e.b.CreateFNeg(e.Number(call.a()))); });
  return choice.Else([&] { return call.Slow(); });
}

// Numbers of which both are ints, or both floats, or exact as floats.
void CompareNumbers(const InlineCall& call, Choice& choice, llvm::CmpInst::Predicate of_ints,
                    llvm::CmpInst::Predicate of_floats) {
  Emitter& e = call.e;
  choice.When(Both(e, call, kIntegral),
              [&] { return e.Bool(e.b.CreateICmp(of_ints, call.a().data, call.b().data)); });
  choice.When(Both(e, call, kNumber), [&] {
    choice.GiveUpIf(e.Not(e.And(IsExact(e, call.a()), IsExact(e, call.b()))));
    return e.Bool(e.b.CreateFCmp(of_floats, ToNumber(e, call.a()), ToNumber(e, call.b())));
  });
}

Val Equal(const InlineCall& call, bool equal) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(Both(e, call, TypesOf(Tag::kStr)), [&] {
    llvm::Value* same = SameText(e, call.a(), call.b());
    return e.Bool(equal ? same : e.Not(same));
  });
  CompareNumbers(call, choice, equal ? llvm::CmpInst::ICMP_EQ : llvm::CmpInst::ICMP_NE,
                 equal ? llvm::CmpInst::FCMP_OEQ : llvm::CmpInst::FCMP_UNE);
  choice.When(Both(e, call, TypesOf(Tag::kNone)),
              [&] { return e.Bool(equal ? e.True() : e.Not(e.True())); });
  return choice.Else([&] { return call.Slow(); });
}
Val EqualTo(const InlineCall& call) {
  return Equal(call, true);
}
Val NotEqualTo(const InlineCall& call) {
  return Equal(call, false);
}

Val Ordered(const InlineCall& call, llvm::CmpInst::Predicate of_ints,
            llvm::CmpInst::Predicate of_floats) {
  Choice choice(call.e);
  CompareNumbers(call, choice, of_ints, of_floats);
  return choice.Else([&] { return call.Slow(); });
}
Val LessThan(const InlineCall& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SLT, llvm::CmpInst::FCMP_OLT);
}
Val LessOrEqual(const InlineCall& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SLE, llvm::CmpInst::FCMP_OLE);
}
Val GreaterThan(const InlineCall& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SGT, llvm::CmpInst::FCMP_OGT);
}
Val GreaterOrEqual(const InlineCall& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SGE, llvm::CmpInst::FCMP_OGE);
}

Val Is(const InlineCall& call) {
  Emitter& e = call.e;
  for (size_t i = 0; i < 2; ++i) {
    const ir::Literal* literal = call.operands[i].literal;
    const Val& other = call.operands[1 - i];
    if (literal == nullptr || literal->tag != Tag::kNone) continue;
    Choice choice(e);
    choice.When(e.Not(e.Is(other, Tag::kUnbound)), [&] { return e.Bool(e.Is(other, Tag::kNone)); });
    return choice.Else([&] { return call.Slow(); });
  }
  return call.Slow();
}

Val Not(const InlineCall& call) {
  return call.e.Bool(call.e.Not(call.e.Truth(call.a())));
}

Val ToBool(const InlineCall& call) {
  return call.operands.empty() ? call.Slow() : call.e.Bool(call.e.Truth(call.a()));
}

Val Bound(const InlineCall& call) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(e.Not(e.Is(call.a(), Tag::kUnbound)), [&] { return e.Narrow(call.a(), kAnything); });
  return choice.Else([&] { return call.Slow(); });
}

// format(text, ""): the text itself.
Val Format(const InlineCall& call) {
  Emitter& e = call.e;
  const bool plain = call.operands.size() == 1 ||
                     (call.b().literal != nullptr && call.b().literal->tag == Tag::kStr &&
                      call.b().literal->text.empty());
  if (!plain) return call.Slow();
  Choice choice(e);
  choice.When(e.Is(call.a(), Tag::kStr), [&] { return e.Narrow(call.a(), TypesOf(Tag::kStr)); });
  return choice.Else([&] { return call.Slow(); });
}

Val BitAnd(const InlineCall& call) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(Both(e, call, TypesOf(Tag::kInt)),
              [&] { return e.Int(e.b.CreateAnd(call.a().data, call.b().data)); });
  return choice.Else([&] { return call.Slow(); });
}

// isinstance(value, str): types that no other value has.
Val IsInstance(const InlineCall& call) {
  Emitter& e = call.e;
  Types types = 0;
  for (const Val& name : call.operands.subspan(1)) {
    const bool named = name.literal != nullptr && name.literal->tag == Tag::kStr;
    const Types one = named ? value::semantics::TypesNamed(name.literal->text) : 0;
    if (one == 0 || (one & TypesOf(Tag::kSet, Tag::kObject)) != 0) return call.Slow();
    types |= one;
  }
  Choice choice(e);
  choice.When(e.Not(e.IsOneOf(call.a(), TypesOf(Tag::kUnbound, Tag::kObject))),
              [&] { return e.Bool(e.IsOneOf(call.a(), types)); });
  return choice.Else([&] { return call.Slow(); });
}

using Inline = Val(const InlineCall&);

const std::map<std::string_view, Inline*> kInline = {
    {"add", Add},
    {"sub", Subtract},
    {"mul", Multiply},
    {"iadd", Add},
    {"isub", Subtract},
    {"imul", Multiply},
    {"truediv", TrueDivide},
    {"floordiv", FloorDivide},
    {"mod", Modulo},
    {"neg", Negate},
    {"eq", EqualTo},
    {"ne", NotEqualTo},
    {"lt", LessThan},
    {"le", LessOrEqual},
    {"gt", GreaterThan},
    {"ge", GreaterOrEqual},
    {"bitand", BitAnd},
    {"is", Is},
    {"isinstance", IsInstance},
    {"not", Not},
    {"bool", ToBool},
    {"in", InlineIn},
    {"len", InlineLen},
    {"bound", Bound},
    {"getitem", InlineGetItem},
    {".get", InlineGet},
    {"setitem", InlineSetItem},
    {"dict", InlineDict},
    {"list-append", InlineAppend},
    {".append", InlineAppend},
    {"format", Format},
    {"str", Format},
};

}  // namespace

Val EmitPrimitive(Emitter& e, const Primitive& primitive, std::span<const Val> operands) {
  const InlineCall call{e, primitive, operands};
  const auto found = kInline.find(primitive.name);
  return found != kInline.end() && !operands.empty() ? found->second(call) : call.Slow();
}

}  // namespace kaspr::jit
