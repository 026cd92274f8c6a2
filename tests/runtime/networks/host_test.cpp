// Does a network whose middle the accelerator does not have give the reference executor's bytes on every device, and do
// its figures, of several runs of the core, add up to those of one run?
#include "compiler/driver/compiler.h"
#include "isa/check/verify_program.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "rtl/sim/subprocess.h"
#include "runtime/api/core.h"
#include "runtime/api/device.h"
#include "runtime/cosim/cosim_core.h"
#include "runtime/report/report.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/runtime/networks/random_network.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace weft::test {
namespace {

using runtime::Report;

// Compiled models of the RTL stay in the build folder.
const bool cacheIsSet = setenv("WEFT_CACHE", WEFT_TEST_CACHE, 1) == 0;

// A float operator between two quantised values.
Value island(NetworkBuilder& b, const Value& x, const std::string& op, NetworkBuilder::Attributes attributes = {}) {
  const Shape shape = b.shape(x);
  Value real = b.node("DequantizeLinear", b.quantised(x), DType::f32, shape);
  Value made = b.node(op, {real.tensor}, DType::f32, shape, std::move(attributes));
  return b.node("QuantizeLinear", join({{made.tensor}, b.quantisation(DType::u8, 1.0f / 256, 3)}), DType::u8, shape, {},
                1.0f / 256, 3);
}

Value softmax(NetworkBuilder& b, const Value& x) {
  return island(b, x, "Softmax", {{"axis", int64_t{1}}});
}

struct Case {
  friend void PrintTo(const Case& chosen, std::ostream* stream) { *stream << chosen.name; }
  const char* name;
  size_t deviceSteps;
  void (*build)(NetworkBuilder& builder);
};

void softmaxBetween(NetworkBuilder& b) {
  Value x = b.input(DType::u8, {1, 8, 6, 6}, 0.05f, 100);
  b.output(addConv(b, softmax(b, addConv(b, x, 8, 3, {1, 1, 1, 1})), 8, 3, {1, 1, 1, 1}));
}

void twoIslands(NetworkBuilder& b) {
  Value x = b.input(DType::u8, {1, 8, 6, 6}, 0.05f, 100);
  Value first = addLut(b, softmax(b, addConv(b, x, 16, 3)));
  Value second = island(b, addConv(b, addConv(b, first, 8, 1), 8, 3), "Tanh");
  b.output(addConv(b, second, 12, 1));
}

// The sum's operands are on both sides of the island, and the first convolution's result is read on both.
void residualAcross(NetworkBuilder& b) {
  Value x = b.input(DType::u8, {1, 8, 6, 6}, 0.05f, 100);
  Value before = addConv(b, x, 8, 1);
  Value kept = addConv(b, before, 8, 3, {1, 1, 1, 1});
  Value after = addConv(b, softmax(b, before), 8, 3, {1, 1, 1, 1});
  b.output(addSum(b, addSum(b, after, kept), before));
}

// The input is read in both steps; float input and output; what is between is an output as well.
void edgesAndMiddle(NetworkBuilder& b) {
  Value real = b.input(DType::f32, {1, 8, 5, 5});
  Value x = b.node("QuantizeLinear", join({{real.tensor}, b.quantisation(DType::u8, 0.05f, 90)}), DType::u8,
                   {1, 8, 5, 5}, {}, 0.05f, 90);
  Value between = softmax(b, addConv(b, x, 8, 1));
  b.output(between);
  Value end = addSum(b, addConv(b, between, 8, 1), addConv(b, x, 8, 1));
  b.output(b.node("DequantizeLinear", b.quantised(end), DType::f32, b.shape(end)));
}

// Few channels, so the host writes the operand of the second convolution with a border.
void windowsInTheMiddle(NetworkBuilder& b) {
  Value x = b.input(DType::u8, {1, 3, 9, 9}, 0.05f, 100);
  b.output(addConv(b, softmax(b, addConv(b, x, 3, 3, {1, 1, 1, 1})), 8, 3, {1, 1, 1, 1}, 2));
}

// The float convolution has most of the work; the flattened map crosses as it lies.
void floatConvolution(NetworkBuilder& b) {
  Value x = addConv(b, b.input(DType::u8, {1, 4, 5, 5}, 0.05f, 100), 4, 1);
  Value real = b.node("DequantizeLinear", b.quantised(x), DType::f32, {1, 4, 5, 5});
  int32_t w = b.constant(DType::f32, {4, 4, 3, 3}, std::vector<float>(144, 0.01f));
  Value made = b.node("Conv", {real.tensor, w}, DType::f32, {1, 4, 3, 3});
  Value y = b.node("QuantizeLinear", join({{made.tensor}, b.quantisation(DType::u8, 0.05f, 9)}), DType::u8,
                   {1, 4, 3, 3}, {}, 0.05f, 9);
  Value flat = b.node("Flatten", {y.tensor}, DType::u8, {1, 36}, {{"axis", int64_t{1}}}, 0.05f, 9);
  int32_t weights = b.constant(DType::s8, {36, 5}, std::vector<uint8_t>(180, 1));
  b.output(b.node(
      "QLinearMatMul",
      join(
          {b.quantised(flat), {weights, b.scale(0.1f), b.zeroPoint(DType::s8, 0)}, b.quantisation(DType::u8, 0.5f, 0)}),
      DType::u8, {1, 5}));
  b.output(flat);
}

constexpr Case kCases[] = {{"SoftmaxBetween", 2, softmaxBetween},         {"TwoIslands", 3, twoIslands},
                           {"ResidualAcross", 2, residualAcross},         {"EdgesAndMiddle", 2, edgesAndMiddle},
                           {"WindowsInTheMiddle", 2, windowsInTheMiddle}, {"FloatConvolution", 2, floatConvolution}};

net::Network networkOf(const Case& chosen) {
  NetworkBuilder builder;
  chosen.build(builder);
  builder.network.name = chosen.name;
  net::validate(builder.network);
  return builder.network;
}

std::shared_ptr<const Program> programOf(const net::Network& network, const Machine& machine) {
  return std::make_shared<const Program>(Program::parse(compile(network, machine, {}), network.name));
}

Machine smallMachine() {
  Machine machine = loadMachine(WEFT_TEST_MACHINES "/s4x4.yaml");
  machine.dram.bytes = 64 << 20; // a compiled program leaves room for code
  return machine;
}

class HostInTheMiddle : public testing::TestWithParam<Case> {};

TEST_P(HostInTheMiddle, GivesTheSameBytesOnEveryDevice) {
  const net::Network network = networkOf(GetParam());
  for (const Machine& machine : {loadMachine("edge-16"), smallMachine()}) {
    SCOPED_TRACE(machine.name);
    const auto program = programOf(network, machine);
    ASSERT_EQ(program->manifest()->deviceSteps(), GetParam().deviceSteps);
    EXPECT_TRUE(verifyProgram(*program, machine).empty());
    for (uint64_t seed : {1, 2}) {
      const HostTensors inputs = randomInputs(seed, network);
      const HostTensors expected = runtime::openDevice("ref", machine)->load(program)->run(inputs).outputs;
      runtime::RunOptions options;
      options.detectRaces = true;
      for (const char* device : {"func", "cycle"}) {
        const auto result = runtime::openDevice(device, machine)->load(program)->run(inputs, options);
        EXPECT_EQ(result.outputs, expected) << device;
        EXPECT_NO_THROW(runtime::makeReport(result.statistics, *program, machine, "test")) << device;
      }
    }
  }
}

TEST_P(HostInTheMiddle, IsTheSameOnTheRtl) {
  if (!rtl::findProgram("verilator"))
    GTEST_SKIP() << "no verilator";
  const net::Network network = networkOf(GetParam());
  const Machine machine = smallMachine();
  const auto program = programOf(network, machine);
  const HostTensors inputs = randomInputs(3, network);
  cosim::CosimReport compared;
  runtime::makeCoreDevice(cosim::makeCosimCore({}, compared), cosim::kCosimDevice, machine)->load(program)->run(inputs);
  EXPECT_TRUE(compared.result.equal()) << compared.text;
  const auto cycle = runtime::openDevice("cycle", machine)->load(program)->run(inputs);
  const auto rtl = runtime::openDevice("rtl", machine)->load(program)->run(inputs);
  EXPECT_EQ(rtl.outputs, cycle.outputs);
  EXPECT_EQ(compared.result.cycles, cycle.statistics.cycles) << "all steps are compared";
  EXPECT_EQ(rtl.statistics.cycles, cycle.statistics.cycles);
  EXPECT_EQ(rtl.statistics.counters, cycle.statistics.counters);
}

INSTANTIATE_TEST_SUITE_P(Cases, HostInTheMiddle, testing::ValuesIn(kCases),
                         [](const auto& chosen) { return chosen.param.name; });

struct HostTest : testing::Test {
  const Machine machine = loadMachine("edge-16");
  const net::Network network = networkOf(kCases[1]);
  const std::shared_ptr<const Program> program = programOf(network, machine);

  runtime::RunResult run(const runtime::RunOptions& options = {}, const char* device = "cycle") const {
    return runtime::openDevice(device, machine)->load(program)->run(randomInputs(1, network), options);
  }
};

// The report checks that prologue and layers, engines and tensors add up to the run.
TEST_F(HostTest, FiguresOfTheStepsAddUp) {
  runtime::RunOptions options;
  options.countData = true;
  const runtime::RunResult result = run(options);
  const Report report = makeReport(result.statistics, *program, machine, "test");
  ASSERT_TRUE(report.prologue);
  uint64_t last = 0;
  for (const runtime::LayerStatistics& layer : report.layers) {
    EXPECT_TRUE(layer.span.any) << layer.symbol;
    EXPECT_GT(layer.span.last, last) << layer.symbol << ": layers follow each other over the steps";
    last = layer.span.last;
  }
  EXPECT_LT(last, report.cycles);
  EXPECT_EQ(toJson(runtime::reportFromJson(toJson(report), "r.json")), toJson(report));
}

TEST_F(HostTest, CrossingsAreNamedWithBytesAndCost) {
  const Report report = makeReport(run().statistics, *program, machine, "test");
  ASSERT_EQ(report.host.size(), 2u);
  EXPECT_EQ(report.host[0].deviceSteps, 1u);
  EXPECT_EQ(report.host[1].deviceSteps, 2u);
  ASSERT_EQ(report.host[0].operators.size(), 3u);
  EXPECT_EQ(report.host[0].operators[0].name, "DequantizeLinear_1 (DequantizeLinear)");
  EXPECT_EQ(report.host[0].operators[0].reason, "its result is float32");
  EXPECT_EQ(report.host[0].operators[1].reason, "its input is float32");
  ASSERT_EQ(report.crossings.size(), 6u); // to each of three steps and back
  for (size_t i = 0; i < report.crossings.size(); ++i) {
    EXPECT_EQ(report.crossings[i].deviceStep, i / 2);
    EXPECT_EQ(report.crossings[i].toDevice, i % 2 == 0);
  }
  EXPECT_EQ(report.crossings[1].tensor, "QLinearConv_0_out");
  EXPECT_EQ(report.crossings[1].bytes, 16u * 4 * 4); // 16 channels are one row of edge-16
  EXPECT_EQ(runtime::crossingCycles(256, machine), 16u) << "16 GB/s at 1 GHz";
}

// Time goes on over the steps, so no slice begins before an earlier step's halt.
TEST_F(HostTest, TheTraceGoesOnOverTheSteps) {
  runtime::RunOptions options;
  options.trace = std::filesystem::path(testing::TempDir()) / "host_trace.json";
  const runtime::RunResult result = run(options);
  const auto trace = nlohmann::json::parse(readTextFile(options.trace));
  std::filesystem::remove(options.trace);
  size_t halts = 0, layers = 0;
  double haltedAt = 0, end = 0;
  for (const auto& event : trace["traceEvents"]) {
    if (event.value("name", "") == "halt") {
      ++halts;
      haltedAt = event["ts"].get<double>();
    }
    if (event.value("ph", "") == "X" && event.contains("args")) {
      EXPECT_GE(event["ts"].get<double>(), haltedAt);
    }
    layers += event.value("ph", "") == "X" && !event.contains("args");
    if (event.contains("ts"))
      end = std::max(end, event["ts"].get<double>());
  }
  EXPECT_EQ(halts, 3u);
  EXPECT_EQ(layers, result.statistics.layers.size());
  EXPECT_LE(end, static_cast<double>(result.statistics.cycles) / machine.clockMhz);
}

TEST_F(HostTest, AWaveformOfSeveralRunsIsRefused) {
  runtime::RunOptions options;
  options.wave = {"wave.fst"};
  EXPECT_EQ(errorOf([&] { run(options, "rtl"); }),
            "the program runs in 3 steps with the host between them; a waveform shows one run of the core only");
}

TEST_F(HostTest, OneStepNeedsNoWordThatNamesIt) {
  NetworkBuilder b;
  Value x = b.input(DType::u8, {1, 8, 6, 6});
  b.output(softmax(b, addConv(b, x, 8, 1)));
  const auto single = programOf(b.network, machine);
  EXPECT_EQ(single->manifest()->deviceSteps(), 1u);
  EXPECT_FALSE(single->stepWord());
  for (const Symbol& symbol : single->symbols())
    EXPECT_NE(symbol.name, kStepSymbol);
  EXPECT_TRUE(program->stepWord());
}

} // namespace
} // namespace weft::test
