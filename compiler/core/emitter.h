// Builds a core-dialect module: functions, loops, 32-bit scalar arithmetic (folded where the operands are constants)
// and tensor instructions. No MLIR header here, so that the lowerings stay quick to compile.
#pragma once

#include "compiler/core/builder.h"

#include <memory>

namespace weft::core {

class Emitter final : public Builder {
public:
  Emitter();
  ~Emitter() override;

  // `body` emits the function; `location` is the ONNX node that its instructions serve.
  void function(const std::string& name, const std::string& location, const std::function<void()>& body);
  // The entry: calls `start`, then the functions of a step in their order, and returns 0. With several steps, the word
  // `stepSymbol` in DRAM, 0 in the image, says which.
  void mainFunction(const std::string& start, const std::vector<std::vector<std::string>>& steps,
                    const std::string& stepSymbol);

  using Builder::add;
  using Builder::mul;
  using Builder::setField;
  Value constant(int64_t value) override;
  Value add(Value a, Value b) override;
  Value sub(Value a, Value b) override;
  Value mul(Value a, Value b) override;
  Value bitAnd(Value a, Value b) override;
  Value minimum(Value a, Value b) override;
  Value maximum(Value a, Value b) override;
  Value less(Value a, int64_t b) override;
  Value equal(Value a, int64_t b) override;
  std::optional<int64_t> known(Value value) const override;
  void loop(int64_t count, const std::function<void(Value i)>& body) override;
  void when(Value condition, const std::function<void()>& then, const std::function<void()>& otherwise) override;
  void preset(int pattern) override;
  void setField(int pattern, int field, Value value) override;
  void issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
             const std::vector<Token>& waits, const std::vector<Token>& signals) override;
  void fence() override;

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
