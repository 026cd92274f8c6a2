// Do the shapes of a network, through JSON and back, give the plan that the network itself gets?
#include "compiler/mapping/planner.h"
#include "compiler/mapping/workload.h"
#include "isa/program/workload_json.h"
#include "tests/compiler/mapping/networks.h"

#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

using namespace weft::test;

DeviceGraph sampleGraph() {
  NetworkBuilder b;
  Value x = b.input(DType::u8, {1, 3, 24, 24});
  Value first = addConv(b, x, 24, 3, {1, 1, 1, 1}, 2);
  Value deep = addConv(b, first, 24, 3, {1, 1, 1, 1}, 1, 24);
  Value sum = addSum(b, addConv(b, deep, 24, 1), first);
  b.output(addLut(b, sum));
  b.output(addLut(b, first));
  return buildDeviceGraph(b.network);
}

Workload reread(const nlohmann::ordered_json& json) {
  return workloadFromJson(JsonFields(json, "w.json"));
}

TEST(Workload, KeepsThePlan) {
  const DeviceGraph graph = sampleGraph();
  const Workload workload = workloadOf(graph);
  EXPECT_EQ(reread(workloadToJson(workload)), workload);
  const DeviceGraph shapes = graphOf(workload);
  EXPECT_EQ(workloadOf(shapes), workload);
  const Machine machine = loadMachine("edge-16");
  const Plan original = plan(graph, machine, {}), again = plan(shapes, machine, {});
  EXPECT_EQ(toYaml(again.mapping), toYaml(original.mapping));
  EXPECT_EQ(again.scratchpadPeak, original.scratchpadPeak);
  EXPECT_EQ(again.constantBase, original.constantBase);
}

// What crosses to a later step of the device must not be planned into the scratchpad.
TEST(Workload, KeepsThePlanOfSeveralSteps) {
  NetworkBuilder b;
  Value x = b.input(DType::u8, {1, 8, 24, 24});
  Value kept = addConv(b, x, 8, 1);
  Value other = b.node("Abs", {addConv(b, x, 8, 1).tensor}, DType::u8, {1, 8, 24, 24});
  b.output(addSum(b, addConv(b, other, 8, 1), kept));
  const DeviceGraph graph = buildDeviceGraph(b.network);
  const Workload workload = workloadOf(graph);
  EXPECT_EQ(workload.steps, std::vector<int32_t>{2});
  EXPECT_EQ(reread(workloadToJson(workload)), workload);
  EXPECT_EQ(workloadOf(graphOf(workload)), workload);
  const Machine machine = loadMachine("edge-16");
  const Plan original = plan(graph, machine, {}), again = plan(graphOf(workload), machine, {});
  EXPECT_EQ(toYaml(again.mapping), toYaml(original.mapping));
  EXPECT_EQ(again.arenaBytes, original.arenaBytes);
}

TEST(Workload, RefusesWhatIsNone) {
  const nlohmann::ordered_json good = workloadToJson(workloadOf(sampleGraph()));
  auto errorWith = [&](auto change) {
    nlohmann::ordered_json json = good;
    change(json);
    return errorOf([&] { graphOf(reread(json)); });
  };
  EXPECT_EQ(errorWith([](auto&) {}), "(no error)");
  EXPECT_NE(errorWith([](auto& json) { json["steps"] = {2, 1}; }).find("'steps' must ascend"), std::string::npos);
  EXPECT_EQ(errorWith([](auto& json) { json["groups"][0]["output"] = 99; }),
            "w.json.groups[0]: field 'output' must be an integer from 0 to 4");
  EXPECT_EQ(errorWith([](auto& json) { json["groups"][1]["kernel"] = {3}; }),
            "w.json.groups[1]: field 'kernel' must have 2 numbers");
  EXPECT_EQ(errorWith([](auto& json) { json["groups"][1]["inputs"] = nlohmann::ordered_json::array(); }),
            "w.json.groups[1]: a group has at least one input");
  EXPECT_EQ(errorWith([](auto& json) {
              json["groups"][1]["tables"] = {1, 1};
            }),
            "w.json.groups[1]: 'tables' has one entry for each input, or none");
  EXPECT_NE(errorWith([](auto& json) {
              json["groups"][0]["inputs"] = {0, 0};
            }).find("(matrix) must have one input"),
            std::string::npos);
  EXPECT_NE(errorWith([](auto& json) {
              json["groups"][0]["permutation"] = {0, 1, 1, 3};
            }).find("a permutation of four"),
            std::string::npos);
  EXPECT_NE(errorWith([](auto& json) {
              json["groups"][3]["tables"] = nlohmann::ordered_json::array();
            }).find("(lut) must have an entry in 'tables' for each input"),
            std::string::npos);
  EXPECT_NE(errorWith([](auto& json) { json["groups"][2]["kind"] = "softmax"; }).find("is of the kind 'softmax'"),
            std::string::npos);
}

} // namespace
} // namespace weft::mapping
