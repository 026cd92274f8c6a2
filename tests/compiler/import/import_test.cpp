// Does the importer make of every ONNX form of an operator the one form that the rest of the compiler knows, and does
// it name what it refuses? Models are made here; the real ones are found by WEFT_DATA and skipped when absent.
#include "compiler/import/import.h"
#include "isa/program/network_ops.h"
#include "isa/support/error.h"
#include "isa/support/file.h"

#include "onnx/onnx_pb.h"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

namespace {

using namespace weft;

// A model under construction.
class Model {
public:
  explicit Model(int64_t opset = 13) {
    proto.set_ir_version(8);
    auto* version = proto.add_opset_import();
    version->set_version(opset);
    proto.mutable_graph()->set_name("test");
  }

  onnx::ModelProto proto;

  void input(const std::string& name, const std::vector<int64_t>& dims, int32_t type = onnx::TensorProto::FLOAT) {
    auto* info = proto.mutable_graph()->add_input();
    info->set_name(name);
    auto* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape();
    for (int64_t dim : dims) {
      auto* extent = tensor->mutable_shape()->add_dim();
      if (dim >= 0)
        extent->set_dim_value(dim);
      else
        extent->set_dim_param("N");
    }
  }
  void output(const std::string& name) { proto.mutable_graph()->add_output()->set_name(name); }

  void floats(const std::string& name, const std::vector<int64_t>& dims, std::vector<float> values) {
    auto* tensor = constant(name, dims, onnx::TensorProto::FLOAT);
    for (float value : values)
      tensor->add_float_data(value);
  }
  // Of any integer type but int64.
  void codes(const std::string& name, const std::vector<int64_t>& dims, int32_t type, std::vector<int32_t> values) {
    auto* tensor = constant(name, dims, type);
    for (int32_t value : values)
      tensor->add_int32_data(value);
  }
  void integers(const std::string& name, const std::vector<int64_t>& dims, std::vector<int64_t> values) {
    auto* tensor = constant(name, dims, onnx::TensorProto::INT64);
    for (int64_t value : values)
      tensor->add_int64_data(value);
  }

  onnx::NodeProto* node(const std::string& op, const std::vector<std::string>& inputs, const std::string& result,
                        const std::string& domain = "") {
    auto* made = proto.mutable_graph()->add_node();
    made->set_op_type(op);
    made->set_name(result + "_node");
    made->set_domain(domain);
    for (const std::string& name : inputs)
      made->add_input(name);
    made->add_output(result);
    return made;
  }

  net::Network import(const ImportOptions& options = {}) const {
    const std::string bytes = proto.SerializePartialAsString();
    return importOnnx(std::vector<uint8_t>(bytes.begin(), bytes.end()), options);
  }
  // The message of the error that import throws.
  std::string error(const ImportOptions& options = {}) const {
    try {
      import(options);
    } catch (const Error& thrown) {
      return thrown.what();
    }
    return "no error";
  }

private:
  onnx::TensorProto* constant(const std::string& name, const std::vector<int64_t>& dims, int32_t type) {
    auto* tensor = proto.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (int64_t dim : dims)
      tensor->add_dims(dim);
    return tensor;
  }
};

void set(onnx::NodeProto* node, const std::string& name, int64_t value) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}
void set(onnx::NodeProto* node, const std::string& name, const std::vector<int64_t>& values) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attribute->add_ints(value);
}
void setText(onnx::NodeProto* node, const std::string& name, const std::string& value) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::STRING);
  attribute->set_s(value);
}
void setFloats(onnx::NodeProto* node, const std::string& name, const std::vector<float>& values) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::FLOATS);
  for (float value : values)
    attribute->add_floats(value);
}
void setFloat(onnx::NodeProto* node, const std::string& name, float value) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::FLOAT);
  attribute->set_f(value);
}

// A model of one node between an input "x" of the given shape and an output "y".
Model oneNode(const std::string& op, const std::vector<int64_t>& dims, int64_t opset = 13) {
  Model model(opset);
  model.input("x", dims);
  model.output("y");
  model.node(op, {"x"}, "y");
  return model;
}
onnx::NodeProto* only(Model& model) {
  return model.proto.mutable_graph()->mutable_node(0);
}

const net::Tensor& outputOf(const net::Network& network) {
  return network.tensors[static_cast<size_t>(network.outputs.at(0))];
}
std::vector<std::string> operatorsOf(const net::Network& network) {
  std::vector<std::string> names;
  for (const net::Node& node : network.nodes)
    names.push_back(node.op);
  return names;
}
using Names = std::vector<std::string>;
using Dims = std::vector<int64_t>;

// --- One form for every opset's ------------------------------------------------------------------------------

TEST(Import, SymbolicBatchTakesTheOption) {
  Model model = oneNode("Relu", {-1, 4});
  EXPECT_EQ(outputOf(model.import()).shape, (Dims{1, 4}));
  ImportOptions options;
  options.batch = 3;
  EXPECT_EQ(outputOf(model.import(options)).shape, (Dims{3, 4}));
}

TEST(Import, OtherSymbolicDimensionsAreNamed) {
  Model model = oneNode("Relu", {1, -1});
  EXPECT_NE(model.error().find("network input 'x': dimension 1 ('N') has no fixed extent"), std::string::npos);
  ImportOptions options;
  options.dimensions["N"] = 7;
  EXPECT_EQ(outputOf(model.import(options)).shape, (Dims{1, 7}));
}

TEST(Import, ExtentsThatAreGivenHaveAUse) {
  ImportOptions options;
  options.dimensions["M"] = 7;
  EXPECT_NE(oneNode("Relu", {-1, 4}).error(options).find("no input has an open dimension 'M'; open are 'N'"),
            std::string::npos);
  options = {};
  options.batch = 4;
  options.batchRequired = true;
  EXPECT_NE(oneNode("Relu", {2, 4})
                .error(options)
                .find("the batch is given as 4, but no input leaves its first dimension open"),
            std::string::npos);
  EXPECT_EQ(outputOf(oneNode("Relu", {-1, 4}).import(options)).shape, (Dims{4, 4}));
}

TEST(Import, AutoPadBecomesPads) {
  for (const auto& [mode, pads] : std::map<std::string, Dims>{
           {"SAME_UPPER", {0, 0, 1, 1}}, {"SAME_LOWER", {1, 1, 0, 0}}, {"VALID", {0, 0, 0, 0}}}) {
    Model model = oneNode("Conv", {1, 1, 4, 4});
    model.floats("w", {1, 1, 3, 3}, std::vector<float>(9, 1));
    only(model)->add_input("w");
    setText(only(model), "auto_pad", mode);
    set(only(model), "strides", Dims{2, 2});
    EXPECT_EQ(model.import().nodes.at(0).integers("pads", {}), pads) << mode;
  }
}

// SAME with a stride beyond the kernel: ONNX Runtime's convolution starts behind what is left over.
TEST(Import, AutoPadOfALongStrideCropsTheInput) {
  for (const auto& [mode, starts] :
       std::map<std::string, Dims>{{"SAME_UPPER", {1, 2}}, {"SAME_LOWER", {1, 1}}, {"VALID", {}}}) {
    Model model = oneNode("Conv", {1, 1, 17, 18});
    model.floats("w", {1, 1, 3, 3}, std::vector<float>(9, 1));
    only(model)->add_input("w");
    setText(only(model), "auto_pad", mode);
    set(only(model), "strides", Dims{10, 10});
    const net::Network network = model.import();
    EXPECT_EQ(outputOf(network).shape, (Dims{1, 1, 2, 2}));
    EXPECT_EQ(network.nodes.back().integers("pads", {}), (Dims{0, 0, 0, 0}));
    ASSERT_EQ(network.nodes.size(), starts.empty() ? 1u : 2u);
    if (!starts.empty()) {
      const auto at = static_cast<size_t>(network.nodes[0].inputs[net::ops::Slice::starts]);
      const SharedBytes& bytes = network.tensors[at].data;
      Dims values(starts.size());
      ASSERT_EQ(bytes.size(), values.size() * sizeof(int64_t));
      std::memcpy(values.data(), bytes.data(), bytes.size());
      EXPECT_EQ(values, starts) << mode;
    }
  }
}

TEST(Import, CeilModeBecomesPads) {
  Model model = oneNode("MaxPool", {1, 1, 6, 5});
  set(only(model), "kernel_shape", Dims{3, 3});
  set(only(model), "strides", Dims{2, 2});
  set(only(model), "ceil_mode", 1);
  const net::Network network = model.import();
  EXPECT_EQ(outputOf(network).shape, (Dims{1, 1, 3, 2}));
  EXPECT_EQ(network.nodes.at(0).integers("pads", {}), (Dims{0, 0, 1, 0}));
}

// The last window would lie in the padding alone: ONNX Runtime drops it.
TEST(Import, CeilModeDropsWindowsOfPaddingOnly) {
  Model model = oneNode("MaxPool", {1, 1, 3, 3});
  set(only(model), "kernel_shape", Dims{2, 2});
  set(only(model), "strides", Dims{3, 3});
  set(only(model), "pads", Dims{0, 0, 1, 1});
  set(only(model), "ceil_mode", 1);
  EXPECT_EQ(outputOf(model.import()).shape, (Dims{1, 1, 1, 1}));
}

TEST(Import, ClipBoundsOfOldOpsetsBecomeOperands) {
  Model model = oneNode("Clip", {4}, 7);
  setFloat(only(model), "min", 0);
  setFloat(only(model), "max", 6);
  const net::Network network = model.import();
  ASSERT_EQ(network.nodes.at(0).inputs.size(), 3u);
  EXPECT_TRUE(network.tensors[static_cast<size_t>(network.nodes[0].inputs[2])].isConstant);
}

TEST(Import, ShapesOfMovement) {
  Model flatten = oneNode("Flatten", {2, 3, 4});
  EXPECT_EQ(outputOf(flatten.import()).shape, (Dims{2, 12}));

  Model squeezeOld = oneNode("Squeeze", {1, 3, 1}, 7);
  set(only(squeezeOld), "axes", Dims{-1});
  EXPECT_EQ(outputOf(squeezeOld.import()).shape, (Dims{1, 3}));

  Model unsqueeze = oneNode("Unsqueeze", {3});
  unsqueeze.integers("axes", {2}, {0, 2});
  only(unsqueeze)->add_input("axes");
  EXPECT_EQ(outputOf(unsqueeze.import()).shape, (Dims{1, 3, 1}));

  Model reshape = oneNode("Reshape", {2, 3, 4});
  reshape.integers("shape", {2}, {0, -1});
  only(reshape)->add_input("shape");
  EXPECT_EQ(outputOf(reshape.import()).shape, (Dims{2, 12}));

  Model slice = oneNode("Slice", {5, 6}, 9);
  set(only(slice), "starts", Dims{-3});
  set(only(slice), "ends", Dims{100});
  set(only(slice), "axes", Dims{1});
  EXPECT_EQ(outputOf(slice.import()).shape, (Dims{5, 3}));

  Model transpose = oneNode("Transpose", {2, 3, 4});
  EXPECT_EQ(outputOf(transpose.import()).shape, (Dims{4, 3, 2}));
}

// ConstantOfShape -> Cast -> Add -> Equal -> Where -> Expand, as PyTorch exports an expand with -1.
TEST(Import, ChosenShapesFoldAway) {
  Model model;
  model.input("x", {2, 1});
  model.output("y");
  model.integers("shape", {2}, {-1, 3});
  model.integers("length", {1}, {2});
  model.integers("minus", {1}, {-1});
  model.integers("one", {1}, {1});
  model.node("ConstantOfShape", {"length"}, "zeros");
  set(model.node("Cast", {"zeros"}, "integers"), "to", onnx::TensorProto::INT64);
  model.node("Add", {"integers", "minus"}, "wanted");
  model.node("Equal", {"shape", "wanted"}, "open");
  model.node("Where", {"open", "one", "shape"}, "target");
  model.node("Expand", {"x", "target"}, "y");
  const net::Network network = model.import();
  EXPECT_EQ(operatorsOf(network), Names{"Expand"});
  EXPECT_EQ(outputOf(network).shape, (Dims{2, 3}));
}

// Shape -> Gather -> Unsqueeze -> Concat -> Reshape, as exporters write a flattening.
TEST(Import, ShapeArithmeticFoldsAway) {
  Model model;
  model.input("x", {-1, 3, 4});
  model.output("y");
  model.integers("zero", {}, {0});
  model.integers("axis", {1}, {0});
  model.integers("rest", {1}, {-1});
  model.node("Shape", {"x"}, "shape");
  set(model.node("Gather", {"shape", "zero"}, "batch"), "axis", 0);
  model.node("Unsqueeze", {"batch", "axis"}, "batch1");
  set(model.node("Concat", {"batch1", "rest"}, "target"), "axis", 0);
  model.node("Reshape", {"x", "target"}, "y");
  const net::Network network = model.import();
  EXPECT_EQ(operatorsOf(network), Names{"Reshape"});
  EXPECT_EQ(outputOf(network).shape, (Dims{1, 12}));
}

TEST(Import, SpatialMeanIsGlobalAveragePool) {
  Model model = oneNode("ReduceMean", {1, 3, 4, 4});
  set(only(model), "axes", Dims{-1, 2});
  set(only(model), "keepdims", 0);
  EXPECT_EQ(operatorsOf(model.import()), (Names{"GlobalAveragePool", "Reshape"}));
  EXPECT_EQ(outputOf(model.import()).shape, (Dims{1, 3}));
}

// Before opset 13, softmax is over all axes from `axis` on.
TEST(Import, OtherMeansStayReductions) {
  Model model = oneNode("ReduceMean", {2, 3, 4}, 13);
  set(only(model), "axes", Dims{-1, 0});
  const net::Network network = model.import();
  EXPECT_EQ(operatorsOf(network), Names{"ReduceMean"});
  EXPECT_EQ(outputOf(network).shape, (Dims{1, 3, 1}));
  Model all = oneNode("ReduceMax", {2, 3, 4}, 18);
  set(only(all), "keepdims", 0);
  EXPECT_EQ(outputOf(all.import()).shape, Dims());
}

TEST(Import, SplitBecomesSlices) {
  Model model = oneNode("Split", {2, 7}, 18);
  set(only(model), "axis", 1);
  set(only(model), "num_outputs", 3);
  for (const char* name : {"second", "third"}) {
    only(model)->add_output(name);
    model.output(name);
  }
  const net::Network network = model.import();
  EXPECT_EQ(operatorsOf(network), (Names{"Slice", "Slice", "Slice"}));
  std::vector<Dims> shapes;
  for (int32_t output : network.outputs)
    shapes.push_back(network.tensors[static_cast<size_t>(output)].shape);
  EXPECT_EQ(shapes, (std::vector<Dims>{{2, 3}, {2, 3}, {2, 1}}));

  Model old = oneNode("Split", {4}, 7);
  set(only(old), "split", Dims{1, 2});
  only(old)->add_output("second");
  EXPECT_NE(old.error().find("must add up to the 4 elements of axis 0"), std::string::npos);
}

TEST(Import, NegativePadsCrop) {
  Model model = oneNode("Pad", {5, 6}, 13);
  model.integers("pads", {4}, {-1, 2, -2, -3});
  only(model)->add_input("pads");
  const net::Network network = model.import();
  EXPECT_EQ(operatorsOf(network), (Names{"Slice", "Pad"}));
  EXPECT_EQ(outputOf(network).shape, (Dims{2, 5}));
  Model tooMuch = oneNode("Pad", {5}, 7);
  set(only(tooMuch), "pads", Dims{-3, -3});
  EXPECT_NE(tooMuch.error().find("pads remove more than the 5 elements of axis 0"), std::string::npos);
}

TEST(Import, UpsampleAndOldResizeAreResize) {
  Model upsample = oneNode("Upsample", {1, 2, 3, 5}, 7);
  setFloats(only(upsample), "scales", {1, 1, 2, 1.5f});
  const net::Network network = upsample.import();
  EXPECT_EQ(operatorsOf(network), Names{"Resize"});
  EXPECT_EQ(outputOf(network).shape, (Dims{1, 2, 6, 7}));
  EXPECT_EQ(net::value(network.nodes[0], net::ops::Resize::coordinate_transformation_mode), "asymmetric");

  Model resize = oneNode("Resize", {1, 2, 3, 5}, 10);
  resize.floats("scales", {4}, {1, 1, 2, 2});
  only(resize)->add_input("scales");
  EXPECT_EQ(net::value(resize.import().nodes.at(0), net::ops::Resize::nearest_mode), "floor");
}

TEST(Import, ResizeHasScalesOrSizesOfEveryAxis) {
  Model model = oneNode("Resize", {1, 2, 4, 6}, 18);
  model.integers("sizes", {2}, {9, 9});
  only(model)->add_input("");
  only(model)->add_input("");
  only(model)->add_input("sizes");
  set(only(model), "axes", Dims{2, 3});
  setText(only(model), "keep_aspect_ratio_policy", "not_larger");
  EXPECT_EQ(outputOf(model.import()).shape, (Dims{1, 2, 6, 9}));
  setText(only(model), "coordinate_transformation_mode", "tf_crop_and_resize");
  EXPECT_NE(model.error().find("coordinate_transformation_mode must be half_pixel"), std::string::npos);
}

// ONNX Runtime divides by the elements and the padding, but not by what ceil_mode adds.
TEST(Import, CountedPaddingUnderCeilModeIsAPad) {
  const auto pooled = [](const Dims& pads) {
    Model model = oneNode("AveragePool", {1, 1, 6, 6});
    set(only(model), "kernel_shape", Dims{3, 3});
    set(only(model), "strides", Dims{2, 2});
    set(only(model), "pads", pads);
    set(only(model), "ceil_mode", 1);
    set(only(model), "count_include_pad", 1);
    return model.import();
  };
  EXPECT_EQ(operatorsOf(pooled({1, 1, 0, 0})), Names{"AveragePool"}); // the windows fit
  const net::Network network = pooled({1, 1, 1, 1});
  EXPECT_EQ(operatorsOf(network), (Names{"Pad", "AveragePool"}));
  EXPECT_EQ(net::value(network.nodes[1], net::ops::AveragePool::count_include_pad), 0);
  EXPECT_EQ(net::value(network.nodes[1], net::ops::AveragePool::pads), (Dims{0, 0, 1, 1}));
}

TEST(Import, DynamicQuantisationHasItsThreeResults) {
  Model model = oneNode("DynamicQuantizeLinear", {2, 3});
  for (const char* name : {"scale", "zero"}) {
    only(model)->add_output(name);
    model.output(name);
  }
  const net::Network network = model.import();
  std::vector<net::DType> types;
  for (int32_t output : network.outputs)
    types.push_back(network.tensors[static_cast<size_t>(output)].type);
  EXPECT_EQ(types, (std::vector<net::DType>{net::DType::u8, net::DType::f32, net::DType::u8}));
}

TEST(Import, TransposedConvolutionHasExplicitPads) {
  Model model = oneNode("ConvTranspose", {1, 2, 4, 4});
  model.floats("w", {2, 3, 3, 3}, std::vector<float>(54, 1));
  only(model)->add_input("w");
  set(only(model), "strides", Dims{2, 2});
  setText(only(model), "auto_pad", "SAME_UPPER");
  const net::Network network = model.import();
  EXPECT_EQ(outputOf(network).shape, (Dims{1, 3, 8, 8}));
  EXPECT_EQ(net::value(network.nodes.at(0), net::ops::ConvTranspose::pads), (Dims{0, 0, 1, 1}));
}

TEST(Import, OldSoftmaxIsOverTheRestOfTheAxes) {
  EXPECT_EQ(operatorsOf(oneNode("Softmax", {2, 3, 4}, 11).import()), (Names{"Reshape", "Softmax", "Reshape"}));
  EXPECT_EQ(operatorsOf(oneNode("Softmax", {2, 3, 1}, 11).import()), Names{"Softmax"});
  EXPECT_EQ(operatorsOf(oneNode("Softmax", {2, 3, 4}, 13).import()), Names{"Softmax"});
}

TEST(Import, IdentityAndDropoutVanishAndOutputsKeepTheirNames) {
  Model model;
  model.input("x", {4});
  model.output("y");
  model.output("z");
  model.node("Relu", {"x"}, "a");
  model.node("Dropout", {"a"}, "y");
  model.node("Identity", {"x"}, "z");
  const net::Network network = model.import();
  EXPECT_EQ(operatorsOf(network), (Names{"Relu", "Identity"}));
  EXPECT_EQ(network.tensors[static_cast<size_t>(network.outputs[0])].name, "y");
  EXPECT_EQ(network.tensors[static_cast<size_t>(network.outputs[1])].name, "z");
}

// --- Quantised networks ---------------------------------------------------------------------------------------

// x (ui8) -> DQ -> Conv (DQ weights, DQ bias) -> Relu -> Q -> y (ui8).
Model quantisedConv() {
  Model model;
  model.input("x", {1, 1, 4, 4}, onnx::TensorProto::UINT8);
  model.output("y");
  model.floats("xs", {}, {0.5f});
  model.codes("xz", {}, onnx::TensorProto::UINT8, {128});
  model.codes("w", {2, 1, 1, 1}, onnx::TensorProto::INT8, {1, -1});
  model.floats("ws", {2}, {0.25f, 0.5f});
  model.codes("wz", {2}, onnx::TensorProto::INT8, {0, 0});
  model.codes("b", {2}, onnx::TensorProto::INT32, {100, -100});
  model.floats("bs", {2}, {0.125f, 0.25f});
  model.codes("bz", {2}, onnx::TensorProto::INT32, {0, 0});
  model.floats("ys", {}, {0.1f});
  model.codes("yz", {}, onnx::TensorProto::UINT8, {10});
  model.node("DequantizeLinear", {"x", "xs", "xz"}, "xf");
  set(model.node("DequantizeLinear", {"w", "ws", "wz"}, "wf"), "axis", 0);
  set(model.node("DequantizeLinear", {"b", "bs", "bz"}, "bf"), "axis", 0);
  model.node("Conv", {"xf", "wf", "bf"}, "c");
  model.node("Relu", {"c"}, "r");
  model.node("QuantizeLinear", {"r", "ys", "yz"}, "y");
  return model;
}

TEST(Import, QuantisedConvWithReluIsOneNode) {
  const net::Network network = quantisedConv().import();
  ASSERT_EQ(operatorsOf(network), Names{"QLinearConv"});
  const net::Node& node = network.nodes[0];
  EXPECT_EQ(node.name, "c_node");
  EXPECT_EQ(node.text("onnx_nodes", ""), "c_node\nr_node\ny_node");
  EXPECT_EQ(node.integer("clamp_lo", -1), 10);
  EXPECT_EQ(node.integer("clamp_hi", -1), -1); // not narrower than the type
  ASSERT_EQ(node.inputs.size(), 9u);
  const net::Tensor& bias = network.tensors[static_cast<size_t>(node.inputs[8])];
  EXPECT_EQ(bias.type, net::DType::s32);
  EXPECT_EQ(bias.data, (std::vector<uint8_t>{100, 0, 0, 0, 0x9c, 0xff, 0xff, 0xff}));
}

TEST(Import, EveryStageIsDumped) {
  std::vector<std::string> stages;
  const std::string bytes = quantisedConv().proto.SerializeAsString();
  importOnnx(std::vector<uint8_t>(bytes.begin(), bytes.end()), {}, [&](std::string_view stage, std::string_view text) {
    stages.emplace_back(stage);
    EXPECT_NE(text.find("weft_graph."), std::string_view::npos) << stage;
  });
  ASSERT_FALSE(stages.empty());
  EXPECT_EQ(stages.front(), "import");
  EXPECT_NE(std::find(stages.begin(), stages.end(), "weft-qdq-to-integer"), stages.end());
}

// --- Refusals -------------------------------------------------------------------------------------------------

TEST(ImportErrors, NameNodeOperatorAndWhatIsSupported) {
  Model unknown = oneNode("Einsum", {4});
  EXPECT_NE(unknown.error().find("node 'y_node' (Einsum): the operator is not supported; supported are: Abs, Add,"),
            std::string::npos);

  Model domain = oneNode("Relu", {4});
  only(domain)->set_domain("my.domain");
  EXPECT_NE(domain.error().find("node 'y_node' (my.domain.Relu): the operator is not supported"), std::string::npos);

  Model attribute = oneNode("Relu", {4});
  set(only(attribute), "fancy", 1);
  EXPECT_EQ(attribute.error(), "node 'y_node' (Relu): attribute 'fancy' is not supported; supported are: none");

  Model type = oneNode("Softmax", {4});
  setText(only(type), "axis", "last");
  EXPECT_EQ(type.error(), "node 'y_node' (Softmax): attribute 'axis' must be an integer");

  Model shapes;
  shapes.input("a", {2, 3});
  shapes.input("b", {4, 5});
  shapes.output("y");
  shapes.node("MatMul", {"a", "b"}, "y");
  EXPECT_EQ(shapes.error(),
            "node 'y_node' (MatMul): inner dimensions of 'tensor<2x3xf32>' and 'tensor<4x5xf32>' differ");

  EXPECT_NE(oneNode("Relu", {4}, 6).error().find("opset 6 of the default domain; supported are 7 and newer"),
            std::string::npos);
}

TEST(ImportErrors, NamesArePrintable) {
  Model model = oneNode("Relu", {4});
  only(model)->set_op_type(std::string("Re\0lu", 5));
  EXPECT_NE(model.error().find("node 'y_node' (Re?lu): the operator is not supported"), std::string::npos);
}

TEST(ImportErrors, ValuesMustBeDefinedOnceAndBefore) {
  Model missing = oneNode("Relu", {4});
  only(missing)->set_input(0, "nowhere");
  EXPECT_NE(missing.error().find("input 'nowhere' is not a network input"), std::string::npos);

  Model twice = oneNode("Relu", {4});
  twice.node("Relu", {"x"}, "y");
  EXPECT_NE(twice.error().find("the value 'y' is defined more than once"), std::string::npos);

  Model output = oneNode("Relu", {4});
  output.output("nothing");
  EXPECT_NE(output.error().find("network output 'nothing'"), std::string::npos);
}

TEST(ImportErrors, TensorsHaveTheirDataAndItIsInTheFile) {
  Model shortData = oneNode("Add", {4});
  shortData.floats("b", {4}, {1, 2, 3});
  only(shortData)->add_input("b");
  EXPECT_EQ(shortData.error(), "initializer 'b': its shape [4] of float32 needs 16 bytes of data, but the file has 12");

  Model external = oneNode("Add", {4});
  external.floats("b", {4}, {});
  external.proto.mutable_graph()->mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
  only(external)->add_input("b");
  EXPECT_EQ(external.error(), "initializer 'b': its data is in the file '', but the model does not come from a folder");

  Model huge = oneNode("Add", {4});
  huge.floats("b", {int64_t(1) << 40, int64_t(1) << 40}, {});
  only(huge)->add_input("b");
  EXPECT_NE(huge.error().find("is negative or too large"), std::string::npos);
}

// Doubling a constant forty times would need terabytes.
TEST(ImportErrors, FoldingCannotComputeMoreThanAllowed) {
  Model model;
  model.output("v40");
  model.integers("v0", {1}, {7});
  for (int i = 0; i < 40; ++i)
    set(model.node("Concat", {"v" + std::to_string(i), "v" + std::to_string(i)}, "v" + std::to_string(i + 1)), "axis",
        0);
  ImportOptions options;
  options.maxComputedConstantBytes = 1 << 20;
  EXPECT_NE(model.error(options).find("more than the 1048576 bytes allowed"), std::string::npos);
}

// What newer exporters write: initializers in a file beside the model.
TEST(ExternalData, IsReadFromTheModelsFolderOnly) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "external_data";
  std::filesystem::create_directories(folder);
  const float values[] = {9, 1, 2, 3, 4};
  std::ofstream(folder / "w.bin", std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
  ImportOptions options;
  options.folder = folder;
  auto errorWith = [&](const std::string& location, const std::string& offset, const std::string& length) {
    Model model = oneNode("Add", {4});
    model.floats("b", {4}, {});
    only(model)->add_input("b");
    onnx::TensorProto* tensor = model.proto.mutable_graph()->mutable_initializer(0);
    tensor->set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"location", location}, {"offset", offset}, {"length", length}}) {
      onnx::StringStringEntryProto* entry = tensor->add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    if (location == "w.bin" && offset == "4") {
      const net::Network network = model.import(options);
      for (const net::Tensor& constant : network.tensors)
        if (constant.isConstant) {
          EXPECT_EQ(std::memcmp(constant.data.data(), values + 1, 16), 0);
        }
    }
    return model.error(options);
  };
  EXPECT_EQ(errorWith("w.bin", "4", "16"), "no error");
  EXPECT_EQ(errorWith("w.bin", "8", "16"), "initializer 'b': its data ends beyond the 20 bytes of the file 'w.bin'");
  EXPECT_EQ(errorWith("w.bin", "x", "16"),
            "initializer 'b': the offset of its external data is 'x', not a number of bytes");
  EXPECT_EQ(errorWith("../w.bin", "0", "16"),
            "initializer 'b': its data is in the file '../w.bin', which is not in the model's folder");
  EXPECT_EQ(errorWith("/etc/hostname", "0", "16"),
            "initializer 'b': its data is in the file '/etc/hostname', which is not in the model's folder");
  EXPECT_EQ(errorWith("v.bin", "0", "16"), "initializer 'b': its data is in the file 'v.bin', which cannot be read");
}

TEST(ImportErrors, ConstantOfShapeCannotAskForMoreThanAllowed) {
  Model model;
  model.output("y");
  model.integers("shape", {2}, {1 << 14, 1 << 14});
  model.node("ConstantOfShape", {"shape"}, "y");
  ImportOptions options;
  options.maxComputedConstantBytes = 1 << 20;
  EXPECT_NE(model.error(options).find("more than the 1048576 bytes allowed"), std::string::npos);
}

// A zero point is made where it is omitted: not of the size of a whole activation.
TEST(ImportErrors, ScalesAreScalarsOrVectors) {
  Model model;
  model.input("x", {1 << 15, 1 << 15}, onnx::TensorProto::UINT8);
  model.input("s", {1 << 15, 1 << 15});
  model.output("y");
  model.node("DequantizeLinear", {"x", "s"}, "y");
  EXPECT_EQ(model.error(),
            "node 'y_node' (DequantizeLinear): input 1 (a scale) must be a scalar or a vector, but has 2 dimensions");
}

// Any prefix of a model, and any model with bytes changed, imports or throws Error.
TEST(ImportErrors, DamagedFilesNeverCrash) {
  const std::string whole = quantisedConv().proto.SerializeAsString();
  const auto attempt = [](const std::string& bytes) {
    try {
      importOnnx(std::vector<uint8_t>(bytes.begin(), bytes.end()));
    } catch (const Error& error) {
      EXPECT_FALSE(std::string_view(error.what()).empty());
    }
  };
  for (size_t length = 0; length < whole.size(); length += 3)
    attempt(whole.substr(0, length));
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (int change = 0; change < 3; ++change)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    attempt(damaged);
  }
}

// --- Real networks --------------------------------------------------------------------------------------------

std::filesystem::path modelsFolder() {
  const char* data = std::getenv("WEFT_DATA");
  return (data ? std::filesystem::path(data) : std::filesystem::path("../shared/data")) / "models";
}

struct RealNetwork {
  const char* name;
  std::map<std::string, int> histogram;
};

void PrintTo(const RealNetwork& network, std::ostream* stream) {
  *stream << network.name;
}

class RealNetworks : public testing::TestWithParam<RealNetwork> {};

TEST_P(RealNetworks, HasTheseOperators) {
  const std::filesystem::path path = modelsFolder() / (std::string(GetParam().name) + ".onnx");
  if (!std::filesystem::exists(path))
    GTEST_SKIP() << path << " is absent";
  std::map<std::string, int> histogram;
  for (const net::Node& node : importOnnx(readFile(path)).nodes)
    ++histogram[node.op];
  EXPECT_EQ(histogram, GetParam().histogram);
}

INSTANTIATE_TEST_SUITE_P(
    Import, RealNetworks,
    testing::Values(
        RealNetwork{"resnet8_int8_qdq",
                    {{"QLinearConv", 9},
                     {"QLinearAdd", 3},
                     {"QLinearAveragePool", 1},
                     {"QGemm", 1},
                     {"Reshape", 1},
                     {"QLinearSoftmax", 1}}},
        RealNetwork{
            "dscnn_int8_qdq",
            {{"QLinearConv", 9}, {"QLinearAveragePool", 1}, {"QGemm", 1}, {"Reshape", 1}, {"QLinearSoftmax", 1}}},
        RealNetwork{"ad_int8_qdq", {{"QGemm", 10}}},
        RealNetwork{"mobilenetv2_int8_perchannel_qdq",
                    {{"QLinearConv", 53},
                     {"QLinearAdd", 10},
                     {"QLinearGlobalAveragePool", 1},
                     {"Reshape", 1},
                     {"QLinearSoftmax", 1}}},
        RealNetwork{"mnist_cnn", {{"Conv", 2}, {"Relu", 2}, {"MaxPool", 2}, {"Reshape", 1}, {"Gemm", 1}}},
        RealNetwork{
            "light_bvlc_alexnet",
            {{"Conv", 5}, {"Relu", 7}, {"LRN", 2}, {"MaxPool", 3}, {"Reshape", 1}, {"Gemm", 3}, {"Softmax", 1}}},
        RealNetwork{"light_resnet50",
                    {{"Conv", 53},
                     {"Relu", 49},
                     {"Add", 16},
                     {"MaxPool", 1},
                     {"AveragePool", 1},
                     {"Reshape", 1},
                     {"Gemm", 1},
                     {"Softmax", 1}}}),
    [](const auto& network) { return std::string(network.param.name); });

} // namespace
