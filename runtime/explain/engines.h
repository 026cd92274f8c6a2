// The engines of the replay. Each tells the cycle of its next action, given what is known so far, and does it; the
// replay lets the earliest go first. Section numbers are those of isa/docs/timing.md.
#pragma once

#include "runtime/explain/replay.h"

#include "isa/generated/timing.h"
#include "simulator/cycle/walk.h"

#include <cmath>

namespace weft::explain {

using Cycle = uint64_t;
inline constexpr Cycle kNever = UINT64_MAX;

// Section 2: the cycles in which signals can be seen, in order; each wait takes the next.
class Semaphores {
public:
  void clear();
  void signal(const TensorOp& op, Cycle retire);
  // When the waits of `op` are satisfied; kNever if a signal has not been given yet.
  Cycle satisfied(const TensorOp& op) const;
  void take(const TensorOp& op);

private:
  struct Signals {
    std::vector<Cycle> at;
    size_t taken = 0;
  };
  std::array<Signals, timing::SEMAPHORES> all_;
};

// Section 4, ideal model.
class Memory {
public:
  explicit Memory(const Machine& machine)
      : latency_(machine.dramLatencyCycles()), perByte_(machine.clockMhz / double(machine.dram.bandwidthMbS)) {}
  // Cycle of the first beat of a read.
  Cycle read(Cycle cycle, uint64_t bytes) { return request(cycle, bytes, true); }
  // Cycle in which a write is done.
  Cycle write(Cycle cycle, uint64_t bytes) { return request(cycle, bytes, false); }

private:
  Cycle request(Cycle cycle, uint64_t bytes, bool begin) {
    const double first = std::max(static_cast<double>(cycle + latency_), free_);
    free_ = first + static_cast<double>(bytes) * perByte_;
    return static_cast<Cycle>(std::ceil(begin ? first : free_));
  }
  uint64_t latency_;
  double perByte_;
  double free_ = 0;
};

// Section 3: what waits in an engine's queue, and when it started.
class Queue {
public:
  explicit Queue(uint32_t size) : size_(size) {}
  void clear() { entries_.clear(), head_ = 0; }
  void dispatch(const TensorOp& op, Cycle cycle) { entries_.push_back({&op, cycle, 0}); }
  bool empty() const { return head_ == entries_.size(); }
  // First cycle in which there is room; kNever if that is not known yet.
  Cycle room() const;
  // First cycle in which the head can start once the engine is free at `free`.
  Cycle ready(Cycle free, const Semaphores& semaphores) const;
  const TensorOp& start(Cycle cycle, Semaphores& semaphores);

private:
  struct Entry {
    const TensorOp* op;
    Cycle dispatched, started;
  };
  uint32_t size_;
  std::vector<Entry> entries_; // of the layer
  size_t head_ = 0;
};

class EngineModel {
public:
  EngineModel(uint32_t queueSize, Semaphores& semaphores) : queue(queueSize), semaphores_(semaphores) {}
  virtual ~EngineModel() = default;
  virtual Cycle next() const { return queue.ready(free_, semaphores_); }
  // Acts at next(), and goes on while that concerns no other engine and is not after `horizon`.
  virtual void act(Cycle horizon) = 0;
  virtual bool idle() const { return queue.empty(); }

  Queue queue;
  Cycle retired = 0; // the last instruction that retired, or will
  EngineTime time;
  uint64_t bytes = 0; // of DRAM

protected:
  void retire(const TensorOp& op, Cycle cycle) {
    retired = cycle;
    semaphores_.signal(op, cycle);
  }
  Semaphores& semaphores_;
  Cycle free_ = 0; // the front stage, for the next start
};

// Sections 6 and 7: what both DMA engines cut their runs into.
class DmaModel : public EngineModel {
public:
  DmaModel(const Machine& machine, uint32_t queueSize, uint32_t outstanding, Semaphores& semaphores, Memory& memory);
  bool idle() const override { return !op_ && queue.empty(); }

protected:
  void begin(const TensorOp& op);
  // Accesses of the scratchpad that `length` bytes need.
  uint64_t parts(uint32_t dram, uint32_t scratchpad, uint32_t length) const;
  uint64_t beatBytes(uint32_t dram, uint32_t length) const;
  // Passes `length` bytes; true at the end of the instruction.
  bool pass(uint32_t length);

  uint32_t bus_, burst_, line_;
  Memory& memory_;
  const TensorOp* op_ = nullptr; // in the front stage
  Walk dram_, scratchpad_;
  uint64_t runsLeft_ = 0;
  uint32_t position_ = 0, length_ = 0; // in the run
  std::vector<Cycle> window_;          // when the last segments left, as many as can be outstanding
  uint64_t segments_ = 0;
  Cycle& leaves() { return window_[segments_ % window_.size()]; }
  const Cycle& leaves() const { return window_[segments_ % window_.size()]; }
};

class LoadModel final : public DmaModel {
public:
  LoadModel(const Machine& machine, Semaphores& semaphores, Memory& memory);
  Cycle next() const override;
  void act(Cycle horizon) override;

private:
  void push(Cycle cycle);
  Cycle pushed_ = 0, written_ = 0; // last push, last write
};

class StoreModel final : public DmaModel {
public:
  StoreModel(const Machine& machine, Semaphores& semaphores, Memory& memory);
  Cycle next() const override;
  void act(Cycle horizon) override;

private:
  void send(Cycle cycle);
  Cycle completed_ = 0;
};

// Section 8.
class MatrixModel final : public EngineModel {
public:
  MatrixModel(const Machine& machine, Semaphores& semaphores);
  void act(Cycle horizon) override;

private:
  uint64_t rows_, delay_;
  Cycle swapped_ = 0, lastRow_ = 0;
};

// Section 9.
class VectorModel final : public EngineModel {
public:
  VectorModel(const Machine& machine, Semaphores& semaphores);
  void act(Cycle horizon) override;

private:
  uint64_t cols_;
};

} // namespace weft::explain
