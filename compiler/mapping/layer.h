// The interface of a layer: what one function of the program computes. Each kind is a folder in compiler/layers/ that
// registers itself; nothing else knows of it.
#pragma once

#include "compiler/core/builder.h"
#include "compiler/mapping/mapping.h"
#include "isa/machine/machine.h"
#include "isa/program/memory_map.h"
#include "isa/program/workload.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::lowering {
class ConstantImage;
}

namespace weft::mapping {

struct DeviceGraph;
class GraphBuilder;
struct LayerKind;
struct Plan;

// What a layer's choices may depend on. `places` has one entry for each storage; those of its operands that live in the
// scratchpad are known when the layer is planned, addresses in DRAM are not yet.
struct Site {
  const DeviceGraph& graph;
  const Machine& machine;
  const std::vector<Place>& places;

  const Place& place(int32_t activation) const;
  bool resident(int32_t activation) const { return place(activation).scratchpad; }
};

// Scratchpad that a layer needs beside resident storages: `buffers` pieces of `bytes` each.
struct Stream {
  MapUse use{};
  int64_t bytes = 0;
  int64_t buffers = 1;
};
// Of all streams, if each starts at a multiple of `alignment`.
int64_t scratchpadBytes(const std::vector<Stream>& streams, int64_t alignment);

// A border that a layer wants around an activation that it reads, and what it holds there.
struct BorderWish {
  int32_t activation = -1;
  std::vector<Border> border; // for each dimension of the storage
  int32_t value = 0;
};

struct LoweringSite {
  core::Builder& builder;
  const DeviceGraph& graph;
  const Machine& machine;
  const Plan& plan;
  size_t index; // of the layer
  lowering::ConstantImage& constants;
};

class Layer {
public:
  explicit Layer(const LayerKind& kind) : kind_(&kind) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  const LayerKind& kind() const { return *kind_; }

  std::string name;                   // of the main ONNX node
  std::vector<int32_t> nodes;         // network nodes served
  std::vector<std::string> onnxNodes; // ONNX nodes served
  std::vector<int32_t> inputs;        // activations read, in the order that the kind defines
  int32_t output = -1;                // activation written
  uint64_t usefulMacs = 0;            // multiply-accumulates of the network, without padding

  // --- Planning -----------------------------------------------------------------------------------------------------
  // Whether an operand or the result may live in the scratchpad between layers.
  virtual bool takesResident(const DeviceGraph&, int32_t /*activation*/) const { return false; }
  // Whether it sees every dimension of the activation's storage as it is: only such storages may have a border.
  virtual bool takesBorder(const DeviceGraph&, int32_t /*activation*/) const { return false; }
  virtual std::optional<BorderWish> borderWish(const DeviceGraph&) const { return std::nullopt; }
  // An input that it wants without padding of channels, overlapping windows being loaded from it; with its border.
  virtual std::optional<BorderWish> windowWish(const DeviceGraph&) const { return std::nullopt; }

  // The cheapest mapping that fits `scratchpadBytes`; nothing if none fits. `windows`: its windowWish was granted.
  virtual std::optional<GroupMapping> choose(const Site&, int64_t scratchpadBytes, bool windows) const = 0;
  // Throws Error naming the layer and the field if the mapping is not legal.
  virtual void check(const Site&, const GroupMapping&, int64_t scratchpadBytes) const = 0;
  virtual std::vector<Stream> streams(const Site&, const GroupMapping&) const = 0;
  // Accumulator rows of each tile that is under way at once; empty: uses none.
  virtual std::vector<int64_t> accumulatorRows(const Site&, const GroupMapping&) const { return {}; }
  // One line: kind and mapping.
  virtual std::string describe(const GroupMapping&) const = 0;

  // --- Code ---------------------------------------------------------------------------------------------------------
  virtual void lower(const LoweringSite&) const = 0;

  // --- By shape alone -----------------------------------------------------------------------------------------------
  // Whatever planning and timing need beside inputs and output, by name.
  virtual WorkloadAttributes attributes() const = 0;
  // Throws Error unless inputs, output and attributes fit together. For layers that come from a file.
  virtual void validate(const DeviceGraph&) const = 0;

private:
  const LayerKind* kind_;
};

// A kind of layer, as the rest of the compiler knows it. Kinds register themselves when the program starts.
struct LayerKind {
  std::string_view name;
  // Makes the layer that serves a node, with what can be fused behind it, and adds it to the graph under construction.
  // False, with nothing done, if another kind is to serve it. Throws Error naming node and reason if none can.
  bool (*match)(GraphBuilder& builder, size_t node);
  // The layer from attributes() of another one, without constants. Its inputs, output and names are set afterwards.
  // Throws Error for attributes that it would not write.
  std::unique_ptr<Layer> (*fromAttributes)(const WorkloadAttributes& attributes);
  // Of the one kind that can: a layer that copies one activation into another of the same shape.
  std::unique_ptr<Layer> (*copy)(const GraphBuilder& builder, int32_t from, int32_t to) = nullptr;
};

class RegisterKind {
public:
  explicit RegisterKind(const LayerKind& kind);
};
// Sorted by name.
const std::vector<const LayerKind*>& layerKinds();
// Null if there is none.
const LayerKind* findKind(std::string_view name);
// Whether a kind may serve a network operator: what isa/program/Operators.td says of it.
bool serves(const LayerKind& kind, std::string_view networkOperator);

} // namespace weft::mapping
