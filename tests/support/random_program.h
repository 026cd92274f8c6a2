// Random programs for comparing models of the same machine: simulator against itself, functional against cycle, RTL
// against simulator. The same seed gives the same machine and program everywhere.
//
// In two phases: a seed gives a tree of what the program does, the tree gives instructions. Whatever is taken out of a
// tree, the program stays legal: semaphores, fences and registers are decided in the second phase. So a tree can be
// shrunk.
#pragma once

#include "tests/support/program_builder.h"

#include <cstdint>
#include <string>

namespace weft::test {

struct RandomProgramOptions {
  int instructions = 40; // tensor instructions, about
  // Semaphores or fences between tensor instructions of different engines that touch the same memory, and no
  // instruction that reads what it writes itself: then the results do not depend on time. Otherwise programs are full
  // of races (whose timing is as well defined as any).
  bool raceFree = false;
  // Something goes wrong at a random place: an address, an operand, a semaphore, an illegal word.
  bool faulty = false;
  // What `rdctr` reads reaches the memories: for models that agree on time.
  bool counters = false;
};

// A part of a program.
struct RandomNode {
  enum class Kind : uint8_t {
    tensor, // `op` with `arguments`, `times` times; its semaphores are wishes, granted where they stay legal
    scalar, // `instruction`
    branch, // `instruction` over the body, which holds nothing that changes semaphores
    loop,   // the body `times` times
    call,   // the body as a function
    group,  // the body as it is, apart from everything before and after it
    fence,  // of the engines `times`
    sync,   // semwait and semsignal, wishes of arguments.sync
    signal, // semaphore `instruction.s0`, `times` times, unconditionally
    word,   // `word`
  };
  Kind kind = Kind::scalar;
  Instruction instruction;
  Opcode op = Opcode::LD;
  TensorArguments arguments;
  std::array<uint32_t, 4> step{}; // of a tensor instruction in a loop: added to its addresses in each round
  uint32_t times = 1;
  uint64_t word = 0;
  uint64_t style = 0; // chooses registers, and how they get their values
  // Semaphores are as given, and race freedom is not asked for: it is meant to fault, or to let others fault.
  bool forced = false;
  std::vector<RandomNode> body;
};

struct RandomTree {
  std::vector<RandomNode> nodes;
  uint32_t exitCode = 0;
};

// A small machine in which every size varies: arrays wider than tall, one bank, buses wider than rows, queues of one
// entry. DRAM of 1 MiB; code in its first quarter, data in the rest.
Machine randomMachine(uint64_t seed);
// Another DRAM for the machine: model, speed, clock. The rest, which hardware is built for, stays.
void randomiseDram(uint64_t seed, Machine& machine);

RandomTree randomTree(uint64_t seed, const Machine& machine, const RandomProgramOptions& options = {});

// Legal but for what is `forced`, and ends with a halt: every semaphore has one producer and one consumer, and every
// wait follows its signal in program order.
ProgramBuilder buildProgram(const RandomTree& tree, const Machine& machine, const RandomProgramOptions& options = {});

// Both at once.
ProgramBuilder randomProgram(uint64_t seed, const Machine& machine, const RandomProgramOptions& options = {});

// A fresh memory with random DRAM data and the program loaded.
void fillData(uint64_t seed, CoreMemory& memory);

} // namespace weft::test
