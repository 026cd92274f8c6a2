// Which instruction's data an instruction waited for, from the order of semaphores.
#pragma once

#include "isa/generated/instructions.h"

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace weft {

// A semaphore has one producing and one consuming engine and counts: the n-th wait is for the n-th signal. A signal
// towards the store (load -> matrix -> vector -> store) says that data is there; one in the other direction only that a
// buffer is free, which is no flow.
class SemaphoreFlows {
public:
  struct End {
    Engine engine = Engine::sequencer;
    size_t lane = 0;
    uint64_t cycle = 0;
    bool drawn = false; // it has a slice
  };

  void signal(const Instruction& instruction, const End& from);
  // The signals of data that an instruction of `to` has waited for.
  std::vector<End> wait(const Instruction& instruction, Engine to);

private:
  std::array<std::deque<End>, kNoSemaphore> signals_; // not waited for yet
};

} // namespace weft
