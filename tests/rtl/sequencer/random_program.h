// Random programs of the sequencer's instructions, tensor instructions among them, that mostly do not fault.
#pragma once

#include "isa/semantics/state.h"
#include "tests/support/opcodes.h"

#include <cstring>
#include <random>
#include <vector>

namespace weft::test {

class RandomProgram {
public:
  // Where loads and stores go: what the program has initialised of scalar memory, and a piece of DRAM.
  static constexpr uint32_t kScalarWindow = 256; // at either end of scalar memory: the last 64 bytes
  static constexpr uint32_t kDramData = kDramBase + 0x20000;
  static constexpr uint32_t kDramWindow = 1024;

  RandomProgram(const Machine& machine, uint64_t seed) : machine_(machine), random_(seed) {
    prologue();
    body_ = words_.size();
    size_t length = 20 + random_() % 600;
    while (words_.size() < body_ + length)
      words_.push_back(instruction());
    Instruction back = of(Opcode::JAL);
    back.imm = static_cast<uint32_t>(8 * body_) - static_cast<uint32_t>(8 * words_.size());
    words_.push_back(encode(back));
  }
  void load(CoreMemory& memory) const {
    std::memcpy(memory.dram.at(kResetPc), words_.data(), 8 * words_.size());
    std::mt19937_64 data(words_.size());
    for (uint32_t i = 0; i < kDramWindow; ++i)
      *memory.dram.at(kDramData + i) = static_cast<uint8_t>(data());
    for (uint64_t i = machine_.dram.bytes - kTail; i < machine_.dram.bytes; ++i)
      *memory.dram.at(kDramBase + i) = static_cast<uint8_t>(data());
  }

private:
  static constexpr uint32_t kTail = 64;
  // Registers with a purpose; instructions seldom write them.
  static constexpr uint8_t kScalarTail = 26, kDramTail = 27, kScalarBase = 28, kDramDataBase = 29, kCode = 30,
                           kTemp = 31;

  static Instruction of(Opcode op) {
    Instruction in;
    in.op = op;
    return in;
  }
  void add(const Instruction& in) { words_.push_back(encode(in)); }
  void li(uint8_t rd, uint32_t value) {
    Instruction in = of(Opcode::ADDI);
    in.rd = rd;
    in.imm = value;
    add(in);
  }
  // Stores something to `bytes` bytes from the address in `base` on.
  void fill(uint8_t base, uint32_t bytes) {
    li(kTemp, bytes);
    Instruction step = of(Opcode::ADDI);
    step.rd = step.rs1 = kTemp;
    step.imm = 0u - 4;
    add(step);
    Instruction address = of(Opcode::ADD);
    address.rd = 25;
    address.rs1 = base;
    address.rs2 = kTemp;
    add(address);
    Instruction store = of(Opcode::SW);
    store.rs1 = store.rs2 = 25;
    add(store);
    Instruction loop = of(Opcode::BNE);
    loop.rs1 = kTemp;
    loop.imm = 0u - 24;
    add(loop);
  }
  void prologue() {
    li(kScalarTail, kScalarMemoryBase + machine_.scalarMemory.bytes - kTail);
    li(kDramTail, static_cast<uint32_t>(kDramBase + machine_.dram.bytes - kTail));
    li(kScalarBase, kScalarMemoryBase);
    li(kDramDataBase, kDramData);
    li(kCode, kResetPc);
    fill(kScalarBase, kScalarWindow);
    fill(kScalarTail, kTail);
    for (uint8_t rd = 1; rd < kScalarTail; ++rd)
      if (chance(3, 4)) // the others stay as they are at reset
        li(rd, value());
  }

  bool chance(uint64_t of, uint64_t in) { return random_() % in < of; }
  uint32_t value() {
    constexpr uint32_t kEdges[] = {0, 1, 2, 31, 32, 33, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe};
    if (chance(1, 3))
      return kEdges[random_() % std::size(kEdges)];
    uint32_t result = static_cast<uint32_t>(random_()) >> random_() % 32;
    return chance(1, 3) ? 0u - result : result;
  }
  uint8_t source() { return static_cast<uint8_t>(random_() % 32); }
  uint8_t destination() { return static_cast<uint8_t>(chance(1, 500) ? random_() % 32 : random_() % kScalarTail); }
  // Distance from here to somewhere in the body, mostly further on.
  uint32_t target() {
    if (chance(1, 800))
      return static_cast<uint32_t>(random_() % 64) * 4; // perhaps misaligned
    uint64_t here = words_.size();
    if (here == body_ || chance(3, 4))
      return static_cast<uint32_t>(8 * (1 + random_() % 12));
    return 0u - static_cast<uint32_t>(8 * (1 + random_() % (here - body_)));
  }
  void address(Instruction& in, uint32_t size) {
    constexpr uint8_t kBases[] = {kScalarBase, kScalarTail, kDramDataBase, kDramTail};
    size_t window = random_() % 4;
    in.rs1 = kBases[window];
    const uint32_t bytes[] = {kScalarWindow, kTail, kDramWindow, kTail};
    in.imm = static_cast<uint32_t>(random_()) % (bytes[window] / size) * size;
    if (chance(1, 300))
      in.imm += static_cast<uint32_t>(random_() % 128) - 64; // perhaps misaligned or outside
    if (chance(1, 500))
      in.rs1 = source();
  }
  uint64_t instruction() {
    constexpr Opcode kRegisters[] = {Opcode::ADD, Opcode::SUB, Opcode::AND, Opcode::OR,  Opcode::XOR,
                                     Opcode::SLL, Opcode::SRL, Opcode::SRA, Opcode::SLT, Opcode::SLTU};
    constexpr Opcode kLong[] = {Opcode::MUL, Opcode::MULH, Opcode::MULHU, Opcode::MUL, Opcode::MULH,
                                Opcode::DIV, Opcode::DIVU, Opcode::REM,   Opcode::REMU};
    constexpr Opcode kImmediates[] = {Opcode::ADDI, Opcode::ANDI, Opcode::ORI,  Opcode::XORI,  Opcode::SLLI,
                                      Opcode::SRLI, Opcode::SRAI, Opcode::SLTI, Opcode::SLTIU, Opcode::MULI};
    constexpr Opcode kLoads[] = {Opcode::LB, Opcode::LBU, Opcode::LH, Opcode::LHU, Opcode::LW};
    constexpr Opcode kStores[] = {Opcode::SB, Opcode::SH, Opcode::SW};
    constexpr uint32_t kStoreBytes[] = {1, 2, 4};
    constexpr uint32_t kLoadBytes[] = {1, 1, 2, 2, 4};
    constexpr Opcode kBranches[] = {Opcode::BEQ, Opcode::BNE, Opcode::BLT, Opcode::BGE, Opcode::BLTU, Opcode::BGEU};
    Instruction in;
    in.rd = destination();
    in.rs1 = source();
    in.rs2 = source();
    in.imm = value();
    in.pA = static_cast<uint8_t>(random_() % 16);
    in.pF = static_cast<uint8_t>(random_() % 16);
    uint64_t kind = random_() % 1000;
    if (kind < 180) {
      in.op = kRegisters[random_() % std::size(kRegisters)];
    } else if (kind < 230) {
      in.op = kLong[random_() % std::size(kLong)];
    } else if (kind < 380) {
      in.op = kImmediates[random_() % std::size(kImmediates)];
    } else if (kind < 500) {
      size_t which = random_() % std::size(kLoads);
      in.op = kLoads[which];
      address(in, kLoadBytes[which]);
    } else if (kind < 620) {
      size_t which = random_() % std::size(kStores);
      in.op = kStores[which];
      address(in, kStoreBytes[which]);
    } else if (kind < 740) {
      in.op = kBranches[random_() % std::size(kBranches)];
      in.imm = target();
    } else if (kind < 760) {
      in.op = Opcode::JAL;
      in.imm = target();
    } else if (kind < 770) {
      in.op = Opcode::JALR;
      in.rs1 = kCode;
      in.imm = static_cast<uint32_t>(8 * words_.size()) + target();
    } else if (kind < 810) {
      in.op = Opcode::RDCTR;
      in.imm = static_cast<uint32_t>(random_() % (chance(1, 5) ? 256 : 96));
    } else if (kind < 850) {
      in.op = chance(1, 2) ? Opcode::PSET : Opcode::PSETI;
    } else if (kind < 855) {
      in.op = Opcode::PRESET;
    } else if (kind < 875) {
      in.op = Opcode::PLOAD;
      address(in, 64);
    } else if (kind < 940) {
      return tensor();
    } else if (kind < 955) {
      in.op = Opcode::FENCE;
      in.imm = static_cast<uint32_t>(random_() % 16);
    } else if (kind < 996) {
      in.op = chance(1, 2) ? Opcode::SEMWAIT : Opcode::SEMSIGNAL;
      semaphores(in);
    } else {
      return seldom();
    }
    return encode(in);
  }
  void semaphores(Instruction& in) {
    auto semaphore = [&] { return static_cast<uint8_t>(chance(1, 4) ? 31 : random_() % 31); };
    in.w0 = semaphore();
    in.w1 = chance(1, 8) ? in.w0 : semaphore();
    in.s0 = semaphore();
    in.s1 = chance(1, 8) ? in.s0 : semaphore();
  }
  uint64_t tensor() {
    // Each engine as often, whatever the number of its instructions.
    static const std::vector<Opcode> ops[] = {builtOpcodes(Engine::load), builtOpcodes(Engine::store),
                                              builtOpcodes(Engine::matrix), builtOpcodes(Engine::vector)};
    const std::vector<Opcode>& engine = ops[random_() % 4];
    Instruction in;
    in.op = engine[random_() % engine.size()];
    in.rA = source();
    in.rB = source();
    in.rC = source();
    in.rD = source();
    in.pA = static_cast<uint8_t>(random_() % 16);
    in.pB = static_cast<uint8_t>(random_() % 16);
    in.pC = static_cast<uint8_t>(random_() % 16);
    in.pD = static_cast<uint8_t>(random_() % 16);
    semaphores(in);
    return encode(in);
  }
  uint64_t seldom() {
    Instruction in;
    switch (random_() % 8) {
    case 0:
    case 1:
      in.op = Opcode::TRAP;
      in.imm = value();
      return encode(in);
    case 2:
      in.op = Opcode::HALT;
      in.rs1 = source();
      return encode(in);
    case 3:
      in.op = Opcode::LDG; // not built
      return encode(in);
    case 4:
      return random_(); // hardly ever legal
    case 5:
      return instruction() ^ uint64_t { 1 } << random_() % 64;
    default:
      in.op = Opcode::JALR;
      in.rs1 = source();
      return encode(in);
    }
  }

  const Machine& machine_;
  std::mt19937_64 random_;
  std::vector<uint64_t> words_;
  size_t body_ = 0;
};

} // namespace weft::test
