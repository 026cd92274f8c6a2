// ONNX models. Random bytes seldom parse as protobuf, so a mutator of its own changes fields of the parsed model as
// well: extents, attributes, element types, edges.
#include "compiler/import/import.h"
#include "isa/support/error.h"

#include "onnx/onnx_pb.h"

#include <cstring>
#include <random>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t maxSize);

namespace {

constexpr int64_t kInteresting[] = {
    0, 1, -1, 2, 3, -2, 7, 16, 255, 256, 1000, 65536, INT32_MAX, INT32_MIN, int64_t(1) << 32, INT64_MAX, INT64_MIN};

class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {}

  void change(onnx::GraphProto& graph) {
    switch (random() % 4) {
    case 0:
      if (graph.node_size() > 0)
        changeNode(graph, *graph.mutable_node(pick(graph.node_size())));
      break;
    case 1:
      if (graph.initializer_size() > 0)
        changeTensor(*graph.mutable_initializer(pick(graph.initializer_size())));
      break;
    case 2:
      if (graph.input_size() > 0)
        changeType(*graph.mutable_input(pick(graph.input_size()))->mutable_type()->mutable_tensor_type());
      break;
    default:
      if (graph.node_size() > 1)
        graph.mutable_node()->SwapElements(pick(graph.node_size()), pick(graph.node_size()));
    }
  }

private:
  std::mt19937 random;

  int pick(int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); }
  int64_t interesting() { return kInteresting[random() % std::size(kInteresting)]; }

  void changeNode(onnx::GraphProto& graph, onnx::NodeProto& node) {
    if (random() % 4 == 0)
      node.set_op_type(graph.node(pick(graph.node_size())).op_type());
    if (random() % 2 == 0 && node.input_size() > 0) {
      const onnx::NodeProto& other = graph.node(pick(graph.node_size()));
      if (other.output_size() > 0)
        node.set_input(pick(node.input_size()), random() % 4 == 0 ? "" : other.output(pick(other.output_size())));
      return;
    }
    if (node.attribute_size() == 0)
      return;
    onnx::AttributeProto& attribute = *node.mutable_attribute(pick(node.attribute_size()));
    if (attribute.ints_size() > 0)
      attribute.set_ints(pick(attribute.ints_size()), interesting());
    else if (attribute.has_t())
      changeTensor(*attribute.mutable_t());
    else
      attribute.set_i(interesting());
  }

  void changeTensor(onnx::TensorProto& tensor) {
    if (random() % 4 == 0 && tensor.dims_size() > 0)
      tensor.set_dims(pick(tensor.dims_size()), interesting());
    else if (random() % 4 == 0)
      tensor.set_data_type(pick(20));
    else if (tensor.has_raw_data() && tensor.raw_data().size() >= sizeof(int64_t)) {
      const int64_t value = interesting();
      std::memcpy(tensor.mutable_raw_data()->data(), &value, sizeof value);
    }
  }

  void changeType(onnx::TypeProto_Tensor& type) {
    if (random() % 4 == 0)
      type.set_elem_type(pick(20));
    else if (type.shape().dim_size() > 0)
      type.mutable_shape()->mutable_dim(pick(type.shape().dim_size()))->set_dim_value(interesting());
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weft::ImportOptions options;
  options.maxComputedConstantBytes = 1 << 22;
  try {
    weft::importOnnx(std::vector<uint8_t>(data, data + size), options);
  } catch (const weft::Error&) {
  }
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned seed) {
  onnx::ModelProto model;
  if (seed % 4 == 0 || !model.ParsePartialFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  Mutator mutator(seed);
  for (unsigned i = 0; i <= seed / 4 % 3; ++i)
    mutator.change(*model.mutable_graph());
  const std::string bytes = model.SerializePartialAsString();
  if (bytes.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}
