// Does the replay take the closed forms of the timing chapter (isa/docs/timing.md), instruction by instruction?
#include "runtime/explain/replay.h"

#include "isa/generated/timing.h"

#include <gtest/gtest.h>

namespace weft::explain {
namespace {

// 16 x 16, 16 bytes a cycle, a latency of 100 cycles, bursts of 64 bytes.
Machine machine() {
  return loadMachine("edge-16");
}

TensorOp op(Opcode opcode, uint8_t wait = kNoSemaphore, uint8_t signal = kNoSemaphore) {
  TensorOp result;
  result.instruction.op = opcode;
  result.instruction.w0 = wait;
  result.instruction.s0 = signal;
  return result;
}

TensorOp load(uint32_t bytes, uint8_t signal = kNoSemaphore) {
  TensorOp result = op(Opcode::LD, kNoSemaphore, signal);
  result.a = kDramBase;
  result.pA.field[field::count0] = bytes;
  result.pA.field[field::hi0] = bytes;
  return result;
}

TensorOp store(uint32_t bytes, uint32_t runs, uint32_t stride) {
  TensorOp result = op(Opcode::ST);
  result.a = kDramBase;
  result.pA.field[field::count0] = bytes;
  result.pA.field[field::count1] = runs;
  result.pA.field[field::stride1] = stride;
  result.pB.field[field::stride1] = bytes;
  return result;
}

TensorOp multiply(uint32_t rows, uint32_t steps, uint8_t wait = kNoSemaphore) {
  TensorOp result = op(Opcode::MM, wait);
  result.pA.field[field::count0] = rows;
  result.pB.field[field::count0] = steps;
  return result;
}

// Cycles from the first dispatch to the end of the fence behind the steps.
LayerTime timeOf(Steps steps, const Machine& on = machine(), const SequencerCost& cost = {}) {
  Replay replay(on);
  steps.push_back(op(Opcode::FENCE));
  replay.layer(steps, cost);
  return replay.finish().at(0);
}

// Dispatched in t, an instruction starts in t + 1; the fence passes in the cycle after its retirement.
constexpr uint64_t kAround = 1 + 1 + 1;

TEST(Replay, MatrixTakesItsClosedForm) {
  const uint64_t rows = 16, delay = 16 + 16 + timing::MX_ARRAY_DELAY;
  for (uint64_t m : {1, 16, 17, 100})
    for (uint64_t steps : {1, 2, 9}) {
      const LayerTime time = timeOf({multiply(static_cast<uint32_t>(m), static_cast<uint32_t>(steps))});
      EXPECT_EQ(time.cycles, kAround + rows + 1 + (steps - 1) * std::max(m, rows + 1) + m + delay) << m << " " << steps;
      EXPECT_EQ(time.engines[2].busy, m * steps);
    }
  // The next instruction's first tile is loaded during the last step of the one before.
  EXPECT_EQ(timeOf({multiply(100, 3), multiply(100, 3)}).cycles, timeOf({multiply(100, 6)}).cycles);
}

TEST(Replay, VectorTakesItsClosedForm) {
  TensorOp requantise = op(Opcode::VRQ);
  requantise.pC.field[field::count0] = 50;
  EXPECT_EQ(timeOf({requantise}).cycles, kAround + timing::VX_PARAM_READS + 50 + timing::VX_PIPELINE);
  TensorOp depthwise = op(Opcode::VDW);
  depthwise.pC.field[field::count0] = 50;
  depthwise.pB.field[field::count0] = 3;
  depthwise.pB.field[field::count1] = 3;
  const LayerTime time = timeOf({depthwise});
  EXPECT_EQ(time.cycles, kAround + timing::VX_PARAM_READS + 50 * 9 + timing::VX_PIPELINE);
  EXPECT_EQ(time.engines[3].busy, timing::VX_PARAM_READS + 50 * 9);
  EXPECT_EQ(timeOf({op(Opcode::VLDLUT)}).cycles, kAround + timing::LUT_ENTRIES / 16 + timing::VX_LUT_TAIL);
}

// First push in start + 1, the first beat a latency later, then a beat in every cycle.
TEST(Replay, LoadTakesLatencyAndBandwidth) {
  for (uint32_t bytes : {16, 64, 1024}) {
    const LayerTime time = timeOf({load(bytes)});
    EXPECT_EQ(time.cycles, kAround + 1 + 100 + bytes / 16 - 1 + timing::LD_RETIRE) << bytes;
    EXPECT_EQ(time.dramBytesRead, bytes);
    EXPECT_EQ(time.engines[0].busy, bytes / 16);
  }
  Machine slow = machine();
  slow.dram.bandwidthMbS = 4000;
  EXPECT_EQ(timeOf({load(4096)}, slow).cycles, kAround + 1 + 100 + (4096 - 64) / 4 + 3 + timing::LD_RETIRE);
}

// Two segments in flight: each pair waits for its latency.
TEST(Replay, LoadStopsAtWhatCanBeOutstanding) {
  Machine narrow = machine();
  narrow.dma.loadOutstanding = 2;
  const uint64_t wide = timeOf({load(6400)}).cycles, few = timeOf({load(6400)}, narrow).cycles;
  EXPECT_LT(wide, 600u);
  EXPECT_GT(few, 50u * 100);
  EXPECT_LT(few, 50u * 110);
}

// Runs of 16 bytes: each is a segment, and as many as can be outstanding share a latency.
TEST(Replay, StoreStopsAtWhatCanBeOutstanding) {
  Machine twice = machine();
  twice.dma.storeOutstanding *= 2;
  const Steps steps = {store(16, 1600, 64)};
  const double once = static_cast<double>(timeOf(steps).cycles),
               again = static_cast<double>(timeOf(steps, twice).cycles);
  EXPECT_NEAR(once, 1600.0 / 16 * 104, 1600.0 / 16 * 4);
  EXPECT_NEAR(once / again, 2, 0.05);
  EXPECT_EQ(timeOf(steps).dramBytesWritten, 1600u * 16);
}

TEST(Replay, FillNeedsNoDram) {
  TensorOp fill = load(1024);
  fill.pA.field[field::hi0] = 0;
  const LayerTime time = timeOf({fill});
  EXPECT_EQ(time.dramBytesRead, 0u);
  EXPECT_LT(time.cycles, 80u);
}

TEST(Replay, SemaphoresOrderEngines) {
  const uint64_t one = timeOf({load(1024, 5)}).cycles, other = timeOf({multiply(200, 2)}).cycles;
  EXPECT_LT(timeOf({load(1024), multiply(200, 2)}).cycles, one + other - 100);
  EXPECT_NEAR(static_cast<double>(timeOf({load(1024, 5), multiply(200, 2, 5)}).cycles),
              static_cast<double>(one + other), 4);
}

// With a queue of one the third multiplication is dispatched only when the second has started.
TEST(Replay, FullQueuesHoldTheSequencer) {
  Machine shallow = machine();
  shallow.queues.matrix = 1;
  const Steps steps = {multiply(100, 4), multiply(100, 4), multiply(100, 4), load(16384)};
  EXPECT_GT(timeOf(steps, shallow).cycles, timeOf(steps).cycles + 100);
}

// What precedes the first dispatch is outside the layer's cycles.
TEST(Replay, TheSequencerCostsTime) {
  const Steps steps(10, Step(load(16), {3, 2}));
  const uint64_t free = timeOf(steps).cycles;
  EXPECT_GE(timeOf(steps, machine(), {10, 0}).cycles, free + 9 * 29);
  EXPECT_EQ(timeOf(steps, machine(), {10, 0}).cycles, timeOf(steps, machine(), {0, 15}).cycles);
}

// Work before a fence costs nothing while the engines of the layer before are busy for longer, all of it behind the
// fence; the layer before takes the time and gives the cost.
TEST(Replay, WorkBeforeTheFenceOverlapsWithTheLayerBefore) {
  constexpr uint64_t kWork = 200;
  const SequencerCost cycle{1, 0}, none{};
  auto layers = [&](core::Work beforeFence, core::Work behindFence, uint32_t bytes) {
    Replay replay(machine());
    replay.layer({load(bytes)}, cycle);
    replay.layer({Step(op(Opcode::FENCE), beforeFence), Step(load(16), behindFence)}, none);
    return replay.finish();
  };
  const std::vector<LayerTime> without = layers({}, {}, 16384);
  EXPECT_GT(without[0].cycles, 16384u / 16);
  EXPECT_EQ(layers({kWork, 0}, {}, 16384)[0].cycles, without[0].cycles);
  EXPECT_EQ(layers({}, {kWork, 0}, 16384)[0].cycles, without[0].cycles + kWork);
  // Longer than a load of one beat, which it hides.
  EXPECT_EQ(layers({kWork, 0}, {}, 16)[0].cycles, 1 + kWork + 1);
  EXPECT_EQ(layers({kWork, 0}, {kWork, 0}, 16)[1].cycles, without[1].cycles);
}

// The run ends when its last instruction has retired.
TEST(Replay, TheLastLayerEndsWithItsEngines) {
  Replay replay(machine());
  replay.layer({load(1024)}, {});
  EXPECT_EQ(replay.finish().at(0).cycles, timeOf({load(1024)}).cycles - 1);
}

} // namespace
} // namespace weft::explain
