// What random programs do wrong. Internal to random programs.
#pragma once

#include "tests/support/random.h"
#include "tests/support/random_program.h"

#include <functional>
#include <vector>

namespace weft::test {

// Makers of what is legal, for faults that change a detail of it.
struct LegalParts {
  std::function<Opcode()> opcode; // of a tensor instruction
  std::function<TensorArguments(Opcode)> arguments;
  std::function<RandomNode()> scalar;
};

// Nodes that mostly make the program fault: operands, addresses just outside or far outside a memory, semaphores,
// several units in the same cycle, scalar code, words that are no instruction.
std::vector<RandomNode> randomFault(Random& random, const Machine& machine, const LegalParts& parts);

} // namespace weft::test
