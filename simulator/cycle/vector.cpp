#include "simulator/cycle/vector.h"

#include "isa/semantics/operands.h"

namespace weft {

VectorEngine::VectorEngine(uint32_t queueSize, CoreState& core)
    : EngineUnit(Engine::vector,
                 {counter::vector_busy, counter::vector_idle, counter::vector_instructions,
                  counter::vector_stall_semaphore, counter::vector_stall_bank},
                 queueSize, core),
      cols_(core.machine.array.cols) {}

VectorEngine::Shape VectorEngine::shape(Opcode op) {
  const operands::Usage& use = operands::usage(op);
  Shape shape;
  shape.parameterRows = use.parameterRows;
  shape.a = use.accumulatorA ? Port::accumulators : Port::scratchpad;
  shape.b = use.scratchpadB;
  shape.window = use.taps;
  shape.weights = use.weights;
  shape.pipeline = operands::pipelineCycles(use);
  return shape;
}

// --- Start -------------------------------------------------------------------------------------------------------

void VectorEngine::begin(const TensorOp& op) {
  rowsRead_ = 0;
  retireAt_ = kForever;
  if (operands::usage(op.instruction.op).tableLoad) {
    shape_ = {};
    phase_ = Phase::table;
    rowsToWrite_ = 0;
    safe_ = core_.ports.inScratchpad(op.a, timing::LUT_ENTRIES);
    banksA_ = safe_ ? BankRange{core_.ports.bank(op.a), core_.ports.bank(op.a + timing::LUT_ENTRIES - 1)} : BankRange{};
    return;
  }
  shape_ = shape(op.instruction.op);
  counts_ = vectorCounts(op.instruction.op);
  phase_ = shape_.parameterRows > 0 ? Phase::parameters : Phase::taps;
  walkA_ = Walk(op.pC, op.pA);
  walkB_ = Walk(op.pC, op.pB);
  walkC_ = Walk(op.pC, op.pC);
  tapWalk_ = shape_.window ? Walk(op.pB, op.pB) : Walk();
  taps_ = tapWalk_.points();
  tap_ = 0;
  rowsLeft_ = rowsToWrite_ = walkC_.points();
  grantedA_ = false;
  grantedB_ = !readsB();
  findBanks(op);
}

void VectorEngine::findBanks(const TensorOp& op) {
  const MemoryPorts& ports = core_.ports;
  safe_ = true;
  auto banks = [&](uint32_t base, Walk::Extent extent, uint64_t bytes) -> BankRange {
    int64_t low = base + extent.low;
    int64_t high = base + extent.high + static_cast<int64_t>(bytes);
    if (low < 0 || high > ports.scratchpadBytes) {
      safe_ = false;
      return {};
    }
    return {ports.bank(static_cast<uint32_t>(low)), ports.bank(static_cast<uint32_t>(high - 1))};
  };
  Walk::Extent a = walkA_.extent();
  banksA_ = banksB_ = banksD_ = accumulatorBanks_ = {};
  if (shape_.a == Port::accumulators) {
    int64_t low = op.a + a.low;
    int64_t high = op.a + a.high;
    if (low < 0 || high >= ports.accumulatorRows)
      safe_ = false;
    else
      accumulatorBanks_ = {ports.accumulatorBank(static_cast<uint32_t>(low)),
                           ports.accumulatorBank(static_cast<uint32_t>(high))};
  } else {
    Walk::Extent taps = tapWalk_.extent();
    banksA_ = banks(op.a, {a.low + taps.low, a.high + taps.high}, cols_);
  }
  if (shape_.weights)
    banksB_ = banks(op.b, {}, taps_ * cols_);
  else if (shape_.b)
    banksB_ = banks(op.b, walkB_.extent(), cols_);
  if (shape_.parameterRows > 0)
    banksD_ = banks(op.d, {}, uint64_t{shape_.parameterRows} * cols_);
  banksC_ = banks(op.c, walkC_.extent(), cols_);
}

// --- A cycle -----------------------------------------------------------------------------------------------------

void VectorEngine::addressFault(uint32_t address, FaultLatch::Stage stage) {
  fault(FaultCause::address, current_->op.pc, address, stage);
}

bool VectorEngine::read(uint32_t address, uint64_t cycle) {
  if (!core_.ports.inScratchpad(address, cols_)) {
    addressFault(address, FaultLatch::front);
    return false;
  }
  if (!core_.ports.scratchpadRead.claim(core_.ports.bank(address), cycle)) {
    refused_ = true;
    return false;
  }
  ++core_.activity.vectorReads;
  return true;
}

bool VectorEngine::readAccumulator(uint32_t row, uint64_t cycle) {
  if (row >= core_.ports.accumulatorRows) {
    addressFault(row, FaultLatch::front);
    return false;
  }
  if (!core_.ports.accumulatorRead.claim(core_.ports.accumulatorBank(row), cycle)) {
    refused_ = true;
    return false;
  }
  ++core_.activity.accumulatorDrains;
  return true;
}

void VectorEngine::stepWrite(uint64_t cycle) {
  if (!issued_.empty() && issued_.front().first + shape_.pipeline == cycle) {
    Issued& front = issued_.front();
    front.first += front.interval;
    if (--front.rows == 0)
      issued_.pop_front();
    uint32_t address = current_->op.c + walkC_.offset();
    if (!core_.ports.inScratchpad(address, cols_)) {
      addressFault(address, FaultLatch::back);
      return;
    }
    core_.ports.scratchpadWrite.claim(core_.ports.bank(address), cycle);
    walkC_.advance(1);
    countRows(1);
    if (--rowsToWrite_ == 0)
      retireAt_ = cycle;
  }
  if (retireAt_ == cycle) {
    retire(cycle);
    current_ = nullptr;
    retireAt_ = kForever;
  }
}

// The last read of a tap was granted.
void VectorEngine::issued(uint64_t cycle) {
  grantedA_ = false;
  grantedB_ = !readsB();
  if (shape_.window)
    tapWalk_.advance(1);
  if (++tap_ < taps_)
    return;
  tap_ = 0;
  walkA_.advance(1);
  walkB_.advance(1);
  issued_.push_back({cycle, taps_, 1});
  if (--rowsLeft_ == 0)
    phase_ = Phase::drain;
}

void VectorEngine::stepRead(uint64_t cycle) {
  const TensorOp& op = current_->op;
  switch (phase_) {
  case Phase::table:
    if (!read(op.a + rowsRead_ * cols_, cycle))
      return;
    progress_ = true;
    ++core_.activity.lutLoads;
    if (++rowsRead_ == timing::LUT_ENTRIES / cols_) {
      phase_ = Phase::drain;
      retireAt_ = cycle + timing::VX_LUT_TAIL;
    }
    return;
  case Phase::parameters:
    if (!read(op.d + rowsRead_ * cols_, cycle))
      return;
    progress_ = true;
    if (++rowsRead_ == shape_.parameterRows)
      phase_ = Phase::taps;
    return;
  case Phase::taps: {
    uint32_t a = op.a + walkA_.offset() + tapWalk_.offset();
    if (!grantedA_) {
      grantedA_ = shape_.a == Port::accumulators ? readAccumulator(a, cycle) : read(a, cycle);
      countTaps(grantedA_ ? 1 : 0);
    }
    if (!grantedB_)
      grantedB_ = read(op.b + (shape_.weights ? static_cast<uint32_t>(tap_) * cols_ : walkB_.offset()), cycle);
    if (grantedA_ && grantedB_) {
      progress_ = true;
      issued(cycle);
    }
    return;
  }
  case Phase::drain:
    return;
  }
}

void VectorEngine::step(uint64_t cycle) {
  beginCycle(cycle);
  progress_ = false;
  refused_ = false;
  bool free = !current_;
  if (current_)
    stepWrite(cycle);
  if (current_)
    stepRead(cycle);
  if (free) {
    current_ = start(cycle);
    if (current_)
      begin(current_->op);
  }
  account(progress_ ? numbers_.busy : refused_ ? numbers_.stallBank : kNone);
}

// --- Steady operation --------------------------------------------------------------------------------------------

Steady VectorEngine::steady(uint64_t cycle) {
  Steady steady;
  if (!current_) {
    if (queue_.waiting() > 0 && available())
      steady.cycles = 0;
    return steady;
  }
  if (!safe_) {
    steady.cycles = 0;
    return steady;
  }
  if (retireAt_ != kForever)
    steady.limit(retireAt_ - cycle);
  if (phase_ != Phase::table)
    steady.write = banksC_;
  switch (phase_) {
  case Phase::table:
    // Stepping the last read is simplest, since retirement follows.
    steady.limit(timing::LUT_ENTRIES / cols_ - rowsRead_ - 1);
    steady.readA = banksA_;
    break;
  case Phase::parameters:
    steady.limit(shape_.parameterRows - rowsRead_);
    steady.readA = banksD_;
    break;
  case Phase::taps:
    if (grantedA_ || grantedB_ == readsB()) {
      steady.cycles = 0; // half a tap
      break;
    }
    // Absurd counts must not overflow.
    if (taps_ >> 40)
      steady.limit(taps_ - tap_);
    else
      steady.limit(taps_ * std::min<uint64_t>(rowsLeft_, 1 << 20) - tap_);
    steady.readA = banksA_;
    steady.readB = banksB_;
    steady.accumulatorRead = accumulatorBanks_;
    break;
  case Phase::drain:
    if (rowsToWrite_ > 0) {
      const Issued& last = issued_.back();
      steady.limit(last.first + last.interval * (last.rows - 1) + shape_.pipeline - cycle);
    }
    break;
  }
  return steady;
}

void VectorEngine::advance(uint64_t cycle, uint64_t cycles) {
  beginCycle(cycle);
  account(kNone, cycles);
  if (!current_)
    return;
  switch (phase_) {
  case Phase::table:
    rowsRead_ += static_cast<uint32_t>(cycles);
    core_.activity.vectorReads += cycles;
    core_.activity.lutLoads += cycles;
    break;
  case Phase::parameters:
    rowsRead_ += static_cast<uint32_t>(cycles);
    core_.activity.vectorReads += cycles;
    if (rowsRead_ == shape_.parameterRows)
      phase_ = Phase::taps;
    break;
  case Phase::taps: {
    bool accumulators = shape_.a == Port::accumulators;
    (accumulators ? core_.activity.accumulatorDrains : core_.activity.vectorReads) += cycles;
    countTaps(cycles);
    if (readsB())
      core_.activity.vectorReads += cycles;
    uint64_t rows = (tap_ + cycles) / taps_;
    if (rows > 0) {
      issued_.push_back({cycle + (taps_ - 1 - tap_), taps_, rows});
      walkA_.advance(rows);
      walkB_.advance(rows);
      rowsLeft_ -= rows;
      if (rowsLeft_ == 0)
        phase_ = Phase::drain;
    }
    tap_ = (tap_ + cycles) % taps_;
    if (shape_.window)
      tapWalk_.advance(cycles);
    break;
  }
  case Phase::drain:
    break;
  }
  // The writes of the window.
  uint64_t end = cycle + cycles;
  while (!issued_.empty() && issued_.front().first + shape_.pipeline < end) {
    Issued& front = issued_.front();
    uint64_t rows = std::min(front.rows, (end - 1 - shape_.pipeline - front.first) / front.interval + 1);
    walkC_.advance(rows);
    rowsToWrite_ -= rows;
    countRows(rows);
    front.first += rows * front.interval;
    front.rows -= rows;
    if (front.rows > 0)
      break;
    issued_.pop_front();
  }
}

} // namespace weft
