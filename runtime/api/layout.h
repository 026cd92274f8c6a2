// Between tensors on the host (row-major N x C x H x W) and their places in DRAM (pixels of channels, with a border).
#pragma once

#include "isa/program/program.h"

#include <span>

namespace weft::runtime {

// Fills `memory` (place.bytes() bytes) from `values` (one byte per element). Border and unused channels get the pad
// value.
void toDevice(const DeviceTensor& place, std::span<const uint8_t> values, std::span<uint8_t> memory);

// The elements at `place` in row-major N x C x H x W order.
std::vector<uint8_t> fromDevice(const DeviceTensor& place, std::span<const uint8_t> memory);

} // namespace weft::runtime
