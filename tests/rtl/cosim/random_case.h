// One random program on one machine: what a campaign runs, what a shrinker makes smaller.
#pragma once

#include "runtime/cosim/cosim.h"
#include "runtime/cosim/describe.h"
#include "tests/support/random_program.h"

#include <filesystem>
#include <string>

namespace weft::test {

struct RandomCase {
  uint64_t seed = 0;
  Machine machine;
  RandomProgramOptions options;
  bool data = false; // the program has no races: bytes are compared as well
  RandomTree tree;
};

// The machine with another DRAM; mostly without races, sometimes with, sometimes with a fault.
RandomCase makeCase(uint64_t seed, const Machine& machine);

// Fills memories at reset: data and program.
cosim::ImageLoader imageOf(const RandomCase& test);

// Simulator against RTL. A difference is found at the latest `cycleLimit` cycles after the start.
inline constexpr uint64_t kCycleLimit = 2'000'000;
cosim::CosimResult compareCase(const RandomCase& test, const cosim::RtlSettings& settings = {});

// What differs, with the whole program disassembled if `listing`.
std::string describeCase(const RandomCase& test, const cosim::CosimResult& result, bool listing);

// The program as an ELF file and its machine as YAML, for `weft cosim`. Returns that command.
std::string writeCase(const RandomCase& test, const std::filesystem::path& stem);

} // namespace weft::test
