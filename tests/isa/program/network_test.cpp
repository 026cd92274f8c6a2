// Does a network survive its binary form unchanged, and is every malformed one refused with an error instead of a
// crash?
#include "isa/program/network.h"

#include "isa/program/elementwise.h"
#include "isa/program/network_ops.h"
#include "isa/support/error.h"

#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace weft::net {
namespace {

// x -> Add(x, c) -> Relu -> y
Network sample() {
  Network network;
  network.name = "sample";
  network.tensors = {{"x", DType::s32, {2, 3}, false, {}},
                     {"c", DType::s32, {3}, true, std::vector<uint8_t>(12, 7)},
                     {"t", DType::s32, {2, 3}, false, {}},
                     {"y", DType::s32, {2, 3}, false, {}}};
  Node add{"Add", "add0", {0, 1}, {2}, {}};
  add.attributes = {{"i", int64_t{-5}},
                    {"r", 0.25},
                    {"s", std::string("text")},
                    {"is", std::vector<int64_t>{1, -2}},
                    {"rs", std::vector<double>{0.5}}};
  network.nodes = {add, {"Relu", "relu0", {2}, {3}, {}}};
  network.inputs = {0};
  network.outputs = {3};
  return network;
}

std::string errorOf(const Network& network) {
  try {
    validate(network);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Network, RoundTripKeepsEverything) {
  Network before = sample();
  std::vector<uint8_t> bytes = serialise(before);
  Network after = deserialise(bytes);
  EXPECT_EQ(after.name, "sample");
  ASSERT_EQ(after.tensors.size(), 4u);
  EXPECT_EQ(after.tensors[1].name, "c");
  EXPECT_EQ(after.tensors[1].type, DType::s32);
  EXPECT_EQ(after.tensors[1].shape, Shape{3});
  EXPECT_TRUE(after.tensors[1].isConstant);
  EXPECT_EQ(after.tensors[1].data, before.tensors[1].data);
  ASSERT_EQ(after.nodes.size(), 2u);
  EXPECT_EQ(after.nodes[0].attributes, before.nodes[0].attributes);
  EXPECT_EQ(after.nodes[1].inputs, std::vector<int32_t>{2});
  EXPECT_EQ(serialise(after), bytes);
}

TEST(Network, CopiesShareTheirConstants) {
  const Network first = sample();
  const Network second = first;
  EXPECT_EQ(second.tensors[1].data.data(), first.tensors[1].data.data());
}

TEST(Network, ConstantsAreReadInPlaceWhereTheyAreAligned) {
  for (size_t shift = 0; shift < 4; ++shift) {
    Network network = sample();
    network.name.append(shift, '!');
    const SharedBytes bytes = serialise(network);
    const SharedBytes data = deserialise(bytes).tensors[1].data;
    EXPECT_EQ(data, network.tensors[1].data);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data.data()) % 4, 0u);
  }
  Network network = sample();
  network.tensors[1] = {"c", DType::s8, {3}, true, {1, 2, 3}};
  const SharedBytes bytes = serialise(network);
  const SharedBytes data = deserialise(bytes).tensors[1].data;
  EXPECT_TRUE(data.data() > bytes.begin() && data.data() < bytes.end());
}

TEST(Network, ConstantsMayBeElsewhere) {
  const Network network = sample();
  const int32_t elsewhere[] = {1};
  const std::vector<uint8_t> bytes = serialise(network, elsewhere);
  EXPECT_EQ(bytes.size() + 8 + 12, serialise(network).size());
  int made = 0;
  const Network after = deserialise(bytes, [&](int32_t index, const Tensor& tensor) {
    EXPECT_EQ(index, 1);
    EXPECT_EQ(tensor.name, "c");
    EXPECT_EQ(tensor.shape, Shape{3});
    return SharedBytes(12, [&] {
      ++made;
      return std::vector<uint8_t>(12, 7);
    });
  });
  EXPECT_EQ(made, 0);
  EXPECT_EQ(serialise(after), serialise(network));
  EXPECT_EQ(serialise(Network(after), elsewhere), bytes);
  EXPECT_EQ(made, 1);
  EXPECT_THROW(deserialise(bytes), Error);
  EXPECT_THROW(deserialise(bytes, [](int32_t, const Tensor&) { return SharedBytes{1}; }), Error); // too few
}

TEST(Network, AttributesHaveTypesAndDefaults) {
  Node node = sample().nodes[0];
  EXPECT_EQ(node.integer("i", 1), -5);
  EXPECT_EQ(node.integer("absent", 1), 1);
  EXPECT_EQ(node.real("r", 1), 0.25);
  EXPECT_EQ(node.text("s", ""), "text");
  EXPECT_EQ(node.integers("is", {}), (std::vector<int64_t>{1, -2}));
  EXPECT_THROW(node.integer("s", 0), Error);
}

TEST(Network, ElementCountRefusesNegativeAndHugeShapes) {
  EXPECT_EQ(elementCount({}), 1);
  EXPECT_EQ(elementCount({2, 0, 3}), 0);
  EXPECT_THROW(elementCount({2, -1}), Error);
  EXPECT_THROW(elementCount({int64_t{1} << 40, int64_t{1} << 40}), Error);
}

TEST(Network, ValidateNamesWhatIsWrong) {
  EXPECT_EQ(errorOf(sample()), "");

  Network network = sample();
  network.nodes[0].inputs[1] = 9;
  EXPECT_NE(errorOf(network).find("node 'add0' (Add) refers to tensor 9; there are 4"), std::string::npos);

  network = sample();
  std::swap(network.nodes[0], network.nodes[1]);
  EXPECT_NE(errorOf(network).find("reads tensor 't' before"), std::string::npos);

  network = sample();
  network.nodes[1].outputs[0] = 2;
  EXPECT_NE(errorOf(network).find("defines tensor 't', which has a value already"), std::string::npos);

  network = sample();
  network.tensors[1].data = std::vector<uint8_t>(11);
  EXPECT_NE(errorOf(network).find("'c' holds 11 bytes of data; its type and shape need 12"), std::string::npos);

  network = sample();
  network.nodes[0].op = "Frobnicate";
  EXPECT_NE(errorOf(network).find("unknown operator"), std::string::npos);

  network = sample();
  network.nodes[1].inputs.push_back(0);
  EXPECT_NE(errorOf(network).find("has 2 operands; Relu takes 1 to 1"), std::string::npos);

  network = sample();
  network.nodes.pop_back();
  EXPECT_NE(errorOf(network).find("no node or input defines the output 'y'"), std::string::npos);
}

TEST(Network, EveryTruncationIsAnError) {
  std::vector<uint8_t> bytes = serialise(sample());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(deserialise(SharedBytes(nullptr, std::span(bytes).first(size))), Error) << size;
  bytes.push_back(0);
  EXPECT_THROW(deserialise(bytes), Error);
}

// Damaged networks must either be refused or still be valid: nothing else may come out.
TEST(Network, DamagedBytesNeverCrash) {
  const std::vector<uint8_t> bytes = serialise(sample());
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> damaged = bytes;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<uint8_t>(random() % 3 == 0 ? 0xff : random());
    try {
      validate(deserialise(damaged));
    } catch (const Error&) {
    }
  }
}

TEST(Operators, AreFoundByName) {
  for (const OperatorInfo& info : kNetworkOperators)
    EXPECT_EQ(findOperator(info.name), &info);
  EXPECT_EQ(findOperator("Nonexistent"), nullptr);
  EXPECT_EQ(&info(Op::Conv), findOperator("Conv"));
  EXPECT_EQ(opOf(Node{"Conv", "n", {}, {}, {}}), Op::Conv);
  EXPECT_THROW(opOf(Node{"Nonexistent", "n", {}, {}, {}}), Error);
}

TEST(Operators, HaveTheAritiesOfTheirOperands) {
  struct Arity {
    Op op;
    size_t least, leastInFiles, most;
  };
  for (const Arity& arity : {Arity{Op::Conv, 2, 2, 3},
                             {Op::QLinearConv, 8, 8, 9},
                             {Op::QLinearAdd, 7, 7, 8},
                             {Op::Clip, 1, 1, 3},
                             {Op::Pad, 2, 1, 4},
                             {Op::Slice, 3, 1, 5},
                             {Op::Unsqueeze, 2, 1, 2},
                             {Op::Concat, 1, 1, kVariadic},
                             {Op::QLinearConcat, 5, 5, kVariadic}}) {
    const OperatorInfo& entry = info(arity.op);
    EXPECT_EQ(entry.minInputs, arity.least) << entry.name;
    EXPECT_EQ(entry.minOnnxInputs, arity.leastInFiles) << entry.name;
    EXPECT_EQ(entry.maxInputs, arity.most) << entry.name;
  }
}

// The docs say by them where an operator runs; functions of one element are tables.
TEST(Operators, HaveFormsThatAreOperators) {
  for (size_t i = 0; i < kOpCount; ++i)
    EXPECT_TRUE(!unaryFunction(static_cast<Op>(i)) || hasWord(kNetworkOperators[i].forms, "Lut8"))
        << kNetworkOperators[i].name;
  for (const OperatorInfo& info : kNetworkOperators) {
    std::istringstream forms{std::string(info.forms)};
    for (std::string form; forms >> form;)
      EXPECT_TRUE(findOperator(form) || form == "nothing") << info.name << " becomes " << form;
  }
  EXPECT_TRUE(hasWord("QGemm QLinearMatMul", "QGemm"));
  EXPECT_FALSE(hasWord("QGemm QLinearMatMul", "MatMul"));
  EXPECT_FALSE(hasWord("", ""));
}

TEST(Operators, NameTheirOperandsAndAttributes) {
  EXPECT_EQ(ops::QLinearConv::w, 3u);
  EXPECT_EQ(ops::QLinearConv::b, 8u);
  EXPECT_EQ(info(Op::QLinearConv).operands[ops::QLinearConv::y_scale].name, "y_scale");

  Node node{"Conv", "n", {}, {}, {}};
  EXPECT_EQ(value(node, ops::Conv::group), 1);
  EXPECT_EQ(value(node, ops::Conv::strides, {1, 1}), (std::vector<int64_t>{1, 1}));
  node.attributes["group"] = int64_t(4);
  EXPECT_EQ(value(node, ops::Conv::group), 4);
  EXPECT_EQ(value(node, ops::QLinearConv::clamp_lo), std::nullopt);
  EXPECT_EQ(value(node, ops::LeakyRelu::alpha), 0.01);
  EXPECT_EQ(value(node, ops::Pad::mode), "constant");
  try {
    value(node, ops::Concat::axis);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "node 'n' (Conv): attribute 'axis' is missing");
  }
}

} // namespace
} // namespace weft::net
