#include "tests/support/random_program.h"

#include "isa/semantics/tensor.h"
#include "tests/support/random.h"

namespace weft::test {

namespace {

constexpr uint32_t kDataOffset = 1 << 18;
constexpr uint32_t kDramBytes = 1 << 20;

// Semaphore s goes from one unit to another, by its number; 0 sequencer, 1 to 4 engines.
constexpr uint8_t kUnits = 5;
constexpr uint8_t kUsedSemaphores = 20; // kUnits * (kUnits - 1): each ordered pair has one
uint8_t semaphoreOf(uint8_t from, uint8_t to) {
  return static_cast<uint8_t>(from * (kUnits - 1) + (to < from ? to : to - 1));
}

class Generator {
public:
  Generator(uint64_t seed, const Machine& machine, const RandomProgramOptions& options)
      : random_(seed), machine_(machine), options_(options) {}

  ProgramBuilder build() {
    int faultAt = options_.faulty ? static_cast<int>(random_.below(static_cast<uint64_t>(options_.instructions))) : -1;
    for (int i = 0; i < options_.instructions; ++i) {
      if (i == faultAt)
        fault();
      uint32_t kind = random_.below(100);
      if (kind < 15)
        scalarBlock();
      else if (kind < 20)
        loop();
      else if (kind < 25)
        program_.fence(random_.below(16));
      else if (kind < 30)
        sequencerSemaphore();
      else
        tensor();
    }
    program_.halt(random_.below(100));
    return std::move(program_);
  }

private:
  // A base address for accesses from base + low to base + high, aligned; the region must be large enough.
  uint32_t base(int64_t low, int64_t high, uint32_t size, uint32_t alignment) {
    int64_t first = (-low + alignment - 1) / alignment;
    int64_t last = (int64_t{size} - high) / alignment;
    return static_cast<uint32_t>(first + random_.below(static_cast<uint64_t>(last - first + 1))) * alignment;
  }

  // Some counts with a product of at most `most`.
  std::array<uint32_t, 4> counts(uint32_t most) {
    std::array<uint32_t, 4> count{1, 1, 1, 1};
    uint32_t left = random_.between(1, most);
    for (uint32_t& c : count) {
      c = random_.percent(60) ? random_.between(1, left) : 1;
      left /= c;
    }
    return count;
  }

  struct Extent {
    int64_t low = 0;
    int64_t high = 0;
  };
  // Strides, multiples of `unit`, under which `count` reaches no more than `reach` bytes.
  Extent strides(Walk& walk, const std::array<uint32_t, 4>& count, uint32_t unit, uint32_t reach, size_t first = 0) {
    Extent extent;
    for (size_t k = first; k < 4; ++k) {
      if (count[k] == 1) {
        walk.stride[k] = static_cast<int32_t>(random_.below(1000)); // not used, so anything
        continue;
      }
      uint32_t most = reach / 4 / (count[k] - 1) / unit;
      int64_t stride = int64_t{random_.below(std::min(most, random_.pick({1u, 2u, 5u, 1000u})) + 1)} * unit;
      if (random_.percent(20))
        stride = -stride;
      walk.stride[k] = static_cast<int32_t>(stride);
      (stride < 0 ? extent.low : extent.high) += stride * (count[k] - 1);
    }
    return extent;
  }

  TensorArguments dma(bool load) {
    TensorArguments args;
    Walk dram;
    Walk scratchpad;
    dram.count = {random_.percent(50) ? random_.between(1, 40) : random_.between(1, 400), 1, 1, 1};
    std::array<uint32_t, 4> runs = counts(std::max(1u, 1500 / dram.count[0]));
    for (size_t k = 1; k < 4; ++k)
      dram.count[k] = runs[k];
    uint32_t length = dram.count[0];
    uint32_t unit = random_.pick({1u, 4u, machine_.dma.busBytes});
    Extent far = strides(dram, dram.count, unit, 1 << 17, 1);
    Extent near = strides(scratchpad, dram.count, unit, machine_.scratchpad.bytes / 2, 1);
    args.a = kDramBase + kDataOffset +
             base(far.low, far.high + length, kDramBytes - kDataOffset, random_.pick({1u, machine_.dma.busBytes}));
    args.b = base(near.low, near.high + length, machine_.scratchpad.bytes, random_.pick({1u, machine_.lineBytes()}));
    if (load && random_.percent(40)) {
      dram.lo0 = random_.below(length + 2);
      dram.hi0 = random_.percent(50) ? 65535 : random_.below(length + 2);
      dram.lo1 = random_.percent(50) ? 0 : random_.below(dram.count[1] + 1);
      dram.hi1 = random_.percent(50) ? 65535 : random_.below(dram.count[1] + 1);
      dram.fill = random_.below(256);
    }
    args.pA = pattern(dram);
    args.pB = pattern(scratchpad);
    return args;
  }

  PatternRegister configuration() {
    Config config;
    config.typeA = random_.below(2);
    config.typeB = random_.below(2);
    config.typeResult = random_.below(2);
    config.lut = random_.percent(20);
    config.za = static_cast<int32_t>(random_.below(100));
    config.zb = static_cast<int32_t>(random_.below(100));
    return pattern(config);
  }

  TensorArguments matrix() {
    TensorArguments args;
    uint32_t rows = machine_.array.rows;
    uint32_t cols = machine_.array.cols;
    Walk rowWalk;
    Walk stepWalk;
    rowWalk.count = counts(std::min(random_.pick({4u, 30u, 120u}), machine_.accumulatorRows()));
    stepWalk.count = counts(random_.pick({1u, 3u, 6u}));
    uint32_t m = 1;
    uint32_t s = 1;
    for (size_t k = 0; k < 4; ++k) {
      m *= rowWalk.count[k];
      s *= stepWalk.count[k];
    }
    Extent row = strides(rowWalk, rowWalk.count, rows, machine_.scratchpad.bytes / 4);
    Extent step = strides(stepWalk, stepWalk.count, rows, machine_.scratchpad.bytes / 4);
    args.a = base(row.low + step.low, row.high + step.high + rows, machine_.scratchpad.bytes, rows);
    args.b = base(0, int64_t{s} * rows * cols, machine_.scratchpad.bytes, cols);
    args.c = base(0, m, machine_.accumulatorRows(), 1);
    args.pA = pattern(rowWalk);
    args.pB = pattern(stepWalk);
    args.pD = configuration();
    return args;
  }

  TensorArguments vector(Opcode op) {
    TensorArguments args;
    uint32_t cols = machine_.array.cols;
    uint32_t bytes = machine_.scratchpad.bytes;
    if (op == Opcode::VLDLUT) {
      args.a = base(0, timing::LUT_ENTRIES, bytes, cols);
      return args;
    }
    bool window = op == Opcode::VMAX || op == Opcode::VSUM || op == Opcode::VDW;
    bool accumulators = op == Opcode::VRQ || op == Opcode::VRQA;
    Walk a;
    Walk b;
    Walk c;
    c.count = counts(random_.pick({3u, 20u, 80u}));
    Extent to = strides(c, c.count, cols, bytes / 2);
    args.c = base(to.low, to.high + cols, bytes, cols);
    uint32_t taps = 1;
    Extent second;
    if (window) {
      b.count = counts(9);
      for (uint32_t count : b.count)
        taps *= count;
      second = strides(b, b.count, cols, bytes / 4);
    } else {
      second = strides(b, c.count, cols, bytes / 2);
    }
    if (accumulators) {
      Extent from = strides(a, c.count, 1, machine_.accumulatorRows() - 8);
      args.a = base(from.low, from.high + 1, machine_.accumulatorRows(), 1);
    } else {
      Extent from = strides(a, c.count, cols, bytes / 4);
      Extent tap = window ? second : Extent{};
      args.a = base(from.low + tap.low, from.high + tap.high + cols, bytes, cols);
    }
    args.b = window ? base(0, int64_t{taps} * cols, bytes, cols) : base(second.low, second.high + cols, bytes, cols);
    args.d = base(0, int64_t{timing::VX_PARAM_READS} * cols, bytes, cols);
    args.pA = pattern(a);
    args.pB = pattern(b);
    args.pC = pattern(c);
    args.pD = configuration();
    return args;
  }

  Opcode opcode() {
    switch (random_.below(4)) {
    case 0:
      return Opcode::LD;
    case 1:
      return Opcode::ST;
    case 2:
      return random_.pick({Opcode::MM, Opcode::MMA});
    default:
      return random_.pick({Opcode::VRQ, Opcode::VRQA, Opcode::VADD, Opcode::VMUL, Opcode::VLUT, Opcode::VLDLUT,
                           Opcode::VMAX, Opcode::VSUM, Opcode::VDW});
    }
  }

  TensorArguments arguments(Opcode op) {
    switch (info(op).engine) {
    case Engine::load:
      return dma(true);
    case Engine::store:
      return dma(false);
    case Engine::matrix:
      return matrix();
    default:
      return vector(op);
    }
  }

  // Adds random waits and signals of `unit` that keep every wait after its signal.
  Sync sync(uint8_t unit) {
    Sync sync;
    auto wait = [&]() -> uint8_t {
      uint8_t from = static_cast<uint8_t>(random_.below(kUnits));
      if (from == unit || !random_.percent(50))
        return kNoSemaphore;
      uint8_t semaphore = semaphoreOf(from, unit);
      if (tokens_[semaphore] == 0)
        return kNoSemaphore;
      --tokens_[semaphore];
      return semaphore;
    };
    auto signal = [&]() -> uint8_t {
      uint8_t to = static_cast<uint8_t>(random_.below(kUnits));
      if (to == unit || !random_.percent(50))
        return kNoSemaphore;
      uint8_t semaphore = semaphoreOf(unit, to);
      if (tokens_[semaphore] >= 200)
        return kNoSemaphore;
      ++tokens_[semaphore];
      return semaphore;
    };
    sync.w0 = wait();
    sync.w1 = wait();
    if (sync.w1 == sync.w0 && sync.w0 != kNoSemaphore)
      ++tokens_[sync.w0]; // counts once
    sync.s0 = signal();
    sync.s1 = signal();
    if (sync.s1 == sync.s0 && sync.s0 != kNoSemaphore)
      --tokens_[sync.s0];
    return sync;
  }

  void keepApart(const TensorOp& op) {
    std::vector<Region> regions = footprint(op, machine_);
    auto engine = info(op.instruction.op).engine;
    for (const auto& [other, theirs] : unordered_) {
      if (other == engine)
        continue;
      for (const Region& x : regions)
        for (const Region& y : theirs)
          if (x.space == y.space && (x.write || y.write) && overlap(x, y)) {
            program_.fence(15);
            unordered_.clear();
            unordered_.push_back({engine, regions});
            return;
          }
    }
    unordered_.push_back({engine, regions});
  }

  void emit(Opcode op, const TensorArguments& args) {
    if (options_.raceFree)
      keepApart(makeOp(op, args));
    program_.tensor(op, args);
  }

  void tensor() {
    Opcode op = opcode();
    TensorArguments args = arguments(op);
    args.sync = sync(static_cast<uint8_t>(info(op).engine));
    emit(op, args);
  }

  // Registers x10 to x20 are free for scalar code.
  void scalar() {
    auto reg = [&] { return static_cast<uint8_t>(random_.between(10, 20)); };
    switch (random_.below(10)) {
    case 0:
    case 1:
      program_.regReg(random_.pick({Opcode::ADD, Opcode::SUB, Opcode::XOR, Opcode::SLTU, Opcode::SRA}), reg(), reg(),
                      reg());
      break;
    case 2:
      program_.regReg(random_.pick({Opcode::MUL, Opcode::MULH, Opcode::DIV, Opcode::REMU}), reg(), reg(), reg());
      break;
    case 3:
      program_.regImm(random_.pick({Opcode::ADDI, Opcode::MULI, Opcode::SRLI}), reg(), reg(),
                      static_cast<int32_t>(random_.below(1000)));
      break;
    case 4:
      program_.regImm(random_.pick({Opcode::LW, Opcode::LHU, Opcode::LB}), reg(), 0,
                      static_cast<int32_t>(kScalarMemoryBase + 4 * random_.below(100)));
      break;
    case 5:
      program_.store(random_.pick({Opcode::SW, Opcode::SH, Opcode::SB}), reg(), 0,
                     static_cast<int32_t>(kScalarMemoryBase + 4 * random_.below(100)));
      break;
    case 6: // DRAM between code and data
      program_.regImm(Opcode::LW, reg(), 0,
                      static_cast<int32_t>(kDramBase + kDataOffset - 4096 + 4 * random_.below(512)));
      break;
    case 7:
      program_.store(Opcode::SW, reg(), 0,
                     static_cast<int32_t>(kDramBase + kDataOffset - 4096 + 4 * random_.below(512)));
      break;
    case 8: {
      Instruction in;
      in.op = Opcode::PLOAD;
      in.pA = 15;
      in.imm = random_.percent(50) ? kScalarMemoryBase + 64 * random_.below(8)
                                   : kDramBase + kDataOffset - 4096 + 64 * random_.below(8);
      program_.emit(in);
      break;
    }
    default: {
      Instruction in;
      in.op = Opcode::RDCTR;
      in.rd = options_.raceFree ? 21 : reg(); // counters depend on time
      in.imm = random_.below(counter::count);
      program_.emit(in);
      break;
    }
    }
  }

  void scalarBlock() {
    uint32_t length = random_.between(1, 12);
    for (uint32_t i = 0; i < length; ++i) {
      if (random_.percent(10)) {
        int label = program_.newLabel();
        program_.branch(random_.pick({Opcode::BEQ, Opcode::BLT, Opcode::BGEU}),
                        static_cast<uint8_t>(random_.between(10, 20)), static_cast<uint8_t>(random_.between(10, 20)),
                        label);
        scalar();
        program_.bind(label);
      }
      scalar();
    }
  }

  void loop() {
    constexpr uint8_t kCount = 22;
    program_.li(kCount, random_.between(1, 5));
    int label = program_.newLabel();
    program_.bind(label);
    uint32_t body = random_.between(1, 3);
    for (uint32_t i = 0; i < body; ++i) {
      scalar();
      if (random_.percent(50)) {
        Opcode op = opcode();
        emit(op, arguments(op));
      }
    }
    if (options_.raceFree) { // the next round is unordered with this one
      program_.fence(15);
      unordered_.clear();
    }
    program_.regImm(Opcode::ADDI, kCount, kCount, -1);
    program_.branch(Opcode::BNE, kCount, 0, label);
  }

  void sequencerSemaphore() {
    Sync s = sync(0);
    if (s.w0 != kNoSemaphore || s.w1 != kNoSemaphore)
      program_.semWait(s.w0, s.w1);
    if (s.s0 != kNoSemaphore || s.s1 != kNoSemaphore)
      program_.semSignal(s.s0, s.s1);
  }

  void fault() {
    constexpr uint8_t kUnused = 30; // a semaphore that nothing signals
    switch (random_.below(8)) {
    case 0: { // an address
      Opcode op = opcode();
      TensorArguments args = arguments(op);
      uint32_t far = 1u << 28;
      (random_.percent(50) ? args.a : random_.percent(50) ? args.b : random_.percent(50) ? args.c : args.d) += far;
      program_.tensor(op, args);
      break;
    }
    case 1: { // a walk that runs out of its memory
      Opcode op = opcode();
      TensorArguments args = arguments(op);
      args.pA.field[field::count1] = 50;
      args.pA.field[field::stride1] = machine_.scratchpad.bytes / 8;
      args.pC.field[field::count1] = 50;
      program_.tensor(op, args);
      break;
    }
    case 2: { // a count
      Opcode op = opcode();
      TensorArguments args = arguments(op);
      args.pA.field[field::count2] = 0;
      args.pC.field[field::count2] = 70000;
      program_.tensor(op, args);
      break;
    }
    case 3: { // alignment or type
      Opcode op = random_.pick({Opcode::MM, Opcode::VADD, Opcode::VMAX});
      TensorArguments args = arguments(op);
      if (random_.percent(50))
        args.a += 1;
      else
        args.pD.field[config::types] = random_.between(2, 15);
      program_.tensor(op, args);
      break;
    }
    case 4: { // a wait that never ends
      Opcode op = opcode();
      TensorArguments args = arguments(op);
      args.sync.w0 = kUnused;
      program_.tensor(op, args);
      break;
    }
    case 5: // overflow
      for (int i = 0; i <= timing::SEMAPHORE_MAX; ++i)
        program_.semSignal(29);
      break;
    case 6:
      program_.emitWord(random_.percent(50) ? random_.word() : 0);
      break;
    default:
      program_.trap(random_.below(1000));
      break;
    }
  }

  Random random_;
  const Machine& machine_;
  RandomProgramOptions options_;
  ProgramBuilder program_;
  std::array<uint32_t, kUsedSemaphores> tokens_{};
  std::vector<std::pair<Engine, std::vector<Region>>> unordered_;
};

} // namespace

Machine randomMachine(uint64_t seed) {
  Random random(seed ^ 0x6d616368696e65);
  Machine machine = smallMachine(random.pick({4u, 8u, 16u, 32u}), random.pick({4u, 8u, 16u, 32u}));
  machine.clockMhz = random.pick({333u, 700u, 1000u});
  machine.dma.busBytes = random.pick({4u, 8u, 16u, 32u, 64u});
  machine.dma.burstBytes = machine.dma.busBytes * random.pick({1u, 2u, 4u});
  machine.dma.loadOutstanding = random.pick({1u, 2u, 8u, 32u});
  machine.dma.storeOutstanding = random.pick({1u, 2u, 8u});
  machine.scratchpad.bytes = 65536;
  machine.scratchpad.banks = random.pick({1u, 2u, 8u, 16u});
  machine.accumulator.banks = random.pick({1u, 2u, 4u});
  machine.queues = {random.between(1, 4), random.between(1, 4), random.between(1, 4), random.between(1, 4)};
  machine.icache.bytes = random.pick({256u, 512u, 4096u, 65536u});
  machine.dram.bytes = kDramBytes;
  machine.dram.model = random.percent(30) ? DramModel::detailed : DramModel::ideal;
  machine.dram.latencyNs = random.between(1, 200);
  machine.dram.bandwidthMbS = random.pick({2000u, 7777u, 16000u, 100000u});
  machine.dram.preset = random.pick({DramPreset::ddr4_2400, DramPreset::lpddr4_3200, DramPreset::hbm2});
  machine.dram.channels = random.pick({1u, 2u});
  return machine;
}

ProgramBuilder randomProgram(uint64_t seed, const Machine& machine, const RandomProgramOptions& options) {
  return Generator(seed, machine, options).build();
}

void fillData(uint64_t seed, CoreMemory& memory) {
  Random random(seed);
  for (uint32_t at = kDataOffset - 4096; at < kDramBytes; at += 8) {
    uint64_t value = random.word();
    std::memcpy(memory.dram.at(kDramBase + at), &value, sizeof value);
  }
}

} // namespace weft::test
