// What the groups of a program compute, by shape alone: no weights, no scales. Enough to plan and time the same network
// on another machine. Part of the program's manifest and of the reports of its runs.
#pragma once

#include "isa/program/network.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weft {

// A block of memory of the device: dimensions in memory order, outermost first. The last one is contiguous and padded
// to whole scratchpad rows. Where it lies, and with which border, depends on the machine.
struct Storage {
  net::DType element = net::DType::u8;
  net::Shape extents;    // at least one
  int32_t tensor = -1;   // network tensor that names it
  bool constant = false; // part of the constants' image, written by nobody
  bool operator==(const Storage&) const = default;
};

// How a tensor's index leads to a storage's: each dimension of the tensor is written in mixed radix, and each digit
// moves along one dimension of the storage.
struct View {
  static constexpr int32_t kNowhere = -1;
  struct Level {
    int64_t count = 1;
    int32_t along = kNowhere; // dimension of the storage; kNowhere: the same element for all (broadcast)
    int64_t step = 0;         // indices of that dimension
    bool operator==(const Level&) const = default;
  };
  using Levels = std::vector<Level>; // most significant first; none: extent 1

  std::vector<Levels> dims;   // for each dimension of the tensor
  std::vector<int64_t> start; // index of the first element, for each dimension of the storage
  bool operator==(const View&) const = default;

  net::Shape shape() const;
  // Whether every element lies in a storage of these extents. For views from a file, whatever their numbers.
  bool within(const net::Shape& extents) const;
};

// A tensor on the device.
struct Activation {
  int32_t tensor = -1; // of the network
  int32_t storage = -1;
  View view;
  bool operator==(const Activation&) const = default;
};

// What a kind of layer wants to be remembered of one, by name.
using WorkloadAttributes = std::map<std::string, std::vector<int64_t>>;

// One group, in the order of Manifest::groups. Activations by their indices.
struct WorkloadGroup {
  std::string node;            // main ONNX node; names the group in a mapping
  std::string kind;            // contraction, map, move
  std::vector<int32_t> inputs; // at least one
  int32_t output = -1;
  WorkloadAttributes attributes;
  bool operator==(const WorkloadGroup&) const = default;
};

struct Workload {
  std::vector<Storage> storages;
  std::vector<Activation> activations;
  std::vector<int32_t> inputs, outputs; // that the host writes and reads
  std::vector<WorkloadGroup> groups;
  std::vector<int32_t> steps; // the first group of each device step but the first; empty if there is one
  bool operator==(const Workload&) const = default;
};

} // namespace weft
