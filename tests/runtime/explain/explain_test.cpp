// Are bounds named from the counts, is the cheapest sufficient lift taken, and do the sentences say it with its
// numbers?
#include "runtime/explain/text.h"

#include "isa/support/error.h"
#include "tests/runtime/explain/run.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace weft::explain {
namespace {

using namespace weft::test;
using runtime::Report;

TEST(Bound, IsTheEngineThatIsOccupiedLongest) {
  const Bound bound = boundOf({{"load_busy", 300},
                               {"load_stall_semaphore", 700},
                               {"load_bytes_read", 9000},
                               {"store_busy", 150},
                               {"store_stall_dram", 800},
                               {"store_idle", 50},
                               {"matrix_busy", 900},
                               {"matrix_idle", 100}},
                              1000);
  EXPECT_EQ(bound.engine, "store");
  EXPECT_DOUBLE_EQ(bound.occupied, 0.95);
  ASSERT_EQ(bound.states.size(), 2u);
  EXPECT_EQ(bound.states[0], (std::pair<std::string, uint64_t>{"stall_dram", 800}));
  EXPECT_EQ(describe(bound), "the store engine is occupied 95.0 % of the time (stall_dram 800, busy 150 cycles), the "
                             "rest mostly idle (50)");
}

struct Case {
  Report report = reportOf(sampleNetwork(), loadMachine("edge-16"));
  Explanation explanation = explain(report, "r.json");
};
const Case& sample() {
  static const Case instance;
  return instance;
}

TEST(Explain, CoversTheRunAndItsLayers) {
  const Explanation& e = sample().explanation;
  EXPECT_EQ(e.cycles, sample().report.cycles);
  EXPECT_EQ(e.gains.size(), liftedParameters().size());
  ASSERT_EQ(e.layers.size(), sample().report.layers.size());
  for (size_t g = 0; g < e.gains.size(); ++g) {
    double layers = static_cast<double>(sample().report.prologue->cycles);
    for (const LayerExplanation& layer : e.layers)
      layers += layer.gains[g].cycles;
    EXPECT_NEAR(layers, e.gains[g].cycles, 1e-6 * layers) << e.gains[g].parameter;
  }
}

// Nothing cheaper saves nearly as much as the best.
TEST(Explain, TakesTheCheapestSufficientLift) {
  for (const LayerExplanation& layer : sample().explanation.layers) {
    double most = 0;
    for (const Gain& gain : layer.gains)
      most = std::max(most, gain.forSale ? gain.saved : 0);
    if (!layer.best) {
      EXPECT_LT(most, kWorthwhile);
      continue;
    }
    for (size_t i = 0; i < layer.gains.size(); ++i) {
      const bool sufficient = layer.gains[i].forSale && layer.gains[i].saved >= kSufficient * most;
      EXPECT_TRUE(i > *layer.best || sufficient == (i == *layer.best)) << layer.function << " " << i;
    }
  }
}

TEST(Explain, OrdersLiftsByTheirCostAndThoseOfUnknownCostLast) {
  const std::vector<Gain>& gains = sample().explanation.gains;
  for (size_t i = 1; i < gains.size(); ++i) {
    EXPECT_TRUE(gains[i - 1].cost || !gains[i].cost) << i;
    if (gains[i - 1].cost && gains[i].cost) {
      EXPECT_LE(gains[i - 1].cost->mm2, gains[i].cost->mm2) << i;
    }
  }
}

TEST(Explain, DoesNotPredictWhatTheModelLacks) {
  const Report& before = sample().report;
  const Predictor predictor(before, "r.json");
  const Lift fewer = change(before.description, {"scratchpad.banks=1"}, "--change");
  const Gain gain = gainOf(predictor, fewer);
  EXPECT_EQ(gain.unpredicted, "scratchpad.banks: the model has no conflicts of engines at a bank");
  EXPECT_NE(changeText("net", "edge-16", gain).find("not predicted"), std::string::npos);
  const Check check = compare(before, reportOf(sampleNetwork(), fewer.machine), fewer, gain, std::nullopt);
  EXPECT_FALSE(check.errorOfGain);
  EXPECT_NE(checkText(check).find("not predicted, simulated "), std::string::npos);
}

// The depthwise layer is bound by the lanes, which are the columns of the array; the expansion stores pixels of 16
// bytes and waits for what can be outstanding.
TEST(Explain, FindsTheBoundThatWasBuilt) {
  const Explanation& e = sample().explanation;
  const LayerExplanation& depthwise = e.layers[1];
  EXPECT_EQ(depthwise.bound.engine, "vector");
  ASSERT_TRUE(depthwise.best);
  EXPECT_EQ(depthwise.gains[*depthwise.best].parameter, "array.cols");
  EXPECT_NE(layerText(depthwise).find("array.cols 16 -> 32"), std::string::npos);
  EXPECT_NE(layerText(depthwise).find("The vector engine is occupied"), std::string::npos);
}

TEST(Explain, SaysItInSentencesAndJson) {
  const Explanation& e = sample().explanation;
  const std::string text = networkText(e);
  ASSERT_TRUE(e.lift);
  EXPECT_NE(text.find(describe(e.lift->changes)), std::string::npos) << text;
  EXPECT_NE(text.find("predicted. Then the "), std::string::npos) << text;
  const auto json = nlohmann::json::parse(toJson(e, {}));
  EXPECT_EQ(json["schema"], "weft-explain/1");
  EXPECT_EQ(json["text"], text);
  EXPECT_EQ(json["layers"].size(), e.layers.size());
  EXPECT_EQ(json["layers"][1]["lift"], "array.cols");
  EXPECT_EQ(json["layers"][1]["text"], layerText(e.layers[1]));
  EXPECT_EQ(json["lift"]["changes"][0]["path"], e.lift->changes[0].path);
}

TEST(Explain, FindsLayersByNode) {
  const Explanation& e = sample().explanation;
  EXPECT_EQ(findLayer(e, e.layers[2].function), 2u);
  EXPECT_EQ(findLayer(e, e.layers[2].onnxNodes[0]), 2u);
  const std::string wrong = e.layers[2].onnxNodes[0] + "x";
  const std::string message = errorOf([&] { findLayer(e, wrong); });
  EXPECT_NE(message.find("r.json: no layer has an ONNX node or function '" + wrong + "'; the nearest names are '" +
                         e.layers[2].onnxNodes[0] + "'"),
            std::string::npos)
      << message;
}

TEST(Explain, ComparesWithASimulation) {
  const Report& before = sample().report;
  const Explanation& e = sample().explanation;
  ASSERT_TRUE(e.lift);
  const Lift lift = liftOf(before.description, e.lift->changes);
  const Report after = reportOf(sampleNetwork(), lift.machine);
  const Check check = compare(before, after, lift, *e.lift, std::nullopt);
  EXPECT_EQ(check.measured, after.cycles);
  ASSERT_TRUE(check.errorOfGain);
  EXPECT_LT(std::abs(*check.errorOfGain), 0.15) << checkText(check);
  EXPECT_NE(checkText(check).find("the predicted saving is off by"), std::string::npos);
  EXPECT_NE(errorOf([&] { compare(before, before, lift, *e.lift, std::nullopt); }).find("another machine"),
            std::string::npos);
  const Report other = reportOf(sampleNetwork(20), lift.machine);
  EXPECT_NE(errorOf([&] { compare(before, other, lift, *e.lift, std::nullopt); }).find("not the network"),
            std::string::npos);
}

} // namespace
} // namespace weft::explain
