// Goes through the loops of a lowering at once and lists the tensor instructions that its code would dispatch, with the
// values of their registers and pattern registers and the scalar work in between. Needs no code generation; quick
// enough for models of time.
#pragma once

#include "compiler/core/builder.h"
#include "isa/semantics/state.h"

#include <array>
#include <utility>

namespace weft::core {

// Builder operations that leave scalar instructions: presets and fields set, arithmetic and branches on values that are
// not known when the code is generated, turns of loops. A measure of the sequencer's work, not a count of instructions.
struct Work {
  uint32_t operations = 0;
  uint32_t first = 0; // those of them not in a later turn of a loop: their code has not been fetched before
};

class Recorder final : public Builder {
public:
  // `dispatch` gets every tensor instruction in program order, `fence` is called for every fence; both with the work
  // since the one before.
  Recorder(std::function<void(const TensorOp&, Work)> dispatch, std::function<void(Work)> fence)
      : dispatch_(std::move(dispatch)), fence_(std::move(fence)) {}

  using Builder::add;
  using Builder::mul;
  using Builder::setField;
  Value constant(int64_t value) override { return value32(static_cast<uint32_t>(value), true); }
  Value add(Value a, Value b) override { return result(a, b, bits(a) + bits(b)); }
  Value sub(Value a, Value b) override { return result(a, b, bits(a) - bits(b)); }
  Value mul(Value a, Value b) override { return result(a, b, bits(a) * bits(b)); }
  Value bitAnd(Value a, Value b) override { return result(a, b, bits(a) & bits(b)); }
  Value minimum(Value a, Value b) override { return result(a, b, bits(number(a) < number(b) ? a : b)); }
  Value maximum(Value a, Value b) override { return result(a, b, bits(number(a) < number(b) ? b : a)); }
  Value less(Value a, int64_t b) override { return result(a, a, number(a) < static_cast<int32_t>(b)); }
  Value equal(Value a, int64_t b) override { return result(a, a, number(a) == static_cast<int32_t>(b)); }
  std::optional<int64_t> known(Value value) const override { return number(value); }
  void loop(int64_t count, const std::function<void(Value i)>& body) override;
  void when(Value condition, const std::function<void()>& then, const std::function<void()>& otherwise) override;
  void preset(int pattern) override {
    pattern_[static_cast<size_t>(pattern)] = PatternRegister();
    operation();
  }
  void setField(int pattern, int field, Value value) override {
    pattern_[static_cast<size_t>(pattern)].field[static_cast<size_t>(field)] = bits(value);
    operation();
  }
  void issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
             const std::vector<Token>& waits, const std::vector<Token>& signals) override;
  void fence() override { fence_(std::exchange(work_, {})); }

private:
  // A value is its 32 bits and whether code generation knows them, carried in the handle.
  static constexpr uintptr_t kFolded = uintptr_t{1} << 32;
  static uintptr_t handle(Value value) { return reinterpret_cast<uintptr_t>(unwrap(value)); }
  static uint32_t bits(Value value) { return static_cast<uint32_t>(handle(value)); }
  static int32_t number(Value value) { return static_cast<int32_t>(bits(value)); }
  static bool folded(Value value) { return (handle(value) & kFolded) != 0; }
  static Value value32(uint32_t value, bool folded) {
    return wrap(reinterpret_cast<void*>(value | (folded ? kFolded : 0)));
  }
  Value result(Value a, Value b, uint32_t value) {
    const bool constant = folded(a) && folded(b);
    if (!constant)
      operation();
    return value32(value, constant);
  }
  void operation() {
    ++work_.operations;
    work_.first += laterTurns_ == 0;
  }

  std::function<void(const TensorOp&, Work)> dispatch_;
  std::function<void(Work)> fence_;
  Work work_;
  int laterTurns_ = 0; // loops around that are not in their first turn
  std::array<PatternRegister, timing::PATTERN_REGISTERS> pattern_;
};

} // namespace weft::core
