// How a move is cut into blocks: loops that both sides share, and as many turns of the inner ones as a buffer holds.
#include "compiler/layers/move/move.h"
#include "compiler/mapping/sizes.h"
#include "isa/support/error.h"

#include <fmt/format.h>
#include <numeric>

namespace weft::layers {
namespace {

using mapping::kLongestRun;
using mapping::roundUp;

constexpr size_t kBlockLoops = 3; // that a walk has beside its run

// The digits that two ways to write a tensor's index have in common, outermost first; `visit` gets the count and both
// levels. A view without levels of its own (a fill) has one element everywhere.
void refine(const View& a, const View& b, const std::function<void(int64_t, View::Level, View::Level)>& visit) {
  for (size_t d = 0; d < b.dims.size(); ++d) {
    View::Levels left = a.dims[d], right = b.dims[d];
    std::vector<std::function<void()>> found;
    while (!left.empty() && !right.empty()) {
      View::Level &l = left.back(), &r = right.back();
      const int64_t count = std::gcd(l.count, r.count);
      WEFT_CHECK(count > 1, "the digits of two views have nothing in common");
      const View::Level la{count, l.along, l.step}, ra{count, r.along, r.step};
      found.push_back([=] { visit(count, la, ra); });
      auto take = [&](View::Levels& levels) {
        View::Level& level = levels.back();
        level.count /= count;
        level.step *= count;
        if (level.count == 1)
          levels.pop_back();
      };
      take(left);
      take(right);
    }
    WEFT_CHECK(left.empty() && right.empty(), "a move's two sides have the same shape");
    for (size_t i = found.size(); i-- > 0;)
      found[i]();
  }
}

// Neighbours that are one loop on both sides, joined.
void join(std::vector<MoveLoop>& loops) {
  std::vector<MoveLoop> result;
  for (const MoveLoop& loop : loops) {
    if (!result.empty()) {
      MoveLoop& outer = result.back();
      if (outer.source == loop.source * loop.count && outer.target == loop.target * loop.count) {
        outer.count *= loop.count;
        outer.source = loop.source;
        outer.target = loop.target;
        continue;
      }
    }
    result.push_back(loop);
  }
  loops = std::move(result);
}

int64_t originOf(const View& view, const mapping::Place& place) {
  return std::inner_product(view.start.begin(), view.start.end(), place.strides.begin(), place.origin);
}

// The innermost loop for which `is` holds; none: the end.
template <typename Is> std::vector<MoveLoop>::iterator innermost(std::vector<MoveLoop>& loops, Is is) {
  for (auto it = loops.end(); it != loops.begin();)
    if (is(*--it))
      return it;
  return loops.end();
}

} // namespace

MovePlan planMove(const Move& move, const Move::Part& part, const Site& site, int64_t bytes) {
  const mapping::Place& target = site.place(move.output);
  const auto element = static_cast<int64_t>(net::byteSize(site.graph.storageOf(move.output).element));
  MovePlan plan;
  plan.targetOrigin = originOf(part.target, target);
  const bool fills = part.input < 0;
  const int32_t input = fills ? -1 : move.inputs[static_cast<size_t>(part.input)];
  const View& source = fills ? part.target : site.graph.activation(input).view;
  if (!fills)
    plan.sourceOrigin = originOf(source, site.place(input));
  auto stride = [](const View::Level& level, const mapping::Place& place) {
    return level.along == View::kNowhere ? 0 : level.step * place.strides[static_cast<size_t>(level.along)];
  };
  refine(source, part.target, [&](int64_t count, const View::Level& s, const View::Level& t) {
    const int64_t to = stride(t, target);
    plan.loops.push_back({.count = count, .source = fills ? to : stride(s, site.place(input)), .target = to});
  });
  join(plan.loops);

  // The run: elements that follow each other on both sides.
  auto isRun = [&](const MoveLoop& loop) { return loop.source == element && loop.target == element; };
  plan.run = element;
  const int64_t longest = std::min(bytes, kLongestRun) / element * element;
  WEFT_CHECK(longest >= element, "a block holds an element");
  if (auto it = innermost(plan.loops, isRun); it != plan.loops.end()) {
    if (it->count * element <= longest) {
      plan.run = it->count * element;
      plan.loops.erase(it);
    } else { // the longest part of it that divides it, or nearly all that fits
      int64_t pieces = mapping::divideUp(it->count * element, longest);
      while (it->count % pieces != 0)
        ++pieces;
      plan.run = it->count / pieces * element;
      *it = {.count = pieces, .source = plan.run, .target = plan.run};
    }
  }
  // Into the block: what is contiguous in the source, then in the target, then the innermost others.
  size_t room = kBlockLoops;
  auto enter = [&](const std::function<bool(const MoveLoop&)>& is) {
    auto it = innermost(plan.loops, [&](const MoveLoop& loop) { return !loop.inBlock && is(loop); });
    if (it == plan.loops.end() || room == 0)
      return false;
    it->inBlock = true;
    --room;
    return true;
  };
  if (plan.run == element) {
    enter([&](const MoveLoop& loop) { return loop.source == element; });
    enter([&](const MoveLoop& loop) { return loop.target == element; });
  }
  while (enter([](const MoveLoop&) { return true; })) {
  }
  // Turns: the contiguous ones of the source first, then from the innermost outwards.
  plan.blockBytes = plan.run;
  std::vector<MoveLoop*> order;
  for (size_t i = plan.loops.size(); i-- > 0;)
    if (plan.loops[i].inBlock)
      order.push_back(&plan.loops[i]);
  std::stable_sort(order.begin(), order.end(), [&](const MoveLoop* a, const MoveLoop* b) {
    return (a->source == element) > (b->source == element);
  });
  for (MoveLoop* loop : order) {
    const int64_t most = std::min({loop->count, bytes / plan.blockBytes, kLongestRun});
    loop->tile = mapping::divideUp(loop->count, mapping::divideUp(loop->count, most)); // equal blocks
    loop->scratch = plan.blockBytes;
    plan.blockBytes *= loop->tile;
  }
  return plan;
}

} // namespace weft::layers
