#include "python/wanted.h"

#include <Python.h>

#include <algorithm>

#include "base/check.h"
#include "value/bytes.h"
#include "value/key_hash.h"

namespace kaspr::python {

namespace {

// Functions may look deep; what is deeper is made with all that is in it.
constexpr size_t kDeepest = 8;

Ref Interned(const std::string& text) {
  PyObject* string =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict");
  KASPR_CHECK(string != nullptr, "no memory for a key");
  PyUnicode_InternInPlace(&string);
  PyObject_Hash(string);  // which it then has
  return Ref::Own(string);
}

}  // namespace

void Wanted::Add(const std::set<ir::FieldPath>& paths) {
  for (const ir::FieldPath& path : paths) {
    KASPR_CHECK(!path.empty(), "all of a value is no part of it");
    Wanted* in = this;
    const size_t depth = std::min(path.size(), kDeepest);
    for (size_t i = 0; in != nullptr && i < depth; ++i) {
      Key& key = in->AddKey(path[i]);
      if (i + 1 == depth) key.inside.reset();
      in = key.inside.get();
    }
  }
}

Wanted::Key& Wanted::AddKey(const std::string& text) {
  const uint16_t hash = value::KeyHash(text);
  for (Key& key : keys_) {
    if (key.hash == hash && value::EqualBytes(key.text, text)) return key;
  }
  hashes_ |= uint64_t{1} << (hash & 63);
  keys_.push_back(
      {.text = text, .hash = hash, .object = Interned(text), .inside = std::make_unique<Wanted>()});
  return keys_.back();
}

const Wanted::Key* Wanted::Find(std::string_view text, uint16_t hash) const {
  for (const Key& key : keys_) {
    if (key.hash == hash && value::EqualBytes(key.text, text)) return &key;
  }
  return nullptr;
}

std::optional<ThinUse> ThinUseOf(const ir::Function& function) {
  if (!function.expr || function.per_call) return std::nullopt;
  const ir::ExprFunction& main = function.expr->main();
  if (main.parameters.size() != 1) return std::nullopt;
  // What a function says when it raises may be all of its argument.
  if (main.generator && ir::HasOp<ir::Raise>(*function.expr)) return std::nullopt;
  ir::Effects effects = ir::EffectsOf(*function.expr);
  // The event shows its whole value; a second call would take other random numbers, or what it asks
  // CPython for might count calls.
  const bool more = effects.event || effects.clock || ir::AsksPython(*function.expr) ||
                    effects.result == ir::Effects::Result::kSpread;
  const ir::FieldPath all;
  if (more || effects.reads.contains(all) || effects.writes.contains(all)) return std::nullopt;
  ThinUse use{.paths = std::move(effects.reads),
              .writes = !effects.writes.empty(),
              .returns = effects.result == ir::Effects::Result::kArgument};
  use.paths.merge(effects.writes);
  return use;
}

}  // namespace kaspr::python
