// Random views with the elements that they see, as arithmetic on indices says.
#pragma once

#include "compiler/mapping/view.h"
#include "tests/support/random.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace weft::test {

// Every index of a tensor of this shape, row by row.
inline void forIndices(const net::Shape& shape, const std::function<void(const net::Shape&)>& visit) {
  net::Shape index(shape.size(), 0);
  for (int64_t left = net::elementCount(shape); left > 0; --left) {
    visit(index);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

// The index of the storage that an index of the tensor leads to.
inline net::Shape storageIndex(const View& view, const net::Shape& index) {
  net::Shape result = view.start;
  for (size_t d = 0; d < view.dims.size(); ++d) {
    int64_t rest = index[d];
    for (size_t i = view.dims[d].size(); i-- > 0;) {
      const View::Level& level = view.dims[d][i];
      if (level.along != View::kNowhere)
        result[static_cast<size_t>(level.along)] += rest % level.count * level.step;
      rest /= level.count;
    }
  }
  return result;
}

// Elements of the storage, numbered row by row, in the tensor's order. -1 for what lies outside.
inline std::vector<int64_t> elementsOf(const View& view, const Storage& storage) {
  std::vector<int64_t> result;
  forIndices(view.shape(), [&](const net::Shape& index) {
    const net::Shape at = storageIndex(view, index);
    int64_t number = 0;
    for (size_t d = 0; d < at.size(); ++d) {
      if (at[d] < 0 || at[d] >= storage.extents[d]) {
        result.push_back(-1);
        return;
      }
      number = number * storage.extents[d] + at[d];
    }
    result.push_back(number);
  });
  return result;
}

inline std::vector<int32_t> randomOrder(size_t rank, Random& random) {
  std::vector<int32_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = rank; i > 1; --i)
    std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

// A tensor as NumPy has it: the elements of a storage in the tensor's order.
struct Elements {
  net::Shape shape;
  std::vector<int64_t> values;

  int64_t at(const net::Shape& index) const {
    int64_t number = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      number = number * shape[d] + index[d];
    return values[static_cast<size_t>(number)];
  }
  // A tensor of this shape whose element at an index is that of this one at `from(index)`.
  Elements gathered(const net::Shape& to, const std::function<net::Shape(const net::Shape&)>& from) const {
    Elements result{to, {}};
    forIndices(to, [&](const net::Shape& index) { result.values.push_back(at(from(index))); });
    return result;
  }
};

struct RandomView {
  Storage storage;
  View view;
  Elements elements;
};

// Shapes of as many elements as `shape`, its extents joined and cut at random.
inline net::Shape randomReshape(const net::Shape& shape, Random& random) {
  net::Shape result;
  for (int64_t extent : shape) {
    if (!result.empty() && random.percent(40)) {
      result.back() *= extent;
      continue;
    }
    int64_t part = 1 + random.below(static_cast<uint64_t>(extent));
    while (extent % part != 0)
      --part;
    result.push_back(extent / part);
    if (part > 1 || random.percent(10))
      result.push_back(part);
  }
  if (random.percent(20)) { // across the old bounds
    const int64_t count = net::elementCount(shape);
    int64_t part = 1 + random.below(static_cast<uint64_t>(count));
    while (count % part != 0)
      --part;
    result = {count / part, part};
  }
  return result;
}

// A whole storage and then some operations; `refused` counts those that the view could not express.
inline RandomView randomView(Random& random, net::DType element = net::DType::u8, int* refused = nullptr) {
  RandomView result;
  const size_t rank = 1 + random.below(4);
  for (size_t d = 0; d < rank; ++d)
    result.storage.extents.push_back(1 + random.below(d == 0 ? 4 : 7));
  result.storage.element = element;
  const std::vector<int32_t> order = randomOrder(rank, random);
  View& view = result.view;
  Elements& elements = result.elements;
  view = mapping::wholeView(result.storage, order);
  elements = {view.shape(), elementsOf(view, result.storage)};
  for (int step = static_cast<int>(random.below(6)); step > 0; --step) {
    const net::Shape shape = elements.shape;
    const size_t d = shape.empty() ? 0 : random.below(shape.size());
    std::optional<View> made;
    Elements expected;
    switch (random.below(5)) {
    case 0: {
      const net::Shape to = randomReshape(shape, random);
      made = mapping::reshaped(view, to);
      expected = {to, elements.values};
      break;
    }
    case 1: {
      const std::vector<int32_t> permutation = randomOrder(shape.size(), random);
      net::Shape to;
      for (int32_t from : permutation)
        to.push_back(shape[static_cast<size_t>(from)]);
      made = mapping::transposed(view, std::vector<int64_t>(permutation.begin(), permutation.end()));
      expected = elements.gathered(to, [&](const net::Shape& index) {
        net::Shape from(index.size());
        for (size_t i = 0; i < index.size(); ++i)
          from[static_cast<size_t>(permutation[i])] = index[i];
        return from;
      });
      break;
    }
    case 2: {
      if (shape.empty())
        continue;
      int64_t begin = random.below(static_cast<uint64_t>(shape[d]));
      const int64_t by = random.between(1, 3) * (random.percent(30) ? -1 : 1);
      const int64_t most = 1 + (by > 0 ? shape[d] - 1 - begin : begin) / std::abs(by);
      const int64_t count = random.between(1, static_cast<uint32_t>(most));
      made = mapping::sliced(view, d, begin, count, by);
      net::Shape to = shape;
      to[d] = count;
      expected = elements.gathered(to, [&](net::Shape index) {
        index[d] = begin + index[d] * by;
        return index;
      });
      break;
    }
    case 3: {
      if (elements.values.size() > 2000)
        continue;
      net::Shape to = shape;
      for (int64_t& extent : to)
        if (extent == 1 && random.percent(60))
          extent = random.between(1, 4);
      const size_t added = random.below(2);
      to.insert(to.begin(), added, 1 + random.below(3));
      made = mapping::broadcast(view, to);
      expected = elements.gathered(to, [&](const net::Shape& index) {
        net::Shape from(index.begin() + static_cast<std::ptrdiff_t>(added), index.end());
        for (size_t i = 0; i < from.size(); ++i)
          from[i] %= shape[i];
        return from;
      });
      break;
    }
    default: {
      if (shape.empty() || elements.values.size() > 2000)
        continue;
      const int64_t times = random.between(1, 3);
      made = mapping::repeated(view, d, times);
      net::Shape to = shape;
      to[d] *= times;
      expected = elements.gathered(to, [&](net::Shape index) {
        index[d] /= times;
        return index;
      });
    }
    }
    if (made) {
      view = *made;
      elements = expected;
    } else if (refused) {
      ++*refused;
    }
  }
  return result;
}

} // namespace weft::test
