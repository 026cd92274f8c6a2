// Does a compiled network move what it must, and is what it moves beyond that laid at the right tensor's door? Where
// are its tensors and buffers?
#include "compiler/driver/compiler.h"
#include "isa/semantics/state.h"
#include "isa/support/error.h"
#include "runtime/api/device.h"
#include "runtime/report/report.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/runtime/networks/random_network.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weft::test {
namespace {

using runtime::DramReasons;
using runtime::Report;
using runtime::TensorReport;

Report reportOf(const net::Network& network, const Machine& machine, const std::string& mapping = "") {
  CompileOptions options;
  options.mapping = mapping;
  auto program = std::make_shared<const Program>(Program::parse(compile(network, machine, options), "test"));
  const auto loaded = runtime::openDevice("cycle", machine)->load(program);
  return runtime::makeReport(loaded->run(randomInputs(1, network)).statistics, *program, machine, "test");
}

constexpr int64_t kSide = 16;
constexpr uint64_t kMap = 16 * kSide * kSide;  // bytes of each activation: its pixels are rows of edge-16
constexpr uint64_t kWeights = 16 * 16 * 3 * 3; // of each convolution

// Two convolutions of 16 channels, 3 x 3, one after the other.
net::Network twoConvolutions() {
  NetworkBuilder builder;
  Value x = builder.input(net::DType::u8, {1, 16, kSide, kSide}, 0.05f, 100);
  builder.output(addConv(builder, addConv(builder, x, 16, 3, {1, 1, 1, 1}), 16, 3, {1, 1, 1, 1}));
  return builder.network;
}

std::vector<const TensorReport*> withUse(const Report& report, MapUse use) {
  std::vector<const TensorReport*> found;
  for (const TensorReport& tensor : *report.tensors)
    if (tensor.range && tensor.range->use == use)
      found.push_back(&tensor);
  return found;
}

TEST(Traffic, OfANetworkThatFitsIsCompulsory) {
  const Report report = reportOf(twoConvolutions(), loadMachine("edge-16"));
  const DramReasons sum = sumOfReasons(*report.tensors);
  EXPECT_EQ(sum.compulsory, 2 * kMap + 2 * (kWeights + 16 * 8));
  EXPECT_EQ(sum.padding, 0u);
  EXPECT_EQ(sum.spill, 0u); // what is between the two stays in the scratchpad
  EXPECT_EQ(sum.unknown, 0u);
  ASSERT_EQ(withUse(report, MapUse::input).size(), 1u);
  ASSERT_EQ(withUse(report, MapUse::output).size(), 1u);
  EXPECT_EQ(withUse(report, MapUse::weights).size(), 2u);
  EXPECT_EQ(withUse(report, MapUse::output)[0]->moves().written, kMap);
}

TEST(Traffic, SpillAndRefetchAreThoseOfTheTensorsThatCauseThem) {
  // Residents may take half of the scratchpad: less than the activation between the two.
  Machine machine = loadMachine("edge-16");
  machine.scratchpad.bytes = 8192;
  machine.name = "small";
  const std::string mapping = "groups:\n"
                              "  - {node: conv0, weights: streamed, tile_rows: 1, tile_cols: 16, chunks: [3, 1, 1]}\n"
                              "  - {node: conv1, weights: streamed, tile_rows: 2, tile_cols: 16, chunks: [3, 1, 1]}\n";
  net::Network network = twoConvolutions();
  std::vector<std::string*> names;
  for (net::Node& node : network.nodes)
    if (node.op == "QLinearConv")
      names.push_back(&node.name);
  ASSERT_EQ(names.size(), 2u);
  *names[0] = "conv0";
  *names[1] = "conv1";
  const Report report = reportOf(network, machine, mapping);
  const auto weights = withUse(report, MapUse::weights);
  ASSERT_EQ(weights.size(), 2u);
  EXPECT_EQ(weights[0]->range->name, "conv0");
  EXPECT_EQ(weights[0]->reasons().refetch, 15 * kWeights); // 16 tiles
  EXPECT_EQ(weights[1]->reasons().refetch, 7 * kWeights);  // 8 tiles
  EXPECT_EQ(weights[0]->reasons().compulsory, kWeights);
  const auto between = withUse(report, MapUse::activation);
  ASSERT_EQ(between.size(), 1u);
  EXPECT_EQ(between[0]->reasons().spill, 2 * kMap); // written and read back
  // 8 tiles of 2 rows read 4 of them, but for the border above and below.
  EXPECT_EQ(between[0]->reasons().refetch, (8 * 4 - 2 - kSide) * kMap / kSide);
  EXPECT_EQ(between[0]->layers.size(), 2u);
  const auto input = withUse(report, MapUse::input);
  EXPECT_EQ(input[0]->reasons().refetch, (16 * 3 - 2 - kSide) * kMap / kSide);
  EXPECT_EQ(input[0]->reasons().compulsory, kMap);
}

// Ranges of one memory and group are apart, and within the memory.
TEST(MemoryMap, KeepsApartWhatIsAlive) {
  int programs = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const net::Network network = randomNetwork(seed, stepsOf(seed));
    const Machine machine = randomNetworkMachine(seed);
    std::optional<Program> program;
    try {
      program = Program::parse(compile(network, machine, CompileOptions()), "random");
    } catch (const Error&) {
      continue; // too large for the machine, or nothing to do
    }
    ++programs;
    const Manifest& manifest = *program->manifest();
    for (int32_t g = 0; g < static_cast<int32_t>(manifest.groups.size()); ++g) {
      std::vector<const MemoryRange*> alive;
      for (const MemoryRange& range : manifest.memoryMap)
        if (range.firstGroup <= g && g <= range.lastGroup)
          alive.push_back(&range);
      std::sort(alive.begin(), alive.end(), [](const MemoryRange* a, const MemoryRange* b) {
        return std::tie(a->memory, a->address) < std::tie(b->memory, b->address);
      });
      const std::string where = fmt::format("seed {}, group {}", seed, g);
      for (size_t i = 0; i < alive.size(); ++i) {
        const MemoryRange& range = *alive[i];
        const uint64_t end = uint64_t{range.address} + range.bytes;
        const uint64_t size = range.memory == MapMemory::dram         ? kDramBase + machine.dram.bytes
                              : range.memory == MapMemory::scratchpad ? machine.scratchpad.bytes
                                                                      : machine.accumulator.bytes;
        EXPECT_LE(end, size) << where << ": " << range.name << " " << name(range.use);
        if (i + 1 < alive.size() && alive[i + 1]->memory == range.memory) {
          EXPECT_LE(end, alive[i + 1]->address)
              << where << ": " << range.name << " " << name(range.use) << " and " << alive[i + 1]->name;
        }
      }
    }
    if (HasFailure())
      break;
  }
  EXPECT_GT(programs, 30);
}

} // namespace
} // namespace weft::test
