#include "isa/program/tensor_type.h"

#include "isa/support/error.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <type_traits>

namespace weft {
namespace {

constexpr int64_t kMost = int64_t{1} << 48; // of every product

// The levels as loops: for each, how far one step of its digit goes in the dimension's index, in row-major order and in
// the place.
struct Loop {
  int32_t dimension;
  int64_t count; // of digits that occur
  int64_t index, source, place;
};

std::vector<Loop> loopsOf(const TensorType& type) {
  std::vector<int64_t> rowMajor(type.shape.size(), 1), radix(type.shape.size(), 1);
  for (size_t d = type.shape.size(); d-- > 1;)
    rowMajor[d - 1] = rowMajor[d] * type.shape[d];
  std::vector<Loop> loops;
  for (size_t i = type.layout.levels.size(); i-- > 0;) {
    const Layout::Level& level = type.layout.levels[i];
    const auto d = static_cast<size_t>(level.dimension);
    const int64_t occur = std::min(level.count, (type.shape[d] + radix[d] - 1) / radix[d]);
    if (occur > 1)
      loops.push_back({level.dimension, occur, radix[d], radix[d] * rowMajor[d], level.stride});
    radix[d] *= level.count;
  }
  // Outermost first what lies furthest apart in the place: it is filled from its start to its end, tile by tile.
  std::stable_sort(loops.begin(), loops.end(), [](const Loop& a, const Loop& b) { return a.place > b.place; });
  return loops;
}

// Moves the elements of a type between row-major order and its place. The digits of a dimension whose extent is not the
// product of its counts are cut off at the extent, whatever the order of the loops: the sum of the digits that the
// outer loops have chosen says how many the next one has left.
class Nest {
public:
  explicit Nest(const TensorType& type) : left_(type.shape) {
    std::vector<int64_t> product(type.shape.size(), 1);
    for (const Layout::Level& level : type.layout.levels)
      product[static_cast<size_t>(level.dimension)] *= level.count;
    for (Loop loop : loopsOf(type)) {
      const auto d = static_cast<size_t>(loop.dimension);
      if (product[d] == type.shape[d])
        loop.dimension = -1; // never cut off
      Loop* outer = loops_.empty() ? nullptr : &loops_.back();
      if (outer && outer->dimension < 0 && loop.dimension < 0 && outer->source == loop.count * loop.source &&
          outer->place == loop.count * loop.place)
        *outer = {-1, outer->count * loop.count, 0, loop.source, loop.place};
      else
        loops_.push_back(loop);
    }
    // The innermost loop calls for a row; two make a tile.
    while (loops_.size() < 2)
      loops_.insert(loops_.begin(), {-1, 1, 0, 0, 0});
  }

  // move(elements of the tile {outer, inner}, their distances, first element in row-major order and in the place).
  template <typename Move> void run(const Move& move) { walk(0, 0, 0, move); }

private:
  int64_t countOf(const Loop& loop) const {
    if (loop.dimension < 0)
      return loop.count;
    return std::min(loop.count, (left_[static_cast<size_t>(loop.dimension)] + loop.index - 1) / loop.index);
  }

  template <typename Move> void walk(size_t depth, int64_t source, int64_t place, const Move& move) {
    const Loop& loop = loops_[depth];
    const int64_t count = countOf(loop);
    const bool row = depth + 2 == loops_.size();
    const Loop& inner = loops_[depth + 1];
    // One call for the whole tile where the inner count is the same for each step of the outer loop.
    if (row && (inner.dimension < 0 || inner.dimension != loop.dimension)) {
      move(count, countOf(inner), loop, inner, source, place);
      return;
    }
    for (int64_t i = 0; i < count; ++i, source += loop.source, place += loop.place) {
      if (row)
        move(1, countOf(inner), loop, inner, source, place);
      else
        walk(depth + 1, source, place, move);
      if (loop.dimension >= 0)
        left_[static_cast<size_t>(loop.dimension)] -= loop.index;
    }
    if (loop.dimension >= 0)
      left_[static_cast<size_t>(loop.dimension)] += count * loop.index;
  }

  std::vector<Loop> loops_;
  std::vector<int64_t> left_; // of each dimension's extent
};

// A tile of outer x inner elements of `Size` bytes; all distances in bytes.
template <int64_t Size>
void copyTile(int64_t outer, int64_t inner, const uint8_t* from, int64_t fromOuter, int64_t fromInner, uint8_t* to,
              int64_t toOuter, int64_t toInner) {
  for (; outer > 0; --outer, from += fromOuter, to += toOuter) {
    if (fromInner == Size && toInner == Size) {
      std::memcpy(to, from, static_cast<size_t>(inner * Size));
    } else if (toInner == Size) { // distances known to the compiler make tighter loops
      for (int64_t i = 0; i < inner; ++i)
        std::memcpy(to + i * Size, from + i * fromInner, Size);
    } else if (fromInner == Size) {
      for (int64_t i = 0; i < inner; ++i)
        std::memcpy(to + i * toInner, from + i * Size, Size);
    } else {
      for (int64_t i = 0; i < inner; ++i)
        std::memcpy(to + i * toInner, from + i * fromInner, Size);
    }
  }
}

// Calls with the size of an element as a constant.
template <typename Call> void withElementSize(net::DType element, const Call& call) {
  switch (net::byteSize(element)) {
  case 1:
    return call(std::integral_constant<int64_t, 1>());
  case 2:
    return call(std::integral_constant<int64_t, 2>());
  case 4:
    return call(std::integral_constant<int64_t, 4>());
  case 8:
    return call(std::integral_constant<int64_t, 8>());
  }
  WEFT_CHECK(false, fmt::format("elements of {} bytes", net::byteSize(element)));
}

// How far from the place of index 0 any index up to `last` of a dimension lies: `last` itself, or one that has a
// smaller digit somewhere and the largest ones below it.
int64_t furthest(const std::vector<Loop>& loops, int32_t dimension, int64_t last) {
  std::vector<Loop> digits; // the most significant first
  int64_t below = 0;
  for (const Loop& loop : loops)
    if (loop.dimension == dimension) {
      digits.push_back(loop);
      below += (loop.count - 1) * loop.place;
    }
  std::sort(digits.begin(), digits.end(), [](const Loop& a, const Loop& b) { return a.index > b.index; });
  int64_t most = 0, place = 0;
  for (const Loop& loop : digits) {
    below -= (loop.count - 1) * loop.place;
    const int64_t digit = last / loop.index;
    last %= loop.index;
    if (digit > 0)
      most = std::max(most, place + (digit - 1) * loop.place + below);
    place += digit * loop.place;
  }
  return std::max(most, place);
}

// Whether the product of both (neither negative) stays below the limit.
bool fits(int64_t a, int64_t b) {
  return b == 0 || a <= (kMost - 1) / b;
}

} // namespace

int64_t Layout::stride(int32_t dimension) const {
  const Level* found = nullptr;
  for (const Level& level : levels)
    if (level.dimension == dimension) {
      WEFT_CHECK(!found, fmt::format("dimension {} has several levels: no one distance", dimension));
      found = &level;
    }
  return found ? found->stride : 0;
}

int32_t Layout::innermost() const {
  for (size_t i = levels.size(); i-- > 0;)
    if (levels[i].stride == 1)
      return levels[i].dimension;
  return -1;
}

Layout orderedLayout(const net::Shape& shape, std::span<const int32_t> order, int64_t pitch,
                     std::span<const Border> border, int32_t fill) {
  WEFT_CHECK(
      order.size() == shape.size() && (border.empty() || border.size() == shape.size()),
      fmt::format("an order of {} and a border of {} dimensions for {}", order.size(), border.size(), shape.size()));
  Layout layout;
  layout.fill = fill;
  layout.levels.resize(order.size());
  for (size_t i = order.size(); i-- > 0;) {
    const auto d = static_cast<size_t>(order[i]);
    layout.levels[i] = {order[i], shape[d], layout.span};
    if (i + 1 == order.size()) {
      WEFT_CHECK(pitch == 0 || pitch >= shape[d], fmt::format("a pitch of {} for {} elements", pitch, shape[d]));
      WEFT_CHECK(border.empty() || border[d] == Border{}, "the innermost dimension has no border");
      layout.span *= std::max(pitch, shape[d]);
    } else {
      const Border around = border.empty() ? Border{} : border[d];
      layout.offset += around[0] * layout.span;
      layout.span *= around[0] + shape[d] + around[1];
    }
  }
  if (order.empty())
    layout.span = std::max<int64_t>(pitch, 1);
  return layout;
}

Layout rowMajorLayout(const net::Shape& shape) {
  std::vector<int32_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  return orderedLayout(shape, order);
}

void checkType(const TensorType& type, const std::string& where) {
  auto fail = [&](const std::string& what) { throw Error(fmt::format("{}: {}", where, what)); };
  const Layout& layout = type.layout;
  int64_t elements = 1;
  for (int64_t extent : type.shape) {
    if (extent < 0 || !fits(elements, extent))
      fail(fmt::format("the shape [{}] is negative or too large", fmt::join(type.shape, ", ")));
    elements *= extent;
  }
  if (layout.span < 0 || layout.span >= kMost || layout.offset < 0 || layout.offset > layout.span)
    fail(fmt::format("a place of {} elements that begins at {}; it must have 0 to {} and begin within them",
                     layout.span, layout.offset, kMost - 1));
  std::vector<int64_t> product(type.shape.size(), 1);
  for (const Layout::Level& level : layout.levels) {
    if (level.dimension < 0 || static_cast<size_t>(level.dimension) >= type.shape.size())
      fail(fmt::format("a level of dimension {}; there are {}", level.dimension, type.shape.size()));
    int64_t& places = product[static_cast<size_t>(level.dimension)];
    if (level.count < 0 || level.stride < 0 || !fits(level.count, level.stride) || !fits(places, level.count))
      fail(fmt::format("a level of {} x {} elements is negative or too large", level.count, level.stride));
    places *= level.count;
  }
  for (size_t d = 0; d < type.shape.size(); ++d)
    if (product[d] < type.shape[d])
      fail(fmt::format("the levels of dimension {} have {} places for {} elements", d, product[d], type.shape[d]));
  if (elements == 0)
    return;
  // Levels of growing distance, each beyond all that the smaller ones reach: then no two elements meet.
  std::vector<Loop> loops = loopsOf(type);
  int64_t reach = 0;
  for (size_t i = loops.size(); i-- > 0;) {
    if (loops[i].place <= reach)
      fail(fmt::format("two elements at the same place: a level of distance {} where the levels inside reach {}",
                       loops[i].place, reach));
    if (!fits(loops[i].count - 1, loops[i].place))
      fail(fmt::format("a level of {} x {} elements is too large", loops[i].count, loops[i].place));
    reach += (loops[i].count - 1) * loops[i].place;
  }
  int64_t last = layout.offset;
  for (size_t d = 0; d < type.shape.size(); ++d)
    last += furthest(loops, static_cast<int32_t>(d), type.shape[d] - 1);
  if (last >= layout.span)
    fail(fmt::format("elements lie outside the place of {} elements", layout.span));
}

void scatter(const TensorType& type, std::span<const uint8_t> values, std::span<uint8_t> memory) {
  const int64_t elements = net::elementCount(type.shape);
  withElementSize(type.element, [&](auto size) {
    constexpr int64_t kSize = decltype(size)::value;
    WEFT_CHECK(values.size() == static_cast<size_t>(elements * kSize) && memory.size() == type.bytes(),
               "sizes do not fit the tensor's type");
    if (elements != type.layout.span) {
      // The low bytes of the value, sign-extended.
      const int64_t fill = type.layout.fill;
      if (kSize == 1)
        std::fill(memory.begin(), memory.end(), static_cast<uint8_t>(fill));
      else
        for (size_t i = 0; i < memory.size(); i += kSize)
          std::memcpy(&memory[i], &fill, kSize);
    }
    if (elements == 0)
      return;
    Nest(type).run([&](int64_t outer, int64_t inner, const Loop& outerLoop, const Loop& innerLoop, int64_t source,
                       int64_t place) {
      copyTile<decltype(size)::value>(outer, inner, values.data() + source * kSize, outerLoop.source * kSize,
                                      innerLoop.source * kSize, memory.data() + (type.layout.offset + place) * kSize,
                                      outerLoop.place * kSize, innerLoop.place * kSize);
    });
  });
}

std::vector<uint8_t> gather(const TensorType& type, std::span<const uint8_t> memory) {
  const int64_t elements = net::elementCount(type.shape);
  std::vector<uint8_t> values(static_cast<size_t>(elements) * net::byteSize(type.element));
  WEFT_CHECK(memory.size() == type.bytes(), "sizes do not fit the tensor's type");
  if (elements == 0)
    return values;
  withElementSize(type.element, [&](auto size) {
    constexpr int64_t kSize = decltype(size)::value;
    Nest(type).run([&](int64_t outer, int64_t inner, const Loop& outerLoop, const Loop& innerLoop, int64_t source,
                       int64_t place) {
      copyTile<decltype(size)::value>(outer, inner, memory.data() + (type.layout.offset + place) * kSize,
                                      outerLoop.place * kSize, innerLoop.place * kSize, values.data() + source * kSize,
                                      outerLoop.source * kSize, innerLoop.source * kSize);
    });
  });
  return values;
}

} // namespace weft
