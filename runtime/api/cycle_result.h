// What the devices with time have in common: their results and their timeline.
#pragma once

#include "runtime/api/core.h"
#include "simulator/cycle_simulator.h"
#include "simulator/trace/trace.h"

namespace weft::runtime {

// The functions of the program's layers, one for each group; empty if it has none.
std::vector<ProgramPart> partsOf(const Program& program);

// For a run divided by partsOf(): a meter of the DRAM ranges of the program's memory map.
DramMeter makeMeter(const Program& program, const Machine& machine);

// All figures of a run that halted or faulted; its layers have shares if it was divided by partsOf().
CoreResult makeCoreResult(const CycleResult& result, const DramMeter& meter, const Program& program,
                          const Machine& machine);

// The writer of options.trace, null if none is wanted. All must outlive it.
std::unique_ptr<TraceWriter> makeTrace(const RunOptions& options, const Machine& machine, const Program& program,
                                       const Dram& dram);

} // namespace weft::runtime
