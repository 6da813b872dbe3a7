#pragma once

// Random functions as IR: well formed, of every kind of operation, and such that many of them get
// somewhere with a dict of these keys: "a" and "b" numbers, "c" text, "xs" a list, "m" a dict.

#include <algorithm>
#include <initializer_list>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/expr/expr.h"
#include "value/primitives.h"

namespace kaspr::ir {

class RandomExpr {
 public:
  // `any`: of all primitives, also those that mostly raise or bail for what they are given.
  RandomExpr(std::mt19937_64& random, bool any) : random_(random), any_(any) {}

  Expr Make(bool generator) {
    Expr expr;
    helper_ = Chance(25);
    expr.functions.push_back(MakeFunction("f", {"value"}, generator));
    if (helper_) {
      helper_ = false;
      expr.functions.push_back(MakeFunction("helper", {"x", "y"}, false));
    }
    return expr;
  }

  // Of an agent that works on fields: reads and writes some of its argument and of a dict that it
  // makes, and returns one of both, or of a selector something that it read.
  Expr MakeFields(bool selector) {
    Begin();
    Region body;
    if (Chance(70)) PutField(body, Chance(50) ? "getitem" : ".get");
    for (size_t n = Below(5); n > 0; --n) FieldStatement(body);
    if (!selector && Chance(15)) ReturnEarly(body);
    if (!selector && Chance(30)) {
      const Operand dict = MakeDict(body);
      End(body, Return{}, {dict});
    } else if (selector) {
      const Operand read = PutField(body, ".get");
      End(body, Return{}, {Chance(80) ? read : Any()});
    } else {
      End(body, Return{}, {Chance(90) ? Operand{} : Any()});
    }
    return Finish(std::move(body));
  }

  // A map as in most specs: adds fields to its argument, or to a copy of it, and returns that. What
  // it makes of what it reads mostly cannot raise, and what it reads may not be there.
  Expr MakeEnrichment() {
    Begin();
    Region body;
    Operand into;
    if (Chance(60)) {
      into = Put(body, "dict", {});
      Put(body, "dict-update", {into, Operand{}});
    }
    for (size_t n = 1 + Below(4); n > 0; --n) {
      Operand made = Put(body, Chance(60) ? "str" : "float", {PutField(body, "getitem")});
      if (Chance(70)) made = Put(body, Chance(50) ? "str" : "bool", {made});
      if (Chance(50)) made = Put(body, "tuple", {made, Any()});
      static constexpr const char* kNew[] = {"n", "o", "p", "p", "c"};
      const Operand key = Constant(Text(kNew[Below(std::size(kNew))]));
      Put(body, into.index == 0 ? "setitem" : "dict-put", {into, key, made});
    }
    End(body, Return{}, {into});
    return Finish(std::move(body));
  }

  // A filter or predicate as in most specs: compares a field with a text or number.
  Expr MakeComparison() {
    Begin();
    Region body;
    const Operand field = Put(body, Chance(70) ? "getitem" : ".get",
                              {Operand{}, Constant(Chance(80) ? Text("c") : Field())});
    const auto text = [&] { return Text(Chance(60) ? "b" : "a"); };
    if (Chance(20)) {
      Literal texts{.tag = Tag::kTuple, .text = {}, .items = {text(), Text("c")}};
      End(body, Return{}, {Put(body, "in", {field, Constant(std::move(texts))})});
    } else {
      const Operand other = Constant(Chance(80) ? text() : Scalar());
      End(body, Return{}, {Put(body, "eq", {field, other})});
    }
    return Finish(std::move(body));
  }

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool Chance(size_t percent) { return Below(100) < percent; }

 private:
  using Tag = value::Tag;

  // A function of one value, as long as it calls none.
  void Begin() {
    function_ = {.name = "f", .parameters = {"value"}, .constants = {}};
    visible_.clear();
    loops_.clear();
    Define();
  }
  Expr Finish(Region body) {
    function_.body = std::move(body);
    Expr expr;
    expr.functions.push_back(std::move(function_));
    return expr;
  }

  ExprFunction MakeFunction(std::string name, std::vector<std::string> parameters, bool generator) {
    function_ = {.name = std::move(name), .parameters = std::move(parameters), .constants = {}};
    function_.generator = generator;
    visible_.clear();
    loops_.clear();
    for (size_t i = 0; i < function_.parameters.size(); ++i) Define();
    budget_ = 4 + Below(24);
    function_.body = MakeRegion({}, 0, 0, true);
    return std::move(function_);
  }

  ValueId Define() {
    visible_.push_back(function_.values);
    return static_cast<ValueId>(function_.values++);
  }

  Operand Of(ValueId id) { return {.constant = false, .index = static_cast<uint32_t>(id)}; }

  Operand Constant(Literal literal) {
    function_.constants.push_back(std::move(literal));
    return {.constant = true, .index = static_cast<uint32_t>(function_.constants.size() - 1)};
  }

  static Literal Text(std::string text) {
    return {.tag = Tag::kStr, .text = std::move(text), .items = {}};
  }
  static Literal Int(int64_t integer) {
    return {.tag = Tag::kInt, .integer = integer, .text = {}, .items = {}};
  }

  Literal Key() {
    static constexpr const char* kKeys[] = {"a", "a", "b", "c", "xs", "m"};
    return Text(kKeys[Below(std::size(kKeys))]);
  }

  Literal Scalar() {
    switch (Below(7)) {
      case 0:
        return {.text = {}, .items = {}};
      case 1:
        return {.tag = Tag::kBool, .integer = Chance(50), .text = {}, .items = {}};
      case 2:
        return {.tag = Tag::kFloat, .number = Chance(50) ? 2.5 : -0.0, .text = {}, .items = {}};
      case 3:
        return Key();
      case 4:
        return {.tag = Tag::kBigInt, .text = "9223372036854775808", .items = {}};
      default:
        return Int(static_cast<int64_t>(Below(5)) - 1);
    }
  }

  Literal AnyLiteral() {
    if (Chance(80)) return Scalar();
    Literal literal{.tag = Chance(60) ? Tag::kTuple : Tag::kList, .text = {}, .items = {}};
    if (Chance(20)) literal.tag = Tag::kDict;
    for (size_t n = Below(3); n > 0; --n) {
      if (literal.tag == Tag::kDict) literal.items.push_back(Key());
      literal.items.push_back(Scalar());
    }
    return literal;
  }

  Operand Any() {
    if (Chance(20)) return Constant(AnyLiteral());
    // Mostly something recent: what nothing uses shows no mistake.
    const size_t among = Chance(60) ? std::min<size_t>(visible_.size(), 4) : visible_.size();
    return {.constant = false, .index = visible_[visible_.size() - 1 - Below(among)]};
  }

  // Mostly the argument, which most other things are a part of.
  Operand Container() {
    return Chance(any_ ? 65 : 92) ? Operand{.constant = false, .index = 0} : Any();
  }

  Operand Put(Region& region, std::string_view name, std::vector<Operand> operands) {
    region.body.push_back({.op = Apply{value::FindPrimitive(name)},
                           .operands = std::move(operands),
                           .results = {Define()},
                           .regions = {}});
    return Of(region.body.back().results[0]);
  }

  struct LoopAround {
    size_t carried = 0;
    Operand counter;  // the first of them; of a `for` there is none
    bool counts = false;
  };

  // Some statements, and what leaves: `gives` values, if it has to.
  Region MakeRegion(std::vector<ValueId> parameters, size_t depth, size_t gives, bool is_body,
                    bool must_give = false) {
    Region region{.parameters = std::move(parameters), .body = {}};
    for (size_t n = Below(depth == 0 ? 9 : 4); n > 0 && budget_ > 0; --n) Statement(region, depth);
    Leave(region, gives, is_body, must_give);
    return region;
  }

  void Leave(Region& region, size_t gives, bool is_body, bool must_give) {
    if (must_give || (!is_body && Chance(85))) return End(region, Give{}, Operands(gives));
    if (!loops_.empty() && Chance(60)) {
      return Chance(50) ? End(region, Break{}, Carried()) : End(region, Continue{}, Carried());
    }
    if (Chance(10)) return End(region, Raise{value::Status::kValueError}, {});
    if (function_.generator) return End(region, Return{}, {Constant({.text = {}, .items = {}})});
    End(region, Return{}, {Chance(20) ? Container() : Put(region, "list", Recent())});
  }

  // What was made last, and is in sight.
  std::vector<Operand> Recent() {
    std::vector<Operand> operands;
    const size_t count = std::min<size_t>(visible_.size(), 6);
    for (const uint32_t id : std::span(visible_).last(count)) {
      operands.push_back({.constant = false, .index = id});
    }
    return operands;
  }

  void End(Region& region, ExprOp op, std::vector<Operand> operands) {
    region.body.push_back(
        {.op = std::move(op), .operands = std::move(operands), .results = {}, .regions = {}});
  }

  std::vector<Operand> Operands(size_t count) {
    std::vector<Operand> operands;
    while (operands.size() < count) operands.push_back(Any());
    return operands;
  }

  std::vector<Operand> Carried() {
    std::vector<Operand> operands;
    if (loops_.back().counts) operands.push_back(loops_.back().counter);
    while (operands.size() < loops_.back().carried) operands.push_back(Any());
    return operands;
  }

  void Statement(Region& region, size_t depth) {
    --budget_;
    const size_t kind = Below(100);
    if (kind < 12 && depth < 3) return MakeIf(region, depth);
    if (kind < 18 && depth < 3) return MakeFor(region, depth);
    if (kind < 22 && depth < 2) return MakeLoop(region, depth);
    if (kind < 28 && depth < 3) return MakeTry(region, depth);
    if (kind < 32 && helper_) return MakeCall(region);
    if (kind < 40 && function_.generator) return End(region, Yield{}, {Container()});
    if (kind < 44 && any_) return MakeAny(region);
    if (kind < 45 && any_ && Chance(20)) return MakeAsk(region);
    if (!any_ && Chance(60)) return MakeAccess(region);
    MakeApply(region);
  }

  // A look at the argument, or a change of it, that does not raise if it is a dict.
  void MakeAccess(Region& region) {
    const Operand argument{.constant = false, .index = 0};
    const auto key = [&] { return Constant(Text(Pick({"a", "a", "b"}).data())); };
    const auto it = [&] { return argument; };
    switch (Below(5)) {
      case 0:
        Put(region, "in", Ordered(key, it));
        return;
      case 1:
        Put(region, "setitem", Ordered(it, key, [&] { return Any(); }));
        return;
      case 2:
        Put(region, ".pop", Ordered(it, key, [&] { return Constant(Scalar()); }));
        return;
      default:
        Put(region, ".get", Ordered(it, key));
    }
  }

  Literal Field() {
    static constexpr const char* kFields[] = {"a", "b", "c", "xs", "m", "n", "o", "p"};
    return Text(kFields[Below(std::size(kFields))]);
  }

  Operand PutField(Region& region, std::string_view name) {
    return Put(region, name, Ordered([] { return Operand{}; }, [&] { return Constant(Field()); }));
  }

  // Something else than the argument, mostly: with that in it, all of it may be read.
  Operand Part() {
    if (visible_.size() < 2 || Chance(3)) return Any();
    return {.constant = false, .index = visible_[1 + Below(visible_.size() - 1)]};
  }

  // On some values it does less, and returns the argument or what it read.
  void ReturnEarly(Region& region) {
    const Operand read = PutField(region, ".get");
    Inst ask{.op = If{}, .operands = {read}, .results = {}, .regions = std::vector<Region>(2)};
    ask.regions[0] = Inside([&] {
      Region early;
      if (Chance(50)) FieldStatement(early);
      End(early, Return{}, {Chance(50) ? Operand{} : read});
      return early;
    });
    End(ask.regions[1], Give{}, {});
    region.body.push_back(std::move(ask));
    for (size_t n = Below(3); n > 0; --n) FieldStatement(region);
  }

  void FieldStatement(Region& region) {
    switch (Below(8)) {
      case 0:
        PutField(region, "getitem");
        return;
      case 1:
        PutField(region, ".get");
        return;
      case 2:
        Put(region, "in", Ordered([&] { return Constant(Field()); }, [] { return Operand{}; }));
        return;
      case 3:
        MakeDict(region);
        return;
      default:
        Put(region, "setitem",
            Ordered([] { return Operand{}; }, [&] { return Constant(Field()); },
                    [&] { return Chance(50) ? Constant(Scalar()) : Part(); }));
    }
  }

  void MakeApply(Region& region) {
    switch (Below(16)) {
      case 0:
      case 1:
        Put(region, "getitem",
            Ordered([&] { return Container(); }, [&] { return Constant(Key()); }));
        return;
      case 2:
      case 3:
        Put(region, ".get", Ordered([&] { return Container(); }, [&] { return Constant(Key()); }));
        return;
      case 4:
        Put(region, ".get",
            Ordered([&] { return Container(); }, [&] { return Constant(Key()); },
                    [&] { return Constant(Scalar()); }));
        return;
      case 5:
        Put(region, "in", Ordered([&] { return Constant(Key()); }, [&] { return Container(); }));
        return;
      case 6:
      case 7:
        Put(region, "setitem",
            Ordered([&] { return Container(); }, [&] { return Constant(Key()); },
                    [&] { return Any(); }));
        return;
      case 8:
        MakeDict(region);
        return;
      case 9: {
        const Operand list = Put(region, "list", Operands(Below(3)));
        if (Chance(60)) Put(region, "list-append", {list, Any()});
        return;
      }
      case 10:
        Put(region, Pick({"eq", "ne", "is", "lt"}), Operands(2));
        return;
      case 11:
        Put(region, Pick({"add", "mul", "iadd", "sub"}), Operands(2));
        return;
      case 12:
        Put(region, Pick({"not", "bool", "str", "len", "type-name", "list-of"}), Operands(1));
        return;
      case 13:
        Put(region, Pick({"truediv", "concat", "tuple", "mul", "add"}),
            Ordered([&] { return Constant(Scalar()); }, [&] { return Constant(Scalar()); }));
        return;
      case 14:
        Put(region, Pick({"delitem", ".setdefault"}),
            Ordered([&] { return Container(); }, [&] { return Constant(Key()); }));
        return;
      default:
        Put(region, "bound", Operands(1));
    }
  }

  std::string_view Pick(std::initializer_list<std::string_view> names) {
    return *(names.begin() + Below(names.size()));
  }

  // Operands made from left to right, as constants are numbered.
  template <class... Makers>
  std::vector<Operand> Ordered(const Makers&... makers) {
    std::vector<Operand> operands;
    (operands.push_back(makers()), ...);
    return operands;
  }

  Operand MakeDict(Region& region) {
    std::vector<Operand> pairs;
    for (size_t n = Below(3); n > 0; --n) {
      pairs.push_back(Constant(Key()));
      pairs.push_back(Any());
    }
    const Operand dict = Put(region, "dict", std::move(pairs));
    if (Chance(40))
      Put(region, "dict-update", Ordered([&] { return dict; }, [&] { return Any(); }));
    if (Chance(60)) {
      Put(region, "dict-put",
          Ordered([&] { return dict; }, [&] { return Constant(Key()); }, [&] { return Any(); }));
    }
    return dict;
  }

  void MakeAny(Region& region) {
    const std::span<const value::Primitive> all = value::Primitives();
    const value::Primitive& primitive = all[Below(all.size())];
    if (primitive.effect == value::Effect::kClock) return;  // no two runs are the same
    const size_t most = std::min<size_t>(primitive.most, primitive.fewest + 2);
    Put(region, primitive.name, Operands(primitive.fewest + Below(most - primitive.fewest + 1)));
  }

  // Nobody answers, so it bails.
  void MakeAsk(Region& region) {
    using Kind = AskPython::Kind;
    static constexpr std::pair<Kind, const char*> kAsks[] = {{Kind::kGlobal, "f.EMAIL"},
                                                             {Kind::kCall, "match"},
                                                             {Kind::kAttribute, "year"},
                                                             {Kind::kMethod, "group"}};
    const auto& [kind, name] = kAsks[Below(std::size(kAsks))];
    const size_t operands = kind == Kind::kGlobal ? 0 : kind == Kind::kCall ? 1 + Below(3) : 1;
    std::vector<Operand> given = Operands(operands);
    region.body.push_back({.op = AskPython{.kind = kind, .name = name},
                           .operands = std::move(given),
                           .results = {Define()},
                           .regions = {}});
  }

  void MakeCall(Region& region) {
    region.body.push_back({.op = Call{1},
                           .operands = Ordered([&] { return Container(); }, [&] { return Any(); }),
                           .results = {Define()},
                           .regions = {}});
  }

  // A region whose values end with it.
  template <class Make>
  Region Inside(const Make& make) {
    const size_t before = visible_.size();
    Region region = make();
    visible_.resize(before);
    return region;
  }

  // Nobody reads it, but for who asks whether it is bound.
  void Hide(ValueId id) { std::erase(visible_, static_cast<uint32_t>(id)); }

  std::vector<ValueId> Results(size_t count) {
    std::vector<ValueId> results;
    while (results.size() < count) results.push_back(Define());
    return results;
  }

  void MakeIf(Region& region, size_t depth) {
    MakeBranches(region, depth, {.op = If{}, .operands = {Any()}, .results = {}, .regions = {}});
  }

  void MakeTry(Region& region, size_t depth) {
    static constexpr value::Raises kSome[] = {value::Only(value::Status::kKeyError),
                                              value::Only(value::Status::kTypeError),
                                              value::kAnyException};
    MakeBranches(region, depth,
                 {.op = Try{{kSome[Below(3)]}}, .operands = {}, .results = {}, .regions = {}});
  }

  // Gives the operation two regions, of which one gives at least.
  void MakeBranches(Region& region, size_t depth, Inst inst) {
    const size_t gives = Below(3), must = Below(2);
    for (size_t i = 0; i < 2; ++i) {
      inst.regions.push_back(
          Inside([&] { return MakeRegion({}, depth + 1, gives, false, i == must); }));
    }
    inst.results = Results(gives);
    region.body.push_back(std::move(inst));
  }

  void MakeFor(Region& region, size_t depth) {
    const size_t carried = Below(3);
    Inst inst{.op = For{}, .operands = {}, .results = {}, .regions = {}};
    const bool items = Chance(50);
    inst.operands.push_back(
        items ? Put(region, "getitem",
                    Ordered([] { return Operand{}; }, [&] { return Constant(Text("xs")); }))
              : Container());
    const bool unbound = carried > 0 && Chance(20);  // the first one, until a turn has run
    for (size_t i = 0; i < carried; ++i) {
      inst.operands.push_back(
          unbound && i == 0 ? Constant({.tag = Tag::kUnbound, .text = {}, .items = {}}) : Any());
    }
    loops_.push_back({.carried = carried, .counter = {}});
    inst.regions.push_back(Inside([&] {
      std::vector<ValueId> parameters = Results(carried + 1);
      Region body{.parameters = std::move(parameters), .body = {}};
      if (unbound) Hide(body.parameters[1]);
      if (unbound && Chance(30)) Put(body, "bound", {Of(body.parameters[1])});
      for (size_t n = 1 + Below(3); n > 0 && budget_ > 0; --n) Statement(body, depth + 1);
      End(body, Chance(85) ? ExprOp(Continue{}) : ExprOp(Break{}), Carried());
      return body;
    }));
    loops_.pop_back();
    inst.regions.push_back(Inside([&] {
      std::vector<ValueId> parameters = Results(carried);
      if (unbound) Hide(parameters[0]);
      return MakeRegion(std::move(parameters), depth + 1, carried, false, Chance(80));
    }));
    inst.results = Results(carried);
    const std::vector<ValueId> results = inst.results;
    region.body.push_back(std::move(inst));
    if (!unbound) return;
    Hide(results[0]);
    Put(region, "bound", {Of(results[0])});
  }

  // A few turns, which its first value counts.
  void MakeLoop(Region& region, size_t depth) {
    const size_t carried = 1 + Below(2);
    Inst inst{.op = Loop{}, .operands = {Constant(Int(0))}, .results = {}, .regions = {}};
    while (inst.operands.size() < carried) inst.operands.push_back(Any());
    inst.regions.push_back(Inside([&] {
      Region body{.parameters = Results(carried), .body = {}};
      const Operand counter = Of(body.parameters[0]);
      const Operand more =
          Put(body, "lt", Ordered([&] { return counter; }, [&] { return Constant(Int(3)); }));
      Inst ask{.op = If{}, .operands = {more}, .results = {}, .regions = std::vector<Region>(2)};
      End(ask.regions[0], Give{}, {});
      loops_.push_back({.carried = carried, .counter = counter, .counts = true});
      End(ask.regions[1], Break{}, Carried());
      body.body.push_back(std::move(ask));
      loops_.back().counter =
          Put(body, "iadd", Ordered([&] { return counter; }, [&] { return Constant(Int(1)); }));
      for (size_t n = 1 + Below(3); n > 0 && budget_ > 0; --n) Statement(body, depth + 1);
      End(body, Continue{}, Carried());
      loops_.pop_back();
      return body;
    }));
    inst.results = Results(carried);
    region.body.push_back(std::move(inst));
  }

  std::mt19937_64& random_;
  const bool any_;
  bool helper_ = false;  // functions may call one
  ExprFunction function_;
  std::vector<uint32_t> visible_;
  std::vector<LoopAround> loops_;
  size_t budget_ = 0;
};

}  // namespace kaspr::ir
