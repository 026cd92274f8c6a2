// Are the steps that host and accelerator take in turn few, complete and in an order that the network allows? What the
// accelerator can run is given here.
#include "compiler/mapping/placement.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/support/random.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace weft::mapping {
namespace {

using namespace weft::test;
using Indices = std::vector<int32_t>;

// Everything but the named operators is the accelerator's.
RefusalOf without(std::set<std::string> operators) {
  return [operators = std::move(operators)](const net::Node& node) {
    return operators.contains(node.op) ? std::optional<std::string>("it is not wanted") : std::nullopt;
  };
}

struct PlacementTest : testing::Test {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 4, 4, 4});

  Value conv(const Value& value) { return addConv(builder, value, 4, 1); }
  Value node(const std::string& op, const Value& value) {
    return builder.node(op, {value.tensor}, DType::u8, builder.shape(value));
  }
  // Nodes of each step; the host's are even.
  std::vector<Indices> steps(const RefusalOf& refusal = without({"Abs"}), HostPolicy policy = HostPolicy::allow) {
    net::validate(builder.network);
    std::vector<Indices> list;
    for (const Schedule::Step& step : scheduleNodes(builder.network, refusal, policy).steps) {
      if (list.size() % 2 != step.onDevice)
        list.emplace_back();
      list.push_back(step.nodes);
    }
    return list;
  }
};

TEST_F(PlacementTest, ANetworkThatTheAcceleratorHasIsOneStep) {
  builder.output(conv(conv(x)));
  EXPECT_EQ(steps(), (std::vector<Indices>{{}, {0, 1}}));
}

TEST_F(PlacementTest, IndependentBranchesShareTheirSteps) {
  Value a = node("Abs", conv(x)), b = node("Abs", conv(x));
  builder.output(conv(a));
  builder.output(addSum(builder, conv(b), a));
  EXPECT_EQ(steps(), (std::vector<Indices>{{}, {0, 2}, {1, 3}, {4, 5, 6}}));
}

// A branch that the accelerator could begin with waits for nobody.
TEST_F(PlacementTest, TheHostGoesFirstWhereItCan) {
  Value early = node("Abs", x);
  Value late = node("Abs", conv(x));
  builder.output(addSum(builder, conv(early), late));
  EXPECT_EQ(steps(), (std::vector<Indices>{{0}, {1, 3}, {2, 4}})) << "the sum alone is not worth a step";
}

TEST_F(PlacementTest, AStepWithoutAContractionIsTheHosts) {
  builder.output(conv(node("Abs", addLut(builder, node("Abs", conv(x))))));
  EXPECT_EQ(steps(), (std::vector<Indices>{{}, {0}, {1, 2, 3}, {4}}));
}

TEST_F(PlacementTest, WithoutAnyContractionTheFirstStepIsKept) {
  builder.output(addLut(builder, node("Abs", addLut(builder, x))));
  EXPECT_EQ(steps(), (std::vector<Indices>{{}, {0}, {1, 2}}));
}

TEST_F(PlacementTest, RearrangingIsTheHostsWhereItHasOrWantsTheValue) {
  Value before = node("Transpose", x);
  Value inside = node("Transpose", conv(before));
  Value after = node("Transpose", conv(inside));
  builder.output(node("Flatten", after));
  EXPECT_EQ(steps(), (std::vector<Indices>{{0}, {1, 2, 3}, {4, 5}}));
}

TEST_F(PlacementTest, NothingForTheAcceleratorIsRefusedByTheFirstContraction) {
  builder.output(conv(node("Abs", x)));
  EXPECT_EQ(errorOf([&] {
              steps(without({"Abs", "QLinearConv"}));
            }),
            "node 'QLinearConv_1' (QLinearConv): it is not wanted");
}

TEST_F(PlacementTest, CountsTheWorkOfContractions) {
  Value a = addConv(builder, x, 8, 3, {1, 1, 1, 1}, 1, 2);
  EXPECT_EQ(multiplyAccumulates(builder.network, builder.network.nodes[0]), 8u * 16 * 2 * 9) << "two groups";
  int32_t weights = builder.constant(DType::f32, {7, 5}, std::vector<float>(35, 1));
  builder.node("Gemm", {builder.input(DType::f32, {7, 3}).tensor, weights}, DType::f32, {3, 5},
               {{"transA", int64_t{1}}});
  EXPECT_EQ(multiplyAccumulates(builder.network, builder.network.nodes[1]), 3u * 5 * 7);
  node("Abs", a);
  EXPECT_EQ(multiplyAccumulates(builder.network, builder.network.nodes[2]), 0u);
}

// Every node once, after what it reads, on its side; and the sides take turns.
TEST(Placement, OfRandomNetworksIsAnOrder) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    NetworkBuilder builder;
    std::vector<Value> values = {builder.input(DType::u8, {1, 4, 4, 4})};
    for (uint64_t i = 0; i < 20; ++i) {
      const Value& a = values[random.below(values.size())];
      const Value& b = values[random.below(values.size())];
      const uint64_t kind = random.below(4);
      values.push_back(kind == 0   ? addConv(builder, a, 4, 1)
                       : kind == 1 ? addSum(builder, a, b)
                       : kind == 2 ? builder.node("Abs", {a.tensor}, DType::u8, builder.shape(a))
                                   : builder.node("Transpose", {a.tensor}, DType::u8, builder.shape(a)));
    }
    builder.network.outputs = {values.back().tensor};
    std::optional<Schedule> schedule;
    try {
      schedule = scheduleNodes(builder.network, without({"Abs"}), HostPolicy::allow);
    } catch (const Error&) {
      continue; // nothing for the accelerator
    }
    std::set<int32_t> known = {values[0].tensor};
    for (const net::Tensor& tensor : builder.network.tensors)
      if (tensor.isConstant)
        known.insert(static_cast<int32_t>(&tensor - builder.network.tensors.data()));
    size_t nodes = 0;
    for (size_t s = 0; s < schedule->steps.size(); ++s) {
      const Schedule::Step& step = schedule->steps[s];
      EXPECT_TRUE(s == 0 || step.onDevice != schedule->steps[s - 1].onDevice);
      for (int32_t index : step.nodes) {
        const net::Node& node = builder.network.nodes[static_cast<size_t>(index)];
        EXPECT_EQ(schedule->reasons[static_cast<size_t>(index)].empty(), step.onDevice);
        EXPECT_FALSE(step.onDevice && node.op == "Abs");
        for (int32_t input : node.inputs)
          EXPECT_TRUE(known.contains(input)) << node.name;
        EXPECT_TRUE(known.insert(node.outputs[0]).second);
        ++nodes;
      }
    }
    EXPECT_EQ(nodes, builder.network.nodes.size());
  }
}

} // namespace
} // namespace weft::mapping
