#include "simulator/cycle/store.h"

namespace weft {

StoreEngine::StoreEngine(uint32_t queueSize, CoreState& core)
    : EngineUnit(Engine::store,
                 {counter::store_busy, counter::store_idle, counter::store_instructions, counter::store_stall_semaphore,
                  counter::store_stall_bank},
                 queueSize, core),
      bus_(core.machine.dma.busBytes), burst_(core.machine.dma.burstBytes), line_(core.machine.lineBytes()),
      limit_(core.machine.dma.storeOutstanding) {}

uint64_t StoreEngine::outstanding(uint64_t cycle) {
  while (!completions_.empty() && completions_.front() < cycle)
    completions_.pop_front();
  return completions_.size() + sending_.size() + (begun_ ? 1 : 0);
}

// --- DRAM requests, completion, retirement -----------------------------------------------------------------------

void StoreEngine::stepSend(uint64_t cycle) {
  beginCycle(cycle);
  frontFree_ = !reading_;
  if (!retireAt_.empty() && retireAt_.front() == cycle) {
    retireAt_.pop_front();
    retire(cycle);
  }
  if (sending_.empty() || sending_.front().at != cycle)
    return;
  Segment segment = sending_.front().segment;
  if (!core_.memory.dram.contains(segment.dram, segment.bytes)) {
    fault(FaultCause::address, segment.pc, segment.dram, FaultLatch::back);
    return;
  }
  sending_.pop_front();
  CoreState::Request request = core_.request(cycle, engine_, segment.pc, segment.dram, segment.bytes, bus_, true);
  if (core_.data)
    core_.data->store(segment.dram, segment.scratchpad, segment.bytes);
  count(counter::store_bursts);
  count(counter::store_bytes_written, request.bytes);
  lastCompletion_ = std::max(lastCompletion_ + 1, request.answer);
  completions_.push_back(lastCompletion_);
  if (segment.last)
    retireAt_.push_back(lastCompletion_ + 1);
}

// --- Scratchpad reads --------------------------------------------------------------------------------------------

// Cuts the segment at `position_` of the current run.
void StoreEngine::nextSegment() {
  const TensorOp& op = reading_->op;
  segment_.dram = op.a + dramWalk_.offset() + position_;
  segment_.scratchpad = op.b + scratchpadWalk_.offset() + position_;
  segment_.bytes = std::min(length_ - position_, burst_ - segment_.dram % burst_);
  segment_.last = runsLeft_ == 1 && position_ + segment_.bytes == length_;
  segment_.pc = op.pc;
  read_ = 0;
  begun_ = false;
}

StoreEngine::Part StoreEngine::part() const {
  uint32_t target = segment_.dram + read_;
  uint32_t address = segment_.scratchpad + read_;
  return {address, std::min({segment_.bytes - read_, bus_ - target % bus_, line_ - address % line_})};
}

uint32_t StoreEngine::partsLeft() const {
  uint32_t target = segment_.dram + read_;
  uint32_t address = segment_.scratchpad + read_;
  uint32_t left = segment_.bytes - read_;
  uint32_t parts = 1 + (target % bus_ + left - 1) / bus_;
  // A line boundary cuts a part in two unless it is a beat's boundary as well.
  if ((target - address) % bus_ != 0)
    parts += (address % line_ + left - 1) / line_;
  return parts;
}

void StoreEngine::grant(uint64_t cycle, const Part& part) {
  if (core_.events.enabled())
    core_.events.add({cycle, EventKind::beat, engine_, segment_.pc, 0, part.address, part.bytes, false, 0,
                      core_.eventData ? dataHash(&core_.memory.scratchpad[part.address], part.bytes) : 0});
  ++core_.activity.storeReads;
  count(counter::store_bytes_read, part.bytes);
  read_ += part.bytes;
  if (read_ < segment_.bytes)
    return;
  sending_.push_back({segment_, cycle + timing::ST_SEND});
  begun_ = false;
  if (segment_.last) {
    reading_ = nullptr;
    return;
  }
  position_ += segment_.bytes;
  if (position_ == length_) {
    position_ = 0;
    --runsLeft_;
    dramWalk_.advance(1);
    scratchpadWalk_.advance(1);
  }
  nextSegment();
}

void StoreEngine::stepRead(uint64_t cycle) {
  int cause = kNone;
  if (!reading_) {
    if (outstanding(cycle) > 0)
      cause = counter::store_stall_dram;
  } else if (!mayBegin(cycle)) {
    cause = counter::store_stall_dram;
  } else {
    begun_ = true;
    Part next = part();
    if (!core_.ports.inScratchpad(next.address, next.bytes)) {
      fault(FaultCause::address, segment_.pc, next.address, FaultLatch::front);
    } else if (core_.ports.scratchpadRead.claim(core_.ports.bank(next.address), cycle)) {
      grant(cycle, next);
      cause = numbers_.busy;
    } else {
      cause = numbers_.stallBank;
    }
  }
  if (frontFree_) {
    reading_ = start(cycle);
    if (reading_) {
      const TensorOp& op = reading_->op;
      dramWalk_ = Walk(op.pA, op.pA, 1);
      scratchpadWalk_ = Walk(op.pA, op.pB, 1);
      runsLeft_ = dramWalk_.points();
      position_ = 0;
      length_ = op.pA.field[field::count0];
      nextSegment();
    }
  }
  account(cause);
}

// --- Steady operation --------------------------------------------------------------------------------------------

Steady StoreEngine::steady(uint64_t cycle) {
  Steady steady;
  if (!reading_ && queue_.waiting() > 0 && available()) {
    steady.cycles = 0;
    return steady;
  }
  if (!retireAt_.empty())
    steady.limit(retireAt_.front() - cycle);
  if (!sending_.empty())
    steady.limit(sending_.front().at - cycle);
  if (!reading_)
    return steady;
  if (!mayBegin(cycle)) {
    // The first completion makes room in the cycle after it; what is still to be sent limits the window already.
    if (!completions_.empty())
      steady.limit(completions_.front() + 1 - cycle);
    return steady;
  }
  uint32_t first = segment_.scratchpad + read_;
  uint32_t left = segment_.bytes - read_;
  steady.limit(partsLeft()); // what the last part leads to comes in the cycle after
  if (!core_.ports.inScratchpad(first, left))
    steady.cycles = 0;
  else
    steady.readA = {core_.ports.bank(first), core_.ports.bank(first + left - 1)};
  return steady;
}

void StoreEngine::advance(uint64_t cycle, uint64_t cycles) {
  beginCycle(cycle);
  if (!reading_) {
    account(outstanding(cycle) > 0 ? counter::store_stall_dram : kNone, cycles);
    return;
  }
  if (!mayBegin(cycle)) {
    account(counter::store_stall_dram, cycles);
    return;
  }
  begun_ = true;
  for (uint64_t i = 0; i < cycles; ++i)
    grant(cycle + i, part());
  account(numbers_.busy, cycles);
}

} // namespace weft
