#include "runtime/explain/engines.h"

#include "isa/semantics/operands.h"

#include <algorithm>

namespace weft::explain {
namespace {

// The semaphores that an instruction names in two fields, each once.
template <typename Visit> void forEachSemaphore(uint8_t first, uint8_t second, Visit&& visit) {
  if (first != kNoSemaphore)
    visit(first);
  if (second != kNoSemaphore && second != first)
    visit(second);
}

} // namespace

// --- Semaphores and queues ---------------------------------------------------------------------------------------

void Semaphores::clear() {
  for (Signals& signals : all_) {
    signals.at.clear();
    signals.taken = 0;
  }
}

void Semaphores::signal(const TensorOp& op, Cycle retire) {
  forEachSemaphore(op.instruction.s0, op.instruction.s1, [&](uint8_t s) { all_[s].at.push_back(retire + 1); });
}

Cycle Semaphores::satisfied(const TensorOp& op) const {
  Cycle cycle = 0;
  forEachSemaphore(op.instruction.w0, op.instruction.w1, [&](uint8_t s) {
    const Signals& signals = all_[s];
    cycle = std::max(cycle, signals.taken < signals.at.size() ? signals.at[signals.taken] : kNever);
  });
  return cycle;
}

void Semaphores::take(const TensorOp& op) {
  forEachSemaphore(op.instruction.w0, op.instruction.w1, [&](uint8_t s) { ++all_[s].taken; });
}

Cycle Queue::room() const {
  if (entries_.size() < size_)
    return 0;
  const size_t leaver = entries_.size() - size_; // whose start makes the room
  return leaver < head_ ? entries_[leaver].started + 1 : kNever;
}

Cycle Queue::ready(Cycle free, const Semaphores& semaphores) const {
  if (empty())
    return kNever;
  const Entry& head = entries_[head_];
  return std::max({head.dispatched + 1, free, semaphores.satisfied(*head.op)});
}

const TensorOp& Queue::start(Cycle cycle, Semaphores& semaphores) {
  Entry& head = entries_[head_++];
  head.started = cycle;
  semaphores.take(*head.op);
  return *head.op;
}

// --- DMA ---------------------------------------------------------------------------------------------------------

DmaModel::DmaModel(const Machine& machine, uint32_t queueSize, uint32_t outstanding, Semaphores& semaphores,
                   Memory& memory)
    : EngineModel(queueSize, semaphores), bus_(machine.dma.busBytes), burst_(machine.dma.burstBytes),
      line_(machine.lineBytes()), memory_(memory), window_(outstanding, 0) {}

void DmaModel::begin(const TensorOp& op) {
  op_ = &op;
  dram_ = Walk(op.pA, op.pA, 1);
  scratchpad_ = Walk(op.pA, op.pB, 1);
  runsLeft_ = dram_.points();
  position_ = 0;
  length_ = op.pA.field[field::count0];
}

uint64_t DmaModel::parts(uint32_t dram, uint32_t scratchpad, uint32_t length) const {
  uint64_t count = 1 + (dram % bus_ + length - 1) / bus_;
  // A line boundary cuts a part in two unless it is a beat's boundary as well.
  if ((dram - scratchpad) % bus_ != 0)
    count += (scratchpad % line_ + length - 1) / line_;
  return count;
}

uint64_t DmaModel::beatBytes(uint32_t dram, uint32_t length) const {
  return uint64_t{1 + (dram % bus_ + length - 1) / bus_} * bus_;
}

bool DmaModel::pass(uint32_t length) {
  position_ += length;
  if (position_ < length_)
    return false;
  position_ = 0;
  dram_.advance(1);
  scratchpad_.advance(1);
  return --runsLeft_ == 0;
}

LoadModel::LoadModel(const Machine& machine, Semaphores& semaphores, Memory& memory)
    : DmaModel(machine, machine.queues.load, machine.dma.loadOutstanding, semaphores, memory) {}

Cycle LoadModel::next() const {
  return op_ ? std::max(pushed_ + 1, leaves()) : EngineModel::next();
}

void LoadModel::act(Cycle horizon) {
  if (!op_) {
    pushed_ = next();
    begin(queue.start(pushed_, semaphores_));
    return;
  }
  do
    push(next());
  while (op_ && next() <= horizon);
}

void LoadModel::push(Cycle cycle) {
  const PatternRegister& walk = op_->pA;
  const uint32_t lo0 = walk.field[field::lo0], hi0 = walk.field[field::hi0];
  const bool inWindow = dram_.index(1) >= walk.field[field::lo1] && dram_.index(1) < walk.field[field::hi1];
  const bool real = inWindow && position_ >= lo0 && position_ < hi0;
  uint32_t limit = length_;
  if (inWindow && position_ < lo0)
    limit = std::min(length_, lo0);
  else if (real)
    limit = std::min(length_, hi0);
  const uint32_t dram = op_->a + dram_.offset() + position_;
  const uint32_t scratchpad = op_->b + scratchpad_.offset() + position_;
  const uint32_t unit = real ? burst_ : line_;
  const uint32_t length = std::min(limit - position_, unit - (real ? dram : scratchpad) % unit);
  const Cycle earliest = std::max(written_, cycle) + 1;
  Cycle first = earliest;
  uint64_t writes = 1;
  if (real) {
    const uint64_t moved = beatBytes(dram, length);
    first = std::max(first, memory_.read(cycle, moved));
    writes = parts(dram, scratchpad, length);
    bytes += moved;
  }
  time.waiting += first - earliest;
  time.busy += writes;
  pushed_ = cycle;
  written_ = first + writes - 1;
  leaves() = written_ + 1;
  ++segments_;
  if (!pass(length))
    return;
  retire(*op_, written_ + timing::LD_RETIRE);
  free_ = cycle + 1;
  op_ = nullptr;
}

StoreModel::StoreModel(const Machine& machine, Semaphores& semaphores, Memory& memory)
    : DmaModel(machine, machine.queues.store, machine.dma.storeOutstanding, semaphores, memory) {}

Cycle StoreModel::next() const {
  return op_ ? std::max(free_, leaves()) : EngineModel::next();
}

void StoreModel::act(Cycle horizon) {
  if (!op_) {
    const Cycle cycle = next();
    begin(queue.start(cycle, semaphores_));
    free_ = cycle + 1;
    return;
  }
  do
    send(next());
  while (op_ && next() <= horizon);
}

// A segment whose first read is in `cycle`.
void StoreModel::send(Cycle cycle) {
  const uint32_t dram = op_->a + dram_.offset() + position_;
  const uint32_t scratchpad = op_->b + scratchpad_.offset() + position_;
  const uint32_t length = std::min(length_ - position_, burst_ - dram % burst_);
  const uint64_t reads = parts(dram, scratchpad, length), moved = beatBytes(dram, length);
  time.waiting += cycle - free_;
  time.busy += reads;
  bytes += moved;
  free_ = cycle + reads;
  completed_ = std::max(completed_ + 1, memory_.write(free_ - 1 + timing::ST_SEND, moved));
  leaves() = completed_ + 1;
  ++segments_;
  if (!pass(length))
    return;
  time.waiting += completed_ - free_;
  retire(*op_, completed_ + 1);
  op_ = nullptr;
}

// --- Matrix and vector engine ------------------------------------------------------------------------------------

MatrixModel::MatrixModel(const Machine& machine, Semaphores& semaphores)
    : EngineModel(machine.queues.matrix, semaphores), rows_(machine.array.rows),
      delay_(uint64_t{machine.array.rows} + machine.array.cols + timing::MX_ARRAY_DELAY) {}

void MatrixModel::act(Cycle) {
  const Cycle cycle = next();
  const TensorOp& op = queue.start(cycle, semaphores_);
  const uint64_t rows = operands::points(op.pA), steps = operands::points(op.pB);
  const Cycle full = std::max(cycle, swapped_) + 1 + rows_;
  const Cycle firstSwap = std::max(full, lastRow_);
  const uint64_t pace = std::max(rows, rows_ + 1);
  time.waiting += firstSwap - std::min(firstSwap, std::max(lastRow_, cycle)) + (steps - 1) * (pace - rows);
  time.busy += steps * rows;
  swapped_ = firstSwap + (steps - 1) * pace;
  lastRow_ = swapped_ + rows;
  free_ = steps == 1 ? full : swapped_ - pace + 1 + rows_;
  retire(op, lastRow_ + delay_);
}

VectorModel::VectorModel(const Machine& machine, Semaphores& semaphores)
    : EngineModel(machine.queues.vector, semaphores), cols_(machine.array.cols) {}

void VectorModel::act(Cycle) {
  const Cycle cycle = next();
  const TensorOp& op = queue.start(cycle, semaphores_);
  uint64_t work = 0, tail = 0;
  if (op.instruction.op == Opcode::VLDLUT) {
    work = std::max<uint64_t>(1, timing::LUT_ENTRIES / cols_);
    tail = timing::VX_LUT_TAIL;
  } else {
    const operands::Usage usage = operands::usage(op.instruction.op);
    work = usage.parameterRows + operands::points(op.pC) * (usage.taps ? operands::points(op.pB) : 1);
    tail = operands::pipelineCycles(usage);
  }
  time.busy += work;
  retire(op, cycle + work + tail);
  free_ = retired + 1;
}

} // namespace weft::explain
