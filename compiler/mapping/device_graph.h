// The part of a network that runs on the accelerator, as a list of fused groups with every number that a kernel needs.
// This is where fusion is decided: convolution or Gemm + residual addition + table, and what can only alias.
#pragma once

#include "compiler/mapping/steps.h"
#include "isa/machine/machine.h"
#include "isa/program/network.h"

#include <array>
#include <string>
#include <vector>

namespace weft::mapping {

// An 8-bit activation as the accelerator sees it: N images of H x W pixels with C channels each, channels innermost. A
// tensor of rank 2 is N pixels of C channels in one image of width N (so that a batch of rows is one matrix operand).
struct Activation {
  int32_t tensor = -1; // network tensor that defines it
  bool isSigned = false;
  int64_t batch = 1, channels = 1, height = 1, width = 1;
};

enum class GroupKind : uint8_t { matrix, depthwise, maxPool, sum, add, multiply, lut, concat, transpose };
const char* name(GroupKind kind);

struct Window {
  int64_t kernelH = 1, kernelW = 1, strideH = 1, strideW = 1, dilationH = 1, dilationW = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
};

// Requantisation of an int32 sum; scales are per output channel.
struct Requantise {
  std::vector<float> scale;
  std::vector<int32_t> bias;
  int32_t zeroPoint = 0;
  int32_t lo = 0, hi = 255;
};

// RNE(clamp(fma(a, rA, fma(b, rB, constant)), lo, hi)); with a the result of the group's own convolution where it has
// one. If `swapped`, a is the inner addend: fma(b, rB, fma(a, rA, constant)).
struct Addition {
  float rA = 0, rB = 0, constant = 0;
  bool swapped = false;
  int32_t lo = 0, hi = 255;
};

struct Group {
  GroupKind kind{};
  std::string name;                   // of the main ONNX node
  std::vector<int32_t> nodes;         // network nodes served
  std::vector<std::string> onnxNodes; // ONNX nodes served
  std::vector<int32_t> inputs;        // activations (indices into DeviceGraph::activations)
  int32_t residual = -1;              // activation added after requantisation (matrix)
  int32_t output = -1;                // activation
  Window window;
  int32_t inputZeroPoint = 0;
  int32_t weightZeroPoint = 0;
  bool weightSigned = true;
  // matrix: weights[outChannel][kh][kw][inChannel]; depthwise: weights[channel][kh][kw].
  std::vector<int16_t> weights;
  Requantise requantise;                    // matrix, depthwise, sum
  Addition addition;                        // add; matrix with residual
  float productScale = 0;                   // multiply
  int32_t secondZeroPoint = 0;              // multiply
  int32_t outputZeroPoint = 0;              // multiply
  int32_t lo = 0, hi = 255;                 // maxPool, multiply: clamp
  std::vector<std::vector<uint8_t>> tables; // lut: one; concat: one for each input, empty where it is the identity
  std::vector<uint8_t> table;               // matrix, depthwise: applied to the result; empty: none
  std::array<int64_t, 4> permutation = {0, 1, 2, 3}; // transpose: axis of the input for each axis of the result
  uint64_t usefulMacs = 0;
};

struct DeviceGraph {
  std::vector<Activation> activations;
  std::vector<Group> groups;
  std::vector<int32_t> inputs;  // activations that the host writes
  std::vector<int32_t> outputs; // activations that the host reads
  std::vector<Step> steps;      // in order; the device's have all groups
};

// Splits the network into steps of the host and groups of the accelerator. Throws Error naming the node, its operator
// and the reason when `policy` rules out what would be left to the host, or nothing is left to the accelerator.
DeviceGraph buildDeviceGraph(const net::Network& network, HostPolicy policy = HostPolicy::allow);

} // namespace weft::mapping
