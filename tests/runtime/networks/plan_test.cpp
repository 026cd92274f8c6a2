// Does the plan of a network keep what is alive apart, and are the chosen mappings ones that it would take from a user?
#include "compiler/mapping/chooser.h"
#include "compiler/mapping/planner.h"
#include "isa/support/error.h"
#include "tests/runtime/networks/random_network.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

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

// Groups, inclusive, during which an activation holds a value. What the host sees holds it always.
std::pair<int64_t, int64_t> lifetime(const DeviceGraph& graph, int32_t index) {
  auto groups = static_cast<int64_t>(graph.groups.size());
  if (std::count(graph.inputs.begin(), graph.inputs.end(), index) ||
      std::count(graph.outputs.begin(), graph.outputs.end(), index))
    return {-1, groups};
  int64_t first = groups, last = -1;
  for (int64_t g = 0; g < groups; ++g) {
    const Group& group = graph.groups[static_cast<size_t>(g)];
    if (group.output == index || group.residual == index ||
        std::count(group.inputs.begin(), group.inputs.end(), index)) {
      first = std::min(first, g);
      last = g;
    }
  }
  return {first, last};
}

int64_t bytesOf(const Activation& a, const Home& home, int64_t pitch) {
  return a.batch * (a.height + home.padTop + home.padBottom) * (a.width + home.padLeft + home.padRight) * pitch;
}

void checkPlan(const DeviceGraph& graph, const Machine& machine, const Plan& made, const std::string& where) {
  for (size_t g = 0; g < graph.groups.size(); ++g) {
    const Group& group = graph.groups[g];
    const std::string here = fmt::format("{}, group {} ({})", where, g, group.name);
    std::vector<Range> scratch = {{"reserved", 0, made.scratchReserved}}, dram;
    for (size_t a = 0; a < graph.activations.size(); ++a) {
      auto [first, last] = lifetime(graph, static_cast<int32_t>(a));
      if (static_cast<int64_t>(g) < first || static_cast<int64_t>(g) > last)
        continue;
      const Home& home = made.homes[a];
      int64_t pitch = channelPitch(graph.activations[a], machine);
      for (size_t user = 0; user < graph.groups.size(); ++user)
        if (graph.groups[user].inputs[0] == static_cast<int32_t>(a) &&
            made.mapping.groups[user].input == InputFlow::windows)
          pitch = graph.activations[a].channels; // laid out without padding channels
      int64_t bytes = bytesOf(graph.activations[a], home, pitch);
      (home.scratchpad ? scratch : dram).push_back({"tensor " + home.tensor, home.address, home.address + bytes});
      if (!home.scratchpad) {
        EXPECT_GE(home.address, made.arenaBase) << here;
        EXPECT_LE(home.address + bytes, int64_t{made.arenaBase} + made.arenaBytes) << here;
      }
    }
    const Buffers& b = made.buffers[g];
    auto stream = [&](const char* name, int64_t address, int64_t bytes) {
      if (bytes > 0)
        scratch.push_back({name, address, address + bytes});
    };
    stream("input", b.input, b.sizes.inputBuffers * b.sizes.input);
    stream("second input", b.secondInput, b.sizes.inputBuffers * b.sizes.secondInput);
    stream("weights", b.weights, b.sizes.weightBuffers * b.sizes.weights);
    stream("residual", b.residual, b.sizes.outputBuffers * b.sizes.residual);
    stream("output", b.output, b.sizes.outputBuffers * b.sizes.output);
    stream("parameters", b.parameters, b.sizes.parameters);
    expectDisjoint(scratch, here + ", scratchpad");
    expectDisjoint(dram, here + ", DRAM");
    for (const Range& range : scratch)
      EXPECT_LE(range.end, machine.scratchpad.bytes) << here << ": " << range.what;
    EXPECT_NO_THROW(checkMapping(graph, group, machine, made.mapping.groups[g], made.residency(group),
                                 machine.scratchpad.bytes - made.scratchReserved))
        << here;
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
  Mapping mapping;
  mapping.groups.push_back({.group = "nosuch"});
  try {
    plan(graph, loadMachine("cloud-128"), mapping);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the mapping names node 'nosuch', which is the main node of no group; --emit mapping "
                               "lists the groups of this network");
  }
}

} // namespace
} // namespace weft::mapping
