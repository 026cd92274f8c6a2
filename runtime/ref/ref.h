// The reference executor: runs a network on the host, node by node, in plain C++. It is the oracle of every other
// device, and it runs the operators of a network that a device leaves to the host.
//
// Integer operators give ONNX Runtime's bits on x86 (isa/semantics/numerics.h). Float operators compute in float32, in
// the order in which the ONNX specification writes the sums; they are not bit for bit those of another library.
// Layout is NCHW; convolutions and pools have one or two spatial dimensions.
#pragma once

#include "isa/program/network.h"
#include "runtime/tensor/tensor.h"

#include <optional>
#include <span>
#include <vector>

namespace weft::ref {

// A tensor that somebody else owns. An omitted optional operand has no shape.
struct TensorView {
  net::DType type = net::DType::f32;
  const net::Shape* shape = nullptr;
  std::span<const uint8_t> data;
};

inline TensorView view(const HostTensor& tensor) {
  return {tensor.type, &tensor.shape, tensor.data};
}

// Executes one node on the given operands and returns its result. Throws Error naming the node for operands or
// attributes that the operator does not allow, and for a result whose shape is not `expected` (where given; it is
// checked before the work is done).
HostTensor executeNode(const net::Node& node, std::span<const TensorView> operands,
                       const net::Shape* expected = nullptr);

// The state of one run: a value for some of the tensors of a network. Constants are read in place. `network` must be
// valid (net::validate) and outlive the executor.
class Executor {
public:
  explicit Executor(const net::Network& network);

  // Gives a tensor its value. Throws Error if type or shape are not the network's.
  void set(int32_t tensor, HostTensor value);
  // Gives the network's inputs their values. Throws Error unless the names are exactly those of the inputs.
  void setInputs(const HostTensors& inputs);

  // Executes nodes [first, last). Throws Error if an operand has no value yet, or if a result has not the type and
  // shape that the network says.
  void execute(size_t first, size_t last);

  // The value of a tensor. Throws Error if it has none (yet).
  TensorView get(int32_t tensor) const;
  HostTensor copy(int32_t tensor) const;
  // Frees a tensor's value.
  void release(int32_t tensor);

private:
  const net::Network& network;
  std::vector<std::optional<HostTensor>> values;
};

struct Options {
  // Return every tensor that a node computed, not only the outputs (for finding where two devices part).
  bool keepIntermediates = false;
};

// Runs a whole network. The results are named after the tensors.
HostTensors run(const net::Network& network, const HostTensors& inputs, const Options& options = {});

} // namespace weft::ref
