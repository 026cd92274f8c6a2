// Do the shapes of a network, through JSON and back, give the plan that the network itself gets?
#include "compiler/mapping/planner.h"
#include "compiler/mapping/workload.h"
#include "isa/program/workload_json.h"
#include "tests/compiler/mapping/networks.h"

#include <functional>
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

// A map that is concatenated with itself turned, and flattened: moves, and views of several digits.
DeviceGraph movesGraph() {
  NetworkBuilder b;
  Value x = b.input(DType::u8, {1, 4, 6, 6});
  Value turned =
      b.node("Transpose", {addConv(b, x, 4, 1).tensor}, DType::u8, {1, 4, 6, 6}, {{"perm", Ints{0, 1, 3, 2}}});
  Value both = b.node("Concat", {x.tensor, turned.tensor}, DType::u8, {1, 4, 12, 6}, {{"axis", int64_t{2}}});
  Value flat = b.node("Flatten", {both.tensor}, DType::u8, {1, 288}, {{"axis", int64_t{1}}});
  b.output(flat);
  b.output(addLut(b, flat));
  return buildDeviceGraph(b.network);
}

TEST(Workload, KeepsMovesAndViewsOfSeveralDigits) {
  const DeviceGraph graph = movesGraph();
  const Workload workload = workloadOf(graph);
  EXPECT_EQ(reread(workloadToJson(workload)), workload);
  const DeviceGraph shapes = graphOf(workload);
  EXPECT_EQ(workloadOf(shapes), workload);
  const Machine machine = loadMachine("edge-16");
  EXPECT_EQ(toYaml(plan(shapes, machine, {}).mapping), toYaml(plan(graph, machine, {}).mapping));
}

using Json = nlohmann::ordered_json;

std::string errorOfChange(const DeviceGraph& graph, const std::function<void(Json&)>& change) {
  Json json = workloadToJson(workloadOf(graph));
  change(json);
  return errorOf([&] { graphOf(reread(json)); });
}

TEST(Workload, RefusesWhatIsNone) {
  const DeviceGraph graph = sampleGraph();
  auto errorWith = [&](const std::function<void(Json&)>& change) { return errorOfChange(graph, change); };
  const std::string second = "node 'QLinearConv_1' (map): ";
  EXPECT_EQ(errorWith([](Json&) {}), "(no error)");
  EXPECT_NE(errorWith([](Json& json) { json["steps"] = {2, 1}; }).find("'steps' must ascend"), std::string::npos);
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][0]["output"] = 99; }),
            "w.json.groups[0]: field 'output' must be an integer from 0 to 4");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["attributes"]["kernel"] = {3}; }),
            second + "attribute 'kernel' must have 2 numbers");
  EXPECT_EQ(errorWith([](Json& json) {
              json["groups"][1]["attributes"]["kernel"] = {3, 0};
            }),
            second + "attribute 'kernel' is 0, legal are 1 to 16777216");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["attributes"]["kernel"] = "large"; }),
            "w.json.groups[1]: field 'attributes' must hold lists of integers");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["inputs"] = Json::array(); }),
            "w.json.groups[1]: a group has at least one input");
  EXPECT_EQ(errorWith([](Json& json) {
              json["groups"][1]["attributes"]["table"] = {1, 1};
            }),
            second + "attribute 'table' must have 1 numbers");
  EXPECT_EQ(errorWith([](Json& json) {
              json["groups"][0]["inputs"] = {0, 0};
            }),
            "node 'QLinearConv_0' (contraction): it must have 1 inputs, not 2");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["attributes"]["opcode"] = {77}; }),
            second + "no map uses the instruction 77");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["attributes"]["grid0"][1] = 7; }),
            second + "an axis of a grid lies along no dimension of its storage");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["attributes"]["grid0"][0] = 0; }),
            second + "an axis of a grid is out of range");
  EXPECT_EQ(errorWith([](Json& json) { json["groups"][1]["attributes"]["settings"] = {99}; }),
            second + "attribute 'settings' names field 99, there are 16");
  EXPECT_NE(
      errorWith([](Json& json) { json["groups"][3]["attributes"]["table"] = {0}; }).find("(map): vlut has no table"),
      std::string::npos);
  EXPECT_NE(errorWith([](Json& json) { json["groups"][2]["kind"] = "softmax"; }).find("is of the kind 'softmax'"),
            std::string::npos);
  EXPECT_EQ(errorWith([](Json& json) { json["activations"][1]["start"][1] = 1; }),
            "w.json.activations[1]: an activation reaches beyond its storage");
  EXPECT_EQ(errorWith([](Json& json) {
              json["activations"][1]["start"] = {0, 0};
            }),
            "w.json.activations[1]: 'start' has one entry for each dimension of the storage");
  EXPECT_EQ(errorWith([](Json& json) { json["activations"][1]["dims"][2][0]["step"] = -1; }),
            "w.json.activations[1]: an activation reaches beyond its storage");
  EXPECT_EQ(errorWith([](Json& json) { json["storages"][1]["extents"] = Json::array(); }),
            "w.json.storages[1]: a storage has at least one dimension");
  EXPECT_EQ(errorWith([](Json& json) { json["storages"][1]["element"] = "byte"; }),
            "w.json.storages[1]: unknown element type");
}

TEST(Workload, RefusesMovesThatAreNone) {
  const DeviceGraph graph = movesGraph();
  ASSERT_EQ(graph.layers[1]->kind().name, "move");
  auto errorWith = [&](const std::function<void(Json&)>& change) {
    return errorOfChange(graph, [&](Json& json) { change(json["groups"][1]["attributes"]); });
  };
  const std::string start = "node 'Concat_2' (move): ";
  EXPECT_EQ(errorWith([](Json&) {}), "(no error)");
  EXPECT_EQ(errorWith([](Json& json) { json.clear(); }), start + "a move has no parts");
  EXPECT_EQ(errorWith([](Json& json) { json.erase("target0001"); }), start + "a part of a move has no target");
  EXPECT_EQ(errorWith([](Json& json) { json["part0000"][0] = 2; }), start + "a part of a move has no input");
  EXPECT_EQ(errorWith([](Json& json) { json["target0000"] = {4, 0, 0, 0}; }), start + "a part of a move is malformed");
  EXPECT_EQ(errorWith([](Json& json) {
              json["target0000"] = {4, 0, 0, 0, 0};
            }),
            start + "a part of a move has another shape than its input");
  EXPECT_EQ(errorWith([](Json& json) {
              json["target0000"] = {1, 0};
            }),
            start + "a part of a move has another storage than the result");
  EXPECT_EQ(errorWith([](Json& json) { json["target0000"][2] = 1000; }),
            start + "a part of a move reaches beyond the storage of the result");
}

} // namespace
} // namespace weft::mapping
