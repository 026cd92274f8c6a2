#include "compiler/core/emitter.h"

#include "compiler/core/emitter_state.h"
#include "isa/support/error.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"

#include <algorithm>

namespace weft::core {

using namespace mlir;

namespace {

mlir::Value mlirValue(void* handle) {
  return mlir::Value::getFromOpaquePointer(handle);
}

} // namespace

Emitter::Emitter() : state_(std::make_unique<State>()) {
  state_->context.disableMultithreading();
  state_->context.loadDialect<CoreDialect, arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                              LLVM::LLVMDialect, scf::SCFDialect>();
  state_->module = ModuleOp::create(state_->location);
}

Emitter::~Emitter() = default;

void Emitter::function(const std::string& name, const std::string& location, const std::function<void()>& body) {
  OpBuilder& builder = state_->builder;
  builder.setInsertionPointToEnd(state_->module->getBody());
  state_->location = NameLoc::get(builder.getStringAttr(location));
  auto function = builder.create<func::FuncOp>(state_->location, name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  body();
  builder.create<func::ReturnOp>(state_->location);
}

void Emitter::mainFunction(const std::string& start, const std::vector<std::vector<std::string>>& steps,
                           const std::string& stepSymbol) {
  OpBuilder& builder = state_->builder;
  builder.setInsertionPointToEnd(state_->module->getBody());
  state_->location = NameLoc::get(builder.getStringAttr("main"));
  LLVM::GlobalOp word;
  if (steps.size() > 1)
    word = builder.create<LLVM::GlobalOp>(state_->location, builder.getI32Type(), /*isConstant=*/false,
                                          LLVM::Linkage::External, stepSymbol, builder.getI32IntegerAttr(0));
  auto function =
      builder.create<func::FuncOp>(state_->location, "main", builder.getFunctionType({}, {builder.getI32Type()}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  auto call = [&](const std::string& callee) {
    builder.create<func::CallOp>(state_->location, callee, TypeRange{}, ValueRange{});
  };
  call(start);
  std::optional<Value> step;
  if (word) {
    mlir::Value address = builder.create<LLVM::AddressOfOp>(state_->location, word);
    step = wrap(builder
                    .create<LLVM::LoadOp>(state_->location, builder.getI32Type(), address, /*alignment=*/4,
                                          /*isVolatile=*/true) // the host writes it
                    .getResult()
                    .getAsOpaquePointer());
  }
  for (size_t s = 0; s < steps.size(); ++s) {
    auto callAll = [&] { std::for_each(steps[s].begin(), steps[s].end(), call); };
    if (step)
      when(equal(*step, static_cast<int64_t>(s)), callAll, {});
    else
      callAll();
  }
  mlir::Value zero = builder.create<arith::ConstantIntOp>(state_->location, 0, 32);
  builder.create<func::ReturnOp>(state_->location, ValueRange{zero});
}

Value Emitter::constant(int64_t value) {
  auto low = static_cast<int32_t>(static_cast<uint32_t>(value));
  return wrap(state_->builder.create<arith::ConstantIntOp>(state_->location, low, 32).getResult().getAsOpaquePointer());
}

// The folded result of a two-operand operation.
template <typename Operation, typename... Arguments>
static void* fold(OpBuilder& builder, Location location, Arguments... arguments) {
  return builder.createOrFold<Operation>(location, arguments...).getAsOpaquePointer();
}

Value Emitter::add(Value a, Value b) {
  return wrap(fold<arith::AddIOp>(state_->builder, state_->location, mlirValue(unwrap(a)), mlirValue(unwrap(b))));
}
Value Emitter::sub(Value a, Value b) {
  return wrap(fold<arith::SubIOp>(state_->builder, state_->location, mlirValue(unwrap(a)), mlirValue(unwrap(b))));
}
Value Emitter::mul(Value a, Value b) {
  return wrap(fold<arith::MulIOp>(state_->builder, state_->location, mlirValue(unwrap(a)), mlirValue(unwrap(b))));
}
Value Emitter::bitAnd(Value a, Value b) {
  return wrap(fold<arith::AndIOp>(state_->builder, state_->location, mlirValue(unwrap(a)), mlirValue(unwrap(b))));
}
Value Emitter::minimum(Value a, Value b) {
  return wrap(fold<arith::MinSIOp>(state_->builder, state_->location, mlirValue(unwrap(a)), mlirValue(unwrap(b))));
}
Value Emitter::maximum(Value a, Value b) {
  return wrap(fold<arith::MaxSIOp>(state_->builder, state_->location, mlirValue(unwrap(a)), mlirValue(unwrap(b))));
}
Value Emitter::less(Value a, int64_t b) {
  return wrap(fold<arith::CmpIOp>(state_->builder, state_->location, arith::CmpIPredicate::slt, mlirValue(unwrap(a)),
                                  mlirValue(unwrap(constant(b)))));
}
Value Emitter::equal(Value a, int64_t b) {
  return wrap(fold<arith::CmpIOp>(state_->builder, state_->location, arith::CmpIPredicate::eq, mlirValue(unwrap(a)),
                                  mlirValue(unwrap(constant(b)))));
}

std::optional<int64_t> Emitter::known(Value value) const {
  llvm::APInt constant;
  if (!matchPattern(mlirValue(unwrap(value)), m_ConstantInt(&constant)))
    return std::nullopt;
  return constant.getBitWidth() == 1 ? static_cast<int64_t>(constant.getZExtValue()) : constant.getSExtValue();
}

void Emitter::loop(int64_t count, const std::function<void(Value)>& body) {
  if (count == 1) {
    body(constant(0));
    return;
  }
  OpBuilder& builder = state_->builder;
  auto loop = builder.create<scf::ForOp>(state_->location, mlirValue(unwrap(constant(0))),
                                         mlirValue(unwrap(constant(count))), mlirValue(unwrap(constant(1))));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(loop.getBody()->getTerminator());
  body(wrap(loop.getInductionVar().getAsOpaquePointer()));
}

void Emitter::when(Value condition, const std::function<void()>& then, const std::function<void()>& otherwise) {
  if (std::optional<int64_t> value = known(condition)) {
    if (*value != 0)
      then();
    else if (otherwise)
      otherwise();
    return;
  }
  OpBuilder& builder = state_->builder;
  auto branch = builder.create<scf::IfOp>(state_->location, mlirValue(unwrap(condition)), static_cast<bool>(otherwise));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenBlock()->getTerminator());
  then();
  if (otherwise) {
    builder.setInsertionPoint(branch.elseBlock()->getTerminator());
    otherwise();
  }
}

void Emitter::preset(int pattern) {
  state_->builder.create<PresetOp>(state_->location, static_cast<uint32_t>(pattern));
}

void Emitter::setField(int pattern, int field, Value value) {
  state_->builder.create<SetFieldOp>(state_->location, static_cast<uint32_t>(pattern), static_cast<uint32_t>(field),
                                     mlirValue(unwrap(value)));
}

void Emitter::issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
                    const std::vector<Token>& waits, const std::vector<Token>& signals) {
  issueResolved(opcode, registers, patterns, waits, signals);
}

// Turns the first conditional token into a branch, until none is left.
void Emitter::issueResolved(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
                            std::vector<Token> waits, std::vector<Token> signals) {
  for (std::vector<Token>* list : {&waits, &signals})
    for (size_t i = 0; i < list->size(); ++i)
      if ((*list)[i].when) {
        Value condition = *(*list)[i].when;
        (*list)[i].when.reset();
        auto with = [&, waits, signals] { issueResolved(opcode, registers, patterns, waits, signals); };
        list->erase(list->begin() + static_cast<std::ptrdiff_t>(i));
        auto without = [&, waits, signals] { issueResolved(opcode, registers, patterns, waits, signals); };
        when(condition, with, without);
        return;
      }
  auto numbers = [](const std::vector<Token>& tokens) {
    SmallVector<int32_t> result;
    for (const Token& token : tokens)
      result.push_back(token.semaphore);
    return result;
  };
  SmallVector<mlir::Value> operands;
  for (Value value : registers)
    operands.push_back(mlirValue(unwrap(value)));
  SmallVector<int32_t> patternNumbers(patterns.begin(), patterns.end());
  state_->builder.create<IssueOp>(state_->location, info(opcode).mnemonic, operands, patternNumbers, numbers(waits),
                                  numbers(signals));
}

void Emitter::fence() {
  state_->builder.create<FenceOp>(state_->location, 15u);
}

std::string Emitter::text() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  WEFT_CHECK(succeeded(verify(*state_->module)), "the emitted module does not verify");
  state_->module->print(stream);
  return text;
}

} // namespace weft::core
