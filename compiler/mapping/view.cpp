#include "compiler/mapping/view.h"

#include "isa/support/error.h"

#include <algorithm>

namespace weft::mapping {

View::Levels normalise(const View::Levels& levels) {
  View::Levels result;
  for (const View::Level& level : levels) {
    if (level.count == 1)
      continue;
    if (!result.empty()) {
      View::Level& outer = result.back();
      if (outer.along == level.along && outer.step == level.step * level.count) {
        outer.count *= level.count;
        outer.step = level.step;
        continue;
      }
    }
    result.push_back(level);
  }
  return result;
}

View wholeView(const Storage& storage, std::span<const int32_t> order) {
  View view;
  view.start.assign(storage.extents.size(), 0);
  for (int32_t along : order)
    view.dims.push_back(normalise({{storage.extents[static_cast<size_t>(along)], along, 1}}));
  return view;
}

std::optional<View> reshaped(const View& view, const net::Shape& shape) {
  View::Levels rest; // from the innermost
  for (const View::Levels& levels : view.dims)
    rest.insert(rest.end(), levels.begin(), levels.end());
  rest = normalise(rest);
  View result;
  result.start = view.start;
  result.dims.resize(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    View::Levels levels; // least significant first
    for (int64_t needed = shape[d]; needed > 1;) {
      if (rest.empty())
        return std::nullopt;
      View::Level& level = rest.back();
      if (needed % level.count == 0) {
        needed /= level.count;
        levels.push_back(level);
        rest.pop_back();
      } else if (level.count % needed == 0) {
        levels.push_back({needed, level.along, level.step});
        level.count /= needed;
        level.step *= needed;
        needed = 1;
      } else {
        return std::nullopt;
      }
    }
    std::reverse(levels.begin(), levels.end());
    result.dims[d] = normalise(levels);
  }
  WEFT_CHECK(rest.empty(), "a reshape has as many elements as its input");
  return result;
}

View transposed(const View& view, std::span<const int64_t> permutation) {
  View result;
  result.start = view.start;
  for (int64_t dimension : permutation)
    result.dims.push_back(view.dims[static_cast<size_t>(dimension)]);
  return result;
}

std::optional<View> sliced(const View& view, size_t dimension, int64_t begin, int64_t count, int64_t step) {
  View result = view;
  View::Levels& levels = result.dims[dimension];
  auto move = [&](const View::Level& level, int64_t index) {
    if (level.along != View::kNowhere)
      result.start[static_cast<size_t>(level.along)] += index * level.step;
  };
  if (levels.empty()) // one index: it is the slice, or a repetition of it
    return result;
  if (count == 1) { // one index: its digits
    for (size_t i = levels.size(); i-- > 0; begin /= levels[i].count)
      move(levels[i], begin % levels[i].count);
    levels.clear();
    return result;
  }
  int64_t inner = 1;
  for (size_t i = 1; i < levels.size(); ++i)
    inner *= levels[i].count;
  if (inner > 1 && (step != 1 || begin % inner != 0 || count % inner != 0))
    return std::nullopt;
  View::Level& top = levels.front();
  move(top, begin / inner);
  top.count = count / inner;
  top.step *= step;
  levels = normalise(levels);
  return result;
}

View broadcast(const View& view, const net::Shape& shape) {
  View result;
  result.start = view.start;
  const size_t added = shape.size() - view.dims.size();
  for (size_t d = 0; d < shape.size(); ++d) {
    View::Levels levels = d < added ? View::Levels() : view.dims[d - added];
    if (levels.empty() && shape[d] > 1)
      levels = {{shape[d], View::kNowhere, 0}};
    result.dims.push_back(levels);
  }
  return result;
}

View repeated(const View& view, size_t dimension, int64_t times) {
  View result = view;
  View::Levels& levels = result.dims[dimension];
  levels.push_back({times, View::kNowhere, 0});
  levels = normalise(levels);
  return result;
}

View::Levels joined(const View& view, std::span<const size_t> dimensions) {
  View::Levels result;
  for (size_t dimension : dimensions)
    result.insert(result.end(), view.dims[dimension].begin(), view.dims[dimension].end());
  return normalise(result);
}

} // namespace weft::mapping
