// What the groups of a program cost, from the records of their instructions.
#pragma once

#include "isa/machine/machine.h"
#include "isa/program/program.h"
#include "runtime/api/statistics.h"
#include "simulator/cycle/core_state.h"

#include <vector>

namespace weft::runtime {

// The groups of a program in its order, with nothing measured yet.
std::vector<LayerStatistics> layersOf(const Program& program);

// Adds every retired instruction to the layer whose function it belongs to. `layers` is layersOf(program).
void addInstructions(std::vector<LayerStatistics>& layers, const Program& program, const Machine& machine,
                     const std::vector<InstructionRecord>& records);

} // namespace weft::runtime
