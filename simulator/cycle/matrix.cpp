#include "simulator/cycle/matrix.h"

namespace weft {

MatrixEngine::MatrixEngine(uint32_t queueSize, CoreState& core)
    : EngineUnit(Engine::matrix,
                 {counter::matrix_busy, counter::matrix_idle, counter::matrix_instructions,
                  counter::matrix_stall_semaphore, counter::matrix_stall_bank},
                 queueSize, core),
      rows_(core.machine.array.rows), cols_(core.machine.array.cols),
      delay_(uint64_t{rows_} + cols_ + timing::MX_ARRAY_DELAY) {}

// --- Array -------------------------------------------------------------------------------------------------------

BankRange MatrixEngine::accumulatorBanks(uint64_t row, uint64_t rows) const {
  return {core_.ports.accumulatorBank(static_cast<uint32_t>(row)),
          core_.ports.accumulatorBank(static_cast<uint32_t>(row + rows - 1))};
}

void MatrixEngine::popDrain() {
  drains_.pop_front();
  if (reads_ > 0)
    --reads_;
}

void MatrixEngine::stepArray(uint64_t cycle) {
  while (!drains_.empty() && drains_.front().end() + delay_ <= cycle)
    popDrain(); // it left the array in a cycle that was skipped, with nothing to do
  if (!drains_.empty() && drains_.front().first + delay_ <= cycle) {
    const Drain& drain = drains_.front();
    uint64_t index = cycle - delay_ - drain.first;
    uint64_t row = drain.accumulatorRow + index;
    if (!drain.safe && static_cast<uint32_t>(row) >= core_.ports.accumulatorRows) {
      fault(FaultCause::address, drain.pc, static_cast<uint32_t>(row), FaultLatch::back);
    } else if (index + 1 == drain.rows) {
      bool last = drain.last;
      popDrain();
      if (last)
        retire(cycle);
    }
  }
  uint64_t granted = cycle + 1 - delay_; // of the row whose accumulator is read now
  while (reads_ < drains_.size() && drains_[reads_].end() + delay_ <= cycle + 1)
    ++reads_;
  if (reads_ < drains_.size() && drains_[reads_].accumulates && drains_[reads_].first + delay_ <= cycle + 1) {
    auto row = static_cast<uint32_t>(drains_[reads_].accumulatorRow + (granted - drains_[reads_].first));
    if (row < core_.ports.accumulatorRows)
      core_.ports.accumulatorRead.claim(core_.ports.accumulatorBank(row), cycle);
  }
}

// --- Streamer ----------------------------------------------------------------------------------------------------

// Rows granted in consecutive cycles from `cycle` on.
void MatrixEngine::granted(uint64_t cycle, uint64_t rows) {
  uint64_t done = current_.rows - rowsLeft_;
  rowsLeft_ -= rows;
  bool last = current_.last && rowsLeft_ == 0;
  bool continues = done > 0 && !drains_.empty() && drains_.back().end() == cycle;
  if (continues) {
    drains_.back().rows += rows;
    drains_.back().last = last;
  } else {
    const TensorOp& op = current_.flight->op;
    drains_.push_back({cycle, rows, op.c + done, current_.accumulates, current_.safe, last, op.pc});
  }
  rowWalk_.advance(rows);
  count(counter::matrix_macs, rows * rows_ * cols_);
  core_.activity.activationReads += rows;
  core_.activity.accumulatorWrites += rows;
  core_.activity.accumulatorReads += current_.accumulates ? rows : 0;
}

bool MatrixEngine::stepStreamer(uint64_t cycle) {
  if (rowsLeft_ == 0)
    return false;
  uint32_t address = current_.activations + rowWalk_.offset();
  if (!core_.ports.inScratchpad(address, rows_)) {
    fault(FaultCause::address, current_.flight->op.pc, address, FaultLatch::middle);
    return false;
  }
  if (!core_.ports.scratchpadRead.claim(core_.ports.bank(address), cycle)) {
    refused_ = true;
    return false;
  }
  rowGranted_ = true;
  granted(cycle, 1);
  return rowsLeft_ == 0;
}

// --- Loader ------------------------------------------------------------------------------------------------------

// Called when the loader has a tile to load and the shadow is free for it: prepares the tile's step.
void MatrixEngine::beginTile() {
  const TensorOp& op = loading_->op;
  const MemoryPorts& ports = core_.ports;
  loaded_ = 0;
  next_ = {};
  next_.flight = loading_;
  next_.activations = op.a + stepWalk_.offset();
  next_.rows = rowsOfLoading_;
  next_.accumulates = op.instruction.op == Opcode::MMA || !firstStep_;
  next_.last = stepsLeft_ == 1;

  int64_t low = int64_t{next_.activations} + extentOfLoading_.low;
  int64_t high = int64_t{next_.activations} + extentOfLoading_.high + rows_;
  next_.safe = low >= 0 && high <= ports.scratchpadBytes && op.c + next_.rows <= ports.accumulatorRows;
  if (!next_.safe)
    return;
  next_.banks = {ports.bank(static_cast<uint32_t>(low)), ports.bank(static_cast<uint32_t>(high - 1))};
  if (next_.accumulates)
    next_.accumulatorBanks = accumulatorBanks(op.c, next_.rows);
}

void MatrixEngine::tileDone() {
  shadowFull_ = true;
  count(counter::matrix_weight_tiles);
  weights_ += rows_ * cols_;
  firstStep_ = false;
  if (--stepsLeft_ == 0)
    loading_ = nullptr;
  else
    stepWalk_.advance(1);
}

void MatrixEngine::stepLoader(uint64_t cycle) {
  uint32_t address = weights_ + loaded_ * cols_;
  if (!core_.ports.inScratchpad(address, cols_)) {
    fault(FaultCause::address, loading_->op.pc, address, FaultLatch::front);
    return;
  }
  if (!core_.ports.scratchpadRead.claim(core_.ports.bank(address), cycle)) {
    refused_ = true;
    return;
  }
  ++core_.activity.weightReads;
  if (++loaded_ == rows_)
    tileDone();
}

void MatrixEngine::step(uint64_t cycle) {
  beginCycle(cycle);
  refused_ = false;
  rowGranted_ = false;
  bool loaderFree = !loading_;
  bool full = shadowFull_;
  bool idle = rowsLeft_ == 0;

  stepArray(cycle);
  bool stepDone = stepStreamer(cycle);
  bool swaps = full && (idle || stepDone);
  if (swaps) {
    current_ = next_;
    rowsLeft_ = current_.rows;
    rowWalk_ = Walk(current_.flight->op.pA, current_.flight->op.pA);
    shadowFull_ = false;
    if (loading_)
      beginTile();
  }
  if (loading_ && !full)
    stepLoader(cycle);
  if (loaderFree) {
    loading_ = start(cycle);
    if (loading_) {
      const TensorOp& op = loading_->op;
      stepWalk_ = Walk(op.pB, op.pB);
      stepsLeft_ = stepWalk_.points();
      weights_ = op.b;
      firstStep_ = true;
      Walk rows(op.pA, op.pA);
      rowsOfLoading_ = rows.points();
      extentOfLoading_ = rows.extent();
      if (!shadowFull_)
        beginTile();
    }
  }

  int cause = kNone;
  if (rowGranted_)
    cause = numbers_.busy;
  else if (refused_)
    cause = numbers_.stallBank;
  else if (idle && !swaps && !loaderFree)
    cause = counter::matrix_stall_weights;
  account(cause);
}

// --- Steady operation --------------------------------------------------------------------------------------------

Steady MatrixEngine::steady(uint64_t cycle) {
  Steady steady;
  bool streams = rowsLeft_ > 0;
  bool loads = loading_ && !shadowFull_;
  bool starts = !loading_ && queue_.waiting() > 0 && available();
  bool swaps = shadowFull_ && !streams;
  uint32_t tileBytes = rows_ * cols_;
  if (starts || swaps || (streams && !current_.safe) || (loads && !core_.ports.inScratchpad(weights_, tileBytes))) {
    steady.cycles = 0;
    return steady;
  }
  if (streams) {
    steady.limit(rowsLeft_ - 1);
    steady.readA = current_.banks;
    steady.accumulatorRead = current_.accumulatorBanks;
  }
  if (loads) {
    steady.limit(rows_ - loaded_ - 1);
    steady.readB = {core_.ports.bank(weights_), core_.ports.bank(weights_ + tileBytes - 1)};
  }
  for (size_t i = 0; i < drains_.size() && steady.cycles > 0; ++i) {
    const Drain& drain = drains_[i];
    if (!drain.safe)
      steady.cycles = 0;
    if (drain.last)
      steady.limit(drain.end() - 1 + delay_ - cycle);
    if (drain.safe && drain.accumulates && i >= reads_)
      steady.accumulatorRead.include(accumulatorBanks(drain.accumulatorRow, drain.rows));
  }
  return steady;
}

void MatrixEngine::advance(uint64_t cycle, uint64_t cycles) {
  beginCycle(cycle);
  bool streams = rowsLeft_ > 0;
  bool loads = loading_ && !shadowFull_;
  if (streams)
    granted(cycle, cycles);
  if (loads) {
    loaded_ += static_cast<uint32_t>(cycles);
    core_.activity.weightReads += cycles;
  }
  account(streams ? numbers_.busy : loads ? counter::matrix_stall_weights : kNone, cycles);
}

} // namespace weft
