// Is the store engine equal to the cycle model on every cycle and byte, and does it keep the rules of AXI whatever
// order the memory takes addresses and data in?
#include "simulator/cycle/store.h"
#include "tests/rtl/dma/dma_bench.h"

#include "Vweft_store.h"

namespace weft::test {
namespace {

template <typename Top> class StorePins {
public:
  static constexpr Engine kEngine = Engine::store;
  static constexpr int kStateCounters[] = {counter::store_busy, counter::store_idle, counter::store_stall_semaphore,
                                           counter::store_stall_bank, counter::store_stall_dram};
  static constexpr int kBursts = counter::store_bursts;
  static constexpr int kDramBytes = counter::store_bytes_written;
  static constexpr int kPadBytes = counter::store_bytes_read;
  static BankPorts& padPorts(CoreState& core) { return core.ports.scratchpadRead; }
  static void stepDram(StoreEngine& model, uint64_t cycle) { model.stepSend(cycle); }
  static void stepPad(StoreEngine& model, uint64_t cycle) { model.stepRead(cycle); }

  StorePins(Top& storeEngine, const Machine& machineDescription, CoreMemory& coreMemory, DramTimingModel& dramModel,
            Patience memoryPatience, uint64_t seed)
      : top(storeEngine), machine(machineDescription), memory(coreMemory), dram(dramModel), patience(memoryPatience),
        random(seed), addressReadiness(random.pick<uint32_t>({3, 40, 90})),
        dataReadiness(random.pick<uint32_t>({10, 40, 100})) {}

  void drive(uint64_t cycle) {
    size_t addressedBeats = 0;
    for (const Burst& burst : addresses)
      addressedBeats += burst.beats;
    auto complete =
        static_cast<size_t>(std::count_if(beats.begin(), beats.end(), [](const Beat& beat) { return beat.last; }));
    switch (patience) {
    case Patience::ready:
      top.axi_aw_ready_i = top.axi_w_ready_i = 1;
      break;
    case Patience::random:
      top.axi_aw_ready_i = random.percent(addressReadiness);
      top.axi_w_ready_i = random.percent(dataReadiness);
      break;
    case Patience::addressFirst:
      top.axi_aw_ready_i = addresses.size() < 2;
      top.axi_w_ready_i = addressedBeats > beats.size() && random.percent(70);
      break;
    case Patience::dataFirst:
      top.axi_aw_ready_i = complete > addresses.size();
      top.axi_w_ready_i = complete < 2;
      break;
    }
    top.axi_b_valid_i = !completions.empty() && completions.front() <= cycle;
    top.sr_gnt_i = 0;
    for (uint32_t i = 0; i < machine.lineBytes(); ++i)
      bytesOf(top.sr_rdata_i)[i] =
          readLine < 0 ? static_cast<uint8_t>(random.word()) : memory.scratchpad[static_cast<size_t>(readLine) + i];
  }

  void grant(const std::vector<bool>& taken) {
    bool inside = top.sr_addr_o < machine.scratchpad.bytes;
    EXPECT_TRUE(inside || !top.sr_req_o) << "a request outside the scratchpad";
    top.sr_gnt_i = top.sr_req_o && inside && !taken[top.sr_addr_o / machine.bankBytes()];
  }

  uint32_t padAccess(uint64_t cycle, std::vector<CycleEvent>& events) {
    readLine = -1;
    if (!top.sr_req_o || !top.sr_gnt_i) {
      EXPECT_EQ(top.read_bytes_o, 0u);
      return 0;
    }
    readLine = top.sr_addr_o & ~(machine.lineBytes() - 1);
    events.push_back({cycle, EventKind::beat, kEngine, top.beat_pc_o, 0, top.sr_addr_o, top.read_bytes_o, false, 0,
                      dataHash(&memory.scratchpad[top.sr_addr_o], top.read_bytes_o)});
    return top.read_bytes_o;
  }

  void dramTraffic(uint64_t cycle, std::vector<CycleEvent>& events) {
    EXPECT_TRUE(top.axi_b_ready_o);
    if (top.axi_b_valid_i)
      completions.pop_front();

    Beat beat{std::vector<uint8_t>(bytesOf(top.axi_w_data_o), bytesOf(top.axi_w_data_o) + machine.dma.busBytes),
              {},
              static_cast<bool>(top.axi_w_last_o)};
    for (uint32_t i = 0; i < machine.dma.busBytes; ++i)
      beat.strobes.push_back(bit(top.axi_w_strb_o, i));
    stableData.check("W", top.axi_w_valid_o, top.axi_w_ready_i, beat);
    if (top.axi_w_valid_o && top.axi_w_ready_i)
      beats.push_back(beat);

    stableAddress.check("AW", top.axi_aw_valid_o, top.axi_aw_ready_i, {top.axi_aw_addr_o, top.axi_aw_len_o});
    bool requested = top.axi_aw_valid_o && top.axi_aw_ready_i;
    EXPECT_EQ(top.burst_o, requested);
    if (requested) {
      uint32_t bus = machine.dma.busBytes;
      uint32_t bytes = (top.axi_aw_len_o + 1u) * bus;
      EXPECT_EQ(top.axi_aw_addr_o % bus, 0u);
      EXPECT_LE(top.axi_aw_addr_o % machine.dma.burstBytes + bytes, machine.dma.burstBytes);
      if (!memory.dram.contains(top.axi_aw_addr_o, bytes)) {
        ADD_FAILURE() << "a request outside DRAM";
        return;
      }
      EXPECT_EQ(top.burst_bytes_o, bytes);
      uint64_t done = dram.access(cycle, top.axi_aw_addr_o, bytes, true);
      addresses.push_back({top.axi_aw_addr_o, top.axi_aw_len_o + 1u, done});
      events.push_back(
          {cycle, EventKind::dramRequest, kEngine, top.request_pc_o, 0, top.axi_aw_addr_o, bytes, true, done});
    }
    while (!addresses.empty() && beats.size() >= addresses.front().beats)
      write(cycle);
    // A ready memory has all data of a burst in the cycle of its address.
    EXPECT_TRUE(addresses.empty() || patience != Patience::ready);
  }

  bool quiet() const { return addresses.empty() && beats.empty() && completions.empty() && !top.axi_aw_valid_o; }

private:
  struct Burst {
    uint32_t address;
    uint32_t beats;
    uint64_t done;
  };
  struct Beat {
    std::vector<uint8_t> data;
    std::vector<bool> strobes;
    bool last = false;
    bool operator==(const Beat&) const = default;
  };

  // The oldest burst, which is complete.
  void write(uint64_t cycle) {
    Burst burst = addresses.front();
    addresses.pop_front();
    uint32_t address = burst.address;
    for (uint32_t i = 0; i < burst.beats; ++i) {
      const Beat& beat = beats.front();
      EXPECT_EQ(beat.last, i + 1 == burst.beats);
      for (uint32_t lane = 0; lane < machine.dma.busBytes; ++lane, ++address)
        if (beat.strobes[lane])
          *memory.dram.at(address) = beat.data[lane];
      beats.pop_front();
    }
    lastCompletion = std::max({lastCompletion + 1, burst.done, cycle + 1});
    completions.push_back(lastCompletion);
  }

  Top& top;
  const Machine& machine;
  CoreMemory& memory;
  DramTimingModel& dram;
  Patience patience;
  Random random;
  uint32_t addressReadiness; // per cent of cycles, if random
  uint32_t dataReadiness;
  std::deque<Burst> addresses; // taken, not all data are there
  std::deque<Beat> beats;
  std::deque<uint64_t> completions;
  uint64_t lastCompletion = 0;
  int64_t readLine = -1; // its data are on the port in the next cycle
  StablePayload<std::pair<uint32_t, uint32_t>> stableAddress;
  StablePayload<Beat> stableData;
};

using Bench = DmaBench<Vweft_store, StorePins, StoreEngine>;

class StoreTest : public ::testing::Test {
protected:
  const Machine machine = loadMachine(WEFT_TEST_MACHINE);

  std::vector<TensorOp> randomStores(Random& random, size_t count) {
    std::vector<TensorOp> ops;
    for (size_t i = 0; i < count; ++i)
      ops.push_back(randomDma(random, machine, Opcode::ST, static_cast<uint32_t>(kDramBase + 8 * i)));
    return ops;
  }

  void slowMemory(Patience patience) {
    for (uint64_t seed = 0; seed < 25 && !HasFailure(); ++seed) {
      Random random(seed);
      BenchOptions options;
      options.refused = random.pick<uint32_t>({0, 30});
      options.patience = patience;
      Bench bench(machine, seed, options);
      bench.alone(randomStores(random, 30));
      EXPECT_FALSE(HasFailure()) << "seed " << seed;
    }
  }
};

TEST_F(StoreTest, RandomStoresInLockStep) {
  for (uint64_t seed = 0; seed < 40 && !HasFailure(); ++seed) {
    Random random(seed);
    BenchOptions options;
    options.refused = random.pick<uint32_t>({0, 0, 20, 70});
    options.slowest = random.pick<uint32_t>({1, 5, 40, 300});
    options.dispatched = random.pick<uint32_t>({100, 20});
    options.signalled = random.pick<uint32_t>({100, 30, 5});
    Bench bench(machine, seed, options);
    EXPECT_TRUE(bench.lockStep(randomStores(random, 40))) << "seed " << seed;
  }
}

TEST_F(StoreTest, FaultsInLockStep) {
  int faults = 0;
  for (uint64_t seed = 0; seed < 120 && !HasFailure(); ++seed) {
    Random random(seed);
    BenchOptions options;
    options.refused = random.pick<uint32_t>({0, 30});
    options.slowest = random.pick<uint32_t>({1, 10, 60});
    std::vector<TensorOp> ops = randomStores(random, 6);
    spoil(random, machine, ops[random.below(6)]);
    spoil(random, machine, ops[random.below(6)]);
    Bench bench(machine, seed, options);
    faults += !bench.lockStep(ops);
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(faults, 60);
}

// Runs that end with a memory or with the address space, or one byte beyond.
TEST_F(StoreTest, EndsOfMemoriesInLockStep) {
  uint32_t line = machine.lineBytes();
  auto dramEnd = static_cast<uint32_t>(kDramBase + machine.dram.bytes);
  for (uint32_t bytes : {1u, 2u, line - 1, line, line + 1}) {
    for (uint32_t beyond : {0u, 1u}) {
      for (auto [dram, pad] : {std::pair{kDramBase, machine.scratchpad.bytes - bytes}, std::pair{kDramBase, 0 - bytes},
                               std::pair{dramEnd - bytes, 0u}, std::pair{0 - bytes, 0u}}) {
        TensorOp op;
        op.instruction.op = Opcode::ST;
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

// The DRAM request goes before the scratchpad read, and that before the start.
TEST_F(StoreTest, TwoFaultsInOneCycle) {
  for (uint64_t seed = 0; seed < 40 && !HasFailure(); ++seed) {
    TensorOp outside;
    outside.instruction.op = Opcode::ST;
    outside.pc = kDramBase;
    outside.a = kDramBase - 1000;
    TensorOp wrong = outside;
    wrong.pc += 8;
    (seed % 2 ? wrong.b : wrong.pA.field[field::count1]) = machine.scratchpad.bytes;
    Bench bench(machine, seed, {});
    EXPECT_FALSE(bench.lockStep({outside, wrong}));
  }
}

TEST_F(StoreTest, LongestWalksInLockStep) {
  for (size_t k = 0; k < 4; ++k) {
    TensorOp op;
    op.instruction.op = Opcode::ST;
    op.pc = kDramBase;
    op.a = kDramBase + 1;
    op.b = 0;
    op.pA.field[field::count0 + k] = 65535;
    op.pA.field[field::stride1] = 1;
    op.pB.field[field::stride1] = 1;
    Bench bench(machine, k, {});
    EXPECT_TRUE(bench.lockStep({op})) << "dimension " << k;
  }
}

TEST_F(StoreTest, MemoryThatIsNotReady) {
  slowMemory(Patience::random);
}
TEST_F(StoreTest, MemoryThatTakesDataAfterTheirAddress) {
  slowMemory(Patience::addressFirst);
}
TEST_F(StoreTest, MemoryThatTakesAddressesAfterTheirData) {
  slowMemory(Patience::dataFirst);
}

} // namespace
} // namespace weft::test
