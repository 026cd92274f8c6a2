#include "simulator/dram/dram_model.h"

#include "simulator/dram/detailed.h"
#include "simulator/dram/ideal.h"

namespace weft {

std::unique_ptr<DramTimingModel> makeDramModel(const Machine& machine) {
  if (machine.dram.model == DramModel::ideal)
    return std::make_unique<IdealDram>(machine.dramLatencyCycles(), machine.dram.bandwidthMbS, machine.clockMhz);
  return std::make_unique<DetailedDram>(dramSpec(machine.dram.preset), machine.dram.channels, machine.clockMhz);
}

} // namespace weft
