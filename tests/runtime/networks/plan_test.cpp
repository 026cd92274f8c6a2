// Does the plan of a network keep what is alive apart, and are the chosen mappings ones that it would take from a user?
#include "compiler/mapping/planner.h"
#include "compiler/mapping/sizes.h"
#include "isa/support/error.h"
#include "tests/runtime/networks/random_network.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>

namespace weft::mapping {
namespace {

struct Range {
  std::string what;
  int64_t begin, end;
};

void expectDisjoint(std::vector<Range> ranges, const std::string& where) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  for (size_t i = 1; i < ranges.size(); ++i)
    EXPECT_LE(ranges[i - 1].end, ranges[i].begin) << where << ": " << ranges[i - 1].what << " and " << ranges[i].what;
}

// Layers, inclusive, during which a storage holds a value. What the host sees holds it always, constants are elsewhere.
std::optional<std::pair<int64_t, int64_t>> lifetime(const DeviceGraph& graph, int32_t storage) {
  const auto layers = static_cast<int64_t>(graph.layers.size());
  auto isIt = [&](int32_t activation) { return graph.activation(activation).storage == storage; };
  if (graph.storages[static_cast<size_t>(storage)].constant)
    return std::nullopt;
  if (std::any_of(graph.inputs.begin(), graph.inputs.end(), isIt) ||
      std::any_of(graph.outputs.begin(), graph.outputs.end(), isIt))
    return std::pair{int64_t{-1}, layers};
  int64_t first = layers, last = -1;
  for (int64_t g = 0; g < layers; ++g) {
    const Layer& layer = *graph.layers[static_cast<size_t>(g)];
    if (isIt(layer.output) || std::any_of(layer.inputs.begin(), layer.inputs.end(), isIt)) {
      first = std::min(first, g);
      last = g;
    }
  }
  return std::pair{first, last};
}

// The last dimension padded to rows unless the place says otherwise, a border around the others.
int64_t bytesOf(const Storage& storage, const Place& place, const Machine& machine) {
  int64_t bytes = storage.extents.back() * static_cast<int64_t>(net::byteSize(storage.element));
  if (!place.packed)
    bytes = roundUp(bytes, machine.rowBytes());
  for (size_t d = 0; d + 1 < storage.extents.size(); ++d)
    bytes *= storage.extents[d] + place.border[d][0] + place.border[d][1];
  return bytes;
}

void checkPlan(const DeviceGraph& graph, const Machine& machine, const Plan& made, const std::string& where) {
  const Site site{graph, machine, made.places};
  for (size_t g = 0; g < graph.layers.size(); ++g) {
    const Layer& layer = *graph.layers[g];
    const std::string here = fmt::format("{}, layer {} ({})", where, g, layer.name);
    std::vector<Range> scratch = {{"reserved", 0, made.scratchReserved}}, dram;
    for (size_t s = 0; s < graph.storages.size(); ++s) {
      const auto alive = lifetime(graph, static_cast<int32_t>(s));
      if (!alive || static_cast<int64_t>(g) < alive->first || static_cast<int64_t>(g) > alive->second)
        continue;
      const Place& place = made.places[s];
      const int64_t bytes = bytesOf(graph.storages[s], place, machine);
      EXPECT_EQ(place.span, bytes) << here;
      (place.scratchpad ? scratch : dram)
          .push_back({fmt::format("storage {}", s), place.address, place.address + bytes});
      if (!place.scratchpad) {
        EXPECT_GE(place.address, made.arenaBase) << here;
        EXPECT_LE(place.address + bytes, int64_t{made.arenaBase} + made.arenaBytes) << here;
      }
    }
    const Buffers& buffers = made.buffers[g];
    ASSERT_EQ(buffers.addresses.size(), buffers.streams.size());
    for (size_t i = 0; i < buffers.streams.size(); ++i)
      if (const Stream& stream = buffers.streams[i]; stream.bytes > 0)
        scratch.push_back({fmt::format("stream {} ({})", i, name(stream.use)), buffers.addresses[i],
                           buffers.addresses[i] + stream.buffers * stream.bytes});
    expectDisjoint(scratch, here + ", scratchpad");
    expectDisjoint(dram, here + ", DRAM");
    for (const Range& range : scratch)
      EXPECT_LE(range.end, machine.scratchpad.bytes) << here << ": " << range.what;
    EXPECT_NO_THROW(layer.check(site, made.mapping.groups[g], machine.scratchpad.bytes - made.scratchReserved)) << here;
  }
}

TEST(Plan, KeepsApartWhatIsAliveAndItsMappingCanBeGivenBack) {
  int plans = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const net::Network network = test::randomNetwork(seed, test::stepsOf(seed));
    const Machine machine = test::randomNetworkMachine(seed);
    DeviceGraph graph;
    Plan made;
    try {
      graph = buildDeviceGraph(network);
      made = plan(graph, machine, {});
    } catch (const Error&) {
      continue; // too large for the machine, or nothing to do
    }
    ++plans;
    checkPlan(graph, machine, made, fmt::format("seed {}", seed));
    const std::string yaml = toYaml(made.mapping);
    EXPECT_EQ(toYaml(plan(graph, machine, parseMapping(yaml, "test")).mapping), yaml) << "seed " << seed;
    if (HasFailure())
      break;
  }
  EXPECT_GT(plans, 240);
}

TEST(Plan, RefusesAMappingOfANodeThatIsNoGroup) {
  const DeviceGraph graph = buildDeviceGraph(test::randomNetwork(0, test::stepsOf(0)));
  try {
    plan(graph, loadMachine("cloud-128"), parseMapping("groups:\n- node: nosuch\n", "m.yaml"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "m.yaml:2: the accelerator runs no node 'nosuch'; --emit mapping lists the groups of "
                               "this network");
  }
}

TEST(Plan, RefusesTheMappingOfAnotherMachine) {
  const DeviceGraph graph = buildDeviceGraph(test::randomNetwork(0, test::stepsOf(0)));
  const Mapping mapping = plan(graph, loadMachine("edge-16"), {}).mapping;
  try {
    plan(graph, loadMachine("cloud-128"), parseMapping(toYaml(mapping), "m.yaml"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "m.yaml: the mapping is for the machine 'edge-16'; this one is 'cloud-128'");
  }
}

TEST(Plan, APartialMappingChangesOnlyWhatItSays) {
  const DeviceGraph graph = buildDeviceGraph(test::randomNetwork(0, test::stepsOf(0)));
  const Machine machine = loadMachine("edge-16");
  const Mapping chosen = plan(graph, machine, {}).mapping;
  const GroupMapping& first = chosen.groups.front();
  const auto yaml = fmt::format("groups:\n- node: {}\n  buffers: {}\n", first.group, first.buffers);
  EXPECT_EQ(toYaml(plan(graph, machine, parseMapping(yaml, "m.yaml")).mapping), toYaml(chosen));
}

} // namespace
} // namespace weft::mapping
