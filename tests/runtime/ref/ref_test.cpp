// Does the executor run whole networks and parts of them, do the float operators follow the ONNX specification, and do
// wrong operands give errors that name the node?
#include "runtime/ref/ref.h"

#include "isa/program/network_ops.h"
#include "isa/semantics/numerics.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace weft::ref {
namespace {

using net::DType;
using net::Node;

HostTensor f32(net::Shape shape, const std::vector<float>& values) {
  return makeTensor<float>(std::move(shape), values);
}
HostTensor s64(const std::vector<int64_t>& values) {
  return makeTensor<int64_t>({static_cast<int64_t>(values.size())}, values);
}

HostTensor runOne(const std::string& op, const std::vector<HostTensor>& operands,
                  std::map<std::string, net::Attribute> attributes = {}) {
  std::vector<TensorView> views;
  for (const HostTensor& operand : operands)
    views.push_back(view(operand));
  return executeNode(Node{op, "n", {}, {}, std::move(attributes)}, views);
}

std::string errorOf(const std::string& op, const std::vector<HostTensor>& operands,
                    std::map<std::string, net::Attribute> attributes = {}) {
  try {
    runOne(op, operands, std::move(attributes));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// x -> Neg -> a -> Add(a, one) -> b -> Relu -> y
net::Network chain() {
  net::Network network;
  network.name = "chain";
  HostTensor one = f32({1}, {1});
  network.tensors = {{"x", DType::f32, {3}, false, {}},
                     {"one", DType::f32, {1}, true, one.data},
                     {"a", DType::f32, {3}, false, {}},
                     {"b", DType::f32, {3}, false, {}},
                     {"y", DType::f32, {3}, false, {}}};
  network.nodes = {{"Neg", "neg", {0}, {2}, {}}, {"Add", "add", {2, 1}, {3}, {}}, {"Relu", "relu", {3}, {4}, {}}};
  network.inputs = {0};
  network.outputs = {4};
  return network;
}

TEST(Executor, RunsAWholeNetwork) {
  HostTensors results = run(chain(), {{"x", f32({3}, {-2, 0, 5})}});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results.at("y"), f32({3}, {3, 1, 0}));
}

TEST(Executor, KeepsIntermediatesOnRequest) {
  HostTensors results = run(chain(), {{"x", f32({3}, {-2, 1, 5})}}, {.keepIntermediates = true});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results.at("a"), f32({3}, {2, -1, -5}));
  EXPECT_EQ(results.at("b"), f32({3}, {3, 0, -4}));
}

TEST(Executor, RunsAPartOfANetwork) {
  net::Network network = chain();
  Executor executor(network);
  EXPECT_THROW(executor.execute(1, 2), Error); // its operand has no value yet
  executor.set(2, f32({3}, {1, 2, 3}));
  executor.execute(1, 2);
  EXPECT_EQ(executor.copy(3), f32({3}, {2, 3, 4}));
  EXPECT_THROW(executor.get(4), Error);
}

TEST(Executor, InputsMustFit) {
  EXPECT_THROW(run(chain(), {}), Error);
  EXPECT_THROW(run(chain(), {{"x", f32({2}, {1, 2})}}), Error);
  EXPECT_THROW(run(chain(), {{"x", f32({3}, {1, 2, 3})}, {"z", f32({1}, {1})}}), Error);
}

TEST(Executor, ResultsMustBeWhatTheNetworkDeclares) {
  net::Network network = chain();
  network.tensors[3].shape = {4};
  network.tensors[4].shape = {4};
  try {
    run(network, {{"x", f32({3}, {1, 2, 3})}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "node 'add' (Add): the result has the shape [3], but the network declares [4]");
  }
}

TEST(Executor, HasEveryOperatorOfTheList) {
  for (const net::OperatorInfo& info : net::kNetworkOperators)
    EXPECT_EQ(errorOf(std::string(info.name), {}).find("has no operator"), std::string::npos) << info.name;
  EXPECT_EQ(errorOf("Frobnicate", {}), "node 'n' (Frobnicate): the operator is unknown");
}

// --- numerics.h ------------------------------------------------------------------------------------------------------

TEST(Numerics, RoundsHalfToEven) {
  for (int i = -100000; i <= 100000; ++i) {
    float x = static_cast<float>(i) / 8;
    ASSERT_EQ(num::roundToEven(x), static_cast<int32_t>(std::nearbyint(x))) << x;
  }
}

TEST(Numerics, RequantiseClampsBeforeRoundingAndAddsTheZeroPointAfter) {
  EXPECT_EQ(num::requantise(5, 0.5f, 0, -128, 127), 2); // 2.5
  EXPECT_EQ(num::requantise(5, 0.5f, 1, -128, 127), 3); // the zero point is outside the rounding
  EXPECT_EQ(num::requantise(7, 0.5f, 0, -128, 127), 4);
  EXPECT_EQ(num::requantise(std::numeric_limits<int32_t>::max(), 1e6f, 3, 0, 255), 255);
  EXPECT_EQ(num::requantise(std::numeric_limits<int32_t>::min(), 1e6f, 3, 10, 255), 10);
  // 2^24 + 1 is not a float32: the accumulator itself is rounded, to even.
  EXPECT_EQ(num::requantise((1 << 24) + 1, std::ldexp(1.0f, -18), 0, -128, 127), 64);
}

TEST(Numerics, ResidualAddRoundsWithTheZeroPointInside) {
  num::QAdd add = num::makeQAdd(0.5f, 0, 0.5f, 0, 1.0f, 1);
  EXPECT_EQ(num::qadd(3, 0, add, 0, 255), 2); // 1.5 + 1 = 2.5, to even
  EXPECT_EQ(num::qadd(3, 2, add, 0, 255), 4); // 3.5
  EXPECT_EQ(num::qadd(3, 2, add, 5, 255), 5);
}

TEST(Numerics, QuantiseOfNaNIsTheLowerBound) {
  EXPECT_EQ(num::quantise(std::numeric_limits<float>::quiet_NaN(), 1, 0, -128, 127), -128);
  EXPECT_EQ(num::quantise(std::numeric_limits<float>::infinity(), 1, 5, -128, 127), 127);
}

// --- Integer operators -----------------------------------------------------------------------------------------------

TEST(Integer, SumsWrapModulo32Bits) {
  // 40000 products of 255 * 255 exceed 2^31.
  constexpr int64_t kCount = 40000;
  HostTensor ones = makeTensor<uint8_t>({1, kCount}, std::vector<uint8_t>(kCount, 255));
  HostTensor column = makeTensor<uint8_t>({kCount, 1}, std::vector<uint8_t>(kCount, 255));
  HostTensor result = runOne("MatMulInteger", {ones, column});
  EXPECT_EQ(elements<int32_t>(result)[0], static_cast<int32_t>(static_cast<uint32_t>(kCount * 255 * 255)));
}

TEST(Integer, Lut8IndexesByTheRawByte) {
  std::vector<uint8_t> table(256);
  for (size_t i = 0; i < 256; ++i)
    table[i] = static_cast<uint8_t>(255 - i);
  HostTensor x = makeTensor<int8_t>({3}, std::vector<int8_t>{0, -1, -128});
  EXPECT_EQ(runOne("Lut8", {x, makeTensor<uint8_t>({256}, table)}),
            makeTensor<uint8_t>({3}, std::vector<uint8_t>{255, 0, 127}));
}

TEST(Integer, IntegerMeanRequantisesTheSumOnce) {
  HostTensor x = makeTensor<uint8_t>({1, 1, 2, 2}, std::vector<uint8_t>{1, 2, 2, 1});
  HostTensor one = f32({}, {1});
  HostTensor zero = makeTensor<uint8_t>({}, std::vector<uint8_t>{0});
  HostTensor mean = runOne("QLinearAveragePool", {x, one, zero, one, zero},
                           {{"kernel_shape", std::vector<int64_t>{2, 2}}, {"integer_mean", int64_t{1}}});
  EXPECT_EQ(elements<uint8_t>(mean)[0], 2); // 1.5, to even
}

// --- Float operators: small examples worked by hand ------------------------------------------------------------------

TEST(Float, ConvolutionWithStrideAndPadding) {
  HostTensor x = f32({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  HostTensor w = f32({1, 1, 2, 2}, {1, 0, 0, 1});
  EXPECT_EQ(runOne("Conv", {x, w}), f32({1, 1, 2, 2}, {6, 8, 12, 14}));
  EXPECT_EQ(runOne("Conv", {x, w, f32({1}, {10})},
                   {{"pads", std::vector<int64_t>{1, 1, 0, 0}}, {"strides", std::vector<int64_t>{2, 2}}}),
            f32({1, 1, 2, 2}, {11, 13, 17, 24}));
}

TEST(Float, GemmTransposesScalesAndAdds) {
  HostTensor a = f32({2, 1}, {1, 2});
  HostTensor b = f32({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(runOne("Gemm", {a, b, f32({3}, {1, 1, 1})},
                   {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"alpha", 2.0}, {"beta", 3.0}}),
            f32({1, 3}, {13, 25, 37}));
}

TEST(Float, CeilModeAndPaddingOfPools) {
  HostTensor x = f32({1, 1, 1, 4}, {1, 2, 3, 4});
  std::map<std::string, net::Attribute> pool = {{"kernel_shape", std::vector<int64_t>{1, 3}},
                                                {"strides", std::vector<int64_t>{1, 2}}};
  EXPECT_EQ(runOne("MaxPool", {x}, pool), f32({1, 1, 1, 1}, {3}));
  pool["ceil_mode"] = int64_t{1};
  EXPECT_EQ(runOne("MaxPool", {x}, pool), f32({1, 1, 1, 2}, {3, 4}));
  EXPECT_EQ(runOne("AveragePool", {x}, pool), f32({1, 1, 1, 2}, {2, 3.5}));
  pool["pads"] = std::vector<int64_t>{0, 1, 0, 0};
  pool["count_include_pad"] = int64_t{1};
  EXPECT_EQ(runOne("AveragePool", {x}, pool), f32({1, 1, 1, 2}, {1, 3}));
}

TEST(Float, SoftmaxSumsToOneAlongItsAxis) {
  HostTensor y = runOne("Softmax", {f32({2, 2}, {1000, 0, 1000, 0})}, {{"axis", int64_t{0}}});
  EXPECT_EQ(y, f32({2, 2}, {0.5, 0.5, 0.5, 0.5}));
}

TEST(Movement, SliceBackwardsAndReshape) {
  HostTensor x = f32({4}, {1, 2, 3, 4});
  EXPECT_EQ(runOne("Slice", {x, s64({-1}), s64({std::numeric_limits<int64_t>::min()}), s64({0}), s64({-2})}),
            f32({2}, {4, 2}));
  EXPECT_EQ(runOne("Reshape", {x, s64({2, -1})}).shape, (net::Shape{2, 2}));
  EXPECT_EQ(runOne("Transpose", {f32({2, 2}, {1, 2, 3, 4})}), f32({2, 2}, {1, 3, 2, 4}));
}

// --- Errors ----------------------------------------------------------------------------------------------------------

TEST(Errors, NameTheNodeAndWhatIsLegal) {
  HostTensor x = f32({1, 1, 3, 3}, std::vector<float>(9, 1));
  HostTensor w = f32({1, 2, 2, 2}, std::vector<float>(8, 1));
  EXPECT_EQ(errorOf("Conv", {x, w}), "node 'n' (Conv): the weights must have (channels / group) input channels");
  EXPECT_EQ(errorOf("Conv", {x}), "node 'n' (Conv): operand 1 is missing");
  EXPECT_EQ(errorOf("MaxPool", {x}, {{"kernel_shape", std::vector<int64_t>{4, 1}}}),
            "node 'n' (MaxPool): the window reaches over 4 elements, but the padded input has 3");
  EXPECT_EQ(errorOf("Softmax", {x}, {{"axis", int64_t{4}}}),
            "node 'n' (Softmax): axis 4 is out of range; it must be from -4 to 3");
  EXPECT_EQ(errorOf("Add", {x, s64({1})}), "node 'n' (Add): operand 1 has the element type int64; it must be float32");
  EXPECT_EQ(errorOf("Add", {f32({2}, {1, 2}), f32({3}, {1, 2, 3})}),
            "node 'n' (Add): the operands' shapes cannot be broadcast together");
  EXPECT_EQ(errorOf("Div", {s64({1}), s64({0})}), "node 'n' (Div): integer division by zero");
  HostTensor bad{DType::f32, {5}, {}};
  EXPECT_EQ(errorOf("Relu", {bad}), "node 'n' (Relu): an operand's data does not fill its shape");
}

} // namespace
} // namespace weft::ref
