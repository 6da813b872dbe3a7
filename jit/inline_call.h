#pragma once

// What the inlined primitives are written with, and those of containers.

#include <optional>
#include <span>
#include <vector>

#include "jit/emitter.h"
#include "value/primitives.h"

namespace kaspr::jit {

// What is emitted for one primitive.
struct InlineCall {
  Emitter& e;
  const value::Primitive& primitive;
  std::span<const Val> operands;

  Val Slow() const { return e.CallPrimitive(primitive, operands); }
  Val None() const;
  const Val& a() const { return operands[0]; }
  const Val& b() const { return operands[1]; }
};

// Are two texts the same, i1? Their sizes are looked at first.
llvm::Value* SameText(Emitter& e, const Val& x, const Val& y);

// The keys of a dict display; nullopt: not all are texts that code names, or one comes twice.
std::optional<std::vector<const ir::Literal*>> KeysOfDisplay(std::span<const Val> operands);

// By the keys that code names: getitem, .get, setitem, dict, in.
Val InlineGetItem(const InlineCall& call);
Val InlineGet(const InlineCall& call);
Val InlineSetItem(const InlineCall& call);
Val InlineDict(const InlineCall& call);
Val InlineIn(const InlineCall& call);
Val InlineLen(const InlineCall& call);
Val InlineAppend(const InlineCall& call);

}  // namespace kaspr::jit
