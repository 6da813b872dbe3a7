#include "jit/inline.h"

#include <llvm/IR/IRBuilder.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace kaspr::jit {

using value::Primitive;
using value::Tag;
using value::Types;
using value::TypesOf;

namespace {

constexpr Types kInt = TypesOf(Tag::kInt), kFloat = TypesOf(Tag::kFloat);
constexpr Types kIntegral = TypesOf(Tag::kBool, Tag::kInt);
constexpr Types kNumber = TypesOf(Tag::kBool, Tag::kInt, Tag::kFloat);
constexpr size_t kMostCompared = 12;  // constants with which a text is compared one by one

const ir::Literal kNone;

using Operands = std::span<const Val>;

// What is emitted for one primitive.
struct Call {
  Emitter& e;
  const Primitive& primitive;
  Operands operands;

  Val Slow() const { return e.CallPrimitive(primitive, operands); }
  const Val& a() const { return operands[0]; }
  const Val& b() const { return operands[1]; }
};

llvm::Value* Both(Emitter& e, const Call& call, Types types) {
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
Val Arithmetic(const Call& call, llvm::Intrinsic::ID of_ints,
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

Val Add(const Call& call) {
  return Arithmetic(call, llvm::Intrinsic::sadd_with_overflow, llvm::Instruction::FAdd);
}
Val Subtract(const Call& call) {
  return Arithmetic(call, llvm::Intrinsic::ssub_with_overflow, llvm::Instruction::FSub);
}
Val Multiply(const Call& call) {
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

Val TrueDivide(const Call& call) {
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
Val DivideInts(const Call& call, bool quotient) {
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
Val FloorDivide(const Call& call) {
  return DivideInts(call, true);
}
Val Modulo(const Call& call) {
  return DivideInts(call, false);
}

Val Negate(const Call& call) {
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

// Numbers of which both are ints, or both floats, or exact as floats.
void CompareNumbers(const Call& call, Choice& choice, llvm::CmpInst::Predicate of_ints,
                    llvm::CmpInst::Predicate of_floats) {
  Emitter& e = call.e;
  choice.When(Both(e, call, kIntegral),
              [&] { return e.Bool(e.b.CreateICmp(of_ints, call.a().data, call.b().data)); });
  choice.When(Both(e, call, kNumber), [&] {
    choice.GiveUpIf(e.Not(e.And(IsExact(e, call.a()), IsExact(e, call.b()))));
    return e.Bool(e.b.CreateFCmp(of_floats, ToNumber(e, call.a()), ToNumber(e, call.b())));
  });
}

Val Equal(const Call& call, bool equal) {
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
Val EqualTo(const Call& call) {
  return Equal(call, true);
}
Val NotEqualTo(const Call& call) {
  return Equal(call, false);
}

Val Ordered(const Call& call, llvm::CmpInst::Predicate of_ints,
            llvm::CmpInst::Predicate of_floats) {
  Choice choice(call.e);
  CompareNumbers(call, choice, of_ints, of_floats);
  return choice.Else([&] { return call.Slow(); });
}
Val LessThan(const Call& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SLT, llvm::CmpInst::FCMP_OLT);
}
Val LessOrEqual(const Call& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SLE, llvm::CmpInst::FCMP_OLE);
}
Val GreaterThan(const Call& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SGT, llvm::CmpInst::FCMP_OGT);
}
Val GreaterOrEqual(const Call& call) {
  return Ordered(call, llvm::CmpInst::ICMP_SGE, llvm::CmpInst::FCMP_OGE);
}

Val Is(const Call& call) {
  Emitter& e = call.e;
  for (size_t i = 0; i < 2; ++i) {
    const ir::Literal* literal = call.operands[i].literal;
    const Val& other = call.operands[1 - i];
    constexpr Types kUnknown = TypesOf(Tag::kUnbound, Tag::kObject);
    if (literal == nullptr || literal->tag != Tag::kNone) continue;
    Choice choice(e);
    choice.When(e.Not(e.IsOneOf(other, kUnknown)), [&] { return e.Bool(e.Is(other, Tag::kNone)); });
    return choice.Else([&] { return call.Slow(); });
  }
  return call.Slow();
}

Val Not(const Call& call) {
  return call.e.Bool(call.e.Not(call.e.Truth(call.a())));
}

Val ToBool(const Call& call) {
  return call.operands.empty() ? call.Slow() : call.e.Bool(call.e.Truth(call.a()));
}

bool IsStr(const Val& value) {
  return value.literal != nullptr && value.literal->tag == Tag::kStr;
}

constexpr Types kAnything = static_cast<Types>(~TypesOf(Tag::kUnbound));

// What stands at a key that is a constant.
Val GetKey(const Call& call) {
  Emitter& e = call.e;
  llvm::Value* key = e.Symbol(e.pool.KeyOf(*call.b().literal));
  e.Check(e.Call("kaspr.get", {e.heap, call.a().head, call.a().data, key, e.result}));
  return e.Load(e.result, kAnything);
}

// Of a constant dict of a few texts whose values are no containers: what it has at a text that is
// asked for, each compared with it.
bool IsSwitch(const Val& dict) {
  const ir::Literal* literal = dict.literal;
  if (literal == nullptr || literal->tag != Tag::kDict) return false;
  if (literal->items.size() > 2 * kMostCompared) return false;
  for (size_t i = 0; i < literal->items.size(); i += 2) {
    const Types value = TypesOf(literal->items[i + 1].tag);
    if (literal->items[i].tag != Tag::kStr) return false;
    if ((value & (kNumber | TypesOf(Tag::kStr, Tag::kNone))) == 0) return false;
  }
  return true;
}

Val Switch(const Call& call, const std::function<Val()>& otherwise) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(e.Is(call.b(), Tag::kStr), [&] {
    Choice found(e);
    const std::vector<ir::Literal>& items = call.a().literal->items;
    for (size_t i = items.size(); i > 0; i -= 2) {  // of keys that come twice the last one counts
      const Val key = e.Constant(items[i - 2]);
      found.When(SameText(e, call.b(), key), [&] { return e.Constant(items[i - 1]); });
    }
    return found.Else(otherwise);
  });
  return choice.Else([&] { return call.Slow(); });
}

Val Get(const Call& call) {
  Emitter& e = call.e;
  if (IsSwitch(call.a())) {
    return Switch(call,
                  [&] { return call.operands.size() == 3 ? call.operands[2] : e.Constant(kNone); });
  }
  if (!IsStr(call.b())) return call.Slow();
  const Val otherwise = call.operands.size() == 3 ? call.operands[2] : e.Constant(kNone);
  llvm::Value* key = e.Symbol(e.pool.KeyOf(*call.b().literal));
  e.Check(e.Call("kaspr.get.or", {e.heap, call.a().head, call.a().data, key, otherwise.head,
                                  otherwise.data, e.result}));
  return e.Load(e.result, kAnything);
}

Val SetItem(const Call& call) {
  Emitter& e = call.e;
  if (!IsStr(call.b())) return call.Slow();
  const Val& value = call.operands[2];
  llvm::Value* key = e.Symbol(e.pool.KeyOf(*call.b().literal));
  e.Check(e.Call("kaspr.set", {e.heap, call.a().head, call.a().data, key, value.head, value.data}));
  return e.Constant(kNone);
}

// {"a": ..., "b": ...}
Val DisplayDict(const Call& call) {
  Emitter& e = call.e;
  std::vector<const ir::Literal*> keys;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < call.operands.size(); i += 2) {
    const ir::Literal* key = call.operands[i].literal;
    if (!IsStr(call.operands[i]) || !seen.insert(key->text).second) return call.Slow();
    e.Store(call.operands[i + 1], e.At(e.arguments, keys.size() * sizeof(value::Value)));
    keys.push_back(key);
  }
  llvm::Type* word = e.b.getInt64Ty();
  llvm::Value* made =
      e.CallFor(llvm::StructType::get(word, word), "kaspr.dict",
                {e.heap, e.Symbol(e.pool.KeysOf(keys)), e.arguments, e.I64(keys.size())});
  return {e.b.CreateExtractValue(made, 0), e.b.CreateExtractValue(made, 1), TypesOf(Tag::kDict)};
}

// A constant key in a dict; a text in a few constant ones.
Val IsIn(const Call& call) {
  Emitter& e = call.e;
  if (IsStr(call.a()) && call.b().literal == nullptr) {
    llvm::Value* key = e.Symbol(e.pool.KeyOf(*call.a().literal));
    e.Check(e.Call("kaspr.has", {e.heap, call.b().head, call.b().data, key, e.result}));
    return e.Load(e.result, TypesOf(Tag::kBool));
  }
  const ir::Literal* among = call.b().literal;
  const auto is_str = [](const Val& item) { return item.literal->tag == Tag::kStr; };
  if (among == nullptr || among->items.size() > kMostCompared) return call.Slow();
  if (among->tag != Tag::kTuple && among->tag != Tag::kList && among->tag != Tag::kSet) {
    return call.Slow();
  }
  std::vector<Val> items;
  for (const ir::Literal& item : among->items) items.push_back(e.Constant(item));
  if (!std::ranges::all_of(items, is_str)) return call.Slow();
  Choice choice(e);
  choice.When(e.Is(call.a(), Tag::kStr), [&] {
    Choice found(e);
    for (const Val& item : items) {
      found.When(SameText(e, call.a(), item), [&] { return e.Bool(e.True()); });
    }
    return found.Else([&] { return e.Bool(e.Not(e.True())); });
  });
  return choice.Else([&] { return call.Slow(); });
}

Val Length(const Call& call) {
  Emitter& e = call.e;
  const Val& of = call.a();
  Choice choice(e);
  choice.When(e.Is(of, Tag::kList),
              [&] { return e.Int(e.LoadI32(e.Pointer(of), e.layout.list_size)); });
  choice.When(e.Is(of, Tag::kDict),
              [&] { return e.Int(e.LoadI32(e.Pointer(of), e.layout.dict_size)); });
  choice.When(e.Is(of, Tag::kTuple), [&] { return e.Int(e.Size(of)); });
  choice.When(e.Is(of, Tag::kStr), [&] {
    choice.GiveUpIf(e.Not(e.IsAscii(of)));
    return e.Int(e.Size(of));
  });
  return choice.Else([&] { return call.Slow(); });
}

Val Bound(const Call& call) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(e.Not(e.Is(call.a(), Tag::kUnbound)), [&] { return e.Narrow(call.a(), kAnything); });
  return choice.Else([&] { return call.Slow(); });
}

// An item of `count` from `items` on, counted from the end if it is negative.
Val ItemOf(Emitter& e, Choice& choice, llvm::Value* items, llvm::Value* count, llvm::Value* index) {
  llvm::Value* negative = e.b.CreateICmpSLT(index, e.I64(0));
  llvm::Value* at = e.b.CreateSelect(negative, e.b.CreateAdd(index, count), index);
  choice.GiveUpIf(e.b.CreateICmpUGE(at, count));
  llvm::Value* item = e.b.CreateGEP(e.b.getInt8Ty(), items, e.b.CreateShl(at, 4));
  return e.Load(item, kAnything);
}

Val GetItem(const Call& call) {
  Emitter& e = call.e;
  const Val& from = call.a();
  if (IsStr(call.b())) return GetKey(call);
  if (IsSwitch(call.a())) return Switch(call, [&] { return call.Slow(); });
  Choice choice(e);
  if (Emitter::May(call.b(), Tag::kInt)) {
    llvm::Value* is_int = e.Is(call.b(), Tag::kInt);
    choice.When(e.And(e.Is(from, Tag::kList), is_int), [&] {
      llvm::Value* list = e.Pointer(from);
      llvm::Value* document = e.LoadI64(list, e.layout.list_document);
      choice.GiveUpIf(e.b.CreateICmpNE(document, e.I64(0)));  // it is not open
      return ItemOf(e, choice, e.LoadPointer(list, e.layout.list_first),
                    e.LoadI32(list, e.layout.list_size), call.b().data);
    });
    choice.When(e.And(e.Is(from, Tag::kTuple), is_int),
                [&] { return ItemOf(e, choice, e.Pointer(from), e.Size(from), call.b().data); });
  }
  return choice.Else([&] { return call.Slow(); });
}

// Where there is room.
Val Append(const Call& call) {
  Emitter& e = call.e;
  Choice choice(e);
  choice.When(e.Is(call.a(), Tag::kList), [&] {
    llvm::Value* list = e.Pointer(call.a());
    const auto load = [&](uint32_t offset) { return e.LoadI32(list, offset); };
    const auto store = [&](llvm::Value* value, uint32_t offset) {
      e.b.CreateStore(e.b.CreateTrunc(value, e.b.getInt32Ty()), e.At(list, offset));
    };
    llvm::Value* frozen = e.b.CreateLoad(e.b.getInt8Ty(), e.At(list, e.layout.list_frozen));
    choice.GiveUpIf(e.b.CreateICmpNE(frozen, e.b.getInt8(0)));
    llvm::Value* document = e.LoadI64(list, e.layout.list_document);
    choice.GiveUpIf(e.b.CreateICmpNE(document, e.I64(0)));
    llvm::Value* size = load(e.layout.list_size);
    choice.GiveUpIf(e.b.CreateICmpUGE(size, load(e.layout.list_capacity)));
    llvm::Value* items = e.LoadPointer(list, e.layout.list_first);
    e.Store(call.b(), e.b.CreateGEP(e.b.getInt8Ty(), items, e.b.CreateShl(size, 4)));
    store(e.b.CreateAdd(size, e.I64(1)), e.layout.list_size);
    store(e.b.CreateAdd(load(e.layout.list_changes), e.I64(1)), e.layout.list_changes);
    return e.Constant(kNone);
  });
  return choice.Else([&] { return call.Slow(); });
}

// format(text, ""): the text itself.
Val Format(const Call& call) {
  Emitter& e = call.e;
  const bool plain = call.operands.size() == 1 ||
                     (call.b().literal != nullptr && call.b().literal->tag == Tag::kStr &&
                      call.b().literal->text.empty());
  if (!plain) return call.Slow();
  Choice choice(e);
  choice.When(e.Is(call.a(), Tag::kStr), [&] { return e.Narrow(call.a(), TypesOf(Tag::kStr)); });
  return choice.Else([&] { return call.Slow(); });
}

using Inline = Val(const Call&);

const std::map<std::string_view, Inline*> kInline = {
    {"add", Add},         {"sub", Subtract},     {"mul", Multiply},       {"iadd", Add},
    {"isub", Subtract},   {"imul", Multiply},    {"truediv", TrueDivide}, {"floordiv", FloorDivide},
    {"mod", Modulo},      {"neg", Negate},       {"eq", EqualTo},         {"ne", NotEqualTo},
    {"lt", LessThan},     {"le", LessOrEqual},   {"gt", GreaterThan},     {"ge", GreaterOrEqual},
    {"is", Is},           {"not", Not},          {"bool", ToBool},        {"in", IsIn},
    {"len", Length},      {"bound", Bound},      {"getitem", GetItem},    {".get", Get},
    {"setitem", SetItem}, {"dict", DisplayDict}, {"list-append", Append}, {".append", Append},
    {"format", Format},   {"str", Format},
};

}  // namespace

Val EmitPrimitive(Emitter& e, const Primitive& primitive, Operands operands) {
  const Call call{e, primitive, operands};
  const auto found = kInline.find(primitive.name);
  return found != kInline.end() && !operands.empty() ? found->second(call) : call.Slow();
}

}  // namespace kaspr::jit
