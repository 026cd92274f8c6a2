// The comparison as a core: `weft cosim` gives it a program and inputs as any device gets them.
#pragma once

#include "runtime/api/core.h"
#include "runtime/cosim/describe.h"

#include <filesystem>

namespace weft::cosim {

struct CosimCoreOptions {
  CosimOptions comparison;        // its progress is set by the core
  std::filesystem::path waveFile; // of the cycles around a difference; empty: none
  bool assertions = false;        // of the design
};

inline constexpr runtime::DeviceKind kCosimDevice = {
    .name = "cosim", .purpose = "simulator and RTL side by side", .time = true};

struct CosimReport {
  CosimResult result;
  std::string text;               // describe(), with places of the program
  std::filesystem::path waveFile; // empty if none was written
};

// Compares the cycle simulator with the RTL and puts what it found into `report`, which must outlive the core. A run
// never fails because of a difference or a fault, which is what the report is about.
std::unique_ptr<runtime::Core> makeCosimCore(const CosimCoreOptions& options, CosimReport& report);

} // namespace weft::cosim
