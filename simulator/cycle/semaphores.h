// The counting semaphores (isa/docs/timing.md, section 2).
#pragma once

#include "isa/generated/instructions.h"
#include "isa/generated/timing.h"

#include <array>
#include <cstdint>

namespace weft {

class Semaphores {
public:
  // Whether an instruction that waits for these may start in this cycle.
  bool available(const Instruction& in) const { return isSet(in.w0) && isSet(in.w1); }

  bool isSet(uint8_t semaphore) const { return semaphore == kNoSemaphore || count_[semaphore] > 0; }
  // Of the last signal.
  Engine signaller(uint8_t semaphore) const { return signaller_[semaphore]; }

  // Changes become visible with commit().
  void take(const Instruction& in, Engine engine, uint32_t pc) {
    change(in.w0, -1, engine, pc);
    if (in.w1 != in.w0)
      change(in.w1, -1, engine, pc);
  }
  void signal(const Instruction& in, Engine engine, uint32_t pc) {
    change(in.s0, +1, engine, pc);
    if (in.s1 != in.s0)
      change(in.s1, +1, engine, pc);
  }

  struct Overflow {
    bool happened = false;
    Engine engine = Engine::sequencer;
    uint32_t pc = 0;
    uint8_t semaphore = 0;
  };
  // Ends the cycle. A count that leaves 0 to SEMAPHORE_MAX is reported for the first unit, in unit order, that pushed
  // it that way; semaphores in the order of their numbers.
  Overflow commit() {
    Overflow overflow;
    if (changes_ == 0)
      return overflow;
    std::array<int, kCount> next{};
    for (int i = 0; i < changes_; ++i)
      next[change_[i].semaphore] += change_[i].amount;
    for (int i = 0; i < changes_; ++i) {
      const Change& change = change_[i];
      int value = count_[change.semaphore] + next[change.semaphore];
      bool bad = (value > timing::SEMAPHORE_MAX && change.amount > 0) || (value < 0 && change.amount < 0);
      bool first = !overflow.happened || change.engine < overflow.engine ||
                   (change.engine == overflow.engine && change.semaphore < overflow.semaphore);
      if (bad && first)
        overflow = {true, change.engine, change.pc, change.semaphore};
    }
    for (int i = 0; i < changes_; ++i) {
      uint8_t semaphore = change_[i].semaphore;
      count_[semaphore] += next[semaphore];
      next[semaphore] = 0;
      if (change_[i].amount > 0)
        signaller_[semaphore] = change_[i].engine;
    }
    changes_ = 0;
    return overflow;
  }

  int count(uint8_t semaphore) const { return count_[semaphore]; }

private:
  static constexpr size_t kCount = 32;
  static constexpr int kMostChanges = 5 * 4; // every unit: two waits and two signals
  struct Change {
    uint8_t semaphore;
    int8_t amount;
    Engine engine;
    uint32_t pc;
  };

  void change(uint8_t semaphore, int8_t amount, Engine engine, uint32_t pc) {
    if (semaphore != kNoSemaphore)
      change_[changes_++] = {semaphore, amount, engine, pc};
  }

  std::array<int, kCount> count_{};
  std::array<Engine, kCount> signaller_{};
  Change change_[kMostChanges];
  int changes_ = 0;
};

} // namespace weft
