// Do the blocks of a move carry every byte of its source to its place, once, whatever both sides look like and however
// small a block is? Against the indices, element by element.
#include "compiler/layers/move/move.h"

#include "compiler/mapping/sizes.h"
#include "tests/compiler/layers/layers.h"
#include "tests/compiler/mapping/views.h"

#include <gtest/gtest.h>
#include <map>

namespace weft::layers {
namespace {

using namespace weft::test;

const Machine kMachine = loadMachine("edge-16");

struct Sides {
  DeviceGraph graph;
  std::vector<mapping::Place> places;
  Move move;
};

// Adds a storage with a place, with a border now and then, and the activation that sees it.
int32_t add(Sides& sides, const Storage& storage, const View& view, Random& random) {
  mapping::Place place;
  place.border.resize(storage.extents.size());
  for (size_t d = 0; d + 1 < place.border.size(); ++d)
    if (random.percent(20))
      place.border[d] = {random.below(3), random.below(3)};
  place.packed = random.percent(20);
  layOut(storage, kMachine, place);
  sides.places.push_back(place);
  sides.graph.storages.push_back(storage);
  const auto index = static_cast<int32_t>(sides.graph.storages.size()) - 1;
  sides.graph.activations.push_back({-1, index, view});
  return index;
}

int64_t byteOf(const View& view, const mapping::Place& place, const Shape& index) {
  const Shape at = storageIndex(view, index);
  int64_t byte = place.origin;
  for (size_t d = 0; d < at.size(); ++d)
    byte += at[d] * place.strides[d];
  return byte;
}

// Where each byte of the target comes from, by the plan; places in the block are distinct, and within it.
void follow(const MovePlan& plan, int64_t bytes, std::map<int64_t, int64_t>& sources) {
  ASSERT_LE(plan.blockBytes, bytes);
  ASSERT_LE(plan.run, mapping::kLongestRun);
  size_t inBlock = 0;
  std::set<int64_t> places = {0};
  for (const MoveLoop& loop : plan.loops) {
    inBlock += loop.inBlock;
    ASSERT_TRUE(loop.inBlock || loop.tile == 1);
    ASSERT_LE(loop.tile, mapping::kLongestRun);
    if (!loop.inBlock)
      continue;
    std::set<int64_t> more;
    for (int64_t place : places)
      for (int64_t turn = 0; turn < loop.tile; ++turn)
        ASSERT_TRUE(more.insert(place + turn * loop.scratch).second);
    places = more;
  }
  ASSERT_LE(inBlock, 3u);
  ASSERT_LE(*places.rbegin() + plan.run, plan.blockBytes);
  std::function<void(size_t, int64_t, int64_t)> visit = [&](size_t loop, int64_t source, int64_t target) {
    if (loop == plan.loops.size()) {
      for (int64_t i = 0; i < plan.run; ++i)
        sources[target + i] = source + i;
      return;
    }
    for (int64_t turn = 0; turn < plan.loops[loop].count; ++turn)
      visit(loop + 1, source + turn * plan.loops[loop].source, target + turn * plan.loops[loop].target);
  };
  visit(0, plan.sourceOrigin, plan.targetOrigin);
}

TEST(MovePlan, CarriesEachByteToItsPlace) {
  int runs = 0, several = 0;
  for (uint64_t seed = 0; seed < 3000 && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    SCOPED_TRACE(seed);
    const DType element = random.percent(80) ? DType::u8 : DType::s32;
    const auto size = static_cast<int64_t>(net::byteSize(element));
    Sides sides;
    RandomView from = randomView(random, element);
    const Shape shape = from.view.shape();
    for (const View::Levels& levels : from.view.dims)
      several += levels.size() > 1;
    const int32_t source = add(sides, from.storage, from.view, random);
    // The target: a slice of a larger storage in any order.
    Shape larger = shape;
    const size_t along = shape.empty() ? 0 : random.below(shape.size());
    const int64_t begin = random.below(3);
    if (!shape.empty())
      larger[along] += begin + random.below(3);
    std::vector<int32_t> order = randomOrder(larger.size(), random);
    Storage storage{.element = element, .extents = Shape(std::max<size_t>(1, larger.size()), 1)};
    for (size_t d = 0; d < larger.size(); ++d)
      storage.extents[static_cast<size_t>(order[d])] = larger[d];
    View target = mapping::wholeView(storage, order);
    if (!shape.empty())
      target = *mapping::sliced(target, along, begin, shape[along]);
    sides.move.inputs = {source};
    sides.move.output = add(sides, storage, target, random);
    const bool fills = random.percent(10);
    const Move::Part part{.input = fills ? -1 : 0, .target = target, .table = {}};
    const Site site{sides.graph, kMachine, sides.places};
    const int64_t bytes = std::max<int64_t>(size, random.percent(50) ? random.between(1, 64) : random.below(5000));
    const MovePlan plan = planMove(sides.move, part, site, bytes);
    runs += plan.run > size;
    std::map<int64_t, int64_t> found;
    follow(plan, bytes, found);
    int64_t expected = 0;
    forIndices(shape, [&](const Shape& index) {
      const int64_t to = byteOf(target, sides.places[1], index);
      const int64_t of = fills ? 0 : byteOf(from.view, sides.places[0], index);
      for (int64_t i = 0; i < size; ++i, ++expected) {
        auto at = found.find(to + i);
        ASSERT_NE(at, found.end());
        if (!fills) {
          ASSERT_EQ(at->second, of + i);
        }
      }
    });
    EXPECT_EQ(found.size(), static_cast<size_t>(expected)) << "more is written than the part has";
  }
  EXPECT_GT(runs, 300);
  EXPECT_GT(several, 100);
}

} // namespace
} // namespace weft::layers
