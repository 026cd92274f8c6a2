// What a program keeps where, and for how long: for the reader of reports and for attributing traffic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

enum class MapMemory : uint8_t { dram, scratchpad, accumulators };

enum class MapUse : uint8_t {
  input,         // of the network: the host writes it
  output,        // of the network: the host reads it
  activation,    // between groups
  weights,       // constants: packed weights,
  parameters,    // bias and scale of each channel,
  table,         // lookup table
  inputTiles,    // buffers of one group: of its input,
  residualTiles, // of what it adds,
  outputTiles,   // of its result,
  partialSums,   // accumulators that hold its sums
  reserved,      // belongs to no group
};

const char* name(MapMemory memory); // "dram", ...
const char* name(MapUse use);       // "input_tiles", ...
std::optional<MapMemory> mapMemoryFrom(std::string_view name);
std::optional<MapUse> mapUseFrom(std::string_view name);

// Bytes [address, address + bytes) of a memory while the groups [firstGroup, lastGroup] run. Ranges of one memory and
// group do not overlap. DRAM: address of the map; scratchpad and accumulators: bytes from their start.
struct MemoryRange {
  MapMemory memory{};
  MapUse use{};
  std::string name; // of the network's tensor; of constants and buffers: of the group's main node
  uint32_t address = 0;
  uint32_t bytes = 0;
  // DRAM: what the network itself has of it: without padding to rows, tiles and borders.
  uint64_t networkBytes = 0;
  int32_t firstGroup = 0, lastGroup = 0;
};

// A constant in DRAM: there throughout the run.
bool isConstant(const MemoryRange& range);

} // namespace weft
