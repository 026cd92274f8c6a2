// Contractions: convolution and matrix multiplication on the array, with what is fused behind them (requantisation, a
// residual addition, a table).
#pragma once

#include "compiler/layers/weights.h"

namespace weft::layers {

// RNE(clamp(fma(q, rA, fma(b, rB, constant)), lo, hi)) with q the requantised sum. If `swapped`, q is the inner addend:
// fma(b, rB, fma(q, rA, constant)).
struct Residual {
  Addition addition;
  bool swapped = false;
};

// With GridLayer::diagonal a sum over windows, of each channel for itself: always in pieces, column groups within
// blocks of a scratchpad row of channels.
//
// Inputs: the left side; the residual's other addend, if there is one; the right side, if that is an activation: rows
// (of the summed index) of pixels of results, an image for each one of the left side or the same for all.
class Contraction final : public GridLayer {
public:
  Contraction();

  Weights weights;
  bool ones = false; // of a diagonal: every weight is 1, `weights` has no tensor
  Requantise requantise;
  std::optional<Residual> residual;
  std::optional<Table> table; // applied to the result
  bool computedRight = false; // the right side is an activation; `weights` has its type and zero point only

  size_t right() const { return inputs.size() - 1; } // with computedRight
  bool takesResident(const DeviceGraph& graph, int32_t activation) const override;

  std::optional<mapping::BorderWish> windowWish(const DeviceGraph& graph) const override;
  std::optional<GroupMapping> choose(const Site& site, int64_t bytes, bool windows) const override;
  void check(const Site& site, const GroupMapping& mapping, int64_t bytes) const override;
  std::vector<Stream> streams(const Site& site, const GroupMapping& mapping) const override;
  std::vector<int64_t> accumulatorRows(const Site& site, const GroupMapping& mapping) const override;
  std::string describe(const GroupMapping& mapping) const override;
  void lower(const LoweringSite& site) const override;
  WorkloadAttributes attributes() const override;
  void readAttributes(const WorkloadAttributes& attributes);

  enum StreamIndex : size_t { kInput, kWeights, kResidual, kOutput, kParameters };
};

// Weights in the order in which they stream: for each column tile, each chunk, each step of it one tile of rows x cols
// bytes. Places without a weight hold the zero point, which contributes nothing. Nothing if the network's constant is
// not there in that order element by element: it has to be packed then.
std::optional<Layout> weightLayout(const Contraction& layer, const Geometry& geometry, const Machine& machine);
// The same of a diagonal of ones, once for all channels and kernel positions: for each column tile of a block, each
// chunk along its array rows.
std::vector<uint8_t> packOnes(const Geometry& geometry, const Machine& machine);
std::vector<uint8_t> packWeights(const Contraction& layer, const Geometry& geometry, const Machine& machine);

} // namespace weft::layers
