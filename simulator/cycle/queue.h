// The instructions of one engine: first those that have started and not retired, then those that wait in the queue.
#pragma once

#include "isa/semantics/state.h"

#include <cstdint>
#include <deque>

namespace weft {

struct Flight {
  TensorOp op;
  uint64_t number = 0;     // in dispatch order over all engines
  uint64_t dispatched = 0; // cycle
};

class EngineQueue {
public:
  explicit EngineQueue(uint32_t size) : size_(size) {}

  bool full() const { return waiting() >= size_; }
  // Nothing waits and everything that started has retired.
  bool idle() const { return flights_.empty(); }
  size_t waiting() const { return flights_.size() - started_; }
  size_t started() const { return started_; }
  void push(const TensorOp& op, uint64_t number, uint64_t cycle) { flights_.push_back({op, number, cycle}); }
  // The first that waits; waiting() > 0.
  Flight& head() { return flights_[started_]; }
  // The oldest that has started; started() > 0.
  Flight& oldest() { return flights_.front(); }
  Flight& start() { return flights_[started_++]; }
  void retire() {
    flights_.pop_front();
    --started_;
  }

private:
  uint32_t size_;
  size_t started_ = 0;
  std::deque<Flight> flights_; // a flight keeps its address until it retires
};

} // namespace weft
