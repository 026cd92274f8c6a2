#include "compiler/lowering/packed_layout.h"

#include "isa/support/error.h"

#include <algorithm>

namespace weft::lowering {
namespace {

int64_t divideUp(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

// A digit of a number: worth `unit`, `stride` elements from one to the next.
struct Digit {
  int64_t unit, stride;
};
// From the least significant digit, which is worth 1, up; the last goes on without end.
using Digits = std::vector<Digit>;

// Digits of the given counts and strides, the most significant first. One that continues the digit below it is part of
// that one.
Digits digitsOf(const std::vector<std::array<int64_t, 2>>& levels) {
  Digits digits;
  int64_t unit = 1;
  for (size_t i = levels.size(); i-- > 0; unit *= levels[i][0]) {
    const auto [count, stride] = levels[i];
    if (count == 1 && unit > 1)
      continue;
    if (!digits.empty() && stride == digits.back().stride * (unit / digits.back().unit))
      continue;
    if (!digits.empty() && digits.back().unit == unit)
      digits.pop_back(); // of count 1
    digits.push_back({unit, stride});
  }
  return digits;
}

// The digits of d where the number is weight * d, d < count, plus what is smaller than `weight`. Nothing if a digit of
// the number is neither within d nor within the rest.
std::optional<Digits> scaled(const Digits& number, int64_t weight, int64_t count) {
  if (count <= 1)
    return Digits{{1, 0}};
  Digits digits;
  for (size_t i = 0; i < number.size(); ++i) {
    const Digit& digit = number[i];
    if (i > 0 && digit.unit >= weight * count)
      break;
    const bool below = i + 1 < number.size() && number[i + 1].unit <= weight; // only the rest reaches this digit
    if (below)
      continue;
    if (weight % digit.unit != 0 && digit.unit % weight != 0)
      return std::nullopt;
    const int64_t unit = std::max(weight, digit.unit);
    digits.push_back({unit / weight, digit.stride * (unit / digit.unit)});
  }
  // The first digit above those that the rest fills completely begins at d's own unit.
  WEFT_CHECK(!digits.empty() && digits.front().unit == 1, "digits begin at 1");
  return digits;
}

// The digits of a number that lies at the sum of both. Nothing if they do not nest.
std::optional<Digits> sum(const Digits& a, const Digits& b) {
  Digits digits;
  auto strideAt = [](const Digits& of, int64_t unit) {
    const Digit* last = nullptr;
    for (const Digit& digit : of)
      if (digit.unit <= unit)
        last = &digit;
    return unit % last->unit == 0 ? std::optional(last->stride * (unit / last->unit)) : std::nullopt;
  };
  std::vector<int64_t> units;
  for (const Digits* of : {&a, &b})
    for (const Digit& digit : *of)
      units.push_back(digit.unit);
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  for (int64_t unit : units) {
    const std::optional<int64_t> first = strideAt(a, unit), second = strideAt(b, unit);
    if (!first || !second || (!digits.empty() && unit % digits.back().unit != 0))
      return std::nullopt;
    digits.push_back({unit, *first + *second});
  }
  return digits;
}

// d / unit in the place of d.
Digits quotient(Digits digits, int64_t unit) {
  for (Digit& digit : digits)
    digit.unit *= unit;
  if (unit > 1)
    digits.insert(digits.begin(), {1, 0});
  return digits;
}

} // namespace

std::optional<Layout> packedLayout(const WeightAxes& axes, const WeightOrder& order, int32_t fill) {
  const int64_t rows = order.rows, cols = order.cols;
  const int64_t reduced = order.windows ? order.kernelW * order.channels : order.channels;
  const int64_t block = std::max(rows, cols); // of a diagonal's channels
  const std::array<int64_t, 3> steps = {order.kernelH, order.windows ? 1 : order.kernelW,
                                        divideUp(order.diagonal ? block : reduced, rows)};
  const std::array<int64_t, 3>& inner = order.chunkSteps;
  std::array<int64_t, 3> chunks{};
  for (size_t i = 0; i < 3; ++i) {
    WEFT_CHECK(inner[i] > 0 && steps[i] % inner[i] == 0, "the steps of a chunk divide all steps");
    chunks[i] = steps[i] / inner[i];
  }
  const int64_t tile = rows * cols, chunk = inner[0] * inner[1] * inner[2] * tile;
  const int64_t columnTile = chunks[0] * chunks[1] * chunks[2] * chunk;
  const int64_t columnTiles =
      order.diagonal ? divideUp(order.outputs, block) * (block / cols) : divideUp(order.outputs, cols);

  const Digits outputs = digitsOf({{columnTiles, columnTile}, {cols, 1}});
  const Digits kernelH = digitsOf({{chunks[0], chunks[1] * chunks[2] * chunk}, {inner[0], inner[1] * inner[2] * tile}});
  const int64_t repeats = order.diagonal ? divideUp(order.channels, block) : 1;
  const Digits blocks = digitsOf({{repeats, 0}, {chunks[2], chunk}, {inner[2], tile}, {rows, cols}});
  const int64_t groupChannels = order.channels / order.groups, groupOutputs = order.outputs / order.groups;

  std::optional<Digits> kernelW = digitsOf({{chunks[1], chunks[2] * chunk}, {inner[1], inner[2] * tile}});
  if (order.windows)
    kernelW = scaled(blocks, order.channels, order.kernelW);
  const std::optional<Digits> channel = scaled(blocks, 1, groupChannels);
  std::optional<Digits> output = outputs;
  if (order.groups > 1) {
    const std::optional<Digits> group = scaled(blocks, groupChannels, order.groups);
    output = group ? sum(outputs, quotient(*group, groupOutputs)) : std::nullopt;
  }
  if (!kernelW || !channel || !output)
    return std::nullopt;

  Layout layout;
  layout.span = columnTiles * columnTile;
  layout.fill = fill;
  for (size_t d = 0; d < axes.size(); ++d)
    for (WeightAxis axis : axes[d]) {
      auto add = [&](const Digits& digits, int64_t extent) {
        for (size_t i = digits.size(); i-- > 0;) {
          const int64_t count =
              i + 1 < digits.size() ? digits[i + 1].unit / digits[i].unit : divideUp(extent, digits[i].unit);
          layout.levels.push_back({static_cast<int32_t>(d), count, digits[i].stride});
        }
      };
      switch (axis) {
      case WeightAxis::output:
        add(*output, order.outputs);
        break;
      case WeightAxis::kernelH:
        add(kernelH, order.kernelH);
        break;
      case WeightAxis::kernelW:
        add(*kernelW, order.kernelW);
        break;
      case WeightAxis::channel:
        add(*channel, groupChannels);
        break;
      }
    }
  return layout;
}

} // namespace weft::lowering
