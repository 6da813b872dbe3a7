#include <llvm/IR/IRBuilder.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <vector>

#include "jit/inline_call.h"

namespace kaspr::jit {

using value::Tag;
using value::Types;
using value::TypesOf;

namespace {

constexpr size_t kMostCompared = 12;  // constants with which a text is compared one by one

bool IsStr(const Val& value) {
  return value.literal != nullptr && value.literal->tag == Tag::kStr;
}

// What stands at a key that is a constant.
Val GetKey(const InlineCall& call) {
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
  constexpr Types kPlain = TypesOf(Tag::kNone, Tag::kBool, Tag::kInt, Tag::kFloat, Tag::kStr);
  for (size_t i = 0; i < literal->items.size(); i += 2) {
    const Types value = TypesOf(literal->items[i + 1].tag);
    if (literal->items[i].tag != Tag::kStr) return false;
    if ((value & kPlain) == 0) return false;
  }
  return true;
}

Val Switch(const InlineCall& call, const std::function<Val()>& otherwise) {
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

// An item of `count` from `items` on, counted from the end if it is negative.
Val ItemOf(Emitter& e, Choice& choice, llvm::Value* items, llvm::Value* count, llvm::Value* index) {
  llvm::Value* negative = e.b.CreateICmpSLT(index, e.I64(0));
  llvm::Value* at = e.b.CreateSelect(negative, e.b.CreateAdd(index, count), index);
  choice.GiveUpIf(e.b.CreateICmpUGE(at, count));
  llvm::Value* item = e.b.CreateGEP(e.b.getInt8Ty(), items, e.b.CreateShl(at, 4));
  return e.Load(item, kAnything);
}

}  // namespace

Val InlineGet(const InlineCall& call) {
  Emitter& e = call.e;
  if (IsSwitch(call.a())) {
    return Switch(call, [&] { return call.operands.size() == 3 ? call.operands[2] : call.None(); });
  }
  if (!IsStr(call.b())) return call.Slow();
  const Val otherwise = call.operands.size() == 3 ? call.operands[2] : call.None();
  llvm::Value* key = e.Symbol(e.pool.KeyOf(*call.b().literal));
  e.Check(e.Call("kaspr.get.or", {e.heap, call.a().head, call.a().data, key, otherwise.head,
                                  otherwise.data, e.result}));
  return e.Load(e.result, kAnything);
}

Val InlineSetItem(const InlineCall& call) {
  Emitter& e = call.e;
  if (!IsStr(call.b())) return call.Slow();
  const Val& value = call.operands[2];
  llvm::Value* key = e.Symbol(e.pool.KeyOf(*call.b().literal));
  e.Check(e.Call("kaspr.set", {e.heap, call.a().head, call.a().data, key, value.head, value.data}));
  return call.None();
}

std::optional<std::vector<const ir::Literal*>> KeysOfDisplay(std::span<const Val> operands) {
  std::vector<const ir::Literal*> keys;
  std::set<std::string_view> seen;
  if (operands.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < operands.size(); i += 2) {
    const ir::Literal* key = operands[i].literal;
    if (!IsStr(operands[i]) || !seen.insert(key->text).second) return std::nullopt;
    keys.push_back(key);
  }
  return keys;
}

// {"a": ..., "b": ...}
Val InlineDict(const InlineCall& call) {
  Emitter& e = call.e;
  const auto keys = KeysOfDisplay(call.operands);
  if (!keys) return call.Slow();
  for (size_t i = 0; i < keys->size(); ++i) {
    e.Store(call.operands[2 * i + 1], e.At(e.arguments, i * kValueSize));
  }
  llvm::Type* word = e.b.getInt64Ty();
  llvm::Value* made =
      e.CallFor(llvm::StructType::get(word, word), "kaspr.dict",
                {e.heap, e.Symbol(e.pool.KeysOf(*keys)), e.arguments, e.I64(keys->size())});
  return {e.b.CreateExtractValue(made, 0), e.b.CreateExtractValue(made, 1), TypesOf(Tag::kDict)};
}

// A constant key in a dict; a text in a few constant ones.
Val InlineIn(const InlineCall& call) {
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

Val InlineLen(const InlineCall& call) {
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

Val InlineGetItem(const InlineCall& call) {
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
Val InlineAppend(const InlineCall& call) {
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
    return call.None();
  });
  return choice.Else([&] { return call.Slow(); });
}

}  // namespace kaspr::jit
