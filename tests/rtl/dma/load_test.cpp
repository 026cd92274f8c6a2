// Is the load engine equal to the cycle model on every cycle and byte, and does it keep the rules of AXI when the
// memory is slow to take requests?
#include "simulator/cycle/load.h"
#include "tests/rtl/dma/dma_bench.h"

#include "Vweft_load.h"

namespace weft::test {
namespace {

template <typename Top> class LoadPins {
public:
  static constexpr Engine kEngine = Engine::load;
  static constexpr int kStateCounters[] = {counter::load_busy, counter::load_idle, counter::load_stall_semaphore,
                                           counter::load_stall_bank, counter::load_stall_dram};
  static constexpr int kBursts = counter::load_bursts;
  static constexpr int kDramBytes = counter::load_bytes_read;
  static constexpr int kPadBytes = counter::load_bytes_written;
  static BankPorts& padPorts(CoreState& core) { return core.ports.scratchpadWrite; }
  static void stepDram(LoadEngine& model, uint64_t cycle) { model.stepIssue(cycle); }
  static void stepPad(LoadEngine& model, uint64_t cycle) { model.stepWrite(cycle); }

  LoadPins(Top& loadEngine, const Machine& machineDescription, CoreMemory& coreMemory, DramTimingModel& dramModel,
           Patience memoryPatience, uint64_t seed)
      : top(loadEngine), machine(machineDescription), memory(coreMemory), dram(dramModel), patience(memoryPatience),
        random(seed), readiness(random.pick<uint32_t>({10, 40, 90})) {}

  void drive(uint64_t cycle) {
    top.axi_ar_ready_i = patience == Patience::ready || random.percent(readiness);
    top.axi_r_valid_i = !beats.empty() && beats.front().from <= cycle;
    top.lw_gnt_i = 0;
    // What is not valid is anything.
    for (uint32_t i = 0; i < machine.dma.busBytes; ++i)
      bytesOf(top.axi_r_data_i)[i] =
          top.axi_r_valid_i ? *memory.dram.at(beats.front().address + i) : static_cast<uint8_t>(random.word());
    top.axi_r_last_i = top.axi_r_valid_i && beats.front().last;
  }

  void grant(const std::vector<bool>& taken) {
    bool inside = top.lw_addr_o < machine.scratchpad.bytes;
    EXPECT_TRUE(inside || !top.lw_req_o) << "a request outside the scratchpad";
    top.lw_gnt_i = top.lw_req_o && inside && !taken[top.lw_addr_o / machine.bankBytes()];
  }

  uint32_t padAccess(uint64_t cycle, std::vector<CycleEvent>& events) {
    if (!top.lw_req_o || !top.lw_gnt_i) {
      EXPECT_EQ(top.write_bytes_o, 0u);
      return 0;
    }
    uint32_t line = machine.lineBytes();
    uint32_t first = top.lw_addr_o & ~(line - 1);
    std::vector<uint8_t> data;
    for (uint32_t i = 0; i < line; ++i)
      if (bit(top.lw_be_o, i))
        data.push_back(memory.scratchpad[first + i] = bytesOf(top.lw_wdata_o)[i]);
    events.push_back({cycle, EventKind::beat, kEngine, top.beat_pc_o, 0, top.lw_addr_o, top.write_bytes_o, true, 0,
                      dataHash(data.data(), data.size())});
    return top.write_bytes_o;
  }

  void dramTraffic(uint64_t cycle, std::vector<CycleEvent>& events) {
    if (top.axi_r_valid_i && top.axi_r_ready_o)
      beats.pop_front();
    EXPECT_TRUE(top.axi_r_valid_i || !top.axi_r_ready_o);

    stable.check("AR", top.axi_ar_valid_o, top.axi_ar_ready_i, {top.axi_ar_addr_o, top.axi_ar_len_o});
    bool requested = top.axi_ar_valid_o && top.axi_ar_ready_i;
    EXPECT_EQ(top.burst_o, requested);
    if (!requested)
      return;
    uint32_t bus = machine.dma.busBytes;
    uint32_t bytes = (top.axi_ar_len_o + 1u) * bus;
    EXPECT_EQ(top.axi_ar_addr_o % bus, 0u);
    EXPECT_LE(top.axi_ar_addr_o % machine.dma.burstBytes + bytes, machine.dma.burstBytes);
    if (!memory.dram.contains(top.axi_ar_addr_o, bytes)) {
      ADD_FAILURE() << "a request outside DRAM";
      return;
    }
    EXPECT_EQ(top.burst_bytes_o, bytes);
    uint64_t ready = dram.access(cycle, top.axi_ar_addr_o, bytes, false);
    for (uint32_t i = 0; i <= top.axi_ar_len_o; ++i)
      beats.push_back({ready + i, top.axi_ar_addr_o + i * bus, i == top.axi_ar_len_o});
    events.push_back(
        {cycle, EventKind::dramRequest, kEngine, top.request_pc_o, 0, top.axi_ar_addr_o, bytes, false, ready});
  }

  bool quiet() const { return beats.empty() && !top.axi_ar_valid_o && !top.lw_req_o; }

private:
  struct Beat {
    uint64_t from; // cycle
    uint32_t address;
    bool last;
  };
  Top& top;
  const Machine& machine;
  CoreMemory& memory;
  DramTimingModel& dram;
  Patience patience;
  Random random;
  uint32_t readiness; // per cent of cycles, if not always
  std::deque<Beat> beats;
  StablePayload<std::pair<uint32_t, uint32_t>> stable;
};

using Bench = DmaBench<Vweft_load, LoadPins, LoadEngine>;

class LoadTest : public ::testing::Test {
protected:
  const Machine machine = loadMachine(WEFT_TEST_MACHINE);

  std::vector<TensorOp> randomLoads(Random& random, size_t count) {
    std::vector<TensorOp> ops;
    for (size_t i = 0; i < count; ++i)
      ops.push_back(randomDma(random, machine, Opcode::LD, static_cast<uint32_t>(kDramBase + 8 * i)));
    return ops;
  }
};

TEST_F(LoadTest, RandomLoadsInLockStep) {
  for (uint64_t seed = 0; seed < 40 && !HasFailure(); ++seed) {
    Random random(seed);
    BenchOptions options;
    options.refused = random.pick<uint32_t>({0, 0, 20, 70});
    options.slowest = random.pick<uint32_t>({1, 5, 40, 300});
    options.dispatched = random.pick<uint32_t>({100, 20});
    options.signalled = random.pick<uint32_t>({100, 30, 5});
    Bench bench(machine, seed, options);
    EXPECT_TRUE(bench.lockStep(randomLoads(random, 40))) << "seed " << seed;
  }
}

TEST_F(LoadTest, FaultsInLockStep) {
  int faults = 0;
  for (uint64_t seed = 0; seed < 120 && !HasFailure(); ++seed) {
    Random random(seed);
    BenchOptions options;
    options.refused = random.pick<uint32_t>({0, 30});
    options.slowest = random.pick<uint32_t>({1, 10, 60});
    std::vector<TensorOp> ops = randomLoads(random, 6);
    spoil(random, machine, ops[random.below(6)]);
    spoil(random, machine, ops[random.below(6)]);
    Bench bench(machine, seed, options);
    faults += !bench.lockStep(ops);
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(faults, 60);
}

// Runs that end with a memory or with the address space, or one byte beyond.
TEST_F(LoadTest, EndsOfMemoriesInLockStep) {
  uint32_t line = machine.lineBytes();
  auto dramEnd = static_cast<uint32_t>(kDramBase + machine.dram.bytes);
  for (uint32_t bytes : {1u, 2u, line - 1, line, line + 1}) {
    for (uint32_t beyond : {0u, 1u}) {
      for (auto [dram, pad] : {std::pair{kDramBase, machine.scratchpad.bytes - bytes}, std::pair{kDramBase, 0 - bytes},
                               std::pair{dramEnd - bytes, 0u}, std::pair{0 - bytes, 0u}}) {
        TensorOp op;
        op.instruction.op = Opcode::LD;
        op.pc = kDramBase;
        op.a = dram;
        op.b = pad;
        op.pA.field[field::count0] = bytes + beyond;
        Bench bench(machine, bytes, {});
        bool outside =
            beyond != 0 || (pad != 0 && pad >= machine.scratchpad.bytes) || !bench.memory.dram.contains(dram, bytes);
        EXPECT_EQ(bench.lockStep({op}), !outside) << dram << ' ' << pad << ' ' << bytes + beyond;
      }
    }
  }
}

// The write stage goes before the issue stage, and that before the start.
TEST_F(LoadTest, TwoFaultsInOneCycle) {
  for (uint64_t seed = 0; seed < 40 && !HasFailure(); ++seed) {
    TensorOp fill; // a byte of fill outside the scratchpad, then one outside DRAM
    fill.instruction.op = Opcode::LD;
    fill.pc = kDramBase;
    fill.a = kDramBase - 1000;
    fill.b = machine.scratchpad.bytes;
    fill.pA.field[field::count0] = seed % 2 + 1;
    fill.pA.field[field::lo0] = 1;
    TensorOp wrong = fill;
    wrong.pc += 8;
    wrong.pA.field[field::count0] = 0;
    Bench bench(machine, seed, {});
    EXPECT_FALSE(bench.lockStep({fill, wrong}));
  }
}

TEST_F(LoadTest, LongestWalksInLockStep) {
  for (size_t k = 0; k < 4; ++k) {
    TensorOp op;
    op.instruction.op = Opcode::LD;
    op.pc = kDramBase;
    op.a = kDramBase + 1;
    op.b = 0;
    op.pA.field[field::count0 + k] = 65535;
    op.pA.field[field::stride1] = 1;
    op.pB.field[field::stride1] = 1;
    op.pA.field[field::lo0] = k == 0 ? 65534 : 0;
    op.pA.field[field::hi1] = 65534;
    op.pA.field[field::fill] = 0x5b;
    Bench bench(machine, k, {});
    EXPECT_TRUE(bench.lockStep({op})) << "dimension " << k;
  }
}

TEST_F(LoadTest, MemoryThatIsNotReady) {
  for (uint64_t seed = 0; seed < 40 && !HasFailure(); ++seed) {
    Random random(seed);
    BenchOptions options;
    options.refused = random.pick<uint32_t>({0, 30});
    options.patience = Patience::random;
    Bench bench(machine, seed, options);
    bench.alone(randomLoads(random, 30));
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
}

} // namespace
} // namespace weft::test
