#include "ir/expr/effects.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "base/match.h"
#include "ir/expr/types.h"
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
    kSpread,  // likewise, a dict of all that is in the argument but for `puts`
    kUnknown  // may be a part of the argument, or of what others see
  } kind = Kind::kUnknown;
  FieldPath path;
  const Region* region = nullptr;  // of a new dict whose keys are `puts`: where it is made
  std::set<FieldPath> puts;
};

// Goes through a function once, in the order of its text. What flows together, where regions give
// or loops carry, is unknown unless it is plain.
class Analysis {
 public:
  Analysis(const Expr& expr, const std::vector<Effects>& callees, uint32_t index)
      : function_(expr.functions[index]),
        callees_(callees),
        types_(function_),
        known_(function_.values) {}

  Effects Run(bool is_main) {
    if (is_main && !function_.parameters.empty()) known_[0].kind = Known::Kind::kPart;
    uses_.assign(function_.values, false);
    effects_.raises = Walk(function_.body);
    for (size_t id = 0; id < known_.size(); ++id) {
      // A part that nobody uses was looked at all the same: it may not be there.
      if (known_[id].kind == Known::Kind::kPart && !uses_[id] && id > 0) Read(known_[id]);
    }
    if (effects_.opaque) {
      effects_.reads.insert(FieldPath{});
      effects_.writes.insert(FieldPath{});
    }
    if (is_main) ClassifyResult();
    return std::move(effects_);
  }

 private:
  bool IsArgument(const Operand& operand) const {
    const Known* known = KnownOf(operand);
    return known != nullptr && known->kind == Known::Kind::kPart && known->path.empty();
  }

  // What a spread got may stand behind its return, in the text of a loop: so this comes last.
  void ClassifyResult() {
    size_t arguments = 0, spreads = 0;
    std::set<FieldPath> changes = effects_.writes;
    for (const Operand& returned : returned_) {
      arguments += IsArgument(returned);
      const Known* known = KnownOf(returned);
      if (known == nullptr || known->kind != Known::Kind::kSpread) continue;
      ++spreads;
      changes.insert(known->puts.begin(), known->puts.end());
    }
    if (returned_.empty() || arguments + spreads < returned_.size()) {
      if (arguments > 0) effects_.reads.insert(FieldPath{});  // by whoever gets it
      return;
    }
    effects_.result = spreads == 0 ? Effects::Result::kArgument : Effects::Result::kSpread;
    effects_.changes = std::move(changes);
  }

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
    const Region* around = std::exchange(region_, &region);
    for (const Inst& inst : region.body) raises |= Visit(inst);
    region_ = around;
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
            [&](const AskPython&) {  // CPython says what it is, and what is wrong with it
              VisitUses(inst);
              Set(inst, {.kind = Known::Kind::kFresh});
              return value::kAnyException;
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
              returned_.push_back(inst.operands[0]);
              if (!IsArgument(inst.operands[0])) Use(inst.operands[0]);
              return value::Raises{0};
            },
            [&](const Raise& raise) {
              if (raise.status != value::Status::kBail) return value::Only(raise.status);
              effects_.opaque = true;
              return value::kAnyException;
            },
            [&](const Yield&) { return VisitUses(inst); },
            [&](const Send&) { return VisitUses(inst); },
            [&](const Drop&) { return value::Raises{0}; },
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
    effects_.opaque |= callee.opaque;
    effects_.event |= callee.event;
    effects_.clock |= callee.clock;
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

  // What the primitive may raise with what it is given here.
  value::Raises RaisesOf(const Inst& inst, const value::Primitive& primitive) const {
    if (types_.NeverRaises(inst)) return 0;
    const bool text_key = inst.operands.size() > 1 && KeyOf(inst.operands[1]) != nullptr;
    if (primitive.name == "getitem" && text_key) {  // no sequence has an index that is text
      return value::Only(value::Status::kKeyError) | value::Only(value::Status::kTypeError);
    }
    if (primitive.name == "setitem" && text_key) return value::Only(value::Status::kTypeError);
    return primitive.raises;
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
    if (primitive.name == "mapping") {  // no change of what is in a dict makes another thing of it
      if (first != nullptr) uses_[inst.operands[0].index] = true;
      return raises;
    }
    if (VisitSpread(inst, primitive)) return raises;
    for (const Operand& operand : inst.operands) Use(operand);
    if (primitive.mutates()) Change(inst.operands[0]);
    effects_.clock |= primitive.effect == value::Effect::kClock;
    const bool plain = (primitive.result & kContainers) == 0;
    const bool fresh = primitive.effect == value::Effect::kMakes;
    Set(inst, {.kind = plain   ? Known::Kind::kPlain
                       : fresh ? Known::Kind::kFresh
                               : Known::Kind::kUnknown,
               .path = {}});
    return raises;
  }

  // New dicts that get all that is in the argument, and the keys that they get besides.
  bool VisitSpread(const Inst& inst, const value::Primitive& primitive) {
    if (primitive.name == "dict") return MakeDict(inst);
    if (primitive.name == ".copy" && IsArgument(inst.operands[0])) {
      Use(inst.operands[0]);
      Set(inst, {.kind = Known::Kind::kSpread});
      return true;
    }
    if (inst.operands.empty() || inst.operands[0].constant) return false;
    Known& known = known_[inst.operands[0].index];
    const bool is_new = known.kind == Known::Kind::kFresh && known.region == region_;
    if (primitive.name == "dict-update" && is_new && IsArgument(inst.operands[1])) {
      known.kind = Known::Kind::kSpread;
    } else if (primitive.name == "dict-put" || primitive.name == "setitem") {
      const std::string* key = KeyOf(inst.operands[1]);
      if (key == nullptr || (!is_new && known.kind != Known::Kind::kSpread)) return false;
      known.puts.insert({*key});
    } else {
      return false;
    }
    for (const Operand& operand : inst.operands) Use(operand);
    Set(inst, {.kind = Known::Kind::kPlain});
    return true;
  }

  // Its keys are known if they are constant, and then it may yet become a spread.
  bool MakeDict(const Inst& inst) {
    Known made{.kind = Known::Kind::kFresh, .region = region_};
    for (size_t i = 0; i < inst.operands.size(); ++i) {
      Use(inst.operands[i]);
      if (i % 2 != 0) continue;
      const std::string* key = KeyOf(inst.operands[i]);
      if (key == nullptr) {
        made.region = nullptr;
      } else {
        made.puts.insert({*key});
      }
    }
    Set(inst, made);
    return true;
  }

  static FieldPath Below(FieldPath path, const std::string& key) {
    path.push_back(key);
    return path;
  }

  void Change(const Operand& operand) {
    if (operand.constant) return;
    Known& known = known_[operand.index];
    switch (known.kind) {
      case Known::Kind::kPlain:
        break;
      case Known::Kind::kFresh:
      case Known::Kind::kSpread:  // of which nothing is known from now on
        known = {.kind = Known::Kind::kFresh};
        break;
      case Known::Kind::kPart:
        effects_.writes.insert(known.path);
        break;
      case Known::Kind::kUnknown:
        effects_.writes.insert(FieldPath{});
        break;
    }
  }

  const ExprFunction& function_;
  const std::vector<Effects>& callees_;  // by function: of those behind this one
  const ValueTypes types_;
  std::vector<Known> known_;
  std::vector<bool> uses_;
  std::vector<Operand> returned_;
  const Region* region_ = nullptr;  // the one that is walked through
  Effects effects_;
};

bool IsPlainKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '@' || c >= 0x80;
  });
}

std::string PathsText(const char* word, const std::set<FieldPath>& paths) {
  const std::vector<std::string> texts = PathTexts(paths);
  return texts.empty() ? "" : fmt::format("{} {}", word, fmt::join(texts, " "));
}

std::string SpreadText(const Effects& effects) {
  const std::string text = "returns a copy of it";
  return effects.changes.empty() ? text : text + PathsText(" but for", effects.changes);
}

}  // namespace

std::vector<Effects> EffectsOfEach(const Expr& expr) {
  std::vector<Effects> effects(expr.functions.size());
  for (auto i = static_cast<uint32_t>(expr.functions.size()); i-- > 0;) {
    effects[i] = Analysis(expr, effects, i).Run(i == 0);
  }
  return effects;
}

Effects EffectsOf(const Expr& expr) {
  return std::move(EffectsOfEach(expr).front());
}

std::string EffectsText(const Effects& effects) {
  std::vector<std::string> parts = {PathsText("reads", effects.reads),
                                    PathsText("writes", effects.writes)};
  if (effects.event) parts.push_back("looks at the event");
  if (effects.clock) parts.push_back("reads the clock");
  const std::vector<std::string> raised = RaisesTexts(effects.raises);
  if (!raised.empty()) parts.push_back(fmt::format("may raise {}", fmt::join(raised, ", ")));
  if (effects.result == Effects::Result::kArgument) parts.push_back("returns its argument");
  if (effects.result == Effects::Result::kSpread) parts.push_back(SpreadText(effects));
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  }
  return text;
}

std::string PathText(const FieldPath& path) {
  std::string text;
  for (const std::string& key : path) text += "." + (IsPlainKey(key) ? key : Quoted(key));
  return text.empty() ? "." : text;
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
