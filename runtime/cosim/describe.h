// What a comparison found, in words.
#pragma once

#include "runtime/cosim/cosim.h"

#include <string>

namespace weft::cosim {

struct DescribeOptions {
  std::array<std::string, 2> names = {"cycle", "rtl"}; // of the sides
  // The instruction at `pc`, in assembly; and where that is: instruction, function, ONNX node.
  std::function<std::string(uint32_t pc)> instruction;
  std::function<std::string(uint32_t pc)> place;
};

// One line: cycle, engine, kind, instruction, and what the event carries.
std::string describe(const CycleEvent& event, const DescribeOptions& options);

// One line if the models agree: "0 of N events differ, M cycles, 0 bytes differ". Otherwise the first difference with
// the events around it, or all counters, outcomes and memories that differ.
std::string describe(const CosimResult& result, const DescribeOptions& options);

// The tensor or store instruction that was the last to write the first byte that differs, in a run without time; none
// if nothing did. Meaningful for programs without races.
std::optional<uint32_t> lastWriter(const Machine& machine, const ImageLoader& load, const MemoryMismatch& mismatch);

} // namespace weft::cosim
