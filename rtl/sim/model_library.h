// Shared libraries with Verilated cores: sizes are compile-time parameters of the design, so each machine has its own.
// They are compiled when they are first needed and kept in ${WEFT_CACHE}/rtl, by default ~/.cache/weft/rtl, under a
// hash of everything that goes into them.
#pragma once

#include "isa/machine/machine.h"
#include "rtl/sim/interface.h"

#include <functional>
#include <string>

namespace weft::rtl {

struct LibraryVariant {
  bool wave = false;       // can write waveforms
  bool assertions = false; // of the design are checked; registers without reset begin with random values
  bool coverage = false;   // of lines and cover properties is counted
};

// The library for a machine, which stays loaded. Machines that differ in nothing that the hardware sees share one. If
// there is none yet, `building` (may be empty) is called with a sentence for the user, and it is built; processes that
// want the same one at the same time wait for the first. Throws Error if it cannot be built.
const Interface& modelLibrary(const Machine& machine, const LibraryVariant& variant,
                              const std::function<void(const std::string&)>& building);

} // namespace weft::rtl
