#include "runtime/energy/dram.h"

#include "isa/support/error.h"
#include "simulator/dram/presets.h"

#include <fmt/format.h>

namespace weft::energy {

const DramDevice& dramDevice(const EnergyTable& table, const Machine& machine) {
  for (const DramDevice& device : table.dram)
    if (device.preset == name(machine.dram.preset))
      return device;
  throw Error(fmt::format("the energy table '{}' has no DRAM '{}', which machine '{}' uses", table.name,
                          name(machine.dram.preset), machine.name));
}

double peakBytesPerNs(const Machine& machine) {
  if (machine.dram.model == DramModel::ideal)
    return machine.dram.bandwidthMbS * 1e-3;
  const DramSpec& spec = dramSpec(machine.dram.preset);
  const double clockNs = 1e3 * spec.clockMhzDenominator / spec.clockMhzNumerator;
  return machine.dram.channels * spec.channelsPerMachineChannel * spec.burstBytes / (spec.dataCycles * clockNs);
}

DramEnergy dramEnergy(const EnergyTable& table, const Machine& machine) {
  const DramDevice& device = dramDevice(table, machine);
  const DramSpec& spec = dramSpec(machine.dram.preset);
  DramEnergy energy;
  energy.channels = machine.dram.channels * spec.channelsPerMachineChannel;
  energy.burstBytes = spec.burstBytes;
  energy.rowBytes = spec.rowBytes;
  energy.peakBytesPerNs = peakBytesPerNs(machine);
  if (device.supplies.empty()) {
    energy.activatePj = device.activatePj;
    energy.readPj = energy.writePj = device.accessPjPerBit * 8 * energy.burstBytes;
    return energy;
  }
  // mA * V * ns = pJ
  for (const DramSupply& s : device.supplies) {
    const double scale = s.voltageV * device.clockNs * device.devices;
    energy.activatePj += scale * (s.idd0 * device.tRC - s.idd3n * device.tRAS - s.idd2n * (device.tRC - device.tRAS));
    energy.readPj += scale * (s.idd4r - s.idd3n) * device.burst;
    energy.writePj += scale * (s.idd4w - s.idd3n) * device.burst;
    energy.refreshPj += scale * (s.idd5 - s.idd3n) * device.tRFC;
    energy.backgroundMw += s.voltageV * s.idd3n * device.devices;
  }
  energy.readPj += device.ioPjPerBit * 8 * energy.burstBytes;
  energy.writePj += device.ioPjPerBit * 8 * energy.burstBytes;
  energy.refreshNs = device.tREFI * device.clockNs;
  return energy;
}

double DramEnergy::pjPerBit(double bytesPerActivation, bool write) const {
  const double standing = channels * (backgroundMw + (refreshNs > 0 ? refreshPj / refreshNs : 0)); // mW = pJ/ns
  const double perByte =
      (write ? writePj : readPj) / burstBytes + activatePj / bytesPerActivation + standing / peakBytesPerNs;
  return perByte / 8;
}

} // namespace weft::energy
