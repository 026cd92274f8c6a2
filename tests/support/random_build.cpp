// Second phase of random programs: semaphores, registers, instructions.
#include "isa/semantics/tensor.h"
#include "tests/support/random.h"
#include "tests/support/random_layout.h"
#include "tests/support/random_program.h"

#include <algorithm>

namespace weft::test {
namespace {

using namespace layout;
using Kind = RandomNode::Kind;

// Decides which semaphores every instruction waits for and signals, and where fences are needed. Changes the tree:
// arguments.sync of every node is final afterwards.
class Synchroniser {
public:
  Synchroniser(const Machine& machine, bool raceFree) : machine_(machine), raceFree_(raceFree) {}

  void run(std::vector<RandomNode>& nodes) {
    std::vector<RandomNode> result;
    if (!top_)
      top_ = &result;
    for (RandomNode& node : nodes)
      visit(std::move(node), result);
    nodes = std::move(result);
  }

private:
  using Unit = size_t; // 0 sequencer, 1 to 4 engines

  static RandomNode fenceNode(uint32_t engines) {
    RandomNode node;
    node.kind = Kind::fence;
    node.times = engines;
    return node;
  }

  void visit(RandomNode node, std::vector<RandomNode>& out) {
    switch (node.kind) {
    case Kind::tensor:
      if (node.forced)
        return apart(std::move(node), out);
      return tensor(std::move(node), out);
    case Kind::scalar:
      orderAccess(node, out);
      break;
    case Kind::fence:
      fenced(node.times);
      break;
    case Kind::sync:
      if (!node.forced)
        node.arguments.sync = grant(node.arguments.sync, 1);
      break;
    case Kind::group:
      return apart(std::move(node), out);
    case Kind::loop: {
      // The rounds are unordered with each other.
      fenceIfRaces(out);
      ++loops_;
      rounds_ = node.times;
      localTokens_ = {};
      run(node.body);
      for (size_t s = 0; s < tokens_.size(); ++s)
        tokens_[s] += node.times * localTokens_[s];
      --loops_;
      if (raceFree_)
        node.body.push_back(fenceNode(15));
      fenced(15);
      break;
    }
    case Kind::branch: { // perhaps
      ++conditions_;
      run(node.body);
      --conditions_;
      break;
    }
    case Kind::call:
      // Its instructions come after its jump, not where its node is; in the order of the tree all the same.
      run(node.body);
      break;
    case Kind::signal:
    case Kind::word:
      break;
    }
    out.push_back(std::move(node));
  }

  void fenceIfRaces(std::vector<RandomNode>& out) {
    if (!raceFree_)
      return;
    out.push_back(fenceNode(15));
    fenced(15);
  }

  void fenced(uint32_t engines) {
    if (conditions_ > 0)
      return;
    for (Unit engine = 1; engine < kUnits; ++engine)
      if ((engines >> (engine - 1) & 1) != 0)
        for (Unit unit = 0; unit < kUnits; ++unit)
          ordered_[unit][engine] = count_[engine];
  }

  // Takes what is legal of the wishes. In a loop a round waits only for what the round has signalled.
  Sync grant(Sync wish, uint32_t times) {
    if (conditions_ > 0 || times != 1)
      return {};
    auto& tokens = loops_ > 0 ? localTokens_ : tokens_;
    // So far below the maximum that engines that lag behind, by their queues at most, do not reach it.
    constexpr uint32_t kMost = 150;
    constexpr uint32_t kMostInRound = 20;
    auto full = [&](uint8_t semaphore) {
      if (loops_ == 0)
        return tokens_[semaphore] >= kMost;
      return localTokens_[semaphore] >= kMostInRound || tokens_[semaphore] + rounds_ * kMostInRound > kMost;
    };
    auto wait = [&](uint8_t semaphore) {
      if (semaphore == kNoSemaphore)
        return kNoSemaphore;
      // Any other producer's will do as well.
      const uint8_t unit = consumerOf(semaphore);
      for (uint8_t from = 0; from < kUnits && tokens[semaphore] == 0; ++from)
        if (from != unit && tokens[semaphoreOf(from, unit)] > 0)
          semaphore = semaphoreOf(from, unit);
      if (tokens[semaphore] == 0)
        return kNoSemaphore;
      --tokens[semaphore];
      return semaphore;
    };
    auto signal = [&](uint8_t semaphore) {
      if (semaphore == kNoSemaphore || full(semaphore))
        return kNoSemaphore;
      ++tokens[semaphore];
      return semaphore;
    };
    Sync sync;
    sync.w0 = wait(wish.w0);
    // The same one twice counts once.
    sync.w1 = wish.w1 == wish.w0 ? sync.w0 : wait(wish.w1);
    if (sync.w1 == sync.w0 && wish.w1 != wish.w0 && sync.w0 != kNoSemaphore)
      ++tokens[sync.w0];
    sync.s0 = signal(wish.s0);
    sync.s1 = wish.s1 == wish.s0 ? sync.s0 : signal(wish.s1);
    return sync;
  }

  // Everything that the instruction touches, in all rounds of a loop.
  std::vector<Region> regions(const RandomNode& node) const {
    std::vector<Region> result;
    for (uint32_t round = 0; round < (loops_ > 0 ? rounds_ : 1); ++round) {
      TensorArguments arguments = node.arguments;
      arguments.a += round * node.step[0];
      arguments.b += round * node.step[1];
      arguments.c += round * node.step[2];
      arguments.d += round * node.step[3];
      for (const Region& region : footprint(makeOp(node.op, arguments), machine_))
        result.push_back(region);
    }
    return result;
  }

  static bool meet(const std::vector<Region>& xs, const std::vector<Region>& ys) {
    for (const Region& x : xs)
      for (const Region& y : ys)
        if (x.space == y.space && (x.write || y.write) && overlap(x, y))
          return true;
    return false;
  }

  // Whether `unit`, touching `mine`, has to be ordered after an instruction of `engine` and is not yet.
  bool conflicts(Unit unit, const std::vector<Region>& mine, Unit engine) const {
    return std::any_of(history_[engine].begin() + static_cast<ptrdiff_t>(ordered_[unit][engine]),
                       history_[engine].end(), [&](const Past& past) { return meet(mine, past.regions); });
  }

  void orderAccess(const RandomNode& node, std::vector<RandomNode>& out) {
    const Instruction& in = node.instruction;
    if (!raceFree_ || in.imm < kDramBase || (info(in.op).engine != Engine::sequencer))
      return;
    const bool write = in.op == Opcode::SB || in.op == Opcode::SH || in.op == Opcode::SW;
    const bool read = in.op == Opcode::PLOAD || in.op == Opcode::LB || in.op == Opcode::LBU || in.op == Opcode::LH ||
                      in.op == Opcode::LHU || in.op == Opcode::LW;
    if (!write && !read)
      return;
    Region region{Space::dram, write, in.imm, in.op == Opcode::PLOAD ? 64 : 4, {}, {}};
    region.count.fill(1);
    for (Unit engine : {1, 2})
      if (conflicts(0, {region}, engine)) {
        out.push_back(fenceNode(3));
        fenced(3);
      }
  }

  void tensor(RandomNode node, std::vector<RandomNode>& out) {
    const auto unit = static_cast<Unit>(info(node.op).engine);
    std::vector<Region> mine;
    Sync order;
    if (raceFree_) {
      mine = regions(node);
      for (Unit engine = 1; engine < kUnits; ++engine)
        if (engine != unit && conflicts(unit, mine, engine) && !orderBySemaphore(node, order, engine, unit, out)) {
          out.push_back(fenceNode(15));
          fenced(15);
        }
    }
    Sync wish = node.arguments.sync;
    if (order.w0 != kNoSemaphore)
      wish.w0 = kNoSemaphore;
    if (order.w1 != kNoSemaphore)
      wish.w1 = kNoSemaphore;
    node.arguments.sync = grant(wish, node.times);
    if (order.w0 != kNoSemaphore)
      node.arguments.sync.w0 = order.w0;
    if (order.w1 != kNoSemaphore)
      node.arguments.sync.w1 = order.w1;
    // Signals can be added later to an instruction that is executed exactly once.
    const bool once = node.times == 1 && loops_ == 0 && conditions_ == 0 && &out == top_;
    history_[unit].push_back({std::move(mine), once ? out.size() : kNowhere});
    ++count_[unit];
    out.push_back(std::move(node));
  }

  // Lets the last instruction of `engine` signal and this one wait. False if there is no room for that.
  bool orderBySemaphore(const RandomNode& node, Sync& order, Unit engine, Unit unit, std::vector<RandomNode>& out) {
    static constexpr uint8_t kNone = kNoSemaphore;
    static constexpr uint8_t first = kWishSemaphores;
    // Matrix and store never meet: both only read the scratchpad.
    static constexpr uint8_t semaphores[kUnits][kUnits] = {
        {kNone, kNone, kNone, kNone, kNone},
        {kNone, kNone, first, first + 1, first + 2},
        {kNone, first + 3, kNone, kNone, first + 4},
        {kNone, first + 5, kNone, kNone, first + 6},
        {kNone, first + 7, first + 8, first + 9, kNone},
    };
    const uint8_t semaphore = semaphores[engine][unit];
    const Past& last = history_[engine].back();
    if (semaphore == kNone || last.place == kNowhere || node.times != 1 || loops_ > 0 || conditions_ > 0 ||
        &out != top_ || node.style % 8 == 0)
      return false;
    uint8_t* slot = order.w0 == kNoSemaphore ? &order.w0 : &order.w1;
    Sync& signals = out[last.place].arguments.sync;
    if (*slot != kNoSemaphore || (signals.s0 != kNoSemaphore && signals.s1 != kNoSemaphore))
      return false;
    *slot = semaphore;
    (signals.s0 == kNoSemaphore ? signals.s0 : signals.s1) = semaphore;
    ordered_[unit][engine] = count_[engine];
    return true;
  }

  // What faults touches nobody knows what.
  void apart(RandomNode node, std::vector<RandomNode>& out) {
    fenceIfRaces(out);
    out.push_back(std::move(node));
    if (raceFree_)
      out.push_back(fenceNode(15));
  }

  struct Past {
    std::vector<Region> regions;
    size_t place; // in the program's top level
  };
  static constexpr size_t kNowhere = ~size_t{0};

  const Machine& machine_;
  bool raceFree_;
  std::vector<RandomNode>* top_ = nullptr; // nodes that are executed exactly once
  int loops_ = 0;
  int conditions_ = 0;
  uint32_t rounds_ = 0; // of the current loop
  std::array<uint32_t, kWishSemaphores> tokens_{};
  std::array<uint32_t, kWishSemaphores> localTokens_{};
  std::array<std::vector<Past>, kUnits> history_;
  std::array<size_t, kUnits> count_{};                       // instructions of each engine
  std::array<std::array<size_t, kUnits>, kUnits> ordered_{}; // [unit][engine]: so many of the engine are over for it
};

// Writes the instructions.
class Emitter {
public:
  ProgramBuilder run(const RandomTree& tree) {
    for (const RandomNode& node : tree.nodes)
      emit(node);
    // The results of scalar code reach memory.
    for (uint8_t reg = kFirstRandom; reg <= kLastRandom; ++reg)
      program_.store(Opcode::SW, reg, 0,
                     static_cast<int32_t>(kScalarMemoryBase + kResultSlot + 4 * (reg - kFirstRandom)));
    program_.halt(tree.exitCode);
    return std::move(program_);
  }

private:
  void emit(const RandomNode& node) {
    switch (node.kind) {
    case Kind::tensor:
      tensor(node);
      break;
    case Kind::scalar:
      scalar(node);
      break;
    case Kind::branch: {
      const int end = program_.newLabel();
      program_.branch(node.instruction.op, node.instruction.rs1, node.instruction.rs2, end);
      for (const RandomNode& inner : node.body)
        emit(inner);
      program_.bind(end);
      break;
    }
    case Kind::loop:
      loop(node);
      break;
    case Kind::call:
      call(node);
      break;
    case Kind::group:
      for (const RandomNode& inner : node.body)
        emit(inner);
      break;
    case Kind::fence:
      program_.fence(node.times);
      break;
    case Kind::sync: {
      const Sync& sync = node.arguments.sync;
      if (sync.w0 != kNoSemaphore || sync.w1 != kNoSemaphore)
        program_.semWait(sync.w0, sync.w1);
      if (sync.s0 != kNoSemaphore || sync.s1 != kNoSemaphore)
        program_.semSignal(sync.s0, sync.s1);
      break;
    }
    case Kind::signal:
      for (uint32_t i = 0; i < node.times; ++i)
        program_.semSignal(node.instruction.s0);
      break;
    case Kind::word:
      program_.emitWord(node.word);
      break;
    }
  }

  void loop(const RandomNode& node) {
    program_.li(kRounds, node.times);
    const int begin = program_.newLabel();
    program_.bind(begin);
    rounds_ = node.times;
    for (const RandomNode& inner : node.body)
      emit(inner);
    rounds_ = 0;
    program_.regImm(Opcode::ADDI, kRounds, kRounds, -1);
    program_.branch(Opcode::BNE, kRounds, 0, begin);
  }

  // The function is behind its call, and a jump leads around it.
  void call(const RandomNode& node) {
    const int function = program_.newLabel();
    const int end = program_.newLabel();
    program_.jal(kLink, function);
    program_.jal(0, end);
    program_.bind(function);
    for (const RandomNode& inner : node.body)
      emit(inner);
    program_.regImm(Opcode::JALR, 0, kLink, 0);
    program_.bind(end);
  }

  void scalar(const RandomNode& node) {
    Instruction in = node.instruction;
    // Half of the memory accesses have their address in a register.
    const bool memory = in.imm >= kScalarMemoryBase && in.rs1 == 0 && in.op >= Opcode::LB && in.op <= Opcode::SW;
    if ((memory || in.op == Opcode::PLOAD) && in.rs1 == 0 && node.style % 2 == 0) {
      const auto offset = static_cast<uint32_t>(static_cast<int32_t>(node.style >> 8 & 0xffff) - 0x8000);
      program_.li(kTemporary, in.imm - offset);
      in.rs1 = kTemporary;
      in.imm = offset;
    }
    program_.emit(in);
    program_.forget(in.rd);
  }

  // rd = value, by one of several ways.
  void set(uint8_t rd, uint32_t value, uint64_t style) {
    if (program_.holds(rd, value))
      return;
    const auto noise = static_cast<uint32_t>(style >> 16);
    constexpr auto kSlot = static_cast<int32_t>(kScalarMemoryBase + kValueSlot);
    switch (style % 10) {
    case 0:
      program_.regImm(Opcode::ADDI, rd, 0, static_cast<int32_t>(value - noise));
      program_.regImm(Opcode::ADDI, rd, rd, static_cast<int32_t>(noise));
      break;
    case 1:
      program_.li(kTemporary, noise);
      program_.li(rd, value ^ noise);
      program_.regReg(Opcode::XOR, rd, rd, kTemporary);
      break;
    case 2:
      program_.li(kTemporary, value);
      program_.store(Opcode::SW, kTemporary, 0, kSlot);
      program_.regImm(Opcode::LW, rd, 0, kSlot);
      break;
    case 3: {
      const uint32_t factor = noise % 1000 + 1;
      program_.li(kTemporary, value / factor);
      program_.regImm(Opcode::MULI, rd, kTemporary, static_cast<int32_t>(factor));
      program_.regImm(Opcode::ADDI, rd, rd, static_cast<int32_t>(value % factor));
      break;
    }
    default:
      program_.li(rd, value);
      return;
    }
    program_.assume(rd, value);
  }

  void setPattern(uint8_t number, const PatternRegister& value, uint64_t style) {
    switch (style % 8) {
    case 0: // from registers
      for (uint8_t f = 0; f < timing::PATTERN_FIELDS; ++f) {
        if (program_.holds(number, f, value.field[f]))
          continue;
        set(kSecondTemporary, value.field[f], style >> (f % 4));
        Instruction in;
        in.op = Opcode::PSET;
        in.pA = number;
        in.pF = f;
        in.rs1 = kSecondTemporary;
        program_.emit(in);
      }
      program_.assume(number, value);
      break;
    case 1: { // from its reset value
      Instruction in;
      in.op = Opcode::PRESET;
      in.pA = number;
      program_.emit(in);
      program_.assume(number, PatternRegister());
      program_.setPattern(number, value);
      break;
    }
    case 2: { // from memory
      for (uint8_t f = 0; f < timing::PATTERN_FIELDS; ++f) {
        program_.li(kTemporary, value.field[f]);
        program_.store(Opcode::SW, kTemporary, 0, static_cast<int32_t>(kScalarMemoryBase + kPatternSlot + 4 * f));
      }
      Instruction in;
      in.op = Opcode::PLOAD;
      in.pA = number;
      in.imm = kScalarMemoryBase + kPatternSlot;
      program_.emit(in);
      program_.assume(number, value);
      break;
    }
    default:
      program_.setPattern(number, value);
      break;
    }
  }

  // An address that moves by `step` from round to round.
  void setMoving(uint8_t rd, uint32_t value, uint32_t step, uint64_t style) {
    if (rounds_ == 0 || step == 0)
      return set(rd, value, style);
    program_.regImm(Opcode::MULI, kTemporary, kRounds, static_cast<int32_t>(0 - step));
    program_.regImm(Opcode::ADDI, rd, kTemporary, static_cast<int32_t>(value + rounds_ * step));
  }

  void tensor(const RandomNode& node) {
    const TensorArguments& args = node.arguments;
    Instruction in = makeOp(node.op, args).instruction;
    Random random(node.style);
    // Mostly the same registers, so that only what changes is set and engines do not starve.
    const bool usual = random.percent(75);
    const auto r = static_cast<uint8_t>(usual ? 4 : random.below(8));
    const auto p = static_cast<uint8_t>(usual ? 0 : random.below(15));
    uint8_t* registers[] = {&in.rA, &in.rB, &in.rC, &in.rD};
    uint8_t* patterns[] = {&in.pA, &in.pB, &in.pC, &in.pD};
    const uint32_t addresses[] = {args.a, args.b, args.c, args.d};
    const PatternRegister* values[] = {&args.pA, &args.pB, &args.pC, &args.pD};
    for (uint8_t k = 0; k < 4; ++k) {
      *registers[k] = static_cast<uint8_t>(1 + (r + k) % 8);
      *patterns[k] = static_cast<uint8_t>((p + k) % 15);
    }
    if (!usual && args.pA.field == args.pB.field)
      in.pB = in.pA;
    const InstructionInfo& description = info(node.op);
    for (size_t i = 0; i < static_cast<size_t>(description.operandCount); ++i) {
      const std::string name = description.operands[i].name;
      if (name.size() != 2 || name[1] < 'A' || name[1] > 'D')
        continue;
      const auto k = static_cast<size_t>(name[1] - 'A');
      if (name[0] == 'r')
        setMoving(*registers[k], addresses[k], node.step[k], random.word());
      else if (name[0] == 'p')
        setPattern(*patterns[k], *values[k], random.word());
    }
    for (uint32_t i = 0; i < node.times; ++i)
      program_.emit(in);
  }

  ProgramBuilder program_;
  uint32_t rounds_ = 0; // of the loop that is being written; 0 outside
};

// The bits of a number: mostly of the size of activations, now and then anything, or a special case.
uint32_t floatBits(Random& random) {
  const auto bits = static_cast<uint32_t>(random.word());
  switch (random.below(8)) {
  case 0:
    return random.pick({0u, 0x80000000u, 0x7f800000u, 0xff800000u, 0x7fc00000u, 0x3f800000u, 0xbf800000u, bits});
  case 1:
    return bits & 0x807fffff; // denormal
  case 2:
    return bits;
  default: { // 2^-20 to 2^11
    return (bits & 0x807fffff) | (107 + random.below(32)) << 23;
  }
  }
}

} // namespace

ProgramBuilder buildProgram(const RandomTree& tree, const Machine& machine, const RandomProgramOptions& options) {
  RandomTree copy = tree;
  Synchroniser(machine, options.raceFree).run(copy.nodes);
  return Emitter().run(copy);
}

ProgramBuilder randomProgram(uint64_t seed, const Machine& machine, const RandomProgramOptions& options) {
  return buildProgram(randomTree(seed, machine, options), machine, options);
}

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
  randomiseDram(seed, machine);
  return machine;
}

void randomiseDram(uint64_t seed, Machine& machine) {
  Random random(seed ^ 0x6472616d);
  machine.clockMhz = random.pick({333u, 700u, 1000u});
  machine.dram.model = random.percent(30) ? DramModel::detailed : DramModel::ideal;
  machine.dram.latencyNs = random.between(1, 200);
  machine.dram.bandwidthMbS = random.pick({2000u, 7777u, 16000u, 100000u});
  machine.dram.preset = random.pick({DramPreset::ddr4_2400, DramPreset::lpddr4_3200, DramPreset::hbm2});
  machine.dram.channels = random.pick({1u, 2u});
}

void fillData(uint64_t seed, CoreMemory& memory) {
  Random random(seed);
  auto put = [&](uint32_t offset, const auto& value) {
    std::memcpy(memory.dram.at(kDramBase + offset), &value, sizeof value);
  };
  for (uint32_t at = kSequencerOffset; at < kDramBytes; at += 8)
    put(at, random.word());
  for (uint32_t at = 0; at < kBiasBytes; at += 4)
    put(kDataOffset + at, static_cast<int32_t>(random.below(8001)) - 4000);
  for (uint32_t at = 0; at < kScaleBytes; at += 4)
    put(kDataOffset + kBiasBytes + at, static_cast<float>(random.between(1, 1000)) / 65536.0f);
  for (uint32_t at = 0; at < kFloatBytes; at += 4)
    put(kDataOffset + kBiasBytes + kScaleBytes + at, floatBits(random));
}

} // namespace weft::test
