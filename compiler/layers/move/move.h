// Moves: whatever only rearranges. Each part copies one activation into a view of the result's storage, through the
// scratchpad, and through a table where codes change; or fills the view with one value.
#pragma once

#include "compiler/layers/requantise.h"
#include "compiler/mapping/graph_builder.h"

namespace weft::layers {

class Move final : public mapping::Layer {
public:
  Move();

  struct Part {
    int32_t input = -1; // index into the inputs; -1: filled with `value`
    View target;        // of the result's storage, with the shape of the input
    std::optional<Table> table;
    int32_t value = 0;
  };
  std::vector<Part> parts;

  std::optional<GroupMapping> choose(const Site& site, int64_t bytes, bool windows) const override;
  void check(const Site& site, const GroupMapping& mapping, int64_t bytes) const override;
  std::vector<Stream> streams(const Site& site, const GroupMapping& mapping) const override;
  std::string describe(const GroupMapping& mapping) const override;
  void lower(const LoweringSite& site) const override;
  WorkloadAttributes attributes() const override;
  void validate(const DeviceGraph& graph) const override;
  void readAttributes(const WorkloadAttributes& attributes);

  enum StreamIndex : size_t { kBlocks, kTable };
};

// What operators that rearrange come to: views where they can be, else moves (match.cpp).
bool matchMove(mapping::GraphBuilder& builder, size_t node);

// A loop of a part with the bytes that source and target move in a turn. What is copied in one piece is the block: the
// `tile` innermost turns of loops that are in it.
struct MoveLoop {
  int64_t count = 1, source = 0, target = 0;
  bool inBlock = false;
  int64_t tile = 1;    // turns in a block
  int64_t scratch = 0; // bytes in the block
};

// How a part is cut: loops, outermost first; bytes of a run that source, block and target have in one piece.
struct MovePlan {
  int64_t sourceOrigin = 0, targetOrigin = 0; // bytes from the starts of the places
  int64_t run = 1;
  std::vector<MoveLoop> loops;
  int64_t blockBytes = 0;
};
// `bytes`: the largest block. There is a plan for every size of at least one run of one element.
MovePlan planMove(const Move& move, const Move::Part& part, const Site& site, int64_t bytes);

} // namespace weft::layers
