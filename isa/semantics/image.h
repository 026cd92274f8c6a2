// The memory image of a program in a core's memories.
#pragma once

#include "isa/program/program.h"
#include "isa/semantics/state.h"

namespace weft {

// Throws Error if the entry is not where a core starts, or if segments, inputs or outputs lie outside the machine's
// DRAM.
void checkFits(const Program& program, const Machine& machine);

// Copies the segments to DRAM. Requires checkFits().
void loadSegments(const Program& program, Dram& dram);

// Tells the program in DRAM which of its device steps it is to run. Requires checkFits().
void selectStep(const Program& program, size_t step, Dram& dram);

// Throws Error if the program was compiled for another machine.
void checkMachine(const Program& program, const Machine& machine);

} // namespace weft
