// Energy of DRAM commands.
#pragma once

#include "isa/machine/machine.h"
#include "runtime/energy/table.h"

namespace weft::energy {

// Of one channel of the memory model (HBM: a pseudo channel), all its devices together.
struct DramEnergy {
  double activatePj = 0;   // opening and closing of a row
  double readPj = 0;       // of a burst, with I/O
  double writePj = 0;      // of a burst, with I/O
  double refreshPj = 0;    // of all banks
  double refreshNs = 0;    // between two of them; 0: refresh is in the other figures
  double backgroundMw = 0; // rows open, no access
  // What it belongs to.
  double channels = 1;
  double burstBytes = 0;
  double rowBytes = 0;
  double peakBytesPerNs = 0; // of all channels: of the preset's data bus, or of the ideal model
  // pJ per bit of a stream with one activation for every `bytesPerActivation` bytes, background and refresh at full
  // bandwidth included.
  double pjPerBit(double bytesPerActivation, bool write) const;
};

// Of all channels: of the preset's data bus, or of the ideal model.
double peakBytesPerNs(const Machine& machine);

// Of the machine's preset, which for the ideal model says what kind of memory it stands for. Throws Error if the table
// does not have it.
DramEnergy dramEnergy(const EnergyTable& table, const Machine& machine);
const DramDevice& dramDevice(const EnergyTable& table, const Machine& machine);

} // namespace weft::energy
