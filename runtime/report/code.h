// How each layer was made: its part of the mapping and the beginning of its instructions.
#pragma once

#include "isa/program/program.h"

#include <cstdint>
#include <string>
#include <vector>

namespace weft::runtime {

struct LayerCode {
  std::string mapping;       // YAML, as 'weft compile --emit mapping' has it
  uint64_t instructions = 0; // of the function, as written
  uint64_t tensorInstructions = 0;
  std::vector<std::string> listing; // its first instructions: address and assembly
};

// Most lines of all listings together, and of one.
inline constexpr size_t kListedInstructions = 32768, kListedInstructionsOfLayer = 256;

// One for each group of the program; empty for a hand-written one.
std::vector<LayerCode> layerCode(const Program& program);

} // namespace weft::runtime
