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

// Throws Error if the program was compiled for another machine.
void checkMachine(const Program& program, const Machine& machine);

} // namespace weft
