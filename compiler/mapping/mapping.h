// The mapping as data: how each layer is tiled, what stays where, how deep buffers are. Kept apart from the code that
// lowers it; printed as YAML and taken back.
#pragma once

#include "compiler/mapping/view.h"
#include "isa/machine/machine.h"
#include "isa/program/tensor_type.h"

#include <array>
#include <string>
#include <vector>

namespace weft::mapping {

// Where a layer's weights are while it runs.
enum class WeightFlow : uint8_t {
  resident, // all loaded once, during the first tile
  streamed, // loaded again for each tile, chunk by chunk
};
const char* name(WeightFlow flow);

// How the input of a convolution gets into the scratchpad.
enum class InputFlow : uint8_t {
  feature, // feature-map rows, channels padded to whole array rows
  windows, // few channels: one window of kernelW * channels bytes for every output column (im2col of one axis)
};
const char* name(InputFlow flow);

struct GroupMapping {
  std::string group; // name of the main ONNX node; in a text, of any ONNX node of the layer
  WeightFlow weights = WeightFlow::resident;
  InputFlow input = InputFlow::feature;
  // The input is not loaded by whole tiles but, with the weights or window parts that read it, in pieces; channel
  // parameters come with the columns that they are for. Fits anywhere, and loads the input again for each of them.
  bool pieces = false;
  int64_t tileRows = 1;    // output rows of a tile
  int64_t tileCols = 0;    // output columns of a tile
  int64_t columnTiles = 1; // column tiles (of array.cols channels) whose results are stored together
  std::array<int64_t, 3> chunks = {
      1, 1, 1};        // parts of a column tile's weights or window along kernel rows, kernel columns, channel blocks
  int64_t buffers = 2; // depth of every stream between DMA and engines

  // Of one that parseMapping() made: "file:line", and the keys that are given there.
  std::string place = {};
  std::vector<std::string> given = {};
};

// Whether it was read from a text that leaves fields out.
bool isPartial(const GroupMapping& group);
// `chosen` with the fields that `group` gives.
GroupMapping completed(const GroupMapping& group, GroupMapping chosen);

// Where a storage lives.
struct Place {
  bool scratchpad = false;
  uint32_t address = 0; // scratchpad byte or DRAM address
  bool packed = false;  // the last dimension is not padded (InputFlow::windows)
  // Border kept around the storage's dimensions, filled with the consumer's padding value.
  std::vector<Border> border;
  int32_t padValue = 0;
  std::vector<int64_t> strides;          // bytes, for each dimension of the storage
  int64_t origin = 0;                    // bytes from the start to the first element
  int64_t span = 0;                      // bytes from the start to the end, border and padding included
  int64_t bytes = 0;                     // allocated
  int64_t firstGroup = 0, lastGroup = 0; // that define or use it

  bool hasBorder() const;
};

// Computes strides, origin and span from border and padding.
void layOut(const Storage& storage, const Machine& machine, Place& place);

struct Mapping {
  std::string machine, origin;      // origin: the file that it was read from
  std::vector<GroupMapping> groups; // one for each layer of the device graph, in order
};

std::string toYaml(const Mapping& mapping);
// Throws Error naming line and field. Layers, and fields of layers, that the text leaves out are chosen by the rules.
Mapping parseMapping(const std::string& yaml, const std::string& origin);

} // namespace weft::mapping
