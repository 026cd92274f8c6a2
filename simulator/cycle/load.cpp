#include "simulator/cycle/load.h"

namespace weft {

LoadEngine::LoadEngine(uint32_t queueSize, CoreState& core)
    : EngineUnit(Engine::load,
                 {counter::load_busy, counter::load_idle, counter::load_instructions, counter::load_stall_semaphore,
                  counter::load_stall_bank},
                 queueSize, core),
      bus_(core.machine.dma.busBytes), burst_(core.machine.dma.burstBytes), line_(core.machine.lineBytes()),
      fifoSize_(core.machine.dma.loadOutstanding) {}

// --- Issue stage -------------------------------------------------------------------------------------------------

void LoadEngine::push(uint64_t cycle) {
  const TensorOp& op = issuing_->op;
  uint32_t row = dramWalk_.index(1);
  uint32_t dram = op.a + dramWalk_.offset() + position_;
  uint32_t scratchpad = op.b + scratchpadWalk_.offset() + position_;
  bool inWindow = row >= lo1_ && row < hi1_;
  bool real = inWindow && position_ >= lo0_ && position_ < hi0_;
  uint32_t limit = length_;
  if (inWindow && position_ < lo0_)
    limit = std::min(length_, lo0_);
  else if (real)
    limit = std::min(length_, hi0_);
  uint32_t unit = real ? burst_ : line_;
  uint32_t bytes = std::min(limit - position_, unit - (real ? dram : scratchpad) % unit);

  Segment segment{
      real, dram, scratchpad, bytes, 0, cycle, false, op.pc, static_cast<uint8_t>(op.pA.field[field::fill])};
  if (real) {
    if (!core_.memory.dram.contains(dram, bytes)) {
      fault(FaultCause::address, op.pc, dram, FaultLatch::front);
      return;
    }
    CoreState::Request request = core_.request(cycle, engine_, op.pc, dram, bytes, bus_, false);
    if (core_.data)
      core_.data->load(request.address, request.bytes);
    segment.ready = request.answer;
    count(counter::load_bursts);
    count(counter::load_bytes_read, request.bytes);
  }
  pushed_ = true;
  position_ += bytes;
  if (position_ == length_) {
    position_ = 0;
    dramWalk_.advance(1);
    scratchpadWalk_.advance(1);
    segment.last = --runsLeft_ == 0;
    if (segment.last)
      issuing_ = nullptr;
  }
  fifo_.push_back(segment);
}

void LoadEngine::stepIssue(uint64_t cycle) {
  beginCycle(cycle);
  frontFree_ = !issuing_;
  pushed_ = false;
  if (issuing_ && fifo_.size() < fifoSize_)
    push(cycle);
}

// --- Write stage -------------------------------------------------------------------------------------------------

LoadEngine::Part LoadEngine::part() const {
  const Segment& head = fifo_.front();
  uint32_t address = head.scratchpad + written_;
  uint32_t left = head.bytes - written_;
  if (!head.real)
    return {address, left, 0};
  uint32_t source = head.dram + written_;
  uint32_t bytes = std::min({left, bus_ - source % bus_, line_ - address % line_});
  return {address, bytes, head.ready + (source / bus_ - head.dram / bus_)};
}

uint32_t LoadEngine::partsLeft() const {
  const Segment& head = fifo_.front();
  if (!head.real)
    return 1;
  uint32_t source = head.dram + written_;
  uint32_t address = head.scratchpad + written_;
  uint32_t left = head.bytes - written_;
  uint32_t parts = 1 + (source % bus_ + left - 1) / bus_;
  // A line boundary cuts a part in two unless it is a beat's boundary as well.
  if ((source - address) % bus_ != 0)
    parts += (address % line_ + left - 1) / line_;
  return parts;
}

uint64_t LoadEngine::dataOf(const Part& part) const {
  const Segment& head = fifo_.front();
  if (head.real)
    return dataHash(core_.memory.dram.at(head.dram + written_), part.bytes);
  return dataHash(std::vector<uint8_t>(part.bytes, head.fill).data(), part.bytes);
}

void LoadEngine::grant(uint64_t cycle, const Part& part) {
  const Segment& head = fifo_.front();
  if (core_.events.enabled())
    core_.events.add({cycle, EventKind::beat, engine_, head.pc, 0, part.address, part.bytes, true, 0,
                      core_.eventData ? dataOf(part) : 0});
  ++core_.activity.loadWrites;
  count(counter::load_bytes_written, part.bytes);
  written_ += part.bytes;
  if (written_ < head.bytes)
    return;
  if (head.last)
    retireAt_.push_back(cycle + timing::LD_RETIRE);
  written_ = 0;
  fifo_.pop_front();
}

void LoadEngine::stepWrite(uint64_t cycle) {
  if (!retireAt_.empty() && retireAt_.front() == cycle) {
    retireAt_.pop_front();
    retire(cycle);
  }
  int cause = pushed_ ? numbers_.busy : kNone;
  if (!fifo_.empty() && fifo_.front().pushed < cycle) {
    Part next = part();
    if (next.available > cycle) {
      cause = pushed_ ? numbers_.busy : counter::load_stall_dram;
    } else if (!core_.ports.inScratchpad(next.address, next.bytes)) {
      fault(FaultCause::address, fifo_.front().pc, next.address, FaultLatch::back);
    } else if (core_.ports.scratchpadWrite.claim(core_.ports.bank(next.address), cycle)) {
      grant(cycle, next);
      cause = numbers_.busy;
    } else {
      cause = pushed_ ? numbers_.busy : numbers_.stallBank;
    }
  }
  if (frontFree_) {
    issuing_ = start(cycle);
    if (issuing_) {
      const TensorOp& op = issuing_->op;
      dramWalk_ = Walk(op.pA, op.pA, 1);
      scratchpadWalk_ = Walk(op.pA, op.pB, 1);
      runsLeft_ = dramWalk_.points();
      position_ = 0;
      length_ = op.pA.field[field::count0];
      lo0_ = op.pA.field[field::lo0];
      hi0_ = op.pA.field[field::hi0];
      lo1_ = op.pA.field[field::lo1];
      hi1_ = op.pA.field[field::hi1];
    }
  }
  account(cause);
}

// --- Steady operation --------------------------------------------------------------------------------------------

Steady LoadEngine::steady(uint64_t cycle) {
  Steady steady;
  if ((issuing_ && fifo_.size() < fifoSize_) || (!issuing_ && queue_.waiting() > 0 && available())) {
    steady.cycles = 0;
    return steady;
  }
  if (!retireAt_.empty())
    steady.limit(retireAt_.front() - cycle);
  if (!fifo_.empty()) {
    const Segment& head = fifo_.front();
    uint64_t available = part().available;
    if (available > cycle) {
      steady.limit(available - cycle);
    } else {
      steady.limit(partsLeft()); // what the last part leads to comes in the cycle after
      uint32_t first = head.scratchpad + written_;
      uint32_t left = head.bytes - written_;
      if (!core_.ports.inScratchpad(first, left))
        steady.cycles = 0;
      else
        steady.write = {core_.ports.bank(first), core_.ports.bank(first + left - 1)};
    }
  }
  return steady;
}

void LoadEngine::advance(uint64_t cycle, uint64_t cycles) {
  beginCycle(cycle);
  if (fifo_.empty()) {
    account(kNone, cycles);
    return;
  }
  if (part().available > cycle) {
    account(counter::load_stall_dram, cycles);
    return;
  }
  for (uint64_t i = 0; i < cycles; ++i)
    grant(cycle + i, part());
  account(numbers_.busy, cycles);
}

} // namespace weft
