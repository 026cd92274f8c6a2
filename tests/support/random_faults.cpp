#include "tests/support/random_faults.h"

#include "isa/semantics/operands.h"
#include "isa/semantics/tensor.h"
#include "tests/support/opcodes.h"
#include "tests/support/random_layout.h"

namespace weft::test {
namespace {

using namespace layout;
using Kind = RandomNode::Kind;

class FaultMaker {
public:
  FaultMaker(Random& random, const Machine& machine, const LegalParts& parts)
      : random_(random), machine_(machine), parts_(parts) {}

  std::vector<RandomNode> make() {
    struct Choice {
      uint32_t weight;
      void (*make)(FaultMaker&);
    };
    static constexpr Choice kChoices[] = {
        {1, call<&FaultMaker::farAway>},     {2, call<&FaultMaker::leavingWalk>}, {9, call<&FaultMaker::border>},
        {1, call<&FaultMaker::badCount>},    {1, call<&FaultMaker::badType>},     {2, call<&FaultMaker::misalignment>},
        {2, call<&FaultMaker::endlessWait>}, {1, call<&FaultMaker::overflow>},    {1, call<&FaultMaker::underflow>},
        {3, call<&FaultMaker::sameCycle>},   {1, call<&FaultMaker::badWord>},     {3, call<&FaultMaker::scalarAddress>},
        {1, call<&FaultMaker::badPc>},       {1, call<&FaultMaker::trap>},
    };
    uint32_t all = 0;
    for (const Choice& choice : kChoices)
      all += choice.weight;
    uint32_t at = random_.below(all);
    for (const Choice& choice : kChoices) {
      if (at < choice.weight) {
        choice.make(*this);
        break;
      }
      at -= choice.weight;
    }
    return std::move(nodes_);
  }

private:
  template <void (FaultMaker::*make)()> static void call(FaultMaker& maker) { (maker.*make)(); }

  RandomNode tensor(Opcode op) {
    RandomNode node;
    node.kind = Kind::tensor;
    node.op = op;
    node.style = random_.word();
    node.arguments = parts_.arguments(op);
    node.forced = true;
    return node;
  }

  RandomNode scalar(const Instruction& instruction) {
    RandomNode node;
    node.instruction = instruction;
    node.style = random_.word();
    return node;
  }

  RandomNode signal(uint8_t s0, uint8_t s1 = kNoSemaphore) {
    RandomNode node;
    node.kind = Kind::sync;
    node.arguments.sync = {.s0 = s0, .s1 = s1};
    node.forced = true;
    return node;
  }

  uint32_t dramEnd() const { return static_cast<uint32_t>(kDramBase + machine_.dram.bytes); }

  // --- Addresses of tensor instructions ----------------------------------------------------------------------------

  void farAway() {
    RandomNode node = tensor(parts_.opcode());
    uint32_t* address[] = {&node.arguments.a, &node.arguments.b, &node.arguments.c, &node.arguments.d};
    *address[random_.below(4)] += 1u << 28;
    nodes_.push_back(node);
  }

  // A walk that leaves its memory somewhere.
  void leavingWalk() {
    RandomNode node = tensor(parts_.opcode());
    PatternRegister& walk = random_.percent(40)   ? node.arguments.pA
                            : random_.percent(50) ? node.arguments.pB
                                                  : node.arguments.pC;
    const uint32_t k = random_.below(4);
    walk.field[field::count0 + k] = random_.between(2, 50);
    walk.field[field::stride0 + k] =
        (random_.percent(70) ? 1 : 0xffffffff) * random_.pick({1024u, 8192u, machine_.scratchpad.bytes / 8, 1u << 24});
    nodes_.push_back(node);
  }

  uint32_t alignment(Opcode op, size_t operand) const {
    switch (info(op).engine) {
    case Engine::load:
    case Engine::store:
      return 1;
    case Engine::matrix:
      return operand == 0 ? machine_.array.rows : operand == 1 ? machine_.array.cols : 1;
    case Engine::vector:
      return operand == 0 && operands::usage(op).accumulatorA ? 1 : machine_.array.cols;
    case Engine::sequencer:
      break;
    }
    return 1;
  }

  struct Bounds {
    int64_t begin = 0;
    int64_t end = 0;
  };
  Bounds memory(Space space) const {
    switch (space) {
    case Space::dram:
      return {int64_t{kDramBase}, int64_t{kDramBase} + static_cast<int64_t>(machine_.dram.bytes)};
    case Space::accumulator:
      return {0, machine_.accumulatorRows()};
    case Space::scratchpad:
    case Space::lut:
      break;
    }
    return {0, machine_.scratchpad.bytes};
  }

  // What the operand at this register reaches: the region that moves with it. Empty if there is none.
  std::optional<Region> operand(Opcode op, const TensorArguments& arguments, uint32_t TensorArguments::*address,
                                uint32_t unit) const {
    for (const uint32_t by : {unit, 0 - unit}) {
      TensorArguments moved = arguments;
      moved.*address += by;
      if (checkAddresses(makeOp(op, moved), machine_))
        continue;
      const std::vector<Region> before = footprint(makeOp(op, arguments), machine_);
      const std::vector<Region> after = footprint(makeOp(op, moved), machine_);
      for (size_t i = 0; i < std::min(before.size(), after.size()); ++i)
        if (before[i].base != after[i].base)
          return before[i];
    }
    return std::nullopt;
  }

  // An operand that leaves its memory at the end or the begin with its last or all accesses, by as little as it can.
  void border() {
    const Opcode op = parts_.opcode();
    RandomNode node = tensor(op);
    static constexpr uint32_t TensorArguments::*addresses[] = {&TensorArguments::a, &TensorArguments::b,
                                                               &TensorArguments::c, &TensorArguments::d};
    struct Place {
      uint32_t* address;
      uint32_t unit;
      Bounds memory;
      int64_t lowest;
      int64_t highest;
    };
    std::vector<Place> places;
    for (size_t i = 0; i < 4; ++i) {
      const uint32_t unit = alignment(op, i);
      if (const std::optional<Region> region = operand(op, node.arguments, addresses[i], unit))
        places.push_back(
            {&(node.arguments.*addresses[i]), unit, memory(region->space), region->lowest(), region->highest()});
    }
    if (!places.empty()) {
      const Place& place = places[random_.below(places.size())];
      int64_t by = 0;
      const bool bytes = info(op).engine == Engine::load || info(op).engine == Engine::store;
      switch (random_.below(4)) {
      case 0:
        by = place.memory.begin - place.lowest - int64_t{place.unit} * random_.between(1, 3);
        break;
      case 1:
        by = place.memory.end - place.lowest +
             int64_t{place.unit} * random_.below(bytes ? 2 * machine_.dma.busBytes : 3);
        break;
      default:
        by = place.memory.end - place.highest + int64_t{place.unit} * random_.between(1, 2);
        break;
      }
      *place.address += static_cast<uint32_t>(by);
    }
    nodes_.push_back(node);
  }

  // --- What is checked in the start cycle --------------------------------------------------------------------------

  void badCount() {
    RandomNode node = tensor(parts_.opcode());
    PatternRegister* walks[] = {&node.arguments.pA, &node.arguments.pB, &node.arguments.pC};
    walks[random_.below(3)]->field[field::count0 + random_.below(4)] = random_.pick({0u, 65536u, ~0u});
    nodes_.push_back(node);
  }

  // An instruction whose types and alignment are checked.
  Opcode computation() { return random_.pick(builtOpcodes(random_.percent(20) ? Engine::matrix : Engine::vector)); }

  void badType() {
    RandomNode node = tensor(computation());
    node.arguments.pD.field[config::types] ^= random_.between(2, 15) << 4 * random_.below(3);
    nodes_.push_back(node);
  }

  void misalignment() {
    RandomNode node = tensor(computation());
    TensorArguments& args = node.arguments;
    const uint32_t by = random_.between(1, 3);
    if (random_.percent(40)) {
      uint32_t* addresses[] = {&args.a, &args.b, &args.c, &args.d};
      *addresses[random_.below(4)] += by;
    } else { // a stride, used or not
      PatternRegister* walks[] = {&args.pA, &args.pB, &args.pC};
      const uint32_t k = random_.below(4);
      const uint32_t count = random_.between(1, 3);
      walks[random_.below(3)]->field[field::stride0 + k] += by;
      for (PatternRegister* walk : walks)
        walk->field[field::count0 + k] = count;
    }
    nodes_.push_back(node);
  }

  // --- Semaphores --------------------------------------------------------------------------------------------------

  // An engine or the sequencer waits for ever.
  void endlessWait() {
    if (random_.percent(50)) {
      RandomNode node = tensor(parts_.opcode());
      node.arguments.sync.w0 = kFreeSemaphore;
      nodes_.push_back(node);
      return;
    }
    Instruction in;
    in.op = Opcode::SEMWAIT;
    in.w0 = kFreeSemaphore;
    in.w1 = kNoSemaphore;
    nodes_.push_back(scalar(in));
  }

  // By the sequencer or an engine.
  void overflow() {
    RandomNode signals;
    signals.kind = Kind::signal;
    signals.instruction.s0 = kFreeSemaphore;
    signals.times = timing::SEMAPHORE_MAX + random_.below(2);
    nodes_.push_back(signals);
    RandomNode node = tensor(parts_.opcode());
    (random_.percent(50) ? node.arguments.sync.s0 : node.arguments.sync.s1) = kFreeSemaphore;
    nodes_.push_back(node);
  }

  // Two engines want the last one.
  void underflow() {
    RandomNode group;
    group.kind = Kind::group;
    for (Opcode op : {random_.pick({Opcode::LD, Opcode::ST}), random_.pick({Opcode::MM, Opcode::VADD})}) {
      group.body.push_back(tensor(op));
      group.body.back().arguments.sync.w0 = kFreeSemaphore;
    }
    for (int i = 0; i < 8; ++i)
      group.body.push_back(parts_.scalar());
    group.body.push_back(signal(kFreeSemaphore));
    nodes_.push_back(group);
  }

  // --- Several units -----------------------------------------------------------------------------------------------

  RandomNode tensorOf(Engine engine) {
    Opcode op = parts_.opcode();
    while (info(op).engine != engine)
      op = parts_.opcode();
    return tensor(op);
  }

  // Makes the instruction fault in its start cycle.
  void spoilStart(RandomNode& node) {
    TensorArguments& args = node.arguments;
    if (random_.percent(50))
      for (uint32_t* address : {&args.a, &args.b, &args.c, &args.d})
        *address += 1;
    if (!checkOperands(makeOp(node.op, args), machine_))
      for (PatternRegister* walk : {&args.pA, &args.pB, &args.pC})
        walk->field[field::count0 + random_.below(4)] = 0;
    if (!checkOperands(makeOp(node.op, args), machine_)) // vldlut
      args.a += 1;
  }

  // Makes its first access, in the cycle after the start, fault.
  void spoilFirstAccess(RandomNode& node) {
    TensorArguments& args = node.arguments;
    const uint32_t rows = random_.below(4) * machine_.lineBytes();
    args.b = args.d = machine_.scratchpad.bytes + rows;
    if (info(node.op).engine == Engine::vector)
      args.a = machine_.scratchpad.bytes + rows;
    if (info(node.op).engine == Engine::load) {
      args.a = dramEnd() + random_.below(64);
      args.pA.field[field::lo0] = args.pA.field[field::lo1] = 0;
      args.pA.field[field::hi0] = args.pA.field[field::hi1] = 65535;
    }
  }

  // The sequencer lets two engines start at once, which fault in the same cycle; often it faults with them.
  void sameCycle() {
    RandomNode group;
    group.kind = Kind::group;
    RandomNode fence;
    fence.kind = Kind::fence;
    fence.times = 15;
    group.body.push_back(fence);
    const bool atStart = random_.percent(50);
    const uint32_t first = random_.below(4);
    const uint32_t second = (first + random_.between(1, 3)) % 4;
    uint8_t semaphore = kFreeSemaphore;
    for (const uint32_t engine : {first, second}) {
      RandomNode node = tensorOf(static_cast<Engine>(static_cast<uint32_t>(Engine::load) + engine));
      if (atStart)
        spoilStart(node);
      else
        spoilFirstAccess(node);
      node.arguments.sync = {.w0 = semaphore};
      semaphore = kIdleSemaphore;
      group.body.push_back(std::move(node));
    }
    group.body.push_back(signal(kFreeSemaphore, kIdleSemaphore));
    if (!atStart) {
      Instruction in; // of one cycle
      in.op = Opcode::ADDI;
      in.rd = kFirstRandom;
      group.body.push_back(scalar(in));
    }
    if (random_.percent(50))
      group.body.push_back(trapNode());
    nodes_.push_back(std::move(group));
  }

  // --- Sequencer ---------------------------------------------------------------------------------------------------

  // No instruction, or one that is not built.
  void badWord() {
    RandomNode node;
    node.kind = Kind::word;
    node.word = random_.percent(40) ? 0 : random_.word();
    if (random_.percent(40))
      node.word = (node.word & ~uint64_t{0xff}) | random_.pick({0x82u, 0x83u, 0x87u, 0xb6u, 0xc9u, 0xffu});
    nodes_.push_back(node);
  }

  // Around the ends of its memories, aligned or not.
  // The end of a memory, often exactly.
  uint32_t around(uint32_t end) { return random_.percent(50) ? end : end - 4 + random_.below(8); }

  void scalarAddress() {
    Instruction in;
    in.op = random_.pick({Opcode::LW, Opcode::SW, Opcode::LH, Opcode::SH, Opcode::LB, Opcode::SB, Opcode::PLOAD});
    in.rd = kFirstRandom;
    in.rs2 = kFirstRandom;
    in.pA = kRandomPattern;
    switch (random_.below(6)) {
    case 0:
      in.imm = random_.below(4);
      break;
    case 1:
      in.imm = kScalarMemoryBase - 4 + random_.below(8);
      break;
    case 2:
      in.imm = around(kScalarMemoryBase + machine_.scalarMemory.bytes);
      break;
    case 3:
      in.imm = kDramBase - 4 + random_.below(4); // not beyond: there is code
      break;
    case 4:
      in.imm = kDramBase + kSequencerOffset + random_.below(8);
      break;
    default:
      in.imm = around(dramEnd());
      break;
    }
    nodes_.push_back(scalar(in));
  }

  void badPc() {
    Instruction in;
    in.op = Opcode::JALR;
    in.rd = random_.percent(50) ? uint8_t{0} : kFirstRandom;
    in.imm =
        random_.pick({4u, 0u, kScalarMemoryBase, kDramBase + 4, kDramBase - 8, 0xfffffff8u, dramEnd(), dramEnd() + 4});
    nodes_.push_back(scalar(in));
  }

  RandomNode trapNode() {
    Instruction in;
    in.op = Opcode::TRAP;
    in.imm = static_cast<uint32_t>(random_.word());
    return scalar(in);
  }
  void trap() { nodes_.push_back(trapNode()); }

  Random& random_;
  const Machine& machine_;
  const LegalParts& parts_;
  std::vector<RandomNode> nodes_;
};

} // namespace

std::vector<RandomNode> randomFault(Random& random, const Machine& machine, const LegalParts& parts) {
  return FaultMaker(random, machine, parts).make();
}

} // namespace weft::test
