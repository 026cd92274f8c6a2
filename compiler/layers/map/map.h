// Maps: one vector instruction over the pixels of a grid. What it does to an element is data: the instruction, its
// configuration, the window or the second operand that it reads, and for sums the requantisation.
#pragma once

#include "compiler/layers/contraction/contraction.h"
#include "isa/generated/instructions.h"

namespace weft::layers {

// What an instruction reads and needs beside its first operand.
struct Operation {
  Opcode opcode{};
  size_t inputs = 1;       // activations
  bool window = false;     // over input 0
  bool weights = false;    // a constant for each tap and channel
  bool parameters = false; // bias and scale of each channel
};
// All that maps use.
std::span<const Operation> operations();

// A field of the vector engine's configuration and its value.
struct Setting {
  int field = 0;
  uint32_t value = 0;
};

// Inputs: as many as the operation has. A second one has the result's grid; it may stand still along images, rows and
// columns (broadcasting).
class Map final : public GridLayer {
public:
  explicit Map(const Operation& operation);

  const Operation& operation;
  std::vector<Setting> settings; // beside types and clamp
  int32_t lo = 0, hi = 255;      // clamp
  Requantise requantise;         // scale and bias
  Weights weights;               // of vdw
  std::optional<Table> table;    // of vlut; of others applied to the result

  std::optional<GroupMapping> choose(const Site& site, int64_t bytes, bool windows) const override;
  void check(const Site& site, const GroupMapping& mapping, int64_t bytes) const override;
  std::vector<int64_t> accumulatorRows(const Site& site, const GroupMapping& mapping) const override;
  std::vector<Stream> streams(const Site& site, const GroupMapping& mapping) const override;
  std::string describe(const GroupMapping& mapping) const override;
  void lower(const LoweringSite& site) const override;
  WorkloadAttributes attributes() const override;
  void readAttributes(const WorkloadAttributes& attributes);

  void set(int field, int32_t value) { settings.push_back({field, static_cast<uint32_t>(value)}); }
  void set(int field, float value);

  // Streams: the inputs, then these (the last only of windows in parts).
  size_t weightStream() const { return inputs.size(); }
  size_t outputStream() const { return inputs.size() + 1; }
  size_t parameterStream() const { return inputs.size() + 2; }
  size_t partStream() const { return inputs.size() + 3; }

private:
  // The same on the array, with weights on a diagonal: of a sum over windows of which the scratchpad does not even hold
  // one of a few channels. A mapping says so by streamed weights, with input in pieces.
  std::unique_ptr<Contraction> onArray() const;
  bool isOnArray(const GroupMapping& mapping) const;
};

} // namespace weft::layers
