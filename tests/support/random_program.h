// Random programs for comparing models of the same machine: simulator against itself, functional against cycle, RTL
// against simulator. The same seed gives the same machine and program everywhere.
#pragma once

#include "tests/support/program_builder.h"

#include <cstdint>

namespace weft::test {

struct RandomProgramOptions {
  int instructions = 40; // tensor instructions, about
  // Fences between tensor instructions of different engines that touch the same memory: then the results do not depend
  // on time. Otherwise programs are full of races (whose timing is as well defined as any).
  bool raceFree = false;
  // Something goes wrong at a random place: an address, an operand, a semaphore, an illegal word.
  bool faulty = false;
};

// A small machine in which every size varies: arrays wider than tall, one bank, buses wider than rows, queues of one
// entry. DRAM of 1 MiB; code in its first quarter, data in the rest.
Machine randomMachine(uint64_t seed);

// Legal but for `faulty`, and ends with a halt: every semaphore has one producer and one consumer, and every wait
// follows its signal in program order.
ProgramBuilder randomProgram(uint64_t seed, const Machine& machine, const RandomProgramOptions& options = {});

// A fresh memory with random DRAM data and the program loaded.
void fillData(uint64_t seed, CoreMemory& memory);

} // namespace weft::test
