// Does a report account for everything exactly once?
#pragma once

#include "runtime/report/report.h"

#include <string>
#include <vector>

namespace weft::runtime {

// One sentence for everything that does not add up: in a timed run busy + idle + stalls = cycles for every engine;
// where it is divided, the shares of prologue and layers add up to the run, in cycles and in every counter and
// activity, and within each share busy + idle + stalls = its cycles for every engine; the bytes of tensors add up to
// the DRAM counters of load and store engine and to those of each layer, and with the sequencer's to the memory's own;
// energy::closureProblems().
std::vector<std::string> closureProblems(const Report& report);

} // namespace weft::runtime
