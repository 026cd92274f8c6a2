// What the groups of a program compute, by shape alone: no weights, no scales. Enough to plan and time the same network
// on another machine. Part of the program's manifest and of the reports of its runs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {

// An 8-bit activation on the device: images of height x width pixels.
struct WorkloadActivation {
  int64_t batch = 1, channels = 1, height = 1, width = 1;
  bool operator==(const WorkloadActivation&) const = default;
};

// One group, in the order of Manifest::groups. Activations by their indices.
struct WorkloadGroup {
  std::string node;            // main ONNX node; names the group in a mapping
  std::string kind;            // matrix, depthwise, max-pool, ...
  std::vector<int32_t> inputs; // at least one
  int32_t residual = -1;       // -1: none
  int32_t output = -1;
  std::array<int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1}; // height, width
  std::array<int64_t, 4> pad = {0, 0, 0, 0};                                  // top, left, bottom, right
  int32_t padValue = 0;
  std::vector<bool> tables;                          // for each input, whether it goes through a table; empty: none
  bool resultTable = false;                          // whether the result does
  std::array<int64_t, 4> permutation = {0, 1, 2, 3}; // transpose: axis of the input for each axis of the result
  bool operator==(const WorkloadGroup&) const = default;
};

struct Workload {
  std::vector<WorkloadActivation> activations;
  std::vector<int32_t> inputs, outputs; // that the host writes and reads
  std::vector<WorkloadGroup> groups;
  std::vector<int32_t> steps; // the first group of each device step but the first; empty if there is one
  bool operator==(const Workload&) const = default;
};

} // namespace weft
