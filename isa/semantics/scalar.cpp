#include "isa/semantics/scalar.h"

#include <bit>
#include <cstring>

namespace weft {

static_assert(std::endian::native == std::endian::little, "device memory is little-endian and accessed in place");

namespace {

constexpr uint32_t kInstructionBytes = 8;
constexpr uint32_t kPatternBytes = timing::PATTERN_FIELDS * 4;

int32_t asSigned(uint32_t value) {
  return static_cast<int32_t>(value);
}
uint32_t asUnsigned(int32_t value) {
  return static_cast<uint32_t>(value);
}

uint32_t mulHighSigned(uint32_t a, uint32_t b) {
  int64_t product = static_cast<int64_t>(asSigned(a)) * asSigned(b);
  return static_cast<uint32_t>(static_cast<uint64_t>(product) >> 32);
}

uint32_t mulHighUnsigned(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>((static_cast<uint64_t>(a) * b) >> 32);
}

uint32_t divSigned(uint32_t a, uint32_t b) {
  if (b == 0)
    return ~0u;
  // In 64 bits, where -2^31 / -1 is representable.
  return static_cast<uint32_t>(static_cast<int64_t>(asSigned(a)) / asSigned(b));
}

uint32_t remSigned(uint32_t a, uint32_t b) {
  if (b == 0)
    return a;
  return static_cast<uint32_t>(static_cast<int64_t>(asSigned(a)) % asSigned(b));
}

} // namespace

void ScalarCore::fault(FaultCause cause, uint64_t information) {
  outcome_.kind = StepOutcome::Kind::fault;
  outcome_.fault = {cause, Engine::sequencer, pc, information};
}

// The host address of a scalar access, null after a fault. Fills in the outcome's description of the access.
uint8_t* ScalarCore::access(CoreMemory& memory, uint32_t address, uint32_t bytes, bool write) {
  if (address % bytes != 0) {
    fault(FaultCause::misaligned, address);
    return nullptr;
  }
  outcome_.write = write;
  outcome_.address = address;
  outcome_.bytes = bytes;
  uint64_t offset = static_cast<uint64_t>(address) - kScalarMemoryBase;
  if (address >= kScalarMemoryBase && offset + bytes <= memory.scalar.size()) {
    outcome_.access = AccessTarget::scalarMemory;
    return memory.scalar.data() + offset;
  }
  if (memory.dram.contains(address, bytes)) {
    outcome_.access = AccessTarget::dram;
    return memory.dram.at(address);
  }
  fault(FaultCause::address, address);
  return nullptr;
}

void ScalarCore::load(CoreMemory& memory) {
  const Instruction& in = outcome_.instruction;
  uint32_t bytes = info(in.op).accessBytes;
  const uint8_t* source = access(memory, x[in.rs1] + in.imm, bytes, false);
  if (!source)
    return;
  uint32_t value = 0;
  std::memcpy(&value, source, bytes);
  if (in.op == Opcode::LB)
    value = asUnsigned(static_cast<int8_t>(value));
  else if (in.op == Opcode::LH)
    value = asUnsigned(static_cast<int16_t>(value));
  x[in.rd] = value;
}

void ScalarCore::store(CoreMemory& memory) {
  const Instruction& in = outcome_.instruction;
  uint32_t bytes = info(in.op).accessBytes;
  if (uint8_t* destination = access(memory, x[in.rs1] + in.imm, bytes, true))
    std::memcpy(destination, &x[in.rs2], bytes);
}

void ScalarCore::loadPattern(CoreMemory& memory) {
  const Instruction& in = outcome_.instruction;
  if (const uint8_t* source = access(memory, x[in.rs1] + in.imm, kPatternBytes, false))
    std::memcpy(pattern[in.pA].field.data(), source, kPatternBytes);
}

void ScalarCore::dispatch() {
  const Instruction& in = outcome_.instruction;
  outcome_.kind = StepOutcome::Kind::tensor;
  TensorOp& op = outcome_.op;
  op.instruction = in;
  op.pc = pc;
  op.a = x[in.rA];
  op.b = x[in.rB];
  op.c = x[in.rC];
  op.d = x[in.rD];
  op.pA = pattern[in.pA];
  op.pB = pattern[in.pB];
  op.pC = pattern[in.pC];
  op.pD = pattern[in.pD];
}

const StepOutcome& ScalarCore::step(CoreMemory& memory, const CounterReader& readCounter) {
  outcome_.kind = StepOutcome::Kind::done;
  outcome_.taken = false;
  outcome_.access = AccessTarget::none;

  if (pc % kInstructionBytes != 0) {
    fault(FaultCause::misaligned, pc);
    return outcome_;
  }
  if (!memory.dram.contains(pc, kInstructionBytes)) {
    fault(FaultCause::address, pc);
    return outcome_;
  }
  uint64_t word = 0;
  std::memcpy(&word, memory.dram.at(pc), sizeof word);
  Instruction& in = outcome_.instruction;
  if (!decode(word, in)) {
    fault(FaultCause::illegalInstruction, word);
    return outcome_;
  }
  const InstructionInfo& description = info(in.op);
  if (!description.built) {
    fault(FaultCause::unimplemented, word);
    return outcome_;
  }

  uint32_t next = pc + kInstructionBytes;
  uint32_t a = x[in.rs1];
  uint32_t b = x[in.rs2];
  if (description.format == Format::tensor) {
    dispatch();
    pc = next;
    return outcome_;
  }

  switch (static_cast<ScalarOp>(in.op)) {
  case ScalarOp::ADD:
    x[in.rd] = a + b;
    break;
  case ScalarOp::SUB:
    x[in.rd] = a - b;
    break;
  case ScalarOp::AND:
    x[in.rd] = a & b;
    break;
  case ScalarOp::OR:
    x[in.rd] = a | b;
    break;
  case ScalarOp::XOR:
    x[in.rd] = a ^ b;
    break;
  case ScalarOp::SLL:
    x[in.rd] = a << (b & 31);
    break;
  case ScalarOp::SRL:
    x[in.rd] = a >> (b & 31);
    break;
  case ScalarOp::SRA:
    x[in.rd] = asUnsigned(asSigned(a) >> (b & 31));
    break;
  case ScalarOp::SLT:
    x[in.rd] = asSigned(a) < asSigned(b);
    break;
  case ScalarOp::SLTU:
    x[in.rd] = a < b;
    break;
  case ScalarOp::MUL:
    x[in.rd] = a * b;
    break;
  case ScalarOp::MULH:
    x[in.rd] = mulHighSigned(a, b);
    break;
  case ScalarOp::MULHU:
    x[in.rd] = mulHighUnsigned(a, b);
    break;
  case ScalarOp::DIV:
    x[in.rd] = divSigned(a, b);
    break;
  case ScalarOp::DIVU:
    x[in.rd] = b == 0 ? ~0u : a / b;
    break;
  case ScalarOp::REM:
    x[in.rd] = remSigned(a, b);
    break;
  case ScalarOp::REMU:
    x[in.rd] = b == 0 ? a : a % b;
    break;
  case ScalarOp::ADDI:
    x[in.rd] = a + in.imm;
    break;
  case ScalarOp::ANDI:
    x[in.rd] = a & in.imm;
    break;
  case ScalarOp::ORI:
    x[in.rd] = a | in.imm;
    break;
  case ScalarOp::XORI:
    x[in.rd] = a ^ in.imm;
    break;
  case ScalarOp::SLLI:
    x[in.rd] = a << (in.imm & 31);
    break;
  case ScalarOp::SRLI:
    x[in.rd] = a >> (in.imm & 31);
    break;
  case ScalarOp::SRAI:
    x[in.rd] = asUnsigned(asSigned(a) >> (in.imm & 31));
    break;
  case ScalarOp::SLTI:
    x[in.rd] = asSigned(a) < asSigned(in.imm);
    break;
  case ScalarOp::SLTIU:
    x[in.rd] = a < in.imm;
    break;
  case ScalarOp::MULI:
    x[in.rd] = a * in.imm;
    break;
  case ScalarOp::LB:
  case ScalarOp::LBU:
  case ScalarOp::LH:
  case ScalarOp::LHU:
  case ScalarOp::LW:
    load(memory);
    break;
  case ScalarOp::SB:
  case ScalarOp::SH:
  case ScalarOp::SW:
    store(memory);
    break;
  case ScalarOp::BEQ:
    outcome_.taken = a == b;
    break;
  case ScalarOp::BNE:
    outcome_.taken = a != b;
    break;
  case ScalarOp::BLT:
    outcome_.taken = asSigned(a) < asSigned(b);
    break;
  case ScalarOp::BGE:
    outcome_.taken = asSigned(a) >= asSigned(b);
    break;
  case ScalarOp::BLTU:
    outcome_.taken = a < b;
    break;
  case ScalarOp::BGEU:
    outcome_.taken = a >= b;
    break;
  case ScalarOp::JAL:
    outcome_.taken = true;
    x[in.rd] = next;
    break;
  case ScalarOp::JALR:
    outcome_.taken = true;
    x[in.rd] = next;
    break;
  case ScalarOp::RDCTR:
    x[in.rd] = readCounter(in.imm);
    break;
  case ScalarOp::FENCE:
    outcome_.kind = StepOutcome::Kind::fence;
    outcome_.engines = in.imm;
    break;
  case ScalarOp::SEMWAIT:
    outcome_.kind = StepOutcome::Kind::semWait;
    break;
  case ScalarOp::SEMSIGNAL:
    outcome_.kind = StepOutcome::Kind::semSignal;
    break;
  case ScalarOp::HALT:
    outcome_.kind = StepOutcome::Kind::halt;
    outcome_.exitCode = a;
    break;
  case ScalarOp::TRAP:
    fault(FaultCause::software, in.imm);
    break;
  case ScalarOp::PSETI:
    pattern[in.pA].field[in.pF] = in.imm;
    break;
  case ScalarOp::PSET:
    pattern[in.pA].field[in.pF] = a;
    break;
  case ScalarOp::PRESET:
    pattern[in.pA] = PatternRegister();
    break;
  case ScalarOp::PLOAD:
    loadPattern(memory);
    break;
  }
  if (outcome_.taken)
    next = in.op == Opcode::JALR ? a + in.imm : pc + in.imm;
  x[0] = 0;
  if (outcome_.kind != StepOutcome::Kind::fault)
    pc = next;
  return outcome_;
}

} // namespace weft
