// First phase of random programs: what they do.
#include "isa/check/own_results.h"
#include "isa/semantics/operands.h"
#include "isa/semantics/tensor.h"
#include "tests/support/opcodes.h"
#include "tests/support/random.h"
#include "tests/support/random_faults.h"
#include "tests/support/random_layout.h"
#include "tests/support/random_program.h"

#include <bit>
#include <cmath>
#include <deque>

namespace weft::test {
namespace {

using namespace layout;
using Kind = RandomNode::Kind;

class Generator {
public:
  Generator(uint64_t seed, const Machine& machine, const RandomProgramOptions& options)
      : random_(seed), machine_(machine), options_(options) {
    crowded_ = random_.percent(50);
    hotBank_ = random_.below(machine.scratchpad.banks);
    parameters_ = machine.scratchpad.bytes - parameterBytes();
    hasParameters_ = random_.percent(70);
  }

  RandomTree build() {
    prologue();
    const int faultAt =
        options_.faulty ? static_cast<int>(random_.below(static_cast<uint64_t>(options_.instructions))) : -1;
    for (int i = 0; i < options_.instructions; ++i) {
      if (i == faultAt)
        fault();
      const uint32_t kind = random_.below(100);
      if (kind < 15)
        scalarBlock(tree_.nodes);
      else if (kind < 21)
        loop();
      else if (kind < 24)
        call();
      else if (kind < 28)
        fence();
      else if (kind < 34)
        sequencerSemaphores();
      else if (kind < 37)
        accumulations();
      else
        tree_.nodes.push_back(tensor());
    }
    tree_.exitCode = random_.below(100);
    return std::move(tree_);
  }

private:
  uint32_t parameterBytes() const { return timing::VX_PARAM_READS * machine_.array.cols; }

  // Operands that mean something: parameters and random bytes in the scratchpad.
  void prologue() {
    if (hasParameters_) {
      RandomNode node = newTensor(Opcode::LD);
      const uint32_t half = parameterBytes() / 2;
      const uint32_t offset = 4 * random_.below((kBiasBytes - half) / 4 + 1);
      node.arguments.a = kDramBase + kDataOffset + offset;
      node.arguments.b = parameters_;
      node.arguments.pA = pattern(Walk{.count = {half, 2}, .stride = {0, static_cast<int32_t>(kBiasBytes)}});
      node.arguments.pB = pattern(Walk{.stride = {0, static_cast<int32_t>(half)}});
      add(tree_.nodes, std::move(node));
    }
    if (random_.percent(70)) {
      const uint32_t runs = random_.between(1, 4);
      const uint32_t bytes = 256 * random_.between(1, 4);
      RandomNode node = newTensor(Opcode::LD);
      node.arguments.a = kDramBase + kDataOffset + kBiasBytes + kScaleBytes + random_.below(1 << 16);
      node.arguments.b = base(0, int64_t{runs} * bytes, parameters_, machine_.lineBytes());
      node.arguments.pA = pattern(Walk{.count = {bytes, runs}, .stride = {0, 5000}});
      node.arguments.pB = pattern(Walk{.stride = {0, static_cast<int32_t>(bytes)}});
      add(tree_.nodes, std::move(node));
    }
    static constexpr uint32_t edges[] = {0, 1, ~0u, 0x80000000, 0x7fffffff, 31, 32, 64};
    for (uint8_t reg = kFirstRandom; reg <= kLastRandom; ++reg) {
      RandomNode node;
      node.instruction.op = Opcode::ADDI;
      node.instruction.rd = reg;
      node.instruction.imm =
          random_.percent(50) ? edges[random_.below(std::size(edges))] : static_cast<uint32_t>(random_.word());
      if (random_.percent(70))
        tree_.nodes.push_back(node);
    }
  }

  RandomNode newTensor(Opcode op) {
    RandomNode node;
    node.kind = Kind::tensor;
    node.op = op;
    node.style = random_.word();
    return node;
  }

  // A base address for accesses from base + low to base + high, aligned; the region must be large enough. Often at one
  // of its ends.
  uint32_t base(int64_t low, int64_t high, uint32_t size, uint32_t alignment) {
    const int64_t first = (-low + alignment - 1) / alignment;
    const int64_t last = (int64_t{size} - high) / alignment;
    const uint32_t end = random_.below(16);
    const int64_t between = first + random_.below(static_cast<uint64_t>(last - first + 1));
    return static_cast<uint32_t>(end == 0 ? first : end == 1 ? last : between) * alignment;
  }

  // The same in the scratchpad; in crowded programs mostly in one bank.
  uint32_t scratchpad(int64_t low, int64_t high, uint32_t alignment) {
    const uint32_t bank = machine_.bankBytes();
    if (crowded_ && high - low + 2 * int64_t{alignment} <= bank && random_.percent(70))
      return hotBank_ * bank + base(low, high, bank, alignment);
    return base(low, high, machine_.scratchpad.bytes, alignment);
  }

  // Some counts with a product of at most `most`.
  std::array<uint32_t, 4> counts(uint32_t most) {
    std::array<uint32_t, 4> count{1, 1, 1, 1};
    if (most >= 16 && random_.percent(15)) // all dimensions
      for (uint32_t& c : count) {
        c = random_.between(2, most >= 81 ? 3 : 2);
        most /= c;
      }
    if (count[0] > 1)
      return count;
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
      const uint32_t most = reach / 4 / (count[k] - 1) / unit;
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
    Walk near;
    dram.count = {1, 1, 1, 1};
    switch (random_.below(4)) {
    case 0:
      dram.count[0] = random_.between(1, 8);
      break;
    case 1:
      dram.count[0] = random_.between(1, 400);
      break;
    case 2:
      dram.count[0] = machine_.dma.burstBytes * random_.between(1, 4);
      break;
    default:
      dram.count[0] = random_.between(1, 40);
      break;
    }
    const std::array<uint32_t, 4> runs = counts(std::max(1u, 1500 / dram.count[0]));
    for (size_t k = 1; k < 4; ++k)
      dram.count[k] = runs[k];
    const uint32_t length = dram.count[0];
    const uint32_t unit = random_.pick({1u, 4u, machine_.dma.busBytes});
    const Extent far = strides(dram, dram.count, unit, 1 << 17, 1);
    const Extent to = strides(near, dram.count, unit, machine_.scratchpad.bytes / 2, 1);
    args.a = kDramBase + kDataOffset +
             base(far.low, far.high + length, kDramBytes - kDataOffset, random_.pick({1u, machine_.dma.busBytes}));
    args.b = scratchpad(to.low, to.high + length, random_.pick({1u, machine_.lineBytes()}));
    if (random_.percent(5)) // with the last byte of DRAM
      args.a = static_cast<uint32_t>(kDramBase + machine_.dram.bytes - static_cast<uint64_t>(far.high) - length);
    if (load && random_.percent(40)) {
      dram.lo0 = random_.below(length + 2);
      dram.hi0 = random_.percent(50) ? 65535 : random_.below(length + 2);
      dram.lo1 = random_.percent(50) ? 0 : random_.below(dram.count[1] + 1);
      dram.hi1 = random_.percent(50) ? 65535 : random_.below(dram.count[1] + 1);
      dram.fill = random_.percent(80) ? random_.below(256) : static_cast<uint32_t>(random_.word());
      if (dram.lo0 >= std::min(length, dram.hi0) && random_.percent(50))
        args.a = static_cast<uint32_t>(random_.word()); // all fill: not accessed
    }
    if (load && random_.percent(5)) { // what the sequencer may have written
      dram.count = {std::min(length, 64u), 1, 1, 1};
      args.a = kDramBase + kSequencerOffset + random_.below(kSequencerBytes - 64);
    }
    args.pA = pattern(dram);
    args.pB = pattern(near);
    return args;
  }

  float number() {
    uint32_t bits = static_cast<uint32_t>(random_.word());
    switch (random_.below(8)) {
    case 0:
      return 0.0f;
    case 1: { // anything: infinities, NaNs, denormals
      float value;
      std::memcpy(&value, &bits, sizeof value);
      return value;
    }
    case 2:
      return static_cast<float>(static_cast<int32_t>(bits % 401) - 200);
    default:
      return static_cast<float>(static_cast<int32_t>(bits % 20001) - 10000) / 4096.0f;
    }
  }

  PatternRegister configuration(Opcode op) {
    Config config;
    const uint32_t types = randomTypes(op, [this](uint32_t n) { return random_.below(n); });
    config.typeA = types >> slot::a & 15;
    config.typeB = types >> slot::b & 15;
    config.typeResult = types >> slot::result & 15;
    config.lut = random_.percent(25);
    config.exchanged = random_.percent(30);
    auto nine = [&] { return static_cast<int32_t>(random_.between(0, 383)) - 128; };
    config.za = random_.percent(50) ? 0 : nine();
    config.zb = random_.percent(50) ? 0 : nine();
    config.zo = random_.percent(30) ? 0 : nine();
    if (random_.percent(70)) {
      config.lo = config.lo2 = config.typeResult == 1 ? -128 : 0;
      config.hi = config.hi2 = config.typeResult == 1 ? 127 : 255;
    } else {
      config.lo = nine();
      config.hi = nine();
      config.lo2 = nine();
      config.hi2 = nine();
    }
    config.ra = number();
    config.rb = number();
    config.rf = number();
    if (operands::usage(op).floatRows) {
      const uint32_t kind = random_.below(100);
      if (kind < 50) { // t = a
        config.ra = 1.0f;
        config.rf = -0.0f;
      } else if (kind < 65) { // whatever the data: special cases of the functions
        static constexpr float rare[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f};
        config.rf = rare[kind % 5];
      }
    }
    PatternRegister result = pattern(config);
    if (random_.percent(10)) // bits that are not used
      result.field[random_.pick({static_cast<int>(config::za), static_cast<int>(config::lo), 12, 15})] =
          static_cast<uint32_t>(random_.word());
    return result;
  }

  TensorArguments matrix() {
    TensorArguments args;
    const uint32_t rows = machine_.array.rows;
    const uint32_t cols = machine_.array.cols;
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
    const Extent row = strides(rowWalk, rowWalk.count, rows, machine_.scratchpad.bytes / 4);
    const Extent step = strides(stepWalk, stepWalk.count, rows, machine_.scratchpad.bytes / 4);
    args.a = scratchpad(row.low + step.low, row.high + step.high + rows, rows);
    args.b = scratchpad(0, int64_t{s} * rows * cols, cols);
    args.c = base(0, m, machine_.accumulatorRows(), 1);
    args.pA = pattern(rowWalk);
    args.pB = pattern(stepWalk);
    args.pD = configuration(Opcode::MM);
    return args;
  }

  TensorArguments vectorOnce(Opcode op) {
    TensorArguments args;
    const uint32_t cols = machine_.array.cols;
    const uint32_t bytes = machine_.scratchpad.bytes;
    const operands::Usage& use = operands::usage(op);
    if (use.tableLoad) {
      args.a = scratchpad(0, timing::LUT_ENTRIES, cols);
      return args;
    }
    const bool window = use.taps;
    const bool accumulators = use.accumulatorA;
    Walk a;
    Walk b;
    Walk c;
    c.count = counts(random_.pick({3u, 20u, 80u}));
    const Extent to = strides(c, c.count, cols, bytes / 2);
    args.c = scratchpad(to.low, to.high + cols, cols);
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
      const Extent from = strides(a, c.count, 1, machine_.accumulatorRows() - 8);
      args.a = base(from.low, from.high + 1, machine_.accumulatorRows(), 1);
    } else if (!window && random_.percent(15)) { // in place
      a.stride = c.stride;
      args.a = args.c;
    } else {
      const Extent from = strides(a, c.count, cols, bytes / 4);
      const Extent tap = window ? second : Extent{};
      args.a = scratchpad(from.low + tap.low, from.high + tap.high + cols, cols);
    }
    args.b = window ? scratchpad(0, int64_t{taps} * cols, cols) : scratchpad(second.low, second.high + cols, cols);
    args.d = hasParameters_ && random_.percent(60) ? parameters_ : scratchpad(0, parameterBytes(), cols);
    args.pA = pattern(a);
    args.pB = pattern(b);
    args.pC = pattern(c);
    args.pD = configuration(op);
    return args;
  }

  // Addends of which one cancels with the fixed one: what is added first then shows in 8 bits.
  void cancel(PatternRegister& configuration) {
    auto put = [&](int place, float value) {
      configuration.field[static_cast<size_t>(place)] = std::bit_cast<uint32_t>(value);
    };
    const uint32_t bound = configuration.field[random_.pick({config::lo, config::hi, config::lo2})];
    const auto addend = static_cast<float>(static_cast<int32_t>(bound << 23) >> 23);
    const auto large = static_cast<float>(1u << random_.between(18, 24));
    const bool first = random_.percent(70);
    put(first ? config::ra : config::rb, large);
    put(first ? config::rb : config::ra, static_cast<float>(random_.below(1000)) / 1024.0f);
    put(config::rf, -large * addend);
    configuration.field[config::types] ^= random_.below(2) * flag::exchange;
  }

  TensorArguments vector(Opcode op) {
    TensorArguments args = vectorOnce(op);
    while (options_.raceFree && readsOwnResults(makeOp(op, args), machine_))
      args = vectorOnce(op);
    if ((op == Opcode::VRQA || op == Opcode::VADD) && random_.percent(40))
      cancel(args.pD);
    return args;
  }

  Opcode opcode() {
    switch (random_.below(4)) {
    case 0:
      return Opcode::LD;
    case 1:
      return Opcode::ST;
    case 2:
      return random_.pick(builtOpcodes(Engine::matrix));
    default:
      return random_.pick(vectorOpcodes(random_.percent(40)));
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
    case Engine::vector:
      return vector(op);
    case Engine::sequencer:
      break;
    }
    return {};
  }

  // Whether the instruction touches what one of the last instructions of another engine does.
  bool meetsOthers(const TensorOp& op) const {
    for (const TensorOp& other : recent_)
      if (info(other.instruction.op).engine != info(op.instruction.op).engine)
        for (const Region& x : footprint(op, machine_))
          for (const Region& y : footprint(other, machine_))
            if (x.space == y.space && (x.write || y.write) && overlap(x, y))
              return true;
    return false;
  }

  void add(std::vector<RandomNode>& nodes, RandomNode node) {
    recent_.push_back(makeOp(node.op, node.arguments));
    if (recent_.size() > 5)
      recent_.pop_front();
    nodes.push_back(std::move(node));
  }

  RandomNode tensor() {
    RandomNode node = newTensor(opcode());
    node.arguments = arguments(node.op);
    // Without races, engines that always touch the same memory would run one after the other.
    for (int i = 0; options_.raceFree && i < 4 && meetsOthers(makeOp(node.op, node.arguments)); ++i)
      node.arguments = arguments(node.op);
    recent_.push_back(makeOp(node.op, node.arguments));
    if (recent_.size() > 5)
      recent_.pop_front();
    if (random_.percent(12))
      node.times = random_.between(2, 6);
    node.arguments.sync = sync(static_cast<uint8_t>(info(node.op).engine));
    return node;
  }

  // Matrix instructions that follow each other without a gap, each adding to the row with which the one before it ends.
  void accumulations() {
    RandomNode node = newTensor(random_.pick(builtOpcodes(Engine::matrix)));
    // With so many rows the next tile is there before the last of them is read.
    uint32_t rows = 0;
    for (int i = 0; i < 50 && rows <= machine_.array.rows; ++i) {
      node.arguments = matrix();
      rows = 1;
      for (size_t k = 0; k < 4; ++k)
        rows *= node.arguments.pA.field[field::count0 + k];
    }
    const uint32_t length = 2 * rows - 1;
    if (length > machine_.accumulatorRows())
      return;
    node.arguments.c = base(0, length, machine_.accumulatorRows(), 1);
    add(tree_.nodes, node);
    node.op = Opcode::MMA;
    node.arguments.c += rows - 1;
    if (random_.percent(30))
      for (size_t k = 0; k < 4; ++k)
        node.arguments.pA.field[field::count0 + k] = 1;
    add(tree_.nodes, std::move(node));
  }

  // Semaphores that `unit` might wait for and signal.
  Sync sync(uint8_t unit) {
    auto other = [&](uint32_t chance) -> uint8_t {
      const auto chosen = static_cast<uint8_t>(random_.below(kUnits));
      return chosen == unit || !random_.percent(chance) ? kUnits : chosen;
    };
    auto from = [&](uint8_t o) { return o == kUnits ? kNoSemaphore : semaphoreOf(o, unit); };
    auto to = [&](uint8_t o) { return o == kUnits ? kNoSemaphore : semaphoreOf(unit, o); };
    Sync sync;
    sync.w0 = from(other(70));
    sync.w1 = random_.percent(10) ? sync.w0 : from(other(40));
    sync.s0 = to(other(70));
    sync.s1 = random_.percent(10) ? sync.s0 : to(other(30));
    return sync;
  }

  uint8_t anyRegister() { return static_cast<uint8_t>(random_.between(kFirstRandom, kLastRandom)); }
  uint8_t source() { return random_.percent(5) ? uint8_t{0} : anyRegister(); }

  // An address of `bytes` bytes, aligned, that random code may use.
  uint32_t scalarAddress(uint32_t bytes) {
    if (random_.percent(5)) // the last one
      return random_.percent(50) ? kScalarMemoryBase + machine_.scalarMemory.bytes - bytes
                                 : static_cast<uint32_t>(kDramBase + machine_.dram.bytes) - bytes;
    if (random_.percent(70))
      return kScalarMemoryBase + bytes * random_.below(kScalarBytes / bytes);
    return kDramBase + kSequencerOffset + bytes * random_.below(kSequencerBytes / bytes);
  }

  static uint32_t width(Opcode op) {
    switch (op) {
    case Opcode::LB:
    case Opcode::LBU:
    case Opcode::SB:
      return 1;
    case Opcode::LH:
    case Opcode::LHU:
    case Opcode::SH:
      return 2;
    case Opcode::PLOAD:
      return 64;
    default:
      return 4;
    }
  }

  RandomNode scalar() {
    RandomNode node;
    Instruction& in = node.instruction;
    node.style = random_.word();
    in.rd = random_.percent(3) ? uint8_t{0} : anyRegister();
    in.rs1 = source();
    in.rs2 = source();
    in.pA = kRandomPattern;
    switch (random_.below(12)) {
    case 0:
    case 1:
    case 2:
      in.op = random_.pick({Opcode::ADD, Opcode::SUB, Opcode::AND, Opcode::OR, Opcode::XOR, Opcode::SLL, Opcode::SRL,
                            Opcode::SRA, Opcode::SLT, Opcode::SLTU});
      break;
    case 3:
      in.op = random_.pick({Opcode::MUL, Opcode::MULH, Opcode::MULHU, Opcode::DIV, Opcode::DIVU, Opcode::REM,
                            Opcode::REMU, Opcode::MULI});
      in.imm = static_cast<uint32_t>(random_.word());
      break;
    case 4:
    case 5:
      in.op = random_.pick({Opcode::ADDI, Opcode::ANDI, Opcode::ORI, Opcode::XORI, Opcode::SLLI, Opcode::SRLI,
                            Opcode::SRAI, Opcode::SLTI, Opcode::SLTIU});
      in.imm = random_.percent(50) ? random_.below(64) - 20 : static_cast<uint32_t>(random_.word());
      break;
    case 6:
    case 7:
      in.op = random_.pick({Opcode::LB, Opcode::LBU, Opcode::LH, Opcode::LHU, Opcode::LW});
      in.rs1 = 0;
      in.imm = scalarAddress(width(in.op));
      break;
    case 8:
    case 9:
      in.op = random_.pick({Opcode::SB, Opcode::SH, Opcode::SW});
      in.rs1 = 0;
      in.imm = scalarAddress(width(in.op));
      break;
    case 10:
      in.op = random_.pick({Opcode::PLOAD, Opcode::PSET, Opcode::PSETI, Opcode::PRESET});
      in.pF = static_cast<uint8_t>(random_.below(timing::PATTERN_FIELDS));
      if (in.op == Opcode::PLOAD)
        in.rs1 = 0;
      in.imm = in.op == Opcode::PLOAD ? scalarAddress(64) : static_cast<uint32_t>(random_.word());
      break;
    default:
      in.op = Opcode::RDCTR;
      in.imm = random_.percent(50) ? random_.below(2) : random_.below(counter::count + 3);
      if (options_.raceFree && !options_.counters)
        in.rd = kCounter; // counters depend on time
      break;
    }
    return node;
  }

  void scalarBlock(std::vector<RandomNode>& nodes) {
    const uint32_t length = random_.between(1, 12);
    for (uint32_t i = 0; i < length; ++i) {
      if (random_.percent(15)) {
        RandomNode node;
        node.kind = Kind::branch;
        node.instruction.op =
            random_.pick({Opcode::BEQ, Opcode::BNE, Opcode::BLT, Opcode::BGE, Opcode::BLTU, Opcode::BGEU});
        node.instruction.rs1 = source();
        node.instruction.rs2 = source();
        for (uint32_t k = random_.between(1, 3); k > 0; --k)
          node.body.push_back(scalar());
        if (random_.percent(20)) {
          node.body.push_back(tensor());
          node.body.back().arguments.sync = {};
        }
        nodes.push_back(std::move(node));
      }
      nodes.push_back(scalar());
    }
  }

  void loop() {
    RandomNode node;
    node.kind = Kind::loop;
    node.times = random_.between(1, 6);
    for (uint32_t i = random_.between(1, 3); i > 0; --i) {
      if (random_.percent(70))
        node.body.push_back(scalar());
      if (random_.percent(70)) {
        RandomNode inner = tensor();
        inner.times = 1;
        if (random_.percent(60))
          walkThroughMemory(inner, node.times);
        node.body.push_back(std::move(inner));
      }
    }
    tree_.nodes.push_back(std::move(node));
  }

  // Addresses that move from round to round, as far as all rounds are legal.
  void walkThroughMemory(RandomNode& node, uint32_t rounds) {
    const uint32_t unit = std::max(machine_.rowBytes(), 16u);
    std::array<uint32_t, 4> step{};
    for (uint32_t& s : step)
      s = random_.percent(60) ? (random_.below(8) - 4) * unit : 0;
    if (info(node.op).engine == Engine::matrix)
      step[2] = random_.below(3) - 1;
    if (operands::usage(node.op).accumulatorA)
      step[0] = random_.below(3) - 1;
    for (uint32_t round = 0; round < rounds; ++round) {
      const TensorOp op = makeOp(node.op, argumentsInRound(node.arguments, step, round));
      if (checkOperands(op, machine_) || checkAddresses(op, machine_) ||
          (options_.raceFree && readsOwnResults(op, machine_)))
        return;
      for (const Region& region : footprint(op, machine_))
        if (region.space == Space::dram && region.write && region.lowest() < int64_t{kDramBase} + kDataOffset)
          return;
    }
    node.step = step;
  }

  void call() {
    RandomNode node;
    node.kind = Kind::call;
    for (uint32_t i = random_.between(1, 3); i > 0; --i)
      node.body.push_back(random_.percent(40) ? tensor() : scalar());
    tree_.nodes.push_back(std::move(node));
  }

  void fence() {
    RandomNode node;
    node.kind = Kind::fence;
    node.times = random_.below(16);
    tree_.nodes.push_back(node);
  }

  void sequencerSemaphores() {
    RandomNode node;
    node.kind = Kind::sync;
    node.arguments.sync = sync(0);
    tree_.nodes.push_back(node);
  }

  void fault() {
    const LegalParts parts = {[this] { return opcode(); }, [this](Opcode op) { return arguments(op); },
                              [this] { return scalar(); }};
    for (RandomNode& node : randomFault(random_, machine_, parts))
      tree_.nodes.push_back(std::move(node));
  }

  static TensorArguments argumentsInRound(TensorArguments arguments, const std::array<uint32_t, 4>& step,
                                          uint32_t round) {
    arguments.a += round * step[0];
    arguments.b += round * step[1];
    arguments.c += round * step[2];
    arguments.d += round * step[3];
    return arguments;
  }

  Random random_;
  const Machine& machine_;
  RandomProgramOptions options_;
  RandomTree tree_;
  std::deque<TensorOp> recent_;
  bool crowded_ = false;
  uint32_t hotBank_ = 0;
  uint32_t parameters_ = 0; // scratchpad address
  bool hasParameters_ = false;
};

} // namespace

RandomTree randomTree(uint64_t seed, const Machine& machine, const RandomProgramOptions& options) {
  return Generator(seed, machine, options).build();
}

} // namespace weft::test
