// What the lowerings emit a program with: loops, 32-bit scalar arithmetic, pattern registers, tensor instructions. The
// emitter (emitter.h) makes code of it; the recorder (recorder.h) goes through the loops and lists the instructions.
#pragma once

#include "isa/generated/instructions.h"
#include "isa/generated/timing.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft::core {

// A 32-bit scalar (or, as a condition, one bit) of the program under construction.
class Value {
public:
  Value() = default;

private:
  friend class Builder;
  explicit Value(void* handle) : handle_(handle) {}
  void* handle_ = nullptr;
};

// A semaphore to wait for or signal, only if `when` holds (always, if absent).
struct Token {
  int semaphore = 0;
  std::optional<Value> when;
};

class Builder {
public:
  virtual ~Builder() = default;
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  virtual Value constant(int64_t value) = 0; // low 32 bits
  virtual Value add(Value a, Value b) = 0;
  virtual Value sub(Value a, Value b) = 0;
  virtual Value mul(Value a, Value b) = 0;
  virtual Value bitAnd(Value a, Value b) = 0;
  virtual Value minimum(Value a, Value b) = 0; // signed
  virtual Value maximum(Value a, Value b) = 0; // signed
  Value add(Value a, int64_t b) { return add(a, constant(b)); }
  Value mul(Value a, int64_t b) { return mul(a, constant(b)); }

  // Conditions (signed comparison).
  virtual Value less(Value a, int64_t b) = 0;
  virtual Value equal(Value a, int64_t b) = 0;
  Value both(Value a, Value b) { return bitAnd(a, b); }
  virtual std::optional<int64_t> known(Value value) const = 0; // if it folded to a constant

  // `body` for 0 <= i < count; once without a loop if count is 1.
  virtual void loop(int64_t count, const std::function<void(Value i)>& body) = 0;
  // Decided here if the condition is known.
  virtual void when(Value condition, const std::function<void()>& then,
                    const std::function<void()>& otherwise = {}) = 0;

  virtual void preset(int pattern) = 0;
  virtual void setField(int pattern, int field, Value value) = 0;
  void setField(int pattern, int field, int64_t value) { setField(pattern, field, constant(value)); }

  // Dispatches a tensor instruction; registers and patterns in assembly order. Conditional tokens become branches.
  virtual void issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
                     const std::vector<Token>& waits, const std::vector<Token>& signals) = 0;
  virtual void fence() = 0;

protected:
  Builder() = default;
  static Value wrap(void* handle) { return Value(handle); }
  static void* unwrap(Value value) { return value.handle_; }
};

} // namespace weft::core
