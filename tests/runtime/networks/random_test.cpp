// Is what the compiler makes of any network right on any machine? Random networks are compiled for random machines;
// the static verifier must find no error, and the functional and the cycle-accurate device must give the reference
// executor's bits without a race.
//
// WEFT_SEED=n runs one seed (and says more), WEFT_LONG=n that many seeds from WEFT_FIRST (default 0).
#include "tests/runtime/networks/compare.h"
#include "tests/runtime/networks/random_network.h"

#include "compiler/layers/geometry.h"
#include "compiler/mapping/planner.h"
#include "isa/support/error.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/support/random.h"

#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <numeric>
#include <optional>

namespace weft::test {
namespace {

// A legal mapping with every number drawn at random.
std::string randomMapping(uint64_t seed, const net::Network& network, const Machine& machine) {
  Random random(seed ^ 0x6d6170);
  const mapping::DeviceGraph graph = mapping::buildDeviceGraph(network);
  mapping::Mapping chosen = mapping::plan(graph, machine, {}).mapping;
  auto draw = [&](int64_t most) { return int64_t{1} + random.below(static_cast<uint64_t>(most)); };
  for (size_t g = 0; g < graph.layers.size(); ++g)
    for (int attempt = 0; attempt < 8; ++attempt) {
      mapping::Mapping trial = chosen;
      mapping::GroupMapping& group = trial.groups[g];
      if (const auto* layer = dynamic_cast<const layers::GridLayer*>(graph.layers[g].get())) {
        const layers::Geometry whole(*layer, machine, {}, true);
        group.tileRows = draw(whole.outH);
        group.tileCols = draw(whole.outW);
        group.columnTiles = draw(whole.columnTiles);
        group.pieces = random.percent(30);
        group.weights = random.percent(50) ? mapping::WeightFlow::resident : mapping::WeightFlow::streamed;
        if (group.weights == mapping::WeightFlow::streamed || group.pieces)
          group.chunks = {draw(whole.stepsH), draw(whole.stepsW), draw(whole.stepsC)};
        else
          group.chunks = {1, 1, 1};
      } else { // bytes of a block
        group.tileCols = draw(machine.scratchpad.bytes / 2 / machine.rowBytes()) * machine.rowBytes();
        if (random.percent(50))
          group.tileCols = draw(8) * machine.rowBytes();
      }
      try {
        mapping::plan(graph, machine, trial);
        chosen = trial;
        break;
      } catch (const Error&) { // not legal: another
      }
    }
  return toYaml(chosen);
}

enum class Variant { plain, givenMapping, hostInTheMiddle, anyMachine };

// Puts operators that the accelerator does not have after some of the nodes.
net::Network withHostOperators(uint64_t seed, const net::Network& source) {
  Random random(seed ^ 0x686f7374);
  net::Network network = source;
  network.nodes.clear();
  std::vector<int32_t> replacement(network.tensors.size());
  std::iota(replacement.begin(), replacement.end(), 0);
  auto replace = [&](std::vector<int32_t>& tensors) {
    for (int32_t& tensor : tensors)
      if (tensor >= 0)
        tensor = replacement[static_cast<size_t>(tensor)];
  };
  for (net::Node node : source.nodes) {
    replace(node.inputs);
    const int32_t result = node.outputs[0];
    network.nodes.push_back(std::move(node));
    if (!random.percent(20))
      continue;
    net::Tensor tensor = network.tensors[static_cast<size_t>(result)];
    tensor.name += "_relu";
    replacement[static_cast<size_t>(result)] = static_cast<int32_t>(network.tensors.size());
    network.nodes.push_back({"Relu", tensor.name, {result}, {replacement[static_cast<size_t>(result)]}, {}});
    network.tensors.push_back(std::move(tensor));
  }
  replace(network.outputs);
  return network;
}

net::Network networkOf(uint64_t seed, int steps, Variant variant) {
  net::Network network = randomNetwork(seed, steps, variant == Variant::anyMachine ? Extent::extreme : Extent::usual);
  return variant == Variant::hostInTheMiddle ? withHostOperators(seed, network) : network;
}

Machine machineOf(uint64_t seed, Variant variant) {
  return variant == Variant::anyMachine ? randomLegalMachine(seed) : randomNetworkMachine(seed);
}

// Whether there is anything to do beside the host's operators and rearranging.
bool computes(const net::Network& network) {
  const std::vector<std::string> others = {"QuantizeLinear", "DequantizeLinear", "Reshape",
                                           "Flatten",        "Unsqueeze",        "Transpose"};
  return std::any_of(network.nodes.begin(), network.nodes.end(), [&](const net::Node& node) {
    return std::find(others.begin(), others.end(), node.op) == others.end();
  });
}

Outcome check(uint64_t seed, int steps, Variant variant) {
  const net::Network network = networkOf(seed, steps, variant);
  if (network.outputs.empty() || !computes(network))
    return {};
  const Machine machine = machineOf(seed, variant);
  return compare(network, machine, randomInputs(seed, network), [&] {
    return variant == Variant::givenMapping ? randomMapping(seed, network, machine) : std::string();
  });
}

std::optional<uint64_t> fromEnvironment(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::optional<uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

void checkSeeds(Variant variant) {
  uint64_t first = fromEnvironment("WEFT_FIRST").value_or(0), count = fromEnvironment("WEFT_LONG").value_or(60);
  auto single = fromEnvironment("WEFT_SEED");
  if (single) {
    first = *single;
    count = 1;
  }
  uint64_t skipped = 0;
  int failures = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    int steps = stepsOf(seed);
    Outcome outcome = check(seed, steps, variant);
    if (variant == Variant::anyMachine && outcome.refusal.find("no tiling fits") != std::string::npos)
      outcome.failure = outcome.refusal;
    skipped += outcome.skipped;
    if (outcome.failure.empty())
      continue;
    // The shortest prefix that fails says most.
    for (int fewer = 1; fewer < steps; ++fewer)
      if (Outcome shorter = check(seed, fewer, variant); !shorter.failure.empty()) {
        outcome = shorter;
        steps = fewer;
      }
    ADD_FAILURE() << "WEFT_SEED=" << seed << ", " << steps << " steps: " << outcome.failure << "\n"
                  << describe(networkOf(seed, steps, variant)) << (single ? toYaml(machineOf(seed, variant)) : "")
                  << (single && variant == Variant::givenMapping
                          ? randomMapping(seed, networkOf(seed, steps, variant), machineOf(seed, variant))
                          : "");
    if (++failures == 10)
      break;
  }
  testing::Test::RecordProperty("skipped", static_cast<int>(skipped));
  if (!single) {
    EXPECT_LT(skipped * 5, count) << "too few networks compile for the test to mean anything";
  }
  fmt::print("{} networks, {} of them not supported\n", count, skipped);
}

TEST(RandomNetworks, DevicesAgreeBitForBit) {
  checkSeeds(Variant::plain);
}

TEST(RandomNetworks, DevicesAgreeBitForBitWhateverTheMapping) {
  checkSeeds(Variant::givenMapping);
}

TEST(RandomNetworks, DevicesAgreeBitForBitWithTheHostInTheMiddle) {
  checkSeeds(Variant::hostInTheMiddle);
}

TEST(RandomNetworks, FitAnyMachineWithRoomForTheSmallestTiles) {
  checkSeeds(Variant::anyMachine);
}

// Rows of a tile that are longer than the longest run of a walk. Regression: padding below them was not refused by the
// lowering and read what follows the map in memory.
TEST(WideRows, AreCutOrLoadedPixelByPixel) {
  for (Ints pads : {Ints{1, 1, 1, 1}, Ints{0, 0, 2, 0}, Ints{0, 1, 0, 1}}) {
    NetworkBuilder builder;
    Value x = builder.input(net::DType::u8, {1, 256, 4, 300}, 0.05f, 100);
    builder.output(addConv(builder, addConv(builder, x, 256, 1), 8, 3, pads));
    builder.output(addConv(builder, x, 8, 3, pads));
    const Outcome outcome = compare(builder.network, loadMachine("tpu-256"), randomInputs(1, builder.network));
    EXPECT_EQ(outcome.failure, "") << "pads " << fmt::format("{}", fmt::join(pads, ", "));
    EXPECT_FALSE(outcome.skipped);
  }
}

} // namespace
} // namespace weft::test
