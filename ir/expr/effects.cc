#include "ir/expr/effects.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/match.h"
#include "ir/lexer.h"
#include "value/primitives.h"

namespace kaspr::ir {

namespace {

using value::Tag;

constexpr value::Types kContainers =
    value::TypesOf(Tag::kList, Tag::kDict, Tag::kSet, Tag::kTuple, Tag::kObject);

// What is known of a value.
struct Known {
  enum class Kind : uint8_t {
    kPart,    // of the argument, at `path`
    kPlain,   // nothing that could be changed
    kFresh,   // a container made here; what is in it is anything
    kUnknown  // may be a part of the argument, or of what others see
  } kind = Kind::kUnknown;
  FieldPath path;
};

// Goes through a function once, in the order of its text. What flows together, where regions give
// or loops carry, is unknown unless it is plain.
class Analysis {
 public:
  Analysis(const Expr& expr, const std::vector<Effects>& callees, uint32_t index)
      : function_(expr.functions[index]), callees_(callees), known_(function_.values) {}

  Effects Run(bool is_main) {
    if (is_main && !function_.parameters.empty()) known_[0].kind = Known::Kind::kPart;
    uses_.assign(function_.values, false);
    effects_.raises = Walk(function_.body);
    for (size_t id = 0; id < known_.size(); ++id) {
      // A part that nobody uses was looked at all the same: it may not be there.
      if (known_[id].kind == Known::Kind::kPart && !uses_[id] && id > 0) Read(known_[id]);
    }
    const bool argument = is_main && returns_ > 0 && arguments_returned_ == returns_;
    effects_.result = argument ? Effects::Result::kArgument : Effects::Result::kOther;
    return std::move(effects_);
  }

 private:
  const Known* KnownOf(const Operand& operand) const {
    return operand.constant ? nullptr : &known_[operand.index];
  }

  const std::string* KeyOf(const Operand& operand) const {
    if (!operand.constant) return nullptr;
    const Literal& literal = function_.constants[operand.index];
    return literal.tag == Tag::kStr ? &literal.text : nullptr;
  }

  void Read(const Known& part) { effects_.reads.insert(part.path); }

  // The operand goes somewhere: what it is may be looked at.
  void Use(const Operand& operand) {
    const Known* known = KnownOf(operand);
    if (known == nullptr) return;
    uses_[operand.index] = true;
    if (known->kind == Known::Kind::kPart) Read(*known);
  }

  void Set(const Inst& inst, Known known) {
    for (const ValueId id : inst.results) known_[static_cast<size_t>(id)] = known;
  }

  // What may leave the region as an exception.
  value::Raises Walk(const Region& region) {
    value::Raises raises = 0;
    for (const Inst& inst : region.body) raises |= Visit(inst);
    return raises;
  }

  value::Raises Visit(const Inst& inst) {
    return std::visit(
        Match{
            [&](const Apply& apply) { return VisitApply(inst, *apply.primitive); },
            [&](const Call& call) { return VisitCall(inst, callees_[call.function]); },
            [&](const EventField&) {
              effects_.event = true;
              return value::Raises{0};
            },
            [&](const If&) { return VisitRegions(inst, {}); },
            [&](const Loop&) { return VisitRegions(inst, {}); },
            [&](const For&) {
              return VisitRegions(inst, {}) | value::Only(value::Status::kTypeError);
            },
            [&](const Try& attempt) { return VisitRegions(inst, attempt.handlers); },
            [&](const Give&) { return VisitUses(inst); },
            [&](const Break&) { return VisitUses(inst); },
            [&](const Continue&) { return VisitUses(inst); },
            [&](const Return&) {
              ++returns_;
              const Known* known = KnownOf(inst.operands[0]);
              const bool argument =
                  known != nullptr && known->kind == Known::Kind::kPart && known->path.empty();
              arguments_returned_ += argument;
              if (!argument) Use(inst.operands[0]);
              return value::Raises{0};
            },
            [&](const Raise& raise) {
              return raise.status == value::Status::kBail ? value::kAnyException
                                                          : value::Only(raise.status);
            },
            [&](const Yield&) { return VisitUses(inst); },
        },
        inst.op);
  }

  // What a callee changes may be in anything that it is given.
  value::Raises VisitCall(const Inst& inst, const Effects& callee) {
    VisitUses(inst);
    const bool given =
        std::any_of(inst.operands.begin(), inst.operands.end(), [&](const Operand& operand) {
          const Known* known = KnownOf(operand);
          return known != nullptr && known->kind != Known::Kind::kPlain;
        });
    if (given && !callee.writes.empty()) effects_.writes.insert(FieldPath{});
    effects_.event |= callee.event;
    return callee.raises;
  }

  value::Raises VisitUses(const Inst& inst) {
    for (const Operand& operand : inst.operands) Use(operand);
    return 0;
  }

  // `handlers`: of a try, what each catches of the first region.
  value::Raises VisitRegions(const Inst& inst, const std::vector<value::Raises>& handlers) {
    VisitUses(inst);
    value::Raises raises = 0;
    for (size_t i = 0; i < inst.regions.size(); ++i) {
      value::Raises inside = Walk(inst.regions[i]);
      for (const value::Raises caught : handlers) {
        if (i == 0) inside &= ~caught;
      }
      raises |= inside;
    }
    return raises;
  }

  // What the primitive may raise with the constants that it is given here.
  value::Raises RaisesOf(const Inst& inst, const value::Primitive& primitive) const {
    const std::string* text = inst.operands.size() > 1 ? KeyOf(inst.operands[1]) : nullptr;
    if (text == nullptr) return primitive.raises;
    if (primitive.name == "getitem") {  // no sequence has an index that is text
      return value::Only(value::Status::kKeyError) | value::Only(value::Status::kTypeError);
    }
    if (primitive.name == "setitem") return value::Only(value::Status::kTypeError);
    return primitive.name == "format" && text->empty() ? 0 : primitive.raises;
  }

  value::Raises VisitApply(const Inst& inst, const value::Primitive& primitive) {
    const value::Raises raises = RaisesOf(inst, primitive);
    const Known* first = inst.operands.empty() ? nullptr : KnownOf(inst.operands[0]);
    const bool part = first != nullptr && first->kind == Known::Kind::kPart;
    const std::string* key = inst.operands.size() > 1 ? KeyOf(inst.operands[1]) : nullptr;
    const bool by_key = part && key != nullptr;
    if (by_key && (primitive.name == "getitem" || primitive.name == ".get")) {
      uses_[inst.operands[0].index] = true;
      for (size_t i = 2; i < inst.operands.size(); ++i) Use(inst.operands[i]);
      Set(inst, {.kind = Known::Kind::kPart, .path = Below(first->path, *key)});
      if (inst.operands.size() > 2) {  // or the default
        Read({.kind = Known::Kind::kPart, .path = Below(first->path, *key)});
        Set(inst, {});
      }
      return raises;
    }
    const Known* second = inst.operands.size() > 1 ? KnownOf(inst.operands[1]) : nullptr;
    if (primitive.name == "in" && second != nullptr && second->kind == Known::Kind::kPart &&
        KeyOf(inst.operands[0]) != nullptr) {
      uses_[inst.operands[1].index] = true;
      effects_.reads.insert(Below(second->path, *KeyOf(inst.operands[0])));
      Set(inst, {.kind = Known::Kind::kPlain, .path = {}});
      return raises;
    }
    if (by_key && primitive.name == "setitem") {
      uses_[inst.operands[0].index] = true;
      effects_.writes.insert(Below(first->path, *key));
      Use(inst.operands[2]);
      Set(inst, {.kind = Known::Kind::kPlain, .path = {}});
      return raises;
    }
    for (const Operand& operand : inst.operands) Use(operand);
    if (primitive.mutates()) Change(inst.operands[0]);
    const bool plain = (primitive.result & kContainers) == 0;
    const bool fresh = primitive.effect == value::Effect::kMakes;
    Set(inst, {.kind = plain   ? Known::Kind::kPlain
                       : fresh ? Known::Kind::kFresh
                               : Known::Kind::kUnknown,
               .path = {}});
    return raises;
  }

  static FieldPath Below(FieldPath path, const std::string& key) {
    path.push_back(key);
    return path;
  }

  void Change(const Operand& operand) {
    const Known* known = KnownOf(operand);
    if (known == nullptr || known->kind == Known::Kind::kPlain ||
        known->kind == Known::Kind::kFresh) {
      return;
    }
    effects_.writes.insert(known->kind == Known::Kind::kPart ? known->path : FieldPath{});
  }

  const ExprFunction& function_;
  const std::vector<Effects>& callees_;  // by function: of those behind this one
  std::vector<Known> known_;
  std::vector<bool> uses_;
  size_t returns_ = 0, arguments_returned_ = 0;
  Effects effects_;
};

bool IsPlainKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '@' || c >= 0x80;
  });
}

std::string PathText(const FieldPath& path) {
  std::string text;
  for (const std::string& key : path) text += "." + (IsPlainKey(key) ? key : Quoted(key));
  return text.empty() ? "." : text;
}

std::string PathsText(const char* word, const std::set<FieldPath>& paths) {
  const std::vector<std::string> texts = PathTexts(paths);
  return texts.empty() ? "" : fmt::format("{} {}", word, fmt::join(texts, " "));
}

}  // namespace

Effects EffectsOf(const Expr& expr) {
  std::vector<Effects> effects(expr.functions.size());
  for (auto i = static_cast<uint32_t>(expr.functions.size()); i-- > 0;) {
    effects[i] = Analysis(expr, effects, i).Run(i == 0);
  }
  return std::move(effects.front());
}

std::string EffectsText(const Effects& effects) {
  std::vector<std::string> parts = {PathsText("reads", effects.reads),
                                    PathsText("writes", effects.writes)};
  if (effects.event) parts.push_back("looks at the event");
  const std::vector<std::string> raised = RaisesTexts(effects.raises);
  if (!raised.empty()) parts.push_back(fmt::format("may raise {}", fmt::join(raised, ", ")));
  if (effects.result == Effects::Result::kArgument) parts.push_back("returns its argument");
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  }
  return text;
}

std::vector<std::string> PathTexts(const std::set<FieldPath>& paths) {
  std::vector<std::string> texts;
  for (const FieldPath& path : paths) {
    const bool inside = std::any_of(paths.begin(), paths.end(), [&](const FieldPath& other) {
      return other.size() < path.size() && Overlaps(other, path);
    });
    if (!inside) texts.push_back(PathText(path));
  }
  return texts;
}

std::vector<std::string> RaisesTexts(value::Raises raises) {
  if (raises == value::kAnyException) return {"anything"};
  std::vector<std::string> texts;
  for (const value::Status status : value::StatusesOf(raises)) {
    texts.emplace_back(value::StatusName(status));
  }
  return texts;
}

bool Overlaps(const FieldPath& a, const FieldPath& b) {
  const size_t shared = std::min(a.size(), b.size());
  return std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(shared), b.begin());
}

bool Overlap(const std::set<FieldPath>& a, const std::set<FieldPath>& b) {
  return std::any_of(a.begin(), a.end(), [&](const FieldPath& one) {
    return std::any_of(b.begin(), b.end(),
                       [&](const FieldPath& other) { return Overlaps(one, other); });
  });
}

}  // namespace kaspr::ir
