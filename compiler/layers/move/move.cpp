#include "compiler/layers/move/move.h"

#include "compiler/layers/grid.h"
#include "compiler/mapping/sizes.h"
#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::layers {
namespace {

using mapping::GraphBuilder;
using mapping::Site;

std::unique_ptr<mapping::Layer> fromAttributes(const WorkloadAttributes& attributes) {
  auto layer = std::make_unique<Move>();
  layer->readAttributes(attributes);
  return layer;
}

std::unique_ptr<mapping::Layer> copy(const GraphBuilder& builder, int32_t from, int32_t to) {
  auto layer = std::make_unique<Move>();
  layer->inputs = {from};
  layer->output = to;
  layer->parts.push_back({.input = 0, .target = builder.activation(to).view, .table = {}});
  return layer;
}

const mapping::LayerKind kKind = {"move", matchMove, fromAttributes, copy};
const mapping::RegisterKind kRegistered(kKind);

// A view as numbers: the storage's rank and start, then for each dimension its number of levels and the levels.
std::vector<int64_t> toNumbers(const View& view) {
  std::vector<int64_t> result = {static_cast<int64_t>(view.start.size())};
  result.insert(result.end(), view.start.begin(), view.start.end());
  for (const View::Levels& levels : view.dims) {
    result.push_back(static_cast<int64_t>(levels.size()));
    for (const View::Level& level : levels)
      result.insert(result.end(), {level.count, level.along, level.step});
  }
  return result;
}

View viewFrom(const std::vector<int64_t>& numbers) {
  constexpr int64_t kMost = int64_t{1} << 31;
  size_t next = 0;
  auto take = [&](int64_t low, int64_t high) {
    if (next == numbers.size() || numbers[next] < low || numbers[next] > high)
      throw Error("a part of a move is malformed");
    return numbers[next++];
  };
  View view;
  view.start.resize(static_cast<size_t>(take(1, 64)));
  for (int64_t& start : view.start)
    start = take(0, kMost);
  while (next < numbers.size()) {
    View::Levels& levels = view.dims.emplace_back(static_cast<size_t>(take(0, 64)));
    for (View::Level& level : levels) {
      level.count = take(1, kMost);
      level.along = static_cast<int32_t>(take(View::kNowhere, static_cast<int64_t>(view.start.size()) - 1));
      level.step = take(-kMost, kMost);
    }
  }
  return view;
}

// Two fit, and a look-up in a whole one is one walk.
int64_t largestBlock(const Site& site, int64_t bytes, int64_t table) {
  const int64_t half = (bytes - table) / 2;
  return table > 0 ? std::min(half, mapping::kLongestRun * int64_t{site.machine.array.cols}) : half;
}

} // namespace

Move::Move() : Layer(kKind) {}

// As large a block as two buffers allow, but not one block alone: its store would wait for all of its load.
std::optional<GroupMapping> Move::choose(const Site& site, int64_t bytes, bool) const {
  GroupMapping mapping;
  mapping.group = name;
  const int64_t element = static_cast<int64_t>(net::byteSize(site.graph.storageOf(output).element));
  const int64_t table = streams(site, mapping)[kTable].bytes;
  // Blocks for the table are whole rows; a quarter of the scratchpad hides the latency of DRAM on every machine.
  const int64_t row = site.machine.rowBytes();
  const int64_t quarter = std::max<int64_t>(row, site.machine.scratchpad.bytes / 8);
  mapping.tileCols = std::min(largestBlock(site, bytes, table), quarter) / row * row;
  if (mapping.tileCols < element)
    return std::nullopt;
  return mapping;
}

void Move::check(const Site& site, const GroupMapping& mapping, int64_t bytes) const {
  const int64_t row = site.machine.rowBytes();
  const int64_t most = largestBlock(site, bytes, streams(site, mapping)[kTable].bytes) / row * row;
  if (mapping.tileCols < row || mapping.tileCols > most || mapping.tileCols % row != 0)
    throw Error(fmt::format("mapping of '{}': tile_cols (bytes of a block) is {}, legal are multiples of {} up to {}",
                            name, mapping.tileCols, row, most));
}

std::vector<Stream> Move::streams(const Site&, const GroupMapping& mapping) const {
  const bool tables = std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.table.has_value(); });
  return {{MapUse::inputTiles, mapping.tileCols, 2}, {MapUse::parameters, tables ? timing::LUT_ENTRIES : 0, 1}};
}

std::string Move::describe(const GroupMapping& mapping) const {
  return fmt::format("move: {} part{}, blocks of {} bytes", parts.size(), parts.size() == 1 ? "" : "s",
                     mapping.tileCols);
}

WorkloadAttributes Move::attributes() const {
  WorkloadAttributes attributes;
  for (size_t i = 0; i < parts.size(); ++i) {
    attributes[fmt::format("part{:04}", i)] = {parts[i].input, parts[i].table.has_value(), parts[i].value};
    attributes[fmt::format("target{:04}", i)] = toNumbers(parts[i].target);
  }
  return attributes;
}

void Move::validate(const DeviceGraph& graph) const {
  const net::Shape& extents = graph.storageOf(output).extents;
  for (const Part& part : parts) {
    if (part.input < -1 || part.input >= static_cast<int32_t>(inputs.size()))
      throw Error("a part of a move has no input");
    if (part.target.start.size() != extents.size())
      throw Error("a part of a move has another storage than the result");
    if (!part.target.within(extents))
      throw Error("a part of a move reaches beyond the storage of the result");
    if (part.input >= 0 &&
        graph.activation(inputs[static_cast<size_t>(part.input)]).view.shape() != part.target.shape())
      throw Error("a part of a move has another shape than its input");
    for (const View::Levels& levels : part.target.dims)
      if (levels.size() > 1)
        throw Error("a part of a move goes along several dimensions at once");
  }
}

void Move::readAttributes(const WorkloadAttributes& attributes) {
  for (size_t i = 0; attributes.contains(fmt::format("part{:04}", i)); ++i) {
    const std::vector<int64_t>& part = numbers(attributes, fmt::format("part{:04}", i), 3);
    auto target = attributes.find(fmt::format("target{:04}", i));
    if (target == attributes.end())
      throw Error("a part of a move has no target");
    parts.push_back({.input = static_cast<int32_t>(part[0]),
                     .target = viewFrom(target->second),
                     .table = part[1] != 0 ? std::optional(Table{}) : std::nullopt,
                     .value = static_cast<int32_t>(part[2])});
  }
  if (parts.empty())
    throw Error("a move has no parts");
}

} // namespace weft::layers
