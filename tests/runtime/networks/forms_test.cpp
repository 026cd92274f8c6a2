// Does every form in which a network may write an operator give the reference executor's bytes: broadcasting, any axis,
// any order of dimensions, flattened maps, batches of vectors? Each on machines of several shapes, and nothing of it
// left to the host.
#include "compiler/mapping/device_graph.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/runtime/networks/compare.h"
#include "tests/runtime/networks/random_network.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace weft::test {
namespace {

// With these outputs, on several machines.
void expectSame(NetworkBuilder& builder, const std::vector<Value>& outputs, const std::string& what) {
  for (const Value& output : outputs)
    builder.output(output);
  SCOPED_TRACE(what);
  const mapping::DeviceGraph graph = mapping::buildDeviceGraph(builder.network);
  EXPECT_EQ(graph.steps.size(), 1u) << "the host has nothing to do";
  std::vector<Machine> machines = {loadMachine("edge-16")};
  for (uint64_t seed : {3, 4, 6})
    machines.push_back(randomNetworkMachine(seed));
  for (size_t i = 0; i < machines.size(); ++i) {
    const Outcome outcome = compare(builder.network, machines[i], randomInputs(i, builder.network));
    EXPECT_EQ(outcome.failure, "") << "machine " << i << "\n" << describe(builder.network);
  }
}

Value binary(NetworkBuilder& builder, const char* op, const Value& a, const Value& b, const Shape& shape) {
  const float scale = op == std::string("QLinearAdd") ? 1.3f * (a.scale + b.scale) : 90 * a.scale * b.scale;
  return builder.node(op,
                      join({builder.quantised(a), builder.quantised(b), builder.quantisation(DType::u8, scale, 120)}),
                      DType::u8, shape, {}, scale, 120);
}

Value constantOf(NetworkBuilder& builder, const Shape& shape) {
  std::vector<uint8_t> bytes(static_cast<size_t>(net::elementCount(shape)));
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(i * 37 + 11);
  return {builder.constant(DType::u8, shape, bytes), 0.04f, 77};
}

// x * weights, each weight its place in the constant modulo 256.
Value product(NetworkBuilder& builder, const Value& x, int64_t outputs) {
  Shape shape = builder.shape(x);
  std::vector<uint8_t> bytes(static_cast<size_t>(shape.back() * outputs));
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  const int32_t weights = builder.constant(DType::s8, {shape.back(), outputs}, bytes);
  shape.back() = outputs;
  return builder.node("QLinearMatMul",
                      join({builder.quantised(x),
                            {weights, builder.scale(0.1f), builder.zeroPoint(DType::s8, 3)},
                            builder.quantisation(DType::u8, 20, 99)}),
                      DType::u8, shape, {}, 20, 99);
}

Value flattened(NetworkBuilder& builder, const Value& x) {
  const Shape in = builder.shape(x);
  const Shape shape = {in[0], in[1] * in[2] * in[3]};
  return {builder.node("Flatten", {x.tensor}, DType::u8, shape, {{"axis", int64_t{1}}}).tensor, x.scale, x.zeroPoint};
}

Value transposed(NetworkBuilder& builder, const Value& x, const Ints& order) {
  Shape shape;
  for (int64_t from : order)
    shape.push_back(builder.shape(x)[static_cast<size_t>(from)]);
  return {builder.node("Transpose", {x.tensor}, DType::u8, shape, {{"perm", order}}).tensor, x.scale, x.zeroPoint};
}

Value unsqueezed(NetworkBuilder& builder, const Value& x) {
  const Shape in = builder.shape(x);
  const int32_t axes = builder.constant(DType::s64, {2}, Ints{2, 3});
  return {builder.node("Unsqueeze", {x.tensor, axes}, DType::u8, {in[0], in[1], 1, 1}).tensor, x.scale, x.zeroPoint};
}

Value map(NetworkBuilder& builder, const Shape& shape) {
  return builder.input(DType::u8, shape, 0.05f, 100);
}

TEST(Forms, ElementwiseOperatorsBroadcastLikeNumPy) {
  const Shape shape = {2, 5, 6, 7};
  for (const char* op : {"QLinearAdd", "QLinearMul"})
    for (const Shape& other :
         {Shape{2, 5, 1, 1}, Shape{1, 5, 1, 1}, Shape{1, 1, 6, 7}, Shape{2, 5, 6, 1}, Shape{1, 5, 1, 7},
          Shape{2, 1, 1, 1}, Shape{1, 1, 1, 1}, Shape{1, 5, 6, 7}, Shape{2, 1, 6, 7}}) {
      for (bool first : {false, true}) {
        NetworkBuilder b;
        const Value x = map(b, shape), y = map(b, other);
        expectSame(b, {first ? binary(b, op, y, x, shape) : binary(b, op, x, y, shape)},
                   fmt::format("{} with {}", op, fmt::join(other, " x ")));
      }
      NetworkBuilder b;
      const Value x = map(b, shape);
      expectSame(b, {binary(b, op, x, constantOf(b, other), shape)},
                 fmt::format("{} with a constant {}", op, fmt::join(other, " x ")));
    }
}

TEST(Forms, OperandsOfLowerRankAreAlignedAtTheLastDimension) {
  for (const Shape& other : {Shape{5, 1, 1}, Shape{6, 7}, Shape{7}, Shape{1}, Shape{}, Shape{6, 1}}) {
    NetworkBuilder b;
    const Value x = map(b, {2, 5, 6, 7});
    expectSame(b, {binary(b, "QLinearAdd", x, constantOf(b, other), {2, 5, 6, 7})},
               fmt::format("constant {}", fmt::join(other, " x ")));
  }
  for (const Shape& other : {Shape{20}, Shape{3, 1}, Shape{1, 20}, Shape{1, 1}}) {
    NetworkBuilder b;
    const Value x = map(b, {3, 20});
    expectSame(b, {binary(b, "QLinearAdd", x, constantOf(b, other), {3, 20})},
               fmt::format("vectors and {}", fmt::join(other, " x ")));
  }
}

TEST(Forms, BothOperandsMayBeBroadcast) {
  NetworkBuilder b;
  const Value x = map(b, {2, 5, 1, 7}), y = map(b, {1, 5, 6, 1});
  expectSame(b, {binary(b, "QLinearAdd", x, y, {2, 5, 6, 7})}, "columns and rows");
}

TEST(Forms, AScaleOfEachChannelIsBroadcastBetweenConvolutions) {
  NetworkBuilder b;
  const Value x = addConv(b, map(b, {1, 8, 9, 9}), 24, 3, {1, 1, 1, 1});
  const Value pooled = b.node("QLinearGlobalAveragePool", join({b.quantised(x), b.quantisation(DType::u8, 0.3f, 5)}),
                              DType::u8, {1, 24, 1, 1}, {}, 0.3f, 5);
  const Value gate = addConv(b, pooled, 24, 1);
  expectSame(b, {addConv(b, binary(b, "QLinearMul", x, gate, {1, 24, 9, 9}), 8, 3)}, "squeeze and excite");
}

// Each part of the result is a layer; what reads the result in windows reads all of them.
TEST(Forms, AveragesLeaveOutThePadding) {
  for (bool onHost : {false, true}) {
    NetworkBuilder b;
    const Value x = map(b, {2, 20, 9, 7});
    const Value average = b.node("QLinearAveragePool", join({b.quantised(x), b.quantisation(DType::u8, 0.04f, 90)}),
                                 DType::u8, {2, 20, 5, 7},
                                 {{"kernel_shape", Ints{3, 3}},
                                  {"strides", Ints{2, 1}},
                                  {"pads", Ints{1, 1, 1, 1}},
                                  {"integer_mean", int64_t{1}}},
                                 0.04f, 90);
    expectSame(b, {onHost ? average : addConv(b, average, 8, 3, {1, 1, 1, 1})},
               onHost ? "seen by the host" : "convolved");
  }
}

TEST(Forms, ConcatenationsAreOfAnyAxisAndOrder) {
  for (int64_t axis : {0, 1, 2, 3, -2})
    for (bool quantised : {false, true})
      for (bool turned : {false, true}) {
        NetworkBuilder b;
        const Value x = map(b, {2, 5, 6, 6});
        Value y = addConv(b, x, 5, 1);
        if (turned)
          y = transposed(b, y, {0, 1, 3, 2});
        Shape shape = {2, 5, 6, 6};
        shape[static_cast<size_t>(axis < 0 ? axis + 4 : axis)] *= 3;
        const Value z = constantOf(b, {2, 5, 6, 6});
        const Value made =
            quantised
                ? b.node("QLinearConcat",
                         join({b.quantisation(DType::u8, 0.2f, 90), b.quantised(x), b.quantised(y), b.quantised(z)}),
                         DType::u8, shape, {{"axis", axis}}, 0.2f, 90)
                : b.node("Concat", {x.tensor, y.tensor, z.tensor}, DType::u8, shape, {{"axis", axis}}, 0.2f, 90);
        expectSame(b, {made, addConv(b, made, 7, 3)}, fmt::format("axis {}, {} {}", axis, quantised, turned));
      }
}

TEST(Forms, ConcatenationsOfVectorsAndFlattenedMaps) {
  for (int64_t axis : {0, 1}) {
    NetworkBuilder b;
    const Value flat = flattened(b, addConv(b, map(b, {2, 3, 4, 5}), 3, 1)), vector = map(b, {2, 60});
    Shape shape = {2, 60};
    shape[static_cast<size_t>(axis)] *= 2;
    expectSame(b, {b.node("Concat", {flat.tensor, vector.tensor}, DType::u8, shape, {{"axis", axis}})},
               fmt::format("axis {}", axis));
  }
}

TEST(Forms, AFlattenedMapGoesIntoEveryOperator) {
  NetworkBuilder b;
  const Value flat = flattened(b, addConv(b, map(b, {2, 5, 3, 4}), 5, 1));
  const Value sum = binary(b, "QLinearAdd", flat, map(b, {2, 60}), {2, 60});
  expectSame(b, {addLut(b, flat), sum, product(b, flat, 9), product(b, sum, 7), flat}, "flattened map");
}

TEST(Forms, AWindowReadsABatchOfVectors) {
  NetworkBuilder b;
  const Value x = unsqueezed(b, map(b, {3, 20}));
  const Value pool = b.node("MaxPool", {x.tensor}, DType::u8, {3, 20, 1, 1},
                            {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}}, x.scale, x.zeroPoint);
  expectSame(b,
             {addConv(b, x, 12, 3, {1, 1, 1, 1}), addConv(b, x, 20, 3, {1, 1, 1, 1}, 1, 20), pool,
              addConv(b, addConv(b, x, 20, 1), 9, 3, {1, 2, 1, 0}), addSum(b, x, pool)},
             "vectors");
}

TEST(Forms, MatrixProductsMultiplyTheLastAxisOfAnyRank) {
  NetworkBuilder b;
  const Value x = map(b, {2, 3, 4, 8});
  const Value first = product(b, x, 20);
  const Value sum = binary(b, "QLinearAdd", product(b, first, 20), first, {2, 3, 4, 20});
  expectSame(b, {first, addLut(b, sum), addConv(b, first, 6, 3), product(b, addConv(b, x, 9, 3), 5)}, "map");
}

TEST(Forms, AMatrixProductOfATransposedMap) {
  for (const Ints& order : {Ints{0, 2, 3, 1}, Ints{0, 3, 1, 2}, Ints{0, 1, 3, 2}}) {
    NetworkBuilder b;
    const Value turned = transposed(b, addConv(b, map(b, {1, 4, 5, 6}), 8, 1), order);
    expectSame(b, {product(b, turned, 11), product(b, flattened(b, turned), 6)},
               fmt::format("{}", fmt::join(order, ", ")));
  }
}

TEST(Forms, TransposesAreReadAsTheyLie) {
  Ints order = {0, 1, 2, 3};
  do {
    NetworkBuilder b;
    const Value x = addConv(b, map(b, {2, 4, 6, 5}), 7, 1);
    const Value turned = transposed(b, x, order);
    const Shape shape = b.shape(turned);
    const Value pool = b.node("MaxPool", {turned.tensor}, DType::u8, {2, shape[1], shape[2], shape[3]},
                              {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}}, x.scale, x.zeroPoint);
    expectSame(b,
               {addConv(b, turned, 9, 3, {1, 1, 1, 1}), addConv(b, turned, shape[1], 3, {1, 0, 0, 1}, 1, shape[1]),
                pool, addSum(b, turned, pool), addLut(b, turned), turned},
               fmt::format("{}", fmt::join(order, ", ")));
  } while (std::next_permutation(order.begin() + 1, order.end()));
}

TEST(Forms, PadsOfEveryAxisModeAndSign) {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"})
    for (const Ints& pads : {Ints{0, 0, 1, 2, 0, 0, 2, 0}, Ints{0, 2, 0, 0, 0, 1, 0, 0}, Ints{0, 0, -1, 2, 0, 0, 2, -1},
                             Ints{0, 1, 1, 1, 0, 2, 0, 2}}) {
      NetworkBuilder b;
      const Value x = addConv(b, map(b, {2, 4, 5, 6}), 4, 1);
      Shape shape = {2, 4, 5, 6};
      for (size_t d = 0; d < 4; ++d)
        shape[d] += pads[d] + pads[d + 4];
      const Value padded = b.node("Pad", {x.tensor, b.constant(DType::s64, {8}, pads), b.zeroPoint(DType::u8, 9)},
                                  DType::u8, shape, {{"mode", std::string(mode)}}, x.scale, x.zeroPoint);
      expectSame(b, {padded, addConv(b, padded, 7, 3)}, fmt::format("{} {}", mode, fmt::join(pads, ", ")));
    }
}

TEST(Forms, SlicesOfEveryAxisAndDirection) {
  for (size_t axis : {0, 1, 2, 3})
    for (const auto& [start, end, step] : {std::array{1, 100, 1}, std::array{0, 100, 2}, std::array{-1, -100, -1}}) {
      NetworkBuilder b;
      const Value x = addConv(b, map(b, {3, 6, 7, 8}), 6, 1);
      Shape shape = {3, 6, 7, 8};
      shape[axis] = start == 1 ? shape[axis] - 1 : step == 2 ? (shape[axis] + 1) / 2 : shape[axis];
      auto ints = [&](int64_t value) { return b.constant(DType::s64, {1}, Ints{value}); };
      const Value cut =
          b.node("Slice", {x.tensor, ints(start), ints(end), ints(static_cast<int64_t>(axis)), ints(step)}, DType::u8,
                 shape, {}, x.scale, x.zeroPoint);
      expectSame(b, {cut, addConv(b, cut, 7, 3), addConv(b, cut, 5, 3, {1, 1, 1, 1}), addLut(b, cut)},
                 fmt::format("axis {}, {} to {} by {}", axis, start, end, step));
    }
}

TEST(Forms, GathersOfEveryAxis) {
  for (size_t axis : {0, 1, 2, 3})
    for (const Ints& indices : {Ints{2, 0, 1}, Ints{0, 2}, Ints{1}, Ints{2, 2, -1, 0}}) {
      NetworkBuilder b;
      const Value x = addConv(b, map(b, {3, 6, 7, 8}), 6, 1);
      const auto count = static_cast<int64_t>(indices.size());
      Shape shape = {3, 6, 7, 8};
      shape[axis] = count;
      const Value taken = b.node("Gather", {x.tensor, b.constant(DType::s64, {count}, indices)}, DType::u8, shape,
                                 {{"axis", static_cast<int64_t>(axis)}}, x.scale, x.zeroPoint);
      expectSame(b, {taken, addConv(b, taken, 7, 1), addLut(b, taken)},
                 fmt::format("axis {}, {}", axis, fmt::join(indices, ", ")));
    }
}

// Regression: a weight 255 above its zero point was -1.
TEST(Forms, ZeroPointsOfEachChannel) {
  for (const auto& zeros : {std::array{1, 5, 250}, std::array{0, 100, 128}, std::array{128, 127, 128}})
    for (int64_t kernel : {1, 3}) {
      NetworkBuilder b;
      const Value x = map(b, {1, 5, 6, 6});
      const Value conv = addConv(b, x, 3, kernel);
      std::vector<uint8_t> points;
      for (int zero : zeros)
        points.push_back(static_cast<uint8_t>(zero));
      net::Node& node = b.network.nodes[0];
      node.inputs[5] = b.constant(DType::s8, {3}, points);
      net::Tensor& weights = b.network.tensors[static_cast<size_t>(node.inputs[3])];
      std::vector<uint8_t> bytes(weights.data.begin(), weights.data.end());
      for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = i % 7 == 0 ? 127 : i % 7 == 1 ? 128 : bytes[i];
      weights.data = bytes;
      for (int operand : {4, 6}) // results that fill their range
        node.inputs[static_cast<size_t>(operand)] = b.scale(operand == 4 ? 0.01f : 2);
      expectSame(b, {conv}, fmt::format("{}, kernel {}", fmt::join(zeros, ", "), kernel));
    }
}

TEST(Forms, TensorsOfAnyRank) {
  for (const Shape& shape : {Shape{20}, Shape{3, 4, 5}, Shape{2, 3, 2, 4, 5}, Shape{2, 1, 3, 2, 4, 5}}) {
    NetworkBuilder b;
    const Value x = map(b, shape), y = map(b, shape);
    const Value sum = binary(b, "QLinearAdd", x, y, shape);
    std::vector<Value> outputs = {addLut(b, sum), sum,
                                  binary(b, "QLinearMul", sum, constantOf(b, {shape.back()}), shape)};
    if (shape.size() > 1)
      outputs.push_back(product(b, sum, 7));
    expectSame(b, outputs, fmt::format("{}", fmt::join(shape, " x ")));
  }
}

TEST(Forms, AnAliasMayBeAnOutput) {
  NetworkBuilder b;
  const Value conv = addConv(b, map(b, {1, 4, 3, 3}), 2, 1);
  const Value flat = flattened(b, conv);
  expectSame(b, {flat, product(b, flat, 5), conv}, "flattened");
}

} // namespace
} // namespace weft::test
