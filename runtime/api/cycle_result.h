// What the devices with time have in common: their results and their timeline.
#pragma once

#include "runtime/api/core.h"
#include "simulator/cycle_simulator.h"
#include "simulator/trace/trace.h"

namespace weft::runtime {

// The functions of the program's layers, one for each group; empty if it has none.
std::vector<ProgramPart> partsOf(const Program& program);

// Before a step that is divided by partsOf(): makes meter and trace in the first one, and lets the trace go on in the
// others. Returns the meter, which knows the DRAM ranges of the program's memory map.
DramMeter& startStep(CoreRun& run);

// All figures of a step that halted or faulted (ProgramError if it did neither within its cycles); its layers have
// shares if it was divided by partsOf(). Completes the trace after the last step.
CoreResult endStep(CoreRun& run, const CycleResult& result);

// The writer of options.trace, null if none is wanted. What `run` refers to must outlive it.
std::unique_ptr<TraceWriter> makeTrace(const CoreRun& run);

} // namespace weft::runtime
