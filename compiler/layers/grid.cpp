#include "compiler/layers/grid.h"

#include "isa/support/error.h"

#include <fmt/format.h>
#include <numeric>

namespace weft::layers {
namespace {

// Neighbouring dimensions of a storage are one walk where the inner one is gone through whole.
std::optional<Axis> axisOf(const View& view, const Storage& storage, std::span<const size_t> dims) {
  const View::Levels levels = mapping::joined(view, dims);
  // The next dimension outwards that has more than one index.
  auto before = [&](int32_t along) {
    while (--along >= 0 && storage.extents[static_cast<size_t>(along)] == 1) {
    }
    return along;
  };
  Axis axis;
  int64_t whole = 0;     // of all dimensions in the walk
  int32_t outermost = 0; // of them
  for (size_t i = levels.size(); i-- > 0;) {
    const View::Level& level = levels[i];
    const bool last = level.along == static_cast<int32_t>(storage.extents.size()) - 1; // it is padded
    if (axis.extent == 1) {
      axis = {level.count, level.along, level.step};
      whole = level.along == View::kNowhere || last ? 0 : storage.extents[static_cast<size_t>(level.along)];
    } else if (axis.step == 1 && axis.extent == whole && level.step == 1 && level.along == before(outermost)) {
      axis.extent *= level.count;
      whole *= storage.extents[static_cast<size_t>(level.along)];
    } else {
      return std::nullopt;
    }
    outermost = level.along;
  }
  return axis;
}

void append(std::vector<int64_t>& numbers, const Axis& axis) {
  numbers.insert(numbers.end(), {axis.extent, axis.along, axis.step});
}

std::vector<int64_t> toNumbers(const Grid& grid) {
  std::vector<int64_t> result;
  for (const Axis* axis : {&grid.batch, &grid.height, &grid.width, &grid.channels})
    append(result, *axis);
  return result;
}

constexpr int64_t kMost = 1 << 24; // of any attribute of an axis or a window that comes from a file

Grid gridFrom(const std::vector<int64_t>& numbers) {
  Grid grid;
  size_t next = 0;
  for (Axis* axis : {&grid.batch, &grid.height, &grid.width, &grid.channels}) {
    axis->extent = numbers[next++];
    axis->along = static_cast<int32_t>(numbers[next++]);
    axis->step = numbers[next++];
    if (axis->extent < 1 || axis->extent > kMost || axis->along < View::kNowhere || axis->along > 64 ||
        std::abs(axis->step) > kMost)
      throw Error("an axis of a grid is out of range");
  }
  return grid;
}

} // namespace

GridStrides stridesOf(const Site& site, int32_t activation, const Grid& grid) {
  const mapping::Place& place = site.place(activation);
  const size_t rank = place.strides.size();
  // `fromEnd`: the usual dimension of the axis. An axis of one index moves along it where a border is.
  auto stride = [&](const Axis& axis, size_t fromEnd) {
    if (axis.along != View::kNowhere)
      return axis.step * place.strides[static_cast<size_t>(axis.along)];
    return axis.extent == 1 && fromEnd <= rank ? place.strides[rank - fromEnd] : 0;
  };
  const std::vector<int64_t>& start = site.graph.activation(activation).view.start;
  return {stride(grid.batch, 4), stride(grid.height, 3), stride(grid.width, 2),
          std::inner_product(start.begin(), start.end(), place.strides.begin(), place.origin)};
}

std::optional<Grid> gridOf(const Activation& activation, const Storage& storage,
                           const std::array<std::vector<size_t>, 4>& dims) {
  Grid grid;
  size_t next = 0;
  for (Axis* axis : {&grid.batch, &grid.height, &grid.width, &grid.channels}) {
    const std::optional<Axis> found = axisOf(activation.view, storage, dims[next++]);
    if (!found)
      return std::nullopt;
    *axis = *found;
  }
  return grid;
}

std::optional<Grid> imagesOf(const Activation& activation, const Storage& storage, const Window& window) {
  const size_t rank = activation.view.dims.size();
  if (rank < 2 || rank > 4)
    return std::nullopt;
  std::array<std::vector<size_t>, 4> dims = {{{0}, {}, {}, {1}}};
  if (rank == 4)
    dims[1] = {2};
  if (rank > 2)
    dims[2] = {rank - 1};
  std::optional<Grid> grid = gridOf(activation, storage, dims);
  if (!grid)
    return std::nullopt;
  if (window.isPixel() && grid->height.extent == 1 && grid->width.extent == 1)
    std::swap(grid->batch, grid->width);
  const auto pixels = static_cast<int32_t>(activation.view.start.size()) - 2;
  if (window.isPadded() && grid->width.extent > 1 && (grid->width.along != pixels || grid->width.step != 1))
    return std::nullopt;
  return grid;
}

std::optional<Grid> rowsOf(const Activation& activation, const Storage& storage) {
  const size_t rank = activation.view.dims.size();
  std::array<std::vector<size_t>, 4> dims;
  for (size_t d = 0; d + 1 < rank; ++d)
    dims[2].push_back(d);
  dims[3].push_back(rank - 1);
  return gridOf(activation, storage, dims);
}

Window windowOf(const net::Node& node, std::span<const int64_t> kernel) {
  const size_t spatial = kernel.size();
  const std::vector<int64_t> ones(spatial, 1);
  const auto strides = node.integers("strides", ones), dilations = node.integers("dilations", ones);
  const auto pads = node.integers("pads", std::vector<int64_t>(2 * spatial, 0));
  Window window{.kernelW = kernel.back(),
                .strideW = strides.back(),
                .dilationW = dilations.back(),
                .padLeft = pads[spatial - 1],
                .padRight = pads.back()};
  if (spatial > 1) {
    window.kernelH = kernel[0];
    window.strideH = strides[0];
    window.dilationH = dilations[0];
    window.padTop = pads[0];
    window.padBottom = pads[spatial];
  }
  return window;
}

bool isDepthwise(const mapping::GraphBuilder& builder, const net::Node& convolution) {
  const int64_t groups = convolution.integer("group", 1);
  const net::Shape& weights = builder.operandTensor(convolution, 3).shape;
  return groups > 1 && weights.size() > 2 && weights[0] == groups && weights[1] == 1 &&
         builder.operandTensor(convolution, 0).shape[1] == groups;
}

void readAs(mapping::GraphBuilder& builder, const net::Node& node, int32_t activation, size_t innermost,
            const AsGrid& grid, GridLayer& layer) {
  auto see = [&] { return grid(builder.activation(activation), builder.graph().storageOf(activation)); };
  std::optional<Grid> seen = see();
  if (!seen) {
    activation = builder.copied(node, activation, innermost);
    seen = see();
  }
  WEFT_CHECK(seen, "a copy is a grid");
  layer.inputs.push_back(activation);
  layer.grids.push_back(*seen);
}

// Pixels in the scratchpad are whole rows.
bool GridLayer::takesResident(const DeviceGraph& graph, int32_t activation) const {
  const View& view = graph.activation(activation).view;
  const int64_t extent = graph.storageOf(activation).extents.back();
  auto takes = [&](const Grid& grid) { return grid.channels.extent == extent && view.start.back() == 0; };
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] == activation && !takes(grids[i]))
      return false;
  return output != activation || takes(resultGrid);
}

// A border is around images: height and width must be the whole dimensions before the channels' one, and be there where
// the window reaches beyond them.
bool GridLayer::takesBorder(const DeviceGraph& graph, int32_t activation) const {
  const net::Shape& extents = graph.storageOf(activation).extents;
  const auto rank = static_cast<int32_t>(extents.size());
  const bool rows = activation == inputs[0] && (window.padTop != 0 || window.padBottom > 0);
  if (rank < (rows ? 4 : 3))
    return false;
  auto whole = [&](const Axis& axis, int32_t along) {
    if (axis.along == View::kNowhere)
      return along < 0 || extents[static_cast<size_t>(along)] == 1;
    return axis.along == along && axis.step == 1 && axis.extent == extents[static_cast<size_t>(along)];
  };
  auto takes = [&](const Grid& grid) {
    for (int64_t start : graph.activation(activation).view.start)
      if (start != 0)
        return false;
    return whole(grid.batch, rank - 4 < 0 ? 0 : rank - 4) && whole(grid.height, rank - 3) &&
           whole(grid.width, rank - 2) && whole(grid.channels, rank - 1);
  };
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] == activation && !takes(grids[i]))
      return false;
  return output != activation || takes(resultGrid);
}

std::optional<mapping::BorderWish> GridLayer::borderWish(const DeviceGraph& graph) const {
  const int64_t bottom = std::max<int64_t>(0, window.padBottom), right = std::max<int64_t>(0, window.padRight);
  if (window.padTop == 0 && window.padLeft == 0 && bottom == 0 && right == 0)
    return std::nullopt;
  return borderOf(graph, bottom, right);
}

mapping::BorderWish GridLayer::borderOf(const DeviceGraph& graph, int64_t bottom, int64_t right) const {
  // Height and width are the two dimensions before the channels, whatever their extents.
  const size_t rank = graph.storageOf(inputs[0]).extents.size();
  mapping::BorderWish wish{inputs[0], std::vector<Border>(rank), fill};
  if (rank >= 3)
    wish.border[rank - 2] = {window.padLeft, right};
  if (rank >= 4)
    wish.border[rank - 3] = {window.padTop, bottom};
  return wish;
}

WorkloadAttributes GridLayer::gridAttributes() const {
  WorkloadAttributes attributes;
  for (size_t i = 0; i < grids.size(); ++i)
    attributes[fmt::format("grid{}", i)] = toNumbers(grids[i]);
  attributes["result"] = toNumbers(resultGrid);
  attributes["kernel"] = {window.kernelH, window.kernelW};
  attributes["stride"] = {window.strideH, window.strideW};
  attributes["dilation"] = {window.dilationH, window.dilationW};
  attributes["pad"] = {window.padTop, window.padLeft, window.padBottom, window.padRight};
  attributes["fill"] = {fill};
  attributes["planes"] = {planes};
  return attributes;
}

void GridLayer::readGrids(const WorkloadAttributes& attributes) {
  for (size_t i = 0; attributes.contains(fmt::format("grid{}", i)); ++i)
    grids.push_back(gridFrom(numbers(attributes, fmt::format("grid{}", i), 12)));
  resultGrid = gridFrom(numbers(attributes, "result", 12));
  auto range = [&](const std::string& key, size_t count, int64_t least) {
    const std::vector<int64_t>& values = numbers(attributes, key, count);
    for (int64_t value : values)
      if (value < least || value > kMost)
        throw Error(fmt::format("attribute '{}' is {}, legal are {} to {}", key, value, least, kMost));
    return values;
  };
  const auto kernel = range("kernel", 2, 1), stride = range("stride", 2, 1), dilation = range("dilation", 2, 1);
  const auto pad = range("pad", 4, -kMost);
  window = {kernel[0], kernel[1], stride[0], stride[1], dilation[0], dilation[1], pad[0], pad[1], pad[2], pad[3]};
  fill = static_cast<int32_t>(range("fill", 1, -128)[0]);
  planes = range("planes", 1, 1)[0];
}

void GridLayer::validate(const DeviceGraph& graph) const {
  if (inputs.size() != grids.size())
    throw Error(fmt::format("it must have {} inputs, not {}", grids.size(), inputs.size()));
  auto check = [&](int32_t activation, const Grid& grid) {
    const net::Shape& extents = graph.storageOf(activation).extents;
    for (const Axis* axis : {&grid.batch, &grid.height, &grid.width, &grid.channels})
      if (axis->along >= static_cast<int32_t>(extents.size()))
        throw Error("an axis of a grid lies along no dimension of its storage");
    if (extents.back() < grid.channels.extent)
      throw Error("a grid has more channels than its storage");
  };
  for (size_t i = 0; i < inputs.size(); ++i)
    check(inputs[i], grids[i]);
  check(output, resultGrid);
}

const std::vector<int64_t>& numbers(const WorkloadAttributes& attributes, const std::string& name, size_t count) {
  auto found = attributes.find(name);
  if (found == attributes.end() || found->second.size() != count)
    throw Error(fmt::format("attribute '{}' must have {} numbers", name, count));
  return found->second;
}

} // namespace weft::layers
