// Builds small programs for tests from decoded instructions, without an assembler.
//
//   ProgramBuilder b;
//   b.tensor(Opcode::LD, {.a = kDramBase + 4096, .b = 0, .pA = pattern(Walk{.count = {64}}), .sync = {.s0 = 0}});
//   b.halt();
//   b.load(memory);
#pragma once

#include "isa/semantics/state.h"

#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weft::test {

// A pattern register as a walk.
struct Walk {
  std::array<uint32_t, 4> count{1, 1, 1, 1}; // 0 stands for 1, so that {64} is a run
  std::array<int32_t, 4> stride{};
  uint32_t lo0 = 0, hi0 = 65535, lo1 = 0, hi1 = 65535;
  uint32_t fill = 0;
};

inline PatternRegister pattern(const Walk& walk) {
  PatternRegister result;
  for (size_t k = 0; k < 4; ++k) {
    result.field[field::count0 + k] = walk.count[k] == 0 ? 1 : walk.count[k];
    result.field[field::stride0 + k] = static_cast<uint32_t>(walk.stride[k]);
  }
  result.field[field::lo0] = walk.lo0;
  result.field[field::hi0] = walk.hi0;
  result.field[field::lo1] = walk.lo1;
  result.field[field::hi1] = walk.hi1;
  result.field[field::fill] = walk.fill;
  return result;
}

// A pattern register as a configuration.
struct Config {
  uint32_t typeA = operands::u8, typeB = operands::u8, typeResult = operands::u8;
  bool lut = false;
  bool exchanged = false;
  int32_t za = 0, zb = 0, zo = 0, lo = 0, hi = 255, lo2 = 0, hi2 = 255;
  float ra = 1.0f, rb = 1.0f, rf = 0.0f;
};

inline PatternRegister pattern(const Config& from) {
  auto bits = [](float value) {
    uint32_t result;
    std::memcpy(&result, &value, sizeof result);
    return result;
  };
  PatternRegister result;
  result.field.fill(0);
  result.field[config::types] = operands::types(from.typeA, from.typeB, from.typeResult,
                                                (from.lut ? flag::lut : 0) | (from.exchanged ? flag::exchange : 0));
  auto set = [&](int number, int32_t value) {
    result.field[static_cast<size_t>(number)] = static_cast<uint32_t>(value);
  };
  set(config::za, from.za);
  set(config::zb, from.zb);
  set(config::zo, from.zo);
  set(config::lo, from.lo);
  set(config::hi, from.hi);
  set(config::lo2, from.lo2);
  set(config::hi2, from.hi2);
  result.field[config::ra] = bits(from.ra);
  result.field[config::rb] = bits(from.rb);
  result.field[config::rf] = bits(from.rf);
  return result;
}

// Semaphores of a tensor instruction.
struct Sync {
  uint8_t w0 = kNoSemaphore, w1 = kNoSemaphore, s0 = kNoSemaphore, s1 = kNoSemaphore;
};

// The values that a tensor instruction finds in its registers.
struct TensorArguments {
  uint32_t a = 0, b = 0, c = 0, d = 0;
  PatternRegister pA{}, pB{}, pC{}, pD{};
  Sync sync{};
};

// The instruction as its engine sees it, for tests that execute it directly.
inline TensorOp makeOp(Opcode opcode, const TensorArguments& arguments) {
  TensorOp op;
  op.instruction.op = opcode;
  op.instruction.w0 = arguments.sync.w0;
  op.instruction.w1 = arguments.sync.w1;
  op.instruction.s0 = arguments.sync.s0;
  op.instruction.s1 = arguments.sync.s1;
  op.a = arguments.a;
  op.b = arguments.b;
  op.c = arguments.c;
  op.d = arguments.d;
  op.pA = arguments.pA;
  op.pB = arguments.pB;
  op.pC = arguments.pC;
  op.pD = arguments.pD;
  return op;
}

class ProgramBuilder {
public:
  explicit ProgramBuilder(uint32_t base = kResetPc) : base_(base) { forget(); }

  // Address of the next instruction.
  uint32_t pc() const { return base_ + static_cast<uint32_t>(8 * code_.size()); }
  const std::vector<Instruction>& instructions() const { return code_; }

  uint32_t emit(const Instruction& instruction) {
    uint32_t address = pc();
    code_.push_back(instruction);
    return address;
  }
  void emitWord(uint64_t word) {
    raw_.push_back({code_.size(), word});
    code_.push_back(Instruction{});
  }
  void regReg(Opcode op, uint8_t rd, uint8_t rs1, uint8_t rs2) {
    Instruction in = of(op);
    in.rd = rd;
    in.rs1 = rs1;
    in.rs2 = rs2;
    emit(in);
    x_[rd].reset();
  }
  // Also loads (imm is the offset) and jalr.
  void regImm(Opcode op, uint8_t rd, uint8_t rs1, int32_t imm) {
    Instruction in = of(op);
    in.rd = rd;
    in.rs1 = rs1;
    in.imm = static_cast<uint32_t>(imm);
    emit(in);
    x_[rd].reset();
  }
  void store(Opcode op, uint8_t rs2, uint8_t rs1, int32_t offset) {
    Instruction in = of(op);
    in.rs1 = rs1;
    in.rs2 = rs2;
    in.imm = static_cast<uint32_t>(offset);
    emit(in);
  }
  // rd = value; nothing is emitted if the register is known to hold it already.
  void li(uint8_t rd, uint32_t value) {
    if (x_[rd] == value)
      return;
    regImm(Opcode::ADDI, rd, 0, static_cast<int32_t>(value));
    x_[rd] = value;
  }

  // What registers are known to hold; for callers that set them in ways of their own.
  bool holds(uint8_t rd, uint32_t value) const { return x_[rd] == value; }
  void assume(uint8_t rd, uint32_t value) {
    if (rd != 0)
      x_[rd] = value;
  }
  void forget(uint8_t rd) {
    if (rd != 0)
      x_[rd].reset();
  }
  bool holds(uint8_t number, uint8_t patternField, uint32_t value) const {
    return p_[number] && p_[number]->field[patternField] == value;
  }
  void assume(uint8_t number, const PatternRegister& value) { p_[number] = value; }

  int newLabel() {
    labels_.emplace_back();
    return static_cast<int>(labels_.size()) - 1;
  }
  void bind(int label) {
    labels_[static_cast<size_t>(label)] = pc();
    forget();
  }
  void branch(Opcode op, uint8_t rs1, uint8_t rs2, int label) {
    Instruction in = of(op);
    in.rs1 = rs1;
    in.rs2 = rs2;
    fixups_.push_back({code_.size(), label});
    emit(in);
  }
  void jal(uint8_t rd, int label) {
    Instruction in = of(Opcode::JAL);
    in.rd = rd;
    fixups_.push_back({code_.size(), label});
    emit(in);
    forget();
  }

  void fence(uint32_t engines) {
    Instruction in = of(Opcode::FENCE);
    in.imm = engines;
    emit(in);
  }
  void semWait(uint8_t w0, uint8_t w1 = kNoSemaphore) {
    Instruction in = of(Opcode::SEMWAIT);
    in.w0 = w0;
    in.w1 = w1;
    emit(in);
  }
  void semSignal(uint8_t s0, uint8_t s1 = kNoSemaphore) {
    Instruction in = of(Opcode::SEMSIGNAL);
    in.s0 = s0;
    in.s1 = s1;
    emit(in);
  }
  void trap(uint32_t information) {
    Instruction in = of(Opcode::TRAP);
    in.imm = information;
    emit(in);
  }
  void halt(uint32_t exitCode = 0) {
    li(31, exitCode);
    Instruction in = of(Opcode::HALT);
    in.rs1 = 31;
    emit(in);
  }

  // Makes the pattern register hold these values: one pseti for each field that is not known to hold it already.
  void setPattern(uint8_t number, const PatternRegister& value) {
    for (uint8_t f = 0; f < timing::PATTERN_FIELDS; ++f) {
      if (p_[number] && p_[number]->field[f] == value.field[f])
        continue;
      Instruction in = of(Opcode::PSETI);
      in.pA = number;
      in.pF = f;
      in.imm = value.field[f];
      emit(in);
    }
    p_[number] = value;
  }

  // Sets registers x5 to x8 and p0 to p3 as needed, then the instruction; returns its address.
  uint32_t tensor(Opcode opcode, const TensorArguments& arguments) {
    Instruction in = makeOp(opcode, arguments).instruction;
    in.rA = 5;
    in.rB = 6;
    in.rC = 7;
    in.rD = 8;
    in.pA = 0;
    in.pB = 1;
    in.pC = 2;
    in.pD = 3;
    const InstructionInfo& description = info(opcode);
    for (int i = 0; i < description.operandCount; ++i) {
      std::string name = description.operands[static_cast<size_t>(i)].name;
      if (name == "rA")
        li(in.rA, arguments.a);
      else if (name == "rB")
        li(in.rB, arguments.b);
      else if (name == "rC")
        li(in.rC, arguments.c);
      else if (name == "rD")
        li(in.rD, arguments.d);
      else if (name == "pA")
        setPattern(in.pA, arguments.pA);
      else if (name == "pB")
        setPattern(in.pB, arguments.pB);
      else if (name == "pC")
        setPattern(in.pC, arguments.pC);
      else if (name == "pD")
        setPattern(in.pD, arguments.pD);
    }
    return emit(in);
  }

  std::vector<uint64_t> words() const {
    std::vector<Instruction> code = code_;
    for (const auto& [at, label] : fixups_) {
      const std::optional<uint32_t>& target = labels_[static_cast<size_t>(label)];
      if (!target)
        throw std::logic_error("a label is used and never bound");
      code[at].imm = *target - (base_ + static_cast<uint32_t>(8 * at));
    }
    std::vector<uint64_t> result(code.size());
    for (size_t i = 0; i < code.size(); ++i)
      if (code[i].op != static_cast<Opcode>(0))
        result[i] = encode(code[i]);
    for (const auto& [at, word] : raw_)
      result[at] = word;
    return result;
  }
  // Writes the program to its place in DRAM.
  void load(CoreMemory& memory) const {
    std::vector<uint64_t> image = words();
    if (!memory.dram.contains(base_, 8 * image.size()))
      throw std::logic_error("the program does not fit into DRAM");
    std::memcpy(memory.dram.at(base_), image.data(), 8 * image.size());
  }

private:
  static Instruction of(Opcode op) {
    Instruction in;
    in.op = op;
    return in;
  }
  void forget() {
    x_.fill(std::nullopt);
    x_[0] = 0;
    p_.fill(std::nullopt);
  }

  uint32_t base_;
  std::vector<Instruction> code_;
  std::vector<std::pair<size_t, uint64_t>> raw_;
  std::vector<std::optional<uint32_t>> labels_;
  std::vector<std::pair<size_t, int>> fixups_;
  std::array<std::optional<uint32_t>, 32> x_;
  std::array<std::optional<PatternRegister>, timing::PATTERN_REGISTERS> p_;
};

// A small core: every size that a test may want to change.
inline Machine smallMachine(uint32_t rows = 16, uint32_t cols = 16) {
  Machine machine;
  machine.name = "test";
  machine.clockMhz = 1000;
  machine.array = {rows, cols};
  machine.scratchpad = {65536, 4};
  machine.accumulator = {256 * 4 * cols, 2};
  machine.queues = {4, 4, 4, 4};
  machine.dma = {16, 64, 8, 8};
  machine.icache = {4096};
  machine.scalarMemory = {16384};
  machine.dram.bytes = 1 << 20;
  machine.technology = {16, 0.8};
  return machine;
}

} // namespace weft::test
