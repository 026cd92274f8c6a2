// Goes through the loops of a lowering at once and lists the tensor instructions that its code would dispatch, with the
// values of their registers and pattern registers. Needs no code generation; quick enough for models of time.
#pragma once

#include "compiler/core/builder.h"
#include "isa/semantics/state.h"

#include <array>

namespace weft::core {

class Recorder final : public Builder {
public:
  // `dispatch` gets every tensor instruction in program order, `fence` is called for every fence.
  Recorder(std::function<void(const TensorOp&)> dispatch, std::function<void()> fence)
      : dispatch_(std::move(dispatch)), fence_(std::move(fence)) {}

  using Builder::add;
  using Builder::mul;
  using Builder::setField;
  Value constant(int64_t value) override { return value32(static_cast<uint32_t>(value)); }
  Value add(Value a, Value b) override { return value32(bits(a) + bits(b)); }
  Value sub(Value a, Value b) override { return value32(bits(a) - bits(b)); }
  Value mul(Value a, Value b) override { return value32(bits(a) * bits(b)); }
  Value bitAnd(Value a, Value b) override { return value32(bits(a) & bits(b)); }
  Value minimum(Value a, Value b) override { return number(a) < number(b) ? a : b; }
  Value maximum(Value a, Value b) override { return number(a) < number(b) ? b : a; }
  Value less(Value a, int64_t b) override { return value32(number(a) < static_cast<int32_t>(b)); }
  Value equal(Value a, int64_t b) override { return value32(number(a) == static_cast<int32_t>(b)); }
  std::optional<int64_t> known(Value value) const override { return number(value); }
  void loop(int64_t count, const std::function<void(Value i)>& body) override;
  void when(Value condition, const std::function<void()>& then, const std::function<void()>& otherwise) override;
  void preset(int pattern) override { pattern_[static_cast<size_t>(pattern)] = PatternRegister(); }
  void setField(int pattern, int field, Value value) override {
    pattern_[static_cast<size_t>(pattern)].field[static_cast<size_t>(field)] = bits(value);
  }
  void issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
             const std::vector<Token>& waits, const std::vector<Token>& signals) override;
  void fence() override { fence_(); }

private:
  // A value is its 32 bits, carried in the handle.
  static uint32_t bits(Value value) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(unwrap(value))); }
  static int32_t number(Value value) { return static_cast<int32_t>(bits(value)); }
  static Value value32(uint32_t value) { return wrap(reinterpret_cast<void*>(uintptr_t{value})); }

  std::function<void(const TensorOp&)> dispatch_;
  std::function<void()> fence_;
  std::array<PatternRegister, timing::PATTERN_REGISTERS> pattern_;
};

} // namespace weft::core
