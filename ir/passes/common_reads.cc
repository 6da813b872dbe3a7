#include "ir/passes/common_reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/match.h"
#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {
namespace {

using value::Primitive;
using value::Tag;

// Which containers an operation looks at, or changes.
using Kinds = uint8_t;
constexpr Kinds kDicts = 1, kLists = 2, kSets = 4, kEvery = kDicts | kLists | kSets;

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// A change: of every key, if it does not name one.
struct Write {
  Kinds kinds = 0;
  std::string key;
  bool keyed = false;
};

// What an operation changes of its first operand, which may be any container that one can reach.
Write WriteOf(const ExprFunction& function, const Inst& inst, const Primitive& primitive) {
  if (!primitive.mutates()) return {};
  const std::string_view name = primitive.name;
  const std::string* key = inst.operands.size() > 1 ? KeyOf(function, inst.operands[1]) : nullptr;
  if (key != nullptr && IsOneOf(name, {"setitem", "delitem", "dict-put", ".setdefault", ".pop"})) {
    return {.kinds = kDicts, .key = *key, .keyed = true};  // no list has an index that is text
  }
  if (IsOneOf(name, {"list-append", "list-extend", "list-assign", ".append", ".extend", ".insert",
                     ".reverse", ".sort", "iadd", "imul"})) {
    return {.kinds = kLists, .key = {}};
  }
  if (IsOneOf(name, {"set-add", "set-update", ".add", ".discard", "isub", "iand", "ixor",
                     ".intersection_update", ".difference_update"})) {
    return {.kinds = kSets, .key = {}};
  }
  if (IsOneOf(name, {"dict-put", "dict-update", ".setdefault", ".popitem"})) {
    return {.kinds = kDicts, .key = {}};
  }
  return {.kinds = kEvery, .key = {}};
}

// An operation that was done, and what stands for its result.
struct Read {
  const Primitive* primitive = nullptr;
  std::vector<Operand> operands;
  Operand result;
  Kinds looks = 0;
  std::string key;  // of `keyed`: nothing but what is below this key of a dict counts
  bool keyed = false;

  bool IsChangedBy(const Write& write) const {
    if (keyed && write.keyed && key != write.key) return false;
    return (looks & write.kinds) != 0;
  }
};

// How often a function does something, and how often it did it more.
struct Count {
  size_t kept = 0, gone = 0;
};
struct Tally {
  std::map<std::string, Count> counts;  // "reads .amount"
  std::set<std::string> again;          // the same, of what may have changed
};

class Merger {
 public:
  // `writes`: of the functions behind this one, what they may change.
  Merger(Expr& expr, uint32_t index, const std::vector<Kinds>& writes, Tally& tally)
      : function_(expr.functions[index]),
        rewriting_(function_),
        writes_(writes),
        paths_(function_.values),
        tally_(tally) {
    for (std::string& path : paths_) path = "a ";
    if (index == 0 && !function_.parameters.empty()) paths_[0].clear();
  }

  bool Run() {
    Walk(function_.body, {});
    Renumber(function_);  // without the constants that were asked for in vain
    return changed_;
  }

 private:
  // Numbers of reads_; what was killed stays known, to be spoken of.
  struct Known {
    std::vector<uint32_t> reads;
    std::vector<uint32_t> killed;
  };

  void Walk(Region& region, Known known) {
    std::vector<Inst> old = std::move(region.body);
    region.body.clear();
    for (Inst& inst : old) {
      for (Operand& operand : inst.operands) operand = rewriting_.Now(operand);
      if (!Visit(inst, known)) continue;
      region.body.push_back(std::move(inst));
    }
  }

  // False: the operation is gone.
  bool Visit(Inst& inst, Known& known) {
    const auto in_order = [&] {
      Kill(known, WritesIn(inst));
      return true;
    };
    return std::visit(Match{
                          [&](const Apply& apply) { return VisitApply(inst, apply, known); },
                          [&](const Call&) { return in_order(); },
                          [&](const EventField&) { return true; },
                          [&](const AskPython&) { return true; },
                          [&](const If&) { return VisitIf(inst, known); },
                          [&](const Loop&) { return VisitLoop(inst, known); },
                          [&](const For&) { return VisitLoop(inst, known); },
                          [&](const Try&) { return VisitTry(inst, known); },
                          [&](const Give&) { return true; },
                          [&](const Break&) { return true; },
                          [&](const Continue&) { return true; },
                          [&](const Return&) { return true; },
                          [&](const Raise&) { return true; },
                          [&](const Yield&) { return in_order(); },
                          [&](const Send&) { return true; },
                          [&](const Drop&) { return true; },
                      },
                      inst.op);
  }

  bool VisitIf(Inst& inst, Known& known) {
    for (Region& region : inst.regions) Walk(region, known);
    for (const Region& region : inst.regions) {
      const bool goes_on = std::holds_alternative<Give>(region.body.back().op);
      if (goes_on) Kill(known, WritesIn(region));
    }
    return true;
  }

  bool VisitLoop(Inst& inst, Known& known) {
    Kill(known, WritesIn(inst.regions[0]));
    for (Region& region : inst.regions) Walk(region, known);
    Kill(known, WritesIn(inst));
    return true;
  }

  bool VisitTry(Inst& inst, Known& known) {
    Walk(inst.regions[0], known);
    Kill(known, WritesIn(inst.regions[0]));
    for (size_t i = 1; i < inst.regions.size(); ++i) Walk(inst.regions[i], known);
    Kill(known, WritesIn(inst));
    return true;
  }

  bool VisitApply(Inst& inst, const Apply& apply, Known& known) {
    NamePath(inst, *apply.primitive);
    if (apply.primitive->mutates()) {
      const Write write = WriteOf(function_, inst, *apply.primitive);
      Kill(known, {write});
      Learn(inst, write, known);
      return true;
    }
    if (IsUnpackedDisplay(inst, *apply.primitive)) {
      rewriting_.Replace(inst.results[0], inst.operands[0]);
      changed_ = true;
      return false;
    }
    LearnDisplay(inst, *apply.primitive, known);
    if (!IsShared(inst, *apply.primitive)) return true;
    const std::string what = What(inst, *apply.primitive);
    Count& count = tally_.counts[what];
    if (const Read* found = Find(inst, apply.primitive, known.reads)) {
      rewriting_.Replace(inst.results[0], ResultOf(*found, apply.primitive));
      ++count.gone;
      changed_ = true;
      return false;
    }
    if (Find(inst, apply.primitive, known.killed) != nullptr) tally_.again.insert(what);
    ++count.kept;
    Operand result{.constant = false, .index = static_cast<uint32_t>(inst.results[0])};
    Add(known, ReadOf(*apply.primitive, inst.operands, result));
    return true;
  }

  // Is it the same thing when it is done twice? A range is another one each time. What is found in
  // a constant of containers is not shared: each constant has its own.
  bool IsShared(const Inst& inst, const Primitive& primitive) const {
    if (!primitive.pure() || primitive.result == value::TypesOf(Tag::kRange)) return false;
    return std::ranges::all_of(inst.operands, [&](const Operand& operand) {
      const Literal* literal = LiteralOf(function_, operand);
      return literal == nullptr || IsPlain(*literal) ||
             std::ranges::all_of(literal->items, IsPlain);
    });
  }

  Read ReadOf(const Primitive& primitive, std::vector<Operand> operands, Operand result) const {
    const std::string_view name = primitive.name;
    Read read{
        .primitive = &primitive, .operands = std::move(operands), .result = result, .key = {}};
    if (IsOneOf(name, {"is", "isinstance", "type-name", "bound"})) return read;
    read.looks = kEvery;
    const bool by_key = IsOneOf(name, {"getitem", ".get"});
    if (!by_key && name != "in") return read;
    const std::string* key = KeyOf(function_, read.operands[by_key ? 1 : 0]);
    if (key == nullptr) return read;
    if (by_key) read.looks = kDicts;  // nothing else has one
    read.key = *key;
    read.keyed = true;
    return read;
  }

  void Add(Known& known, Read read) {
    known.reads.push_back(static_cast<uint32_t>(reads_.size()));
    reads_.push_back(std::move(read));
  }

  // What was written is what will be read.
  void Learn(const Inst& inst, const Write& write, Known& known) {
    const std::string_view name = std::get<Apply>(inst.op).primitive->name;
    if (!write.keyed || !IsOneOf(name, {"setitem", "dict-put"})) return;
    LearnItem(inst.operands[0], inst.operands[1], inst.operands[2], known);
  }

  // What a dict or tuple was made of stands in it.
  void LearnDisplay(const Inst& inst, const Primitive& primitive, Known& known) {
    const bool dict = primitive.name == "dict";
    if (!dict && primitive.name != "tuple") return;
    if (dict && inst.operands.size() % 2 != 0) return;  // which only bails
    const Operand made{.constant = false, .index = static_cast<uint32_t>(inst.results[0])};
    if (!dict) tuples_[made.index] = static_cast<int64_t>(inst.operands.size());
    std::set<std::string> keys;  // of those that come twice the last one counts
    const size_t step = dict ? 2 : 1;
    for (size_t i = inst.operands.size(); i > 0; i -= step) {
      const Operand item = inst.operands[i - 1];
      Operand at = dict ? inst.operands[i - 2] : Operand{};
      if (dict && (KeyOf(function_, at) == nullptr || !keys.insert(*KeyOf(function_, at)).second)) {
        continue;
      }
      if (!dict) at = Int(static_cast<int64_t>(i - 1));
      LearnItem(made, at, item, known);
    }
  }

  // It gives a tuple of as many: that one.
  bool IsUnpackedDisplay(const Inst& inst, const Primitive& primitive) const {
    if (primitive.name != "unpack" || inst.operands[0].constant) return false;
    const auto made = tuples_.find(inst.operands[0].index);
    const Literal* count = LiteralOf(function_, inst.operands[1]);
    return made != tuples_.end() && count != nullptr && count->integer == made->second;
  }

  void LearnItem(Operand in, Operand at, Operand item, Known& known) {
    const Literal* literal = LiteralOf(function_, item);
    if (literal != nullptr && !IsPlain(*literal)) return;
    static const Primitive* const getitem = value::FindPrimitive("getitem");
    Read read = ReadOf(*getitem, {in, at}, item);
    if (tuples_.contains(in.index)) read.looks = 0;  // nobody changes it
    Add(known, std::move(read));
  }

  bool IsSame(const Operand& a, const Operand& b) const {
    if (a.constant != b.constant) return false;
    return a.index == b.index ||
           (a.constant && function_.constants[a.index] == function_.constants[b.index]);
  }

  bool AreSame(std::span<const Operand> a, std::span<const Operand> b) const {
    return std::ranges::equal(a, b,
                              [&](const Operand& x, const Operand& y) { return IsSame(x, y); });
  }

  // The read that tells what it gives; null: none does. A getitem tells whether there is a key,
  // too.
  const Read* Find(const Inst& inst, const Primitive* primitive,
                   const std::vector<uint32_t>& among) const {
    const bool get = primitive->name == ".get", asks = primitive->name == "in";
    for (auto number = among.rbegin(); number != among.rend(); ++number) {
      const Read& read = reads_[*number];
      if (read.primitive == primitive && AreSame(read.operands, inst.operands)) return &read;
      if (read.primitive->name != "getitem" || !read.keyed) continue;
      if (get && AreSame(read.operands, std::span(inst.operands).first(2))) return &read;
      if (asks && IsSame(read.operands[0], inst.operands[1]) &&
          IsSame(read.operands[1], inst.operands[0])) {
        return &read;
      }
    }
    return nullptr;
  }

  Operand ResultOf(const Read& read, const Primitive* primitive) {
    if (read.primitive->name != "getitem" || primitive->name != "in") return read.result;
    return rewriting_.Constant({.tag = Tag::kBool, .integer = 1, .text = {}, .items = {}});
  }

  Operand Int(int64_t number) {
    return rewriting_.Constant({.tag = Tag::kInt, .integer = number, .text = {}, .items = {}});
  }

  void Kill(Known& known, const std::vector<Write>& writes) {
    for (const Write& write : writes) {
      const auto changed = [&](uint32_t number) { return reads_[number].IsChangedBy(write); };
      const auto dead = std::stable_partition(known.reads.begin(), known.reads.end(),
                                              [&](uint32_t number) { return !changed(number); });
      known.killed.insert(known.killed.end(), dead, known.reads.end());
      known.reads.erase(dead, known.reads.end());
    }
  }

  std::vector<Write> WritesIn(const Region& region) const {
    std::vector<Write> writes;
    ForEachInst(region, [&](const Inst& inst) { AddWrites(inst, writes); });
    return writes;
  }

  std::vector<Write> WritesIn(const Inst& inst) const {
    std::vector<Write> writes;
    AddWrites(inst, writes);
    for (const Region& region : inst.regions) std::ranges::move(WritesIn(region), Back(writes));
    return writes;
  }

  static std::back_insert_iterator<std::vector<Write>> Back(std::vector<Write>& writes) {
    return std::back_inserter(writes);
  }

  void AddWrites(const Inst& inst, std::vector<Write>& writes) const {
    Write write{.kinds = 0, .key = {}};
    if (const auto* apply = std::get_if<Apply>(&inst.op)) {
      write = WriteOf(function_, inst, *apply->primitive);
    }
    if (const auto* call = std::get_if<Call>(&inst.op)) write.kinds = writes_[call->function];
    if (std::holds_alternative<Yield>(inst.op)) write.kinds = kEvery;  // whoever runs it goes on
    if (write.kinds != 0) writes.push_back(std::move(write));
  }

  // ".user.id" of the argument, "a .id" of something else.
  void NamePath(const Inst& inst, const Primitive& primitive) {
    if (!IsOneOf(primitive.name, {"getitem", ".get"}) || inst.operands[0].constant) return;
    if (const std::string* key = KeyOf(function_, inst.operands[1])) {
      paths_[static_cast<size_t>(inst.results[0])] = paths_[inst.operands[0].index] + "." + *key;
    }
  }

  // "reads .user.id", "computes 'len'", "" of what is not worth a word.
  std::string What(const Inst& inst, const Primitive& primitive) const {
    if (primitive.name == "bound") return "";
    const bool by_key = IsOneOf(primitive.name, {"getitem", ".get"});
    const Operand& path = inst.operands.empty() ? Operand{true, 0} : inst.operands[0];
    if (by_key && !path.constant && KeyOf(function_, inst.operands[1]) != nullptr) {
      return "reads " + paths_[static_cast<size_t>(inst.results[0])];
    }
    return fmt::format("computes '{}'", primitive.name);
  }

  ExprFunction& function_;
  Rewriting rewriting_;
  const std::vector<Kinds>& writes_;
  std::vector<std::string> paths_;  // by value
  std::vector<Read> reads_;
  std::map<uint32_t, int64_t> tuples_;  // displays: how many items
  Tally& tally_;
  bool changed_ = false;
};

// What a function may change, of what it is given or others see.
Kinds KindsChangedBy(const ExprFunction& function, const std::vector<Kinds>& callees) {
  Kinds kinds = 0;
  ForEachInst(function.body, [&](const Inst& inst) {
    if (const auto* apply = std::get_if<Apply>(&inst.op)) {
      kinds |= WriteOf(function, inst, *apply->primitive).kinds;
    }
    if (const auto* call = std::get_if<Call>(&inst.op)) kinds |= callees[call->function];
  });
  return kinds;
}

std::string Times(size_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

void Speak(const Function& function, const std::string& agent, const Tally& tally,
           PassContext& context) {
  const auto say = [&](std::string text) {
    context.remarks.push_back({"common-reads", agent, std::move(text)});
  };
  for (const auto& [what, count] : tally.counts) {
    if (what.empty() || count.gone == 0) continue;
    if (count.kept == 0) {
      say(fmt::format("'{}' {} no more: it has just written it", function.name, what));
    } else {
      say(fmt::format("'{}' {} {} instead of {}", function.name, what, Times(count.kept),
                      Times(count.kept + count.gone)));
    }
  }
  for (const std::string& what : tally.again) {
    if (what.empty()) continue;
    say(fmt::format("'{}' {} again: what stands in between may change it", function.name, what));
  }
}

bool Merge(Expr& expr, Tally& tally) {
  std::vector<Kinds> writes(expr.functions.size(), 0);
  for (size_t i = expr.functions.size(); i-- > 0;) {
    writes[i] = KindsChangedBy(expr.functions[i], writes);
  }
  bool changed = false;
  for (uint32_t i = 0; i < expr.functions.size(); ++i) {
    changed |= Merger(expr, i, writes, tally).Run();
  }
  return changed;
}

bool CommonReadsOf(Function& function, const std::string& agent, PassContext& context) {
  Tally tally;
  const bool changed = Merge(*function.expr, tally);
  Speak(function, agent, tally, context);
  return changed;
}

}  // namespace

bool CommonReads(Graph& graph, PassContext& context) {
  return RewriteFunctions(graph, context, CommonReadsOf);
}

bool CommonReads(Expr& expr) {
  Tally unheard;
  return Merge(expr, unheard);
}

}  // namespace kaspr::ir
