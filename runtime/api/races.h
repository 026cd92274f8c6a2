// Findings of the race detector as an error message.
#pragma once

#include "isa/check/race_detector.h"
#include "isa/program/program.h"
#include "isa/semantics/state.h"

namespace weft::runtime {

// Throws ProgramError naming both instructions of each race, with their functions and ONNX nodes, if there is any.
void throwIfRaces(const std::vector<Race>& races, const std::vector<SemaphoreProblem>& problems, const Program& program,
                  const Dram& dram);

} // namespace weft::runtime
