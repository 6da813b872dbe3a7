#include "jit/lower.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <vector>

#include "base/match.h"
#include "ir/expr/types.h"
#include "jit/emitter.h"
#include "jit/inline.h"
#include "jit/inline_call.h"
#include "value/iteration.h"
#include "value/primitives.h"

namespace kaspr::jit {

using value::Status;
using value::Tag;
using value::Types;
using value::TypesOf;

namespace {

// Where control goes with values: what an `if` gives, the next turn of a loop.
struct Target {
  llvm::BasicBlock* block = nullptr;
  std::vector<llvm::Value*> slots;
};

struct LoopTargets {
  const Target* again = nullptr;
  const Target* out = nullptr;
};

// Room for the operands of any operation; of a record and its fields in one.
size_t WidestOf(const ir::ExprFunction& function) {
  size_t widest = 0;
  ir::ForEachInst(function.body,
                  [&](const ir::Inst& inst) { widest = std::max(widest, inst.operands.size()); });
  return std::size(ir::Send::kSelected) + widest;
}

// The dicts that nobody sees but one record: they are written as JSON, and not made.
std::vector<bool> OnlySent(const ir::ExprFunction& function) {
  std::vector<uint32_t> uses(function.values), sends(function.values);
  std::vector<bool> only(function.values);
  ir::ForEachInst(function.body, [&](const ir::Inst& inst) {
    for (size_t i = 0; i < inst.operands.size(); ++i) {
      const ir::Operand& operand = inst.operands[i];
      if (operand.constant) continue;
      ++uses[operand.index];
      sends[operand.index] += std::holds_alternative<ir::Send>(inst.op) && i == ir::Send::kValue;
    }
  });
  ir::ForEachInst(function.body, [&](const ir::Inst& inst) {
    const auto* apply = std::get_if<ir::Apply>(&inst.op);
    if (apply == nullptr || apply->primitive->name != "dict") return;
    const auto made = static_cast<size_t>(inst.results[0]);
    only[made] = uses[made] == 1 && sends[made] == 1;
  });
  return only;
}

// The body of one function.
class Lowering {
 public:
  Lowering(Emitter& emitter, const ir::ExprFunction& function,
           const std::vector<llvm::Function*>& functions, std::function<void(const ir::Inst&)> mark)
      : e_(emitter),
        b_(emitter.b),
        source_(function),
        functions_(functions),
        types_(function),
        values_(function.values),
        mark_(std::move(mark)),
        only_sent_(OnlySent(function)) {}

  void Run() {
    for (size_t i = 0; i < source_.parameters.size(); ++i) {
      llvm::Value* head = e_.function.getArg(static_cast<unsigned>(1 + 2 * i));
      llvm::Value* data = e_.function.getArg(static_cast<unsigned>(2 + 2 * i));
      values_[i] = {head, data, kAnything};
    }
    llvm::BasicBlock* leave = e_.Block("leave");
    e_.fail = leave;
    TakeTurn();
    LowerRegion(source_.body, nullptr);
    b_.SetInsertPoint(leave);
    b_.CreateRet(b_.CreateLoad(b_.getInt8Ty(), e_.status));
    for (llvm::BasicBlock& block : e_.function) {
      if (block.getTerminator() != nullptr) continue;
      b_.SetInsertPoint(&block);
      b_.CreateUnreachable();
    }
  }

 private:
  Val Get(const ir::Operand& operand) {
    if (!operand.constant) return values_[operand.index];
    return e_.Constant(source_.constants[operand.index]);
  }

  std::vector<Val> GetAll(std::span<const ir::Operand> operands) {
    std::vector<Val> values;
    for (const ir::Operand& operand : operands) values.push_back(Get(operand));
    return values;
  }

  void Set(ir::ValueId id, Val value) {
    const ir::Operand operand{.index = static_cast<uint32_t>(id)};
    values_[operand.index] = e_.Narrow(value, types_.Of(operand));
  }

  Target NewTarget(const char* name, size_t count) {
    Target target{.block = e_.Block(name), .slots = {}};
    for (size_t i = 0; i < count; ++i) target.slots.push_back(e_.Room(kValueSize, name));
    return target;
  }

  void Leave(const Target& target, std::span<const ir::Operand> operands) {
    const std::vector<Val> values = GetAll(operands);  // all, before one of them is carried on
    for (size_t i = 0; i < values.size(); ++i) e_.Store(values[i], target.slots[i]);
    b_.CreateBr(target.block);
  }

  // Goes on where a target is, with what it gives as these values.
  void Arrive(const Target& target, std::span<const ir::ValueId> ids) {
    b_.SetInsertPoint(target.block);
    for (size_t i = 0; i < ids.size(); ++i) {
      Set(ids[i], e_.Load(target.slots[i], static_cast<Types>(~0U)));
    }
  }

  // A loop's turn, or a call: there is a limit to all.
  void TakeTurn() {
    llvm::Value* left = e_.LoadI64(e_.context, offsetof(Context, turns));
    e_.BailIf(b_.CreateICmpEQ(left, e_.I64(0)));
    b_.CreateAlignedStore(b_.CreateSub(left, e_.I64(1)),
                          e_.At(e_.context, offsetof(Context, turns)), llvm::Align(8));
  }

  // `gives`: where the region's `give` goes.
  void LowerRegion(const ir::Region& region, const Target* gives) {
    const Target* around = std::exchange(gives_, gives);
    for (const ir::Inst& inst : region.body) {
      mark_(inst);
      LowerInst(inst);
    }
    gives_ = around;
  }

  void LowerInst(const ir::Inst& inst) {
    std::visit(
        Match{[&](const ir::Apply& apply) {
                if (IsOnlySent(inst)) return;
                const Val made = EmitPrimitive(e_, *apply.primitive, GetAll(inst.operands));
                Set(inst.results[0], made);
              },
              [&](const ir::Call& call) { LowerCall(call, inst); },
              [&](const ir::EventField& field) {
                llvm::Value* path = e_.Symbol(e_.pool.TextOf(field.path));
                e_.Check(e_.Call("kaspr.event",
                                 {e_.context, path, e_.I64(field.path.size()), e_.result}));
                Set(inst.results[0], e_.Load(e_.result, kAnything));
              },
              [&](const ir::AskPython& ask) { LowerAsk(ask, inst); },
              [&](const ir::Yield&) {
                const Val item = Get(inst.operands[0]);
                e_.Check(e_.Call("kaspr.yield", {e_.context, item.head, item.data}));
              },
              [&](const ir::Send& send) { LowerSend(send, inst); },
              [&](const ir::Drop&) { e_.CallFor(b_.getVoidTy(), "kaspr.drop", {e_.context}); },
              [&](const ir::If&) { LowerIf(inst); }, [&](const ir::Loop&) { LowerLoop(inst); },
              [&](const ir::For&) { LowerFor(inst); }, [&](const ir::Try&) { LowerTry(inst); },
              [&](const ir::Give&) { Leave(*gives_, inst.operands); },
              [&](const ir::Break&) { Leave(*loop_.out, inst.operands); },
              [&](const ir::Continue&) { Leave(*loop_.again, inst.operands); },
              [&](const ir::Return&) {
                e_.Store(Get(inst.operands[0]), e_.function.getArg(e_.function.arg_size() - 1));
                b_.CreateRet(b_.getInt8(0));
              },
              [&](const ir::Raise& raise) { e_.Fail(raise.status); }},
        inst.op);
  }

  void LowerAsk(const ir::AskPython& ask, const ir::Inst& inst) {
    const std::vector<Val> operands = GetAll(inst.operands);
    for (size_t i = 0; i < operands.size(); ++i) {
      e_.Store(operands[i], e_.At(e_.arguments, i * kValueSize));
    }
    llvm::Value* name = e_.Symbol(e_.pool.TextOf(ask.name));
    e_.Check(e_.Call("kaspr.python",
                     {e_.context, b_.getInt8(static_cast<uint8_t>(ask.kind)), name,
                      e_.I64(ask.name.size()), e_.arguments, e_.I64(operands.size()), e_.result}));
    Set(inst.results[0], e_.Load(e_.result, kAnything));
  }

  // Is it a dict that is written where it is sent? Then it is kept in mind.
  bool IsOnlySent(const ir::Inst& inst) {
    const auto made = static_cast<uint32_t>(inst.results[0]);
    if (!only_sent_[made]) return false;
    const std::vector<Val> items = GetAll(inst.operands);
    const auto keys = KeysOfDisplay(items);
    if (!keys) return false;
    Fields& fields = fields_[made];
    fields.keys = *keys;
    for (size_t i = 1; i < items.size(); i += 2) fields.values.push_back(items[i]);
    return true;
  }

  void LowerSend(const ir::Send& send, const ir::Inst& inst) {
    size_t next = 0;
    const auto store = [&](const Val& value) {
      e_.Store(value, e_.At(e_.arguments, next++ * kValueSize));
    };
    const ir::Operand& value = inst.operands[ir::Send::kValue];
    const auto fields = value.constant ? fields_.end() : fields_.find(value.index);
    for (const ir::Operand& operand : inst.operands) {
      const bool written = &operand == &value && fields != fields_.end();
      store(written ? e_.Constant({.tag = Tag::kUnbound}) : Get(operand));
    }
    llvm::Value* target = e_.I64(send.target);
    if (fields == fields_.end()) {
      e_.Check(e_.Call("kaspr.send", {e_.context, target, e_.arguments}));
      return;
    }
    const Fields& written = fields->second;
    for (const Val& field : written.values) store(field);
    e_.Check(e_.Call("kaspr.send.fields",
                     {e_.context, target, e_.arguments, e_.Symbol(e_.pool.FieldsOf(written.keys)),
                      e_.I64(written.values.size())}));
  }

  void LowerCall(const ir::Call& call, const ir::Inst& inst) {
    std::vector<llvm::Value*> arguments = {e_.context};
    for (const Val& value : GetAll(inst.operands)) {
      arguments.push_back(value.head);
      arguments.push_back(value.data);
    }
    llvm::Value* result = e_.Room(kValueSize, "returned");  // its own: LLVM may inline the call
    arguments.push_back(result);
    e_.Check(b_.CreateCall(functions_[call.function], arguments));
    Set(inst.results[0], e_.Load(result, kAnything));
  }

  void LowerIf(const ir::Inst& inst) {
    const Target given = NewTarget("given", inst.results.size());
    llvm::BasicBlock* yes = e_.Block("then");
    llvm::BasicBlock* no = e_.Block("else");
    e_.Branch(e_.Truth(Get(inst.operands[0])), yes, no);
    b_.SetInsertPoint(yes);
    LowerRegion(inst.regions[0], &given);
    b_.SetInsertPoint(no);
    LowerRegion(inst.regions[1], &given);
    Arrive(given, inst.results);
  }

  void LowerLoop(const ir::Inst& inst) {
    const Target again = NewTarget("turn", inst.operands.size());
    const Target out = NewTarget("out", inst.results.size());
    Leave(again, inst.operands);
    Arrive(again, inst.regions[0].parameters);
    TakeTurn();
    const LoopTargets around = std::exchange(loop_, {&again, &out});
    LowerRegion(inst.regions[0], nullptr);
    loop_ = around;
    Arrive(out, inst.results);
  }

  // The items of a list or tuple are gone over here, and so are the ints of a range.
  void LowerFor(const ir::Inst& inst) {
    const std::span<const ir::Operand> carried = std::span(inst.operands).subspan(1);
    const Target again = NewTarget("turn", carried.size());
    const Target out = NewTarget("out", inst.results.size());
    const Val over = Get(inst.operands[0]);
    Walk walk = BeginWalk(over);
    Leave(again, carried);

    b_.SetInsertPoint(again.block);
    TakeTurn();
    llvm::BasicBlock* end = e_.Block("end");
    const Val item = NextItem(walk, over, end);
    const std::span<const ir::ValueId> parameters = inst.regions[0].parameters;
    Set(parameters[0], item);
    Arrive({.block = b_.GetInsertBlock(), .slots = again.slots}, parameters.subspan(1));
    const LoopTargets around = std::exchange(loop_, {&again, &out});
    LowerRegion(inst.regions[0], nullptr);
    loop_ = around;

    Arrive({.block = end, .slots = again.slots}, inst.regions[1].parameters);
    LowerRegion(inst.regions[1], &out);
    Arrive(out, inst.results);
  }

  struct Walk {
    llvm::Value* iteration = nullptr;
    llvm::Value* next = nullptr;  // a slot: how many items were taken
    llvm::Value *kind = nullptr, *items = nullptr, *count = nullptr;
    llvm::Value *changes = nullptr, *before = nullptr;
  };

  Walk BeginWalk(const Val& over) {
    using value::Items;
    Walk walk{.iteration = e_.Room(sizeof(value::Iteration), "iteration"),
              .next = e_.Room(8, "next")};
    e_.CallFor(b_.getVoidTy(), "kaspr.iterate", {e_.heap, over.head, over.data, walk.iteration});
    walk.kind = b_.CreateLoad(b_.getInt8Ty(), e_.At(walk.iteration, offsetof(Items, kind)));
    walk.items = e_.LoadPointer(walk.iteration, offsetof(Items, items));
    walk.count = e_.LoadI64(walk.iteration, offsetof(Items, count));
    walk.changes = e_.LoadPointer(walk.iteration, offsetof(Items, changes));
    walk.before = e_.LoadI32(walk.iteration, offsetof(Items, changes_before));
    b_.CreateStore(e_.I64(0), walk.next);
    return walk;
  }

  // The next item, or `end`.
  Val NextItem(const Walk& walk, const Val& over, llvm::BasicBlock* end) {
    using Kind = value::Items::Kind;
    const auto is = [&](Kind kind) {
      return b_.CreateICmpEQ(walk.kind, b_.getInt8(static_cast<uint8_t>(kind)));
    };
    const auto take = [&](llvm::Value* more) {
      llvm::BasicBlock* item = e_.Block("item");
      b_.CreateCondBr(more, item, end);
      b_.SetInsertPoint(item);
    };
    const auto count = [&] {
      llvm::Value* next = b_.CreateLoad(b_.getInt64Ty(), walk.next);
      take(b_.CreateICmpULT(next, walk.count));
      b_.CreateStore(b_.CreateAdd(next, e_.I64(1)), walk.next);
      return next;
    };
    Choice choice(e_);
    choice.When(is(Kind::kItems), [&] {
      e_.BailIf(b_.CreateICmpNE(e_.LoadI32(walk.changes, 0), walk.before));
      llvm::Value* at = b_.CreateShl(count(), 4);
      return e_.Load(b_.CreateGEP(b_.getInt8Ty(), walk.items, at), kAnything);
    });
    choice.When(e_.And(e_.Is(over, Tag::kRange), is(Kind::kRange)), [&] {
      llvm::Value* range = e_.Pointer(over);
      llvm::Value* step = e_.LoadI64(range, e_.layout.range_step);
      llvm::Value* start = e_.LoadI64(range, e_.layout.range_start);
      return e_.Int(b_.CreateAdd(start, b_.CreateMul(step, count())));
    });
    return choice.Else([&] {
      e_.Check(e_.Call("kaspr.next", {walk.iteration, e_.result, e_.flag}));
      take(b_.CreateTrunc(b_.CreateLoad(b_.getInt8Ty(), e_.flag), b_.getInt1Ty()));
      return e_.Load(e_.result, kAnything);
    });
  }

  void LowerTry(const ir::Inst& inst) {
    const Target given = NewTarget("given", inst.results.size());
    llvm::BasicBlock* around = e_.fail;
    e_.fail = e_.Block("except");
    LowerRegion(inst.regions[0], &given);
    b_.SetInsertPoint(std::exchange(e_.fail, around));
    const std::vector<value::Raises>& handlers = std::get<ir::Try>(inst.op).handlers;
    llvm::Value* status = b_.CreateZExt(b_.CreateLoad(b_.getInt8Ty(), e_.status), b_.getInt32Ty());
    llvm::Value* raised = b_.CreateShl(b_.getInt32(1), status);
    for (size_t i = 0; i < handlers.size(); ++i) {
      const value::Raises caught = handlers[i] & ~value::Only(Status::kBail);
      llvm::BasicBlock* handler = e_.Block("handler");
      llvm::BasicBlock* next = e_.Block("next");
      llvm::Value* has = b_.CreateICmpNE(b_.CreateAnd(raised, caught), b_.getInt32(0));
      e_.Branch(has, handler, next);
      b_.SetInsertPoint(handler);
      LowerRegion(inst.regions[i + 1], &given);
      b_.SetInsertPoint(next);
    }
    b_.CreateBr(around);
    Arrive(given, inst.results);
  }

  Emitter& e_;
  llvm::IRBuilderBase& b_;
  const ir::ExprFunction& source_;
  const std::vector<llvm::Function*>& functions_;
  const ir::ValueTypes types_;
  std::vector<Val> values_;  // by ValueId
  std::function<void(const ir::Inst&)> mark_;
  const std::vector<bool> only_sent_;  // by ValueId
  struct Fields {
    std::vector<const ir::Literal*> keys;
    std::vector<Val> values;
  };
  std::map<uint32_t, Fields> fields_;  // of those, by ValueId
  const Target* gives_ = nullptr;      // of the innermost region
  LoopTargets loop_;                   // the innermost one
};

// context, the parameters as head and data each, where the result goes.
llvm::Function* Declare(const ir::ExprFunction& function, const std::string& name, bool main,
                        llvm::Module& module) {
  llvm::LLVMContext& context = module.getContext();
  llvm::Type* pointer = llvm::PointerType::getUnqual(context);
  std::vector<llvm::Type*> types = {pointer};
  types.resize(1 + 2 * function.parameters.size(), llvm::Type::getInt64Ty(context));
  types.push_back(pointer);
  llvm::Function* declared = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getInt8Ty(context), types, false),
      main ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage, name, module);
  declared->setDoesNotThrow();
  declared->getArg(0)->setName("context");
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    declared->getArg(static_cast<unsigned>(1 + 2 * i))->setName(function.parameters[i] + ".head");
    declared->getArg(static_cast<unsigned>(2 + 2 * i))->setName(function.parameters[i]);
  }
  declared->getArg(declared->arg_size() - 1)->setName("returns");
  return declared;
}

// Lines of the file that was written, for listings, debuggers and profilers.
class Lines {
 public:
  Lines(const FunctionSource& source, llvm::Module& module) : source_(source), builder_(module) {
    const Span span = Find({.line = 1, .column = 1});
    if (!span) return;
    const llvm::StringRef path = span.file->path();
    file_ =
        builder_.createFile(llvm::sys::path::filename(path), llvm::sys::path::parent_path(path));
    unit_ = builder_.createCompileUnit(llvm::dwarf::DW_LANG_Python, file_, "kasprc", true, "", 0);
  }
  ~Lines() {
    if (unit_ != nullptr) builder_.finalize();
  }

  void Begin(llvm::Function& function) {
    if (unit_ == nullptr) return;
    const Span span = Find({.line = 1, .column = 1});
    auto* type = builder_.createSubroutineType(builder_.getOrCreateTypeArray({}));
    scope_ = builder_.createFunction(
        file_, function.getName(), function.getName(), file_,
        span.file->PositionOf(span.begin).line, type, 1, llvm::DINode::FlagZero,
        llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized);
    function.setSubprogram(scope_);
  }

  void Mark(llvm::IRBuilderBase& builder, const ir::Inst& inst) {
    if (unit_ == nullptr) return;
    const Span span = inst.line > 0 ? Find(inst) : Span();
    const Position at = span ? span.file->PositionOf(span.begin) : Position{.line = 0, .column = 0};
    builder.SetCurrentDebugLocation(
        llvm::DILocation::get(builder.getContext(), at.line, at.column, scope_));
  }

 private:
  Span Find(const ir::Inst& inst) const {
    return source_.place ? source_.place(inst.block, inst.line, inst.column) : Span();
  }

  const FunctionSource& source_;
  llvm::DIBuilder builder_;
  llvm::DIFile* file_ = nullptr;
  llvm::DICompileUnit* unit_ = nullptr;
  llvm::DISubprogram* scope_ = nullptr;
};

}  // namespace

void Lower(const ir::Expr& expr, const FunctionSource& source, ConstantPool& pool,
           llvm::Module& module) {
  std::vector<llvm::Function*> functions;
  for (const ir::ExprFunction& function : expr.functions) {
    const bool main = functions.empty();
    functions.push_back(
        Declare(function, main ? source.name : source.name + "/" + function.name, main, module));
  }
  Lines lines(source, module);
  for (size_t i = 0; i < functions.size(); ++i) {
    const ir::ExprFunction& function = expr.functions[i];
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(module.getContext(), "entry", functions[i]));
    lines.Begin(*functions[i]);
    lines.Mark(builder, {});
    Emitter emitter(builder, *functions[i], pool, WidestOf(function));
    Lowering(emitter, function, functions, [&](const ir::Inst& inst) {
      lines.Mark(builder, inst);
    }).Run();
  }
}

}  // namespace kaspr::jit
