// DRAM traffic by tensor and reason: what a run has to move, and why it moved more.
#pragma once

#include "isa/program/memory_map.h"
#include "runtime/api/statistics.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::runtime {

// Why bytes move between DRAM and scratchpad. In whole beats, as the memory moves them.
struct DramReasons {
  uint64_t compulsory = 0; // constants and the network's inputs read once, its outputs written once
  uint64_t padding = 0;    // moved with them: padding to rows, tiles, borders and beats
  uint64_t refetch = 0;    // read or written before: tiles that overlap, constants loaded again
  uint64_t spill = 0;      // activations between layers, written and read back
  uint64_t unknown = 0;    // of nothing in the program's memory map

  uint64_t sum() const { return compulsory + padding + refetch + spill + unknown; }
  void add(const DramReasons& other);
};

struct DramReason {
  const char* name;
  uint64_t DramReasons::*bytes;
};
inline constexpr std::array<DramReason, 5> kDramReasons = {{{"compulsory", &DramReasons::compulsory},
                                                            {"padding", &DramReasons::padding},
                                                            {"refetch", &DramReasons::refetch},
                                                            {"spill", &DramReasons::spill},
                                                            {"unknown", &DramReasons::unknown}}};

struct TensorReport {
  std::optional<MemoryRange> range; // none: of nothing in the memory map
  struct Part {
    std::optional<size_t> layer;
    DramMoves moves;
  };
  std::vector<Part> layers;

  DramMoves moves() const;
  DramReasons reasons() const;
  // Of one layer; compulsory holds its padding.
  DramReasons reasons(const DramMoves& moves) const;
};

// Tensors with traffic, in the order of the memory map.
std::vector<TensorReport> tensorReports(const std::vector<TensorTraffic>& traffic, const std::vector<MemoryRange>& map);

DramReasons sumOfReasons(const std::vector<TensorReport>& tensors);

// Of each of `layers` layers; compulsory holds their padding.
std::vector<DramReasons> reasonsOfLayers(const std::vector<TensorReport>& tensors, size_t layers);

} // namespace weft::runtime
