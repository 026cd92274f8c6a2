// Builds a core-dialect module: functions, loops, 32-bit scalar arithmetic (folded where the operands are constants)
// and tensor instructions. No MLIR header here, so that the lowerings stay quick to compile.
#pragma once

#include "isa/generated/instructions.h"
#include "isa/generated/timing.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::core {

// A 32-bit scalar (or, as a condition, one bit) of the program under construction.
class Value {
public:
  Value() = default;

private:
  friend class Emitter;
  explicit Value(void* handle) : handle_(handle) {}
  void* handle_ = nullptr;
};

// A semaphore to wait for or signal, only if `when` holds (always, if absent).
struct Token {
  int semaphore = 0;
  std::optional<Value> when;
};

class Emitter {
public:
  Emitter();
  ~Emitter();
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  // `body` emits the function; `location` is the ONNX node that its instructions serve.
  void function(const std::string& name, const std::string& location, const std::function<void()>& body);
  // The entry: calls the functions in order and returns 0.
  void mainFunction(const std::vector<std::string>& callees);

  Value constant(int64_t value); // low 32 bits
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value bitAnd(Value a, Value b);
  Value minimum(Value a, Value b); // signed
  Value maximum(Value a, Value b); // signed
  Value add(Value a, int64_t b) { return add(a, constant(b)); }
  Value mul(Value a, int64_t b) { return mul(a, constant(b)); }

  // Conditions (signed comparison).
  Value less(Value a, int64_t b);
  Value equal(Value a, int64_t b);
  Value both(Value a, Value b);
  std::optional<int64_t> known(Value value) const; // if it folded to a constant

  // `body` for 0 <= i < count; once without a loop if count is 1.
  void loop(int64_t count, const std::function<void(Value i)>& body);
  // Decided here if the condition is known.
  void when(Value condition, const std::function<void()>& then, const std::function<void()>& otherwise = {});

  void preset(int pattern);
  void setField(int pattern, int field, Value value);
  void setField(int pattern, int field, int64_t value) { setField(pattern, field, constant(value)); }

  // Dispatches a tensor instruction; registers and patterns in assembly order. Conditional tokens become branches.
  void issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
             const std::vector<Token>& waits, const std::vector<Token>& signals);
  void fence();

  // Verifies and returns the module's text in the core dialect.
  std::string text() const;

  // Lowers to LLVM IR and compiles to an object file (consumes the module). `kind`: "object", "asm" or "llvm" (text).
  std::vector<uint8_t> finish(const std::string& kind);

private:
  void issueResolved(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
                     std::vector<Token> waits, std::vector<Token> signals);
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace weft::core
