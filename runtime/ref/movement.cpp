// Operators that move elements without computing on them. They work on raw bytes, whatever the element type.
#include "runtime/ref/operators.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace weft::ref {
namespace {

using net::Op;
using net::Shape;

HostTensor withShape(const Args& args, Shape shape) {
  const TensorView& x = args.at(0);
  args.require(net::elementCount(shape) == net::elementCount(*x.shape), "the new shape has another number of elements");
  return {x.type, std::move(shape), {x.data.begin(), x.data.end()}};
}

HostTensor identity(const Args& args) {
  return withShape(args, args.shape(0));
}

int64_t product(const Shape& shape, size_t first, size_t last) {
  int64_t count = 1;
  for (size_t d = first; d < last; ++d)
    count *= shape[d];
  return count;
}

HostTensor flatten(const Args& args) {
  const Shape& shape = args.shape(0);
  size_t axis = args.axis(args.node.integer("axis", 1), shape.size(), true);
  // A negative axis counts from the last dimension, not from the end.
  if (args.node.integer("axis", 1) < 0)
    axis = args.axis(args.node.integer("axis", 1), shape.size());
  return withShape(args, {product(shape, 0, axis), product(shape, axis, shape.size())});
}

HostTensor reshape(const Args& args) {
  const Shape& old = args.shape(0);
  Shape shape = args.integers(1);
  bool allowZero = args.node.integer("allowzero", 0) != 0;
  size_t open = shape.size();
  Shape known;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && !allowZero) {
      args.require(d < old.size(), "a 0 in the new shape has no extent to copy");
      shape[d] = old[d];
    }
    if (shape[d] == -1) {
      args.require(open == shape.size(), "the new shape has more than one -1");
      open = d;
    } else {
      known.push_back(shape[d]);
    }
  }
  if (open < shape.size()) {
    int64_t rest = net::elementCount(known);
    args.require(rest > 0 && net::elementCount(old) % rest == 0, "the -1 in the new shape cannot be resolved");
    shape[open] = net::elementCount(old) / rest;
  }
  return withShape(args, std::move(shape));
}

// `axes` of a shape of the given rank, as flags; each at most once.
std::vector<bool> axisFlags(const Args& args, const std::vector<int64_t>& axes, size_t rank) {
  std::vector<bool> flags(rank, false);
  for (int64_t axis : axes) {
    size_t d = args.axis(axis, rank);
    args.require(!flags[d], "an axis occurs twice");
    flags[d] = true;
  }
  return flags;
}

HostTensor squeeze(const Args& args) {
  const Shape& old = args.shape(0);
  std::vector<bool> dropped(old.size());
  if (args.has(1))
    dropped = axisFlags(args, args.integers(1), old.size());
  else
    for (size_t d = 0; d < old.size(); ++d)
      dropped[d] = old[d] == 1;
  Shape shape;
  for (size_t d = 0; d < old.size(); ++d) {
    args.require(!dropped[d] || old[d] == 1, "only dimensions of extent 1 can be squeezed");
    if (!dropped[d])
      shape.push_back(old[d]);
  }
  return withShape(args, std::move(shape));
}

HostTensor unsqueeze(const Args& args) {
  const Shape& old = args.shape(0);
  std::vector<int64_t> axes = args.integers(1);
  std::vector<bool> added = axisFlags(args, axes, old.size() + axes.size());
  Shape shape;
  size_t next = 0;
  for (bool isNew : added)
    shape.push_back(isNew ? 1 : old[next++]);
  return withShape(args, std::move(shape));
}

// The element strides of a row-major shape.
std::vector<int64_t> stridesOf(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

// Fills a tensor of `shape` from x: element at `index` comes from offset(index) in elements.
template <typename F> HostTensor fill(const Args& args, Shape shape, F offset) {
  const TensorView& x = args.at(0);
  args.expect(shape);
  HostTensor result = makeTensor(x.type, std::move(shape));
  size_t size = net::byteSize(x.type);
  std::vector<int64_t> index(result.shape.size(), 0);
  for (size_t at = 0; at < result.data.size(); at += size) {
    std::memcpy(&result.data[at], &x.data[static_cast<size_t>(offset(index)) * size], size);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < result.shape[d])
        break;
      index[d] = 0;
    }
  }
  return result;
}

HostTensor transpose(const Args& args) {
  const Shape& old = args.shape(0);
  std::vector<int64_t> reversed(old.size());
  for (size_t d = 0; d < old.size(); ++d)
    reversed[d] = static_cast<int64_t>(old.size() - 1 - d);
  std::vector<int64_t> perm = args.node.integers("perm", reversed);
  args.require(perm.size() == old.size(), "attribute 'perm' must have one element per dimension");
  for (int64_t axis : perm)
    args.require(axis >= 0, "attribute 'perm' must not hold negative axes");
  axisFlags(args, perm, old.size());
  std::vector<int64_t> strides = stridesOf(old);
  Shape shape;
  std::vector<int64_t> steps;
  for (int64_t axis : perm) {
    shape.push_back(old[static_cast<size_t>(axis)]);
    steps.push_back(strides[static_cast<size_t>(axis)]);
  }
  return fill(args, std::move(shape), [&](const std::vector<int64_t>& index) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d)
      offset += index[d] * steps[d];
    return offset;
  });
}

HostTensor concat(const Args& args) {
  Shape shape = args.shape(0);
  args.require(!shape.empty(), "scalars cannot be concatenated");
  size_t axis = args.axis(net::value(args.node, net::ops::Concat::axis), shape.size());
  shape[axis] = 0;
  for (size_t i = 0; i < args.operands.size(); ++i) {
    Shape other = args.shape(i);
    args.require(args.type(i) == args.type(0), "the operands have different element types");
    args.require(other.size() == shape.size(), "the operands have different ranks");
    int64_t extent = other[axis];
    other[axis] = shape[axis];
    args.require(other == shape, "the operands differ outside the concatenated axis");
    shape[axis] += extent;
  }
  args.expect(shape);
  HostTensor result = makeTensor(args.type(0), shape);
  size_t inner = static_cast<size_t>(product(shape, axis + 1, shape.size())) * net::byteSize(result.type);
  auto outer = static_cast<size_t>(product(shape, 0, axis));
  size_t row = inner * static_cast<size_t>(shape[axis]);
  size_t start = 0;
  for (size_t i = 0; i < args.operands.size(); ++i) {
    size_t part = inner * static_cast<size_t>(args.shape(i)[axis]);
    for (size_t o = 0; o < outer && part > 0; ++o)
      std::memcpy(&result.data[o * row + start], &args.at(i).data[o * part], part);
    start += part;
  }
  return result;
}

HostTensor slice(const Args& args) {
  using O = net::ops::Slice;
  const Shape& old = args.shape(0);
  std::vector<int64_t> starts = args.integers(O::starts);
  std::vector<int64_t> ends = args.integers(O::ends);
  std::vector<int64_t> axes(starts.size());
  for (size_t i = 0; i < axes.size(); ++i)
    axes[i] = static_cast<int64_t>(i);
  if (args.has(O::axes))
    axes = args.integers(O::axes);
  std::vector<int64_t> steps = args.has(O::steps) ? args.integers(O::steps) : std::vector<int64_t>(starts.size(), 1);
  args.require(ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
               "starts, ends, axes and steps must have the same length");
  axisFlags(args, axes, old.size());

  Shape shape = old;
  std::vector<int64_t> first(old.size(), 0), step(old.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i) {
    size_t d = args.axis(axes[i], old.size());
    int64_t extent = old[d];
    bool forward = steps[i] > 0;
    args.require(steps[i] != 0, "a step must not be 0");
    // Limits the step, which then cannot overflow; more than the extent means the same.
    step[d] = std::clamp(steps[i], -extent - 1, extent + 1);
    auto limit = [&](int64_t at) {
      if (at < 0)
        at = at < -extent ? -1 : at + extent;
      return forward ? std::clamp<int64_t>(at, 0, extent) : std::clamp<int64_t>(at, -1, extent - 1);
    };
    first[d] = limit(starts[i]);
    int64_t distance = limit(ends[i]) - first[d];
    shape[d] = std::max<int64_t>(0, (distance + step[d] - (forward ? 1 : -1)) / step[d]);
  }
  std::vector<int64_t> strides = stridesOf(old);
  return fill(args, std::move(shape), [&](const std::vector<int64_t>& index) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d)
      offset += (first[d] + index[d] * step[d]) * strides[d];
    return offset;
  });
}

HostTensor pad(const Args& args) {
  using O = net::ops::Pad;
  const Shape& old = args.shape(0);
  std::vector<int64_t> pads = args.integers(O::pads);
  std::vector<int64_t> axes(old.size());
  for (size_t d = 0; d < axes.size(); ++d)
    axes[d] = static_cast<int64_t>(d);
  if (args.has(O::axes))
    axes = args.integers(O::axes);
  axisFlags(args, axes, old.size());
  args.require(pads.size() == 2 * axes.size(), "pads must have a begin and an end for every axis");
  const std::string mode = net::value(args.node, O::mode);
  args.require(mode == "constant" || mode == "edge" || mode == "reflect" || mode == "wrap",
               "attribute 'mode' must be constant, edge, reflect or wrap");

  Shape shape = old;
  std::vector<int64_t> begin(old.size(), 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    size_t d = args.axis(axes[i], old.size());
    constexpr int64_t kLimit = std::numeric_limits<int32_t>::max();
    args.require(std::abs(pads[i]) <= kLimit && std::abs(pads[i + axes.size()]) <= kLimit, "a pad is too large");
    begin[d] = pads[i];
    shape[d] += pads[i] + pads[i + axes.size()];
    args.require(shape[d] >= 0, "the pads remove more than there is");
    args.require(mode == "constant" || old[d] > 0 || shape[d] == 0,
                 "an empty dimension can only be padded by a constant");
  }

  args.expect(shape);
  HostTensor result = makeTensor(args.type(0), shape);
  size_t size = net::byteSize(result.type);
  std::vector<uint8_t> value(size, 0);
  if (args.has(O::value)) {
    args.require(args.type(O::value) == result.type && args.at(O::value).data.size() == size,
                 "the value must be a scalar of x's type");
    value.assign(args.at(O::value).data.begin(), args.at(O::value).data.end());
  }
  // The source index along one dimension, or -1 for the constant.
  auto source = [&](int64_t at, int64_t extent) -> int64_t {
    if (at >= 0 && at < extent)
      return at;
    if (mode == "edge")
      return at < 0 ? 0 : extent - 1;
    if (mode == "wrap")
      return ((at % extent) + extent) % extent;
    if (mode == "reflect") {
      if (extent == 1)
        return 0;
      int64_t period = 2 * (extent - 1);
      int64_t phase = ((at % period) + period) % period;
      return phase < extent ? phase : period - phase;
    }
    return -1;
  };
  std::vector<int64_t> strides = stridesOf(old);
  std::vector<int64_t> index(shape.size(), 0);
  const TensorView& x = args.at(0);
  for (size_t at = 0; at < result.data.size(); at += size) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size() && offset >= 0; ++d) {
      int64_t from = source(index[d] - begin[d], old[d]);
      offset = from < 0 ? -1 : offset + from * strides[d];
    }
    std::memcpy(&result.data[at], offset < 0 ? value.data() : &x.data[static_cast<size_t>(offset) * size], size);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
  return result;
}

HostTensor gather(const Args& args) {
  using O = net::ops::Gather;
  const Shape& old = args.shape(0);
  args.require(!old.empty(), "the input must not be a scalar");
  size_t axis = args.axis(net::value(args.node, O::axis), old.size());
  std::vector<int64_t> indices = args.integers(O::indices);
  for (int64_t& index : indices)
    index = static_cast<int64_t>(args.axis(index, static_cast<size_t>(old[axis])));
  Shape shape(old.begin(), old.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), args.shape(O::indices).begin(), args.shape(O::indices).end());
  shape.insert(shape.end(), old.begin() + static_cast<std::ptrdiff_t>(axis) + 1, old.end());
  args.expect(shape);
  HostTensor result = makeTensor(args.type(0), shape);
  size_t inner = static_cast<size_t>(product(old, axis + 1, old.size())) * net::byteSize(result.type);
  auto outer = static_cast<size_t>(product(old, 0, axis));
  uint8_t* target = result.data.data();
  for (size_t o = 0; o < outer && inner > 0; ++o)
    for (int64_t index : indices) {
      size_t row = o * static_cast<size_t>(old[axis]) + static_cast<size_t>(index);
      std::memcpy(target, &args.at(0).data[row * inner], inner);
      target += inner;
    }
  return result;
}

HostTensor expand(const Args& args) {
  using O = net::ops::Expand;
  Shape wanted = args.integers(O::shape);
  const Shape& old = args.shape(O::x);
  net::elementCount(wanted);
  Shape shape = broadcastShape(args, old, wanted);
  std::vector<int64_t> strides = stridesOf(old);
  const size_t lead = shape.size() - old.size();
  return fill(args, std::move(shape), [&](const std::vector<int64_t>& index) {
    int64_t offset = 0;
    for (size_t d = 0; d < old.size(); ++d)
      offset += old[d] == 1 ? 0 : index[lead + d] * strides[d];
    return offset;
  });
}

HostTensor tile(const Args& args) {
  using O = net::ops::Tile;
  const Shape& old = args.shape(O::x);
  std::vector<int64_t> repeats = args.integers(O::repeats);
  args.require(repeats.size() == old.size(), "there must be one repeat for each axis");
  Shape shape = old;
  for (size_t d = 0; d < old.size(); ++d) {
    args.require(repeats[d] >= 0 && repeats[d] <= std::numeric_limits<int32_t>::max(), "a repeat is out of range");
    shape[d] *= repeats[d];
  }
  net::elementCount(shape);
  std::vector<int64_t> strides = stridesOf(old);
  return fill(args, std::move(shape), [&](const std::vector<int64_t>& index) {
    int64_t offset = 0;
    for (size_t d = 0; d < old.size(); ++d)
      offset += index[d] % old[d] * strides[d];
    return offset;
  });
}

HostTensor depthToSpace(const Args& args) {
  using O = net::ops::DepthToSpace;
  const Shape& old = args.shape(O::x);
  int64_t block = net::value(args.node, O::blocksize);
  const std::string mode = net::value(args.node, O::mode);
  args.require(mode == "DCR" || mode == "CRD", "attribute 'mode' must be DCR or CRD");
  args.require(old.size() == 4 && block >= 1 && block <= 65536 && old[1] % (block * block) == 0,
               "attribute 'blocksize' must divide the channels twice");
  const int64_t channels = old[1] / (block * block);
  std::vector<int64_t> strides = stridesOf(old);
  return fill(args, {old[0], channels, old[2] * block, old[3] * block}, [&](const std::vector<int64_t>& index) {
    const int64_t within = index[2] % block * block + index[3] % block;
    const int64_t from = mode == "DCR" ? within * channels + index[1] : index[1] * block * block + within;
    return index[0] * strides[0] + from * strides[1] + index[2] / block * strides[2] + index[3] / block;
  });
}

HostTensor spaceToDepth(const Args& args) {
  using O = net::ops::SpaceToDepth;
  const Shape& old = args.shape(O::x);
  int64_t block = net::value(args.node, O::blocksize);
  const std::string mode = net::value(args.node, O::mode);
  args.require(mode == "DCR" || mode == "CRD", "attribute 'mode' must be DCR or CRD");
  args.require(old.size() == 4 && block >= 1 && block <= 65536 && old[2] % block == 0 && old[3] % block == 0,
               "attribute 'blocksize' must divide height and width");
  const int64_t channels = old[1];
  std::vector<int64_t> strides = stridesOf(old);
  return fill(args, {old[0], channels * block * block, old[2] / block, old[3] / block},
              [&](const std::vector<int64_t>& index) {
                const bool depthFirst = mode == "DCR";
                const int64_t within = depthFirst ? index[1] / channels : index[1] % (block * block);
                const int64_t channel = depthFirst ? index[1] % channels : index[1] / (block * block);
                return index[0] * strides[0] + channel * strides[1] + (index[2] * block + within / block) * strides[2] +
                       index[3] * block + within % block;
              });
}

constexpr Implementation kMovement[] = {
    {Op::Identity, identity},
    {Op::Flatten, flatten},
    {Op::Reshape, reshape},
    {Op::Squeeze, squeeze},
    {Op::Unsqueeze, unsqueeze},
    {Op::Transpose, transpose},
    {Op::Concat, concat},
    {Op::Slice, slice},
    {Op::Pad, pad},
    {Op::Gather, gather},
    {Op::Expand, expand},
    {Op::Tile, tile},
    {Op::DepthToSpace, depthToSpace},
    {Op::SpaceToDepth, spaceToDepth},
};

} // namespace

std::span<const Implementation> movementOperators() {
  return kMovement;
}

} // namespace weft::ref
