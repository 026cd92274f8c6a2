#include "isa/semantics/image.h"

#include "isa/support/error.h"

#include <cstring>
#include <fmt/format.h>

namespace weft {
namespace {

void checkInDram(const Machine& machine, uint64_t address, uint64_t bytes, const std::string& what) {
  if (address < kDramBase || bytes > machine.dram.bytes || address - kDramBase > machine.dram.bytes - bytes)
    throw Error(fmt::format("{} ({} bytes at {:#010x}) is outside the machine's DRAM, which has {} bytes at {:#010x}",
                            what, bytes, address, machine.dram.bytes, kDramBase));
}

} // namespace

void checkFits(const Program& program, const Machine& machine) {
  if (program.entry() != kResetPc)
    throw Error(fmt::format("the program's entry is {:#010x}; a core starts at {:#010x}", program.entry(), kResetPc));
  for (const Segment& segment : program.segments())
    checkInDram(machine, segment.address, segment.bytes, "a segment of the program");
  if (const auto& manifest = program.manifest())
    for (const Step& step : manifest->steps)
      for (const auto* places : {&step.inputs, &step.outputs})
        for (const DeviceTensor& place : *places)
          checkInDram(machine, place.address, place.type.bytes(),
                      fmt::format("tensor '{}'", program.network()->tensors[static_cast<size_t>(place.tensor)].name));
}

void loadSegments(const Program& program, Dram& dram) {
  for (const Segment& segment : program.segments())
    if (!segment.content.empty())
      std::memcpy(dram.at(segment.address), segment.content.data(), segment.content.size());
}

void selectStep(const Program& program, size_t step, Dram& dram) {
  if (const std::optional<uint32_t> address = program.stepWord()) {
    const auto number = static_cast<uint32_t>(step);
    std::memcpy(dram.at(*address), &number, sizeof number);
  }
}

void checkMachine(const Program& program, const Machine& machine) {
  if (const auto& manifest = program.manifest(); manifest && manifest->machineHash != hash(machine))
    throw Error(
        fmt::format("program for another machine: it was compiled for '{}' (hash {:#018x}), and this machine is "
                    "'{}' (hash {:#018x}); compile the network again for this one",
                    manifest->machineName, manifest->machineHash, machine.name, hash(machine)));
}

} // namespace weft
