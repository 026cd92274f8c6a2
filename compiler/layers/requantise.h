// From sums to 8-bit results, as several layers do it.
#pragma once

#include "compiler/layers/geometry.h"
#include "isa/program/network.h"

#include <array>

namespace weft::layers {

// Requantisation of an int32 sum; bias and scale per output channel (empty where only the shape is known).
struct Requantise {
  std::vector<float> scale;
  std::vector<int32_t> bias;
  int32_t zeroPoint = 0;
  int32_t lo = 0, hi = 255;
};

// RNE(clamp(fma(a, rA, fma(b, rB, constant)), lo, hi)).
struct Addition {
  float rA = 0, rB = 0, constant = 0;
  int32_t lo = 0, hi = 255;
};

// 256 bytes, indexed by the raw byte.
using Table = std::array<uint8_t, 256>;

// Channel parameters: for each column tile cols int32 biases, then cols fp32 scales. Zeros where only the shape is
// known.
std::vector<uint8_t> packParameters(const Requantise& requantise, const Geometry& geometry, const Machine& machine);
// Bytes of them that the network has, without padding.
uint64_t parameterBytes(const Requantise& requantise);

} // namespace weft::layers
