// What the cycle model reports while it runs. The RTL's tracer reports the same events: the two streams are compared.
#pragma once

#include "isa/semantics/state.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace weft {

// The order within a cycle: by engine, then by kind.
enum class EventKind : uint8_t {
  retire,      // a tensor instruction is complete and signals
  start,       // an engine takes a tensor instruction from its queue
  dispatch,    // the sequencer puts a tensor instruction into an engine's queue
  beat,        // a granted scratchpad access of a DMA engine: address, bytes, write
  dramRequest, // address, bytes, write, and the memory's answer
  fault,       // address holds the low 32 bits of the information
  halt,        // address holds the exit code
};

struct CycleEvent {
  uint64_t cycle = 0;
  EventKind kind = EventKind::halt;
  Engine engine = Engine::sequencer;
  uint32_t pc = 0;          // of the instruction that it belongs to
  uint64_t instruction = 0; // dispatch, start, retire: number of the tensor instruction in dispatch order
  uint32_t address = 0;
  uint32_t bytes = 0;
  bool write = false;
  uint64_t answer = 0; // ready or done of a DRAM request
  uint64_t data = 0;   // beat, if asked for: dataHash() of its bytes
};

// FNV-1a, 64 bits.
inline uint64_t dataHash(const uint8_t* bytes, size_t count) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < count; ++i)
    hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

inline bool operator==(const CycleEvent& a, const CycleEvent& b) {
  return std::tie(a.cycle, a.kind, a.engine, a.pc, a.instruction, a.address, a.bytes, a.write, a.answer, a.data) ==
         std::tie(b.cycle, b.kind, b.engine, b.pc, b.instruction, b.address, b.bytes, b.write, b.answer, b.data);
}

class CycleObserver {
public:
  virtual ~CycleObserver() = default;
  // Called in the order of cycle, engine, kind.
  virtual void event(const CycleEvent& event) = 0;
};

// Puts the events of the engines, which advance one after the other, into their order.
class EventLog {
public:
  void attach(CycleObserver* observer) { observer_ = observer; }
  bool enabled() const { return observer_ != nullptr; }
  void add(const CycleEvent& event) {
    if (observer_)
      pending_.push_back(event);
  }
  // Everything added so far belongs to cycles that are over.
  void flush() {
    if (pending_.empty())
      return;
    std::stable_sort(pending_.begin(), pending_.end(), [](const CycleEvent& a, const CycleEvent& b) {
      return std::tie(a.cycle, a.engine, a.kind) < std::tie(b.cycle, b.engine, b.kind);
    });
    for (const CycleEvent& event : pending_)
      observer_->event(event);
    pending_.clear();
  }

private:
  CycleObserver* observer_ = nullptr;
  std::vector<CycleEvent> pending_;
};

} // namespace weft
