#include "simulator/trace/flows.h"

#include "isa/generated/timing.h"

namespace weft {
namespace {

int stage(Engine engine) {
  switch (engine) {
  case Engine::load:
    return 0;
  case Engine::matrix:
    return 1;
  case Engine::vector:
    return 2;
  case Engine::store:
    return 3;
  case Engine::sequencer:
    break;
  }
  return -1;
}

} // namespace

void SemaphoreFlows::signal(const Instruction& instruction, const End& from) {
  for (uint8_t semaphore : {instruction.s0, instruction.s1})
    if (semaphore != kNoSemaphore) {
      std::deque<End>& signals = signals_[semaphore];
      signals.push_back(from);
      if (signals.size() > timing::SEMAPHORE_MAX) // the sequencer waits for it, which no event tells
        signals.pop_front();
    }
}

std::vector<SemaphoreFlows::End> SemaphoreFlows::wait(const Instruction& instruction, Engine to) {
  std::vector<End> ends;
  for (uint8_t semaphore : {instruction.w0, instruction.w1}) {
    if (semaphore == kNoSemaphore || signals_[semaphore].empty()) // or the sequencer signalled
      continue;
    const End from = signals_[semaphore].front();
    signals_[semaphore].pop_front();
    if (stage(from.engine) >= 0 && stage(from.engine) < stage(to))
      ends.push_back(from);
  }
  return ends;
}

} // namespace weft
