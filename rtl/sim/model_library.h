// Shared libraries with Verilated cores: sizes are compile-time parameters of the design, so each machine has its own.
// They are compiled when they are first needed and kept in ${WEFT_CACHE}/rtl, by default ~/.cache/weft/rtl, under a
// hash of everything that goes into them, with a seal of size and hash of the library. What is damaged, or can be the
// work of another user than this one or root, is built again; a folder that cannot be written is good for what it has.
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
// there is none yet, it is built; meanwhile `building` (may be empty) is called with a sentence for the user some times
// a second, and what it throws ends the build. Processes that want the same one at the same time wait for the first.
// Throws Error if it cannot be built.
const Interface& modelLibrary(const Machine& machine, const LibraryVariant& variant,
                              const std::function<void(const std::string&)>& building);

} // namespace weft::rtl
