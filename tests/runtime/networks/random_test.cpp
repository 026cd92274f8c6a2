// Is what the compiler makes of any network right on any machine? Random networks are compiled for random machines;
// the static verifier must find no error, and the functional and the cycle-accurate device must give the reference
// executor's bits without a race.
//
// WEFT_SEED=n runs one seed (and says more), WEFT_LONG=n that many seeds from WEFT_FIRST (default 0).
#include "tests/runtime/networks/random_network.h"

#include "compiler/driver/compiler.h"
#include "compiler/layers/geometry.h"
#include "compiler/mapping/planner.h"
#include "isa/check/verify_program.h"
#include "isa/support/error.h"
#include "runtime/api/device.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/support/random.h"

#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>

namespace weft::test {
namespace {

struct Outcome {
  bool skipped = false; // not supported, and the error says so
  std::string failure;  // empty: right
};

std::string differences(const HostTensors& expected, const HostTensors& actual) {
  if (expected.size() != actual.size())
    return fmt::format("{} outputs instead of {}", actual.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    auto found = actual.find(name);
    if (found == actual.end())
      return fmt::format("output '{}' is missing", name);
    if (found->second.shape != tensor.shape || found->second.type != tensor.type)
      return fmt::format("output '{}' has another type or shape", name);
    size_t wrong = 0, first = 0;
    for (size_t i = tensor.data.size(); i-- > 0;)
      if (tensor.data[i] != found->second.data[i]) {
        ++wrong;
        first = i;
      }
    if (wrong > 0)
      return fmt::format("output '{}': {} of {} bytes differ, the first at {}: {} instead of {}", name, wrong,
                         tensor.data.size(), first, found->second.data[first], tensor.data[first]);
  }
  return "";
}

// Everything that is moved between DRAM and scratchpad is of a tensor and for a layer.
std::string trafficProblem(const runtime::RunStatistics& statistics) {
  if (statistics.tensorTraffic)
    for (const runtime::TensorTraffic& traffic : *statistics.tensorTraffic)
      if (!traffic.tensor || !traffic.layer)
        return fmt::format("{} bytes read and {} written of DRAM that is not in the memory map", traffic.moves.read,
                           traffic.moves.written);
  return "";
}

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
        group.weights = random.percent(50) ? mapping::WeightFlow::resident : mapping::WeightFlow::streamed;
        if (group.weights == mapping::WeightFlow::streamed)
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

Outcome compare(const net::Network& network, const Machine& machine, const HostTensors& inputs,
                const std::function<std::string()>& mapping) {
  const char* stage = "validate";
  try {
    net::validate(network);
    stage = "compile";
    CompileOptions options;
    options.verify = false; // below, to see all findings
    options.mapping = mapping();
    auto program = std::make_shared<const Program>(Program::parse(compile(network, machine, options), "random"));
    stage = "verify";
    for (const Finding& finding : verifyProgram(*program, machine))
      if (finding.severity == Finding::Severity::error)
        return {false, fmt::format("verifier: {}: {}", name(finding.kind), finding.message)};
    runtime::RunOptions run;
    run.detectRaces = true;
    std::optional<HostTensors> expected;
    for (const char* device : {"ref", "func", "cycle"}) {
      stage = device;
      runtime::RunResult result = runtime::openDevice(device, machine)->load(program)->run(inputs, run);
      if (std::string problem = trafficProblem(result.statistics); !problem.empty())
        return {false, fmt::format("{}: {}", device, problem)};
      HostTensors outputs = std::move(result.outputs);
      if (!expected)
        expected = outputs;
      else if (std::string difference = differences(*expected, outputs); !difference.empty())
        return {false, fmt::format("{}: {}", device, difference)};
    }
  } catch (const std::exception& error) {
    std::string message = error.what();
    for (const char* unsupported :
         {"no tiling fits", "has no operator that the accelerator runs", "a window over a batch of vectors"})
      if (message.find(unsupported) != std::string::npos)
        return {true, ""};
    return {false, fmt::format("{}: {}", stage, message)};
  }
  return {};
}

Outcome check(uint64_t seed, int steps, bool givenMapping) {
  const net::Network network = randomNetwork(seed, steps);
  if (network.outputs.empty())
    return {};
  const Machine machine = randomNetworkMachine(seed);
  return compare(network, machine, randomInputs(seed, network),
                 [&] { return givenMapping ? randomMapping(seed, network, machine) : std::string(); });
}

std::optional<uint64_t> fromEnvironment(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::optional<uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

void checkSeeds(bool givenMapping) {
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
    Outcome outcome = check(seed, steps, givenMapping);
    skipped += outcome.skipped;
    if (outcome.failure.empty())
      continue;
    // The shortest prefix that fails says most.
    for (int fewer = 1; fewer < steps; ++fewer)
      if (Outcome shorter = check(seed, fewer, givenMapping); !shorter.failure.empty()) {
        outcome = shorter;
        steps = fewer;
      }
    ADD_FAILURE() << "WEFT_SEED=" << seed << ", " << steps << " steps: " << outcome.failure << "\n"
                  << describe(randomNetwork(seed, steps)) << (single ? toYaml(randomNetworkMachine(seed)) : "");
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
  checkSeeds(false);
}

TEST(RandomNetworks, DevicesAgreeBitForBitWhateverTheMapping) {
  checkSeeds(true);
}

// Rows of a tile that are longer than the longest run of a walk. Regression: padding below them was not refused by the
// lowering and read what follows the map in memory.
TEST(WideRows, AreCutOrLoadedPixelByPixel) {
  for (Ints pads : {Ints{1, 1, 1, 1}, Ints{0, 0, 2, 0}, Ints{0, 1, 0, 1}}) {
    NetworkBuilder builder;
    Value x = builder.input(net::DType::u8, {1, 256, 4, 300}, 0.05f, 100);
    builder.output(addConv(builder, addConv(builder, x, 256, 1), 8, 3, pads));
    builder.output(addConv(builder, x, 8, 3, pads));
    const Outcome outcome = compare(builder.network, loadMachine("tpu-256"), randomInputs(1, builder.network),
                                    [] { return std::string(); });
    EXPECT_EQ(outcome.failure, "") << "pads " << fmt::format("{}", fmt::join(pads, ", "));
    EXPECT_FALSE(outcome.skipped);
  }
}

} // namespace
} // namespace weft::test
