// What contractions and maps have in common: they go over images of rows of pixels of channels, tile by tile, and read
// windows of them.
#pragma once

#include "compiler/mapping/graph_builder.h"

#include <array>
#include <functional>

namespace weft::layers {

using mapping::DeviceGraph;
using mapping::GroupMapping;
using mapping::LoweringSite;
using mapping::Site;
using mapping::Stream;

struct Geometry;

// More parts of a result than this are left to the host: each is code of its own.
inline constexpr size_t kMostParts = 64;

// An axis of a grid and how it moves through a storage.
struct Axis {
  int64_t extent = 1;
  int32_t along = View::kNowhere; // dimension of the storage; kNowhere: it does not move
  int64_t step = 0;               // indices of that dimension
  bool operator==(const Axis&) const = default;
};

// An activation as images. The channels lie along the last dimension of its storage, with step 1, or do not move.
struct Grid {
  Axis batch, height, width, channels;
  bool operator==(const Grid&) const = default;
};

struct Window {
  int64_t kernelH = 1, kernelW = 1, strideH = 1, strideW = 1, dilationH = 1, dilationW = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  bool isPadded() const { return padTop != 0 || padLeft != 0 || padBottom != 0 || padRight != 0; }
  bool isPixel() const { return kernelH == 1 && kernelW == 1 && strideH == 1 && strideW == 1 && !isPadded(); }
};

// Bytes between neighbours along each axis of a grid, and from the start of the place to its first element.
struct GridStrides {
  int64_t batch = 0, height = 0, width = 0, origin = 0;
  bool operator==(const GridStrides&) const = default;
};
GridStrides stridesOf(const Site& site, int32_t activation, const Grid& grid);

// The grid whose axes are these dimensions of an activation, outermost first in each; nothing if one of them is more
// than one walk.
std::optional<Grid> gridOf(const Activation& activation, const Storage& storage,
                           const std::array<std::vector<size_t>, 4>& dims);
// The usual one: N x C x spatial dimensions, at most two of them, read by a window. Where that is one pixel, a batch of
// single pixels is one row of pixels (so that it is one operand of the matrix engine). Where it is padded, pixels must
// follow each other: a row and its padding are loaded by one run.
std::optional<Grid> imagesOf(const Activation& activation, const Storage& storage, const Window& window);
// The last dimension as channels, all others as one row of pixels.
std::optional<Grid> rowsOf(const Activation& activation, const Storage& storage);

// The window of a node over one or two spatial dimensions, from its attributes; `kernel`: the spatial extents.
Window windowOf(const net::Node& node, std::span<const int64_t> kernel);

// Whether a convolution has a group for each channel and as many results.
bool isDepthwise(const mapping::GraphBuilder& builder, const net::Node& convolution);

class GridLayer : public mapping::Layer {
public:
  using Layer::Layer;

  std::vector<Grid> grids; // of the inputs
  Grid resultGrid;
  Window window; // over input 0
  // On the array: a result's channel is of the input's channel with its number alone.
  bool diagonal = false;
  int32_t fill = 0; // what padding of input 0 holds
  // How often a matrix layer goes through the window, each time with weights of its own, all summed.
  int64_t planes = 1;

  bool takesResident(const DeviceGraph& graph, int32_t activation) const override;
  bool takesBorder(const DeviceGraph& graph, int32_t activation) const override;
  std::optional<mapping::BorderWish> borderWish(const DeviceGraph& graph) const override;

  void validate(const DeviceGraph& graph) const override;

protected:
  // What check() tests of every grid layer: ranges of the tiling, and whether its input can be loaded.
  Geometry checkTiling(const Site& site, const GroupMapping& mapping, bool columns) const;
  void checkFit(const Site& site, const GroupMapping& mapping, int64_t bytes) const;
  // The window's padding, with what it reads beyond, as a border of input 0's storage.
  mapping::BorderWish borderOf(const DeviceGraph& graph, int64_t bottom, int64_t right) const;
  WorkloadAttributes gridAttributes() const;
  // Throws Error for what gridAttributes() would not write.
  void readGrids(const WorkloadAttributes& attributes);
};

// How a layer sees an activation; nothing if it cannot.
using AsGrid = std::function<std::optional<Grid>(const Activation&, const Storage&)>;

// Adds an activation to what a layer reads; a copy of it where it is no grid as it lies.
void readAs(mapping::GraphBuilder& builder, const net::Node& node, int32_t activation, size_t innermost,
            const AsGrid& grid, GridLayer& layer);

// The numbers of an attribute. Throws Error unless there are `count` of them.
const std::vector<int64_t>& numbers(const WorkloadAttributes& attributes, const std::string& name, size_t count);

} // namespace weft::layers
