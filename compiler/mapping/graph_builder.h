// What the kinds of layers build a device graph with: a network's tensors as views, new storages, fusion of what
// follows.
#pragma once

#include "compiler/mapping/device_graph.h"
#include "compiler/mapping/placement.h"

#include <map>
#include <set>
#include <utility>

namespace weft::mapping {

class GraphBuilder {
public:
  // Notes in `refusals` what the accelerator cannot run after all.
  using Refusals = std::map<const net::Node*, std::string>;
  GraphBuilder(const net::Network& network, const Schedule& schedule, Refusals& refusals);
  DeviceGraph build();

  const net::Network& network() const { return network_; }
  const net::Node& node(size_t index) const { return network_.nodes[index]; }
  const net::Tensor& tensor(int32_t index) const { return network_.tensors[static_cast<size_t>(index)]; }
  const net::Tensor& operandTensor(const net::Node& node, size_t operand) const { return tensor(node.inputs[operand]); }
  const net::Tensor& resultTensor(const net::Node& node) const { return tensor(node.outputs[0]); }
  // Throws Refusal: the accelerator cannot run the node.
  [[noreturn]] void refuse(const net::Node& node, const std::string& reason) const;

  const DeviceGraph& graph() const { return graph_; }
  const Activation& activation(int32_t index) const { return graph_.activation(index); }

  // The operand as it is, in whatever order it lies. A tensor that no layer has made is the host's to write.
  int32_t operand(const net::Node& node, size_t operand);
  // The operand with dimension `innermost` along the last dimension of its storage; copied into that order where it
  // lies otherwise.
  int32_t operand(const net::Node& node, size_t operand, size_t innermost);
  // The activation of a tensor that exists already.
  std::optional<int32_t> existing(int32_t tensor) const;
  // A constant operand in a storage of its own, in the order of define().
  int32_t constant(const net::Node& node, size_t operand, size_t innermost);
  // An activation seen otherwise.
  int32_t viewed(int32_t activation, View view);
  // Whether a dimension goes through the last dimension of the storage, or a part of it, index by index.
  bool isInnermost(int32_t activation, size_t dimension) const;
  // The dimension that does, if one does.
  std::optional<size_t> innermostOf(int32_t activation) const;
  // Whether an activation is all of its storage, in the order of define().
  bool isWhole(int32_t activation, size_t innermost) const;
  // A new storage for a tensor, dimension `innermost` last and the others before it in their order.
  int32_t define(int32_t tensor, size_t innermost);
  // The result of a node lies where another tensor does. Where the host reads it and cannot as it lies (elements at the
  // same place, or backwards), it gets a copy.
  void alias(const net::Node& node, int32_t storage, View view);
  // A copy of an activation in a storage of its own, in the order of define().
  int32_t copied(const net::Node& node, int32_t activation, size_t innermost);

  // A copy of an activation as plain bytes, its elements in row-major order without padding between them.
  int32_t flattened(const net::Node& node, int32_t activation);

  // The only reader of a node's result, if that runs in the same step of the accelerator and nobody else sees the
  // result.
  const net::Node* soleConsumer(const net::Node& node) const;
  size_t indexOf(const net::Node& node) const { return static_cast<size_t>(&node - network_.nodes.data()); }

  // Lowest and highest result of a node, in units of the result: its type's range or the clamp fused into it.
  std::pair<int32_t, int32_t> clamp(const net::Node& node) const;

  // Adds a layer that serves these nodes, of which the first is the main one and names it if it has no name.
  void add(std::unique_ptr<Layer> layer, const std::vector<const net::Node*>& nodes);

private:
  int32_t newStorage(int32_t tensor, const net::Shape& shape, size_t innermost);
  int32_t hostWritten(const net::Node& node, int32_t tensor, size_t innermost);
  void addCopy(const net::Node& node, int32_t from, int32_t to);
  void serve(size_t node);
  void connectHost();

  const net::Network& network_;
  DeviceGraph graph_;
  const Schedule& schedule_;
  Refusals& refusals_;
  std::vector<std::optional<size_t>> step_;              // of each node on the device
  std::map<int32_t, int32_t> made_;                      // activation of a network tensor
  std::map<std::pair<int32_t, size_t>, int32_t> copies_; // of an activation, by innermost dimension
  std::set<int32_t> hostReads_;                          // network tensors
  std::set<size_t> served_;                              // nodes that an earlier layer serves
};

// The dimension that a tensor has innermost where nothing asks for another: the channels of N x C x H x W, else the
// last.
size_t usualInnermost(size_t rank);

} // namespace weft::mapping
