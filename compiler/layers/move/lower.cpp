// A move: load -> (vector, through a table) -> store, block by block.
#include "compiler/layers/move/move.h"
#include "compiler/layers/tiles.h"
#include "compiler/mapping/sizes.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::layers {
namespace {

using mapping::divideUp;

class MoveLowering : LayerLowering {
public:
  MoveLowering(const LoweringSite& site, const Move& layer) : LayerLowering(site, layer), layer_(layer) {}
  void emit();

private:
  void emitPart(const Move::Part& part);
  // `number` of the block among all of the part's, offsets in both places.
  struct Block {
    Value number, source, target;
  };
  void forBlocks(const MovePlan& plan, size_t loop, const Block& block, std::vector<Value>& turns,
                 const std::function<void(const Block&)>& body);
  // Sets a walk's counts and strides for the loops of a block, the run first.
  void setWalk(int dram, int scratch, const MovePlan& plan, const std::vector<Value>& turns, bool source);
  int64_t blocks(const MovePlan& plan) const;

  const Move& layer_;
};

void MoveLowering::emit() {
  for (int pattern : {kVectorA, kVectorB, kVectorResult, kVectorConfig})
    e_.preset(pattern);
  for (const Move::Part& part : layer_.parts) {
    e_.fence();
    emitPart(part);
  }
}

int64_t MoveLowering::blocks(const MovePlan& plan) const {
  int64_t count = 1;
  for (const MoveLoop& loop : plan.loops)
    count *= divideUp(loop.count, loop.tile);
  return count;
}

void MoveLowering::forBlocks(const MovePlan& plan, size_t index, const Block& block, std::vector<Value>& turns,
                             const std::function<void(const Block&)>& body) {
  if (index == plan.loops.size()) {
    body(block);
    return;
  }
  const MoveLoop& loop = plan.loops[index];
  const int64_t pieces = divideUp(loop.count, loop.tile);
  e_.loop(pieces, [&](Value i) {
    Block inner;
    inner.number = e_.add(e_.mul(block.number, pieces), i);
    inner.source = e_.add(block.source, e_.mul(i, loop.tile * loop.source));
    inner.target = e_.add(block.target, e_.mul(i, loop.tile * loop.target));
    turns[index] = e_.constant(loop.tile);
    if (loop.count % loop.tile != 0)
      turns[index] = e_.minimum(turns[index], e_.sub(e_.constant(loop.count), e_.mul(i, loop.tile)));
    forBlocks(plan, index + 1, inner, turns, body);
  });
}

void MoveLowering::setWalk(int dram, int scratch, const MovePlan& plan, const std::vector<Value>& turns, bool source) {
  // A loop whose turns follow each other on this side and in the block lengthens the run.
  int64_t run = plan.run;
  std::optional<size_t> joined;
  for (size_t i = 0; i < plan.loops.size() && !joined; ++i) {
    const MoveLoop& loop = plan.loops[i];
    if (loop.inBlock && loop.scratch == run && (source ? loop.source : loop.target) == run &&
        loop.tile * run <= mapping::kLongestRun)
      joined = i;
  }
  e_.setField(dram, field::count0, joined ? e_.mul(turns[*joined], run) : e_.constant(run));
  int next = 1;
  for (size_t i = plan.loops.size(); i-- > 0;) {
    const MoveLoop& loop = plan.loops[i];
    if (!loop.inBlock || i == joined)
      continue;
    e_.setField(dram, field::count0 + next, turns[i]);
    e_.setField(dram, field::stride0 + next, source ? loop.source : loop.target);
    e_.setField(scratch, field::stride0 + next, loop.scratch);
    ++next;
  }
}

void MoveLowering::emitPart(const Move::Part& part) {
  const MovePlan plan = planMove(layer_, part, site_, mapping_.tileCols);
  const int64_t total = blocks(plan);
  const uint32_t to = place(layer_.output).address;
  const bool fills = part.input < 0;
  const uint32_t from = fills ? 0 : address(layer_.inputs[static_cast<size_t>(part.input)]);
  for (int pattern : {kInputDram, kInputScratch, kOutputDram, kOutputScratch, kBlockDram, kBlockScratch})
    e_.preset(pattern);
  if (part.table)
    loadTable(*part.table, buffers_.addresses[Move::kTable]);
  if (fills) { // nothing real: all fill
    e_.setField(kInputDram, field::hi0, int64_t{0});
    e_.setField(kInputDram, field::fill, part.value & 255);
  }
  std::vector<Value> turns(plan.loops.size());
  const Block start{e_.constant(0), e_.constant(from + plan.sourceOrigin), e_.constant(to + plan.targetOrigin)};
  forBlocks(plan, 0, start, turns, [&](const Block& block) {
    Value scratch = slot(buffers_.addresses[Move::kBlocks], block.number, mapping_.tileCols);
    setWalk(kInputDram, kInputScratch, plan, turns, true);
    e_.issue(Opcode::LD, {block.source, scratch}, {kInputDram, kInputScratch}, {reused(kCopyEmpty, block.number)},
             {{part.table ? kVectorInputFull : kCopyFull, {}}});
    if (part.table) { // in place, whole rows
      e_.setField(kVectorResult, field::count0, divideUp(plan.blockBytes, cols_));
      for (int pattern : {kVectorA, kVectorResult})
        e_.setField(pattern, field::stride0, cols_);
      Value zero = e_.constant(0);
      issueVector(Opcode::VLUT, {scratch, zero, scratch, zero}, {{kVectorInputFull, {}}}, {{kOutputFull, {}}});
    }
    setWalk(kOutputDram, kOutputScratch, plan, turns, false);
    e_.issue(Opcode::ST, {block.target, scratch}, {kOutputDram, kOutputScratch},
             {{part.table ? kOutputFull : kCopyFull, {}}}, {reusedLater(kCopyEmpty, block.number, total)});
  });
}

} // namespace

void Move::lower(const LoweringSite& site) const {
  MoveLowering(site, *this).emit();
}

} // namespace weft::layers
