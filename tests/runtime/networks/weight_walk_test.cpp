// Does a layer fetch only the weights that are real, where that pays, and as fast as the cost model says?
#include "compiler/driver/compiler.h"
#include "compiler/layers/contraction/contraction.h"
#include "compiler/layers/contraction/weight_walk.h"
#include "compiler/mapping/planner.h"
#include "compiler/mapping/sizes.h"
#include "isa/generated/timing.h"
#include "runtime/api/device.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>
#include <optional>

namespace weft::test {
namespace {

// A convolution of one pixel: each weight is used once, so its time is that of the weights' way from DRAM.
struct Layer {
  // Streamed or resident as the chooser wants, or resident.
  Layer(const Machine& machineDescription, int64_t inputs, int64_t outputs, bool resident = false)
      : machine(machineDescription) {
    NetworkBuilder builder;
    builder.output(addConv(builder, builder.input(net::DType::u8, {1, inputs, 1, 1}), outputs, 1));
    network = builder.network;
    const mapping::DeviceGraph graph = mapping::buildDeviceGraph(network);
    mapping = mapping::plan(graph, machine, {}).mapping;
    mapping::GroupMapping& group = mapping.groups[0];
    if (resident) {
      group.weights = mapping::WeightFlow::resident;
      group.chunks = {1, 1, 1};
    }
    geometry.emplace(layerAs<layers::Contraction>(graph, 0), machine, group, true);
    walk = layers::chooseWeightWalk(*geometry, group, machine);
  }

  runtime::RunStatistics run() const {
    CompileOptions options;
    options.mapping = mapping::toYaml(mapping);
    auto program = std::make_shared<const Program>(Program::parse(compile(network, machine, options), "layer"));
    HostTensors inputs;
    inputs["x0"] = makeTensor(net::DType::u8, net::Shape{1, geometry->inC, 1, 1});
    return runtime::openDevice("cycle", machine)->load(program)->run(inputs).statistics;
  }

  int64_t otherBytes() const { // input, parameters
    return geometry->inPitch + geometry->columnTiles * timing::VX_PARAM_READS * machine.array.cols;
  }

  const Machine machine;
  net::Network network;
  mapping::Mapping mapping;
  std::optional<layers::Geometry> geometry;
  layers::WeightWalk walk;
};

// tpu-256 with partial tiles along rows, columns, both, and one that is nearly empty; a small array at a slow memory.
std::vector<Layer> padded() {
  const Machine tpu = loadMachine("tpu-256");
  Machine slow = loadMachine("edge-16");
  slow.array = {32, 32};
  slow.dma.busBytes = 8;
  slow.dram.bandwidthMbS = 4000;
  // Resident where streamed weights would wait for the array: it has a step for a nearly empty tile, too.
  return {{tpu, 1200, 1024},       {tpu, 1024, 1200},   {tpu, 704, 1728},       {tpu, 1000, 1000},
          {tpu, 1030, 1290, true}, {tpu, 40, 10, true}, {slow, 200, 250, true}, {slow, 300, 130, true}};
}

TEST(WeightWalk, FetchesWhatIsRealInWholeBeats) {
  for (const Layer& layer : padded()) {
    ASSERT_TRUE(layer.walk.windowed());
    const Machine& machine = layer.machine;
    const int64_t cols = machine.array.cols, inC = layer.geometry->inC, outC = layer.geometry->outC;
    const int64_t rows = mapping::roundUp(inC, layer.walk.partRows);
    const int64_t lastCols = outC % cols && layer.walk.runRows == 1 ? outC % cols : cols;
    const int64_t weights =
        rows * ((layer.geometry->columnTiles - 1) * cols + mapping::roundUp(lastCols, machine.dma.busBytes));
    EXPECT_EQ(layer.run().layers.at(0).share.counters.at("load_bytes_read"),
              static_cast<uint64_t>(weights + layer.otherBytes()))
        << inC << " x " << outC;
  }
}

TEST(WeightWalk, TakesTheCyclesOfItsClosedForm) {
  for (const Layer& layer : padded()) {
    const runtime::LayerStatistics found = layer.run().layers.at(0);
    // Before the first tile: input, parameters, a round trip for each. After the last: its steps, the array, the drain,
    // the store.
    const Machine& machine = layer.machine;
    const int64_t steps = layer.geometry->steps() / layer.geometry->chunks();
    const double outside =
        double(3 * machine.dramLatencyCycles() + 4 * machine.array.cols + steps * (machine.array.rows + 1)) +
        double(layer.otherBytes()) / mapping::dramBytesPerCycle(machine);
    EXPECT_GE(double(found.span.cycles()), 0.98 * layer.walk.cycles)
        << layer.geometry->inC << ", " << layer.geometry->outC;
    EXPECT_LE(double(found.span.cycles()), 1.05 * layer.walk.cycles + outside)
        << layer.geometry->inC << ", " << layer.geometry->outC;
  }
}

TEST(WeightWalk, IsContiguousWhereNothingIsPaddedOrAWindowGainsNothing) {
  EXPECT_FALSE(Layer(loadMachine("tpu-256"), 512, 768).walk.windowed());
  // A row is a beat, and fill takes the scratchpad's port for as long as DRAM would.
  EXPECT_FALSE(Layer(loadMachine("edge-16"), 24, 40).walk.windowed());
  // The array takes longer to load a tile than DRAM does.
  EXPECT_FALSE(Layer(loadMachine("cloud-128"), 200, 4096).walk.windowed());
  // Eight rows are a beat: no window along columns, but one along rows.
  Machine slow = loadMachine("cloud-128");
  slow.dram.bandwidthMbS = 60000;
  EXPECT_FALSE(Layer(slow, 256, 4000).walk.windowed());
  EXPECT_EQ(Layer(slow, 200, 4096).walk.runRows, 8);
}

} // namespace
} // namespace weft::test
