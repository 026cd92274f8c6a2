#include "simulator/cycle/sequencer.h"

#include <algorithm>
#include <initializer_list>

namespace weft {

namespace {

constexpr uint32_t kLine = timing::ICACHE_LINE_BYTES;
constexpr uint32_t kBus = timing::SEQ_BUS_BYTES;
constexpr uint32_t kInstructionBytes = 8;

// Cycles from the execution to the next look-up, of an instruction that accesses no memory.
uint64_t cost(Opcode op, bool taken) {
  auto isOneOf = [op](std::initializer_list<Opcode> ops) { return std::find(ops.begin(), ops.end(), op) != ops.end(); };
  if (taken)
    return timing::TAKEN_BRANCH_CYCLES;
  if (isOneOf({Opcode::MUL, Opcode::MULH, Opcode::MULHU, Opcode::MULI}))
    return timing::MUL_CYCLES;
  if (isOneOf({Opcode::DIV, Opcode::DIVU, Opcode::REM, Opcode::REMU}))
    return timing::DIV_CYCLES;
  return 1;
}

} // namespace

Sequencer::Sequencer(CoreState& core, std::array<EngineUnit*, 4> engines, uint32_t entry)
    : core_(core), engines_(engines), waiting_(counter::sequencer_busy), lines_(core.machine.icache.bytes / kLine, 0),
      reader_([this](uint32_t number) { return readCounter(now_, number); }) {
  scalar_.pc = entry;
}

uint32_t Sequencer::readCounter(uint64_t cycle, uint32_t number) const {
  if (number == counter::cycle_low)
    return static_cast<uint32_t>(cycle);
  if (number == counter::cycle_high)
    return static_cast<uint32_t>(cycle >> 32);
  return number < core_.counters.size() ? static_cast<uint32_t>(core_.counters[number]) : 0;
}

// Whether the line of the next instruction is in the cache; if not, it is requested.
bool Sequencer::fetch(uint64_t cycle) {
  uint32_t address = scalar_.pc & ~(kLine - 1);
  uint32_t& line = lines_[address / kLine % lines_.size()];
  if (line == address) {
    ++core_.activity.instructionLookups;
    return true;
  }
  ++core_.activity.instructionMisses;
  line = address;
  CoreState::Request request = core_.request(cycle, Engine::sequencer, scalar_.pc, address, kLine, kBus, false);
  core_.counters[counter::sequencer_bytes_fetched] += request.bytes;
  next_ = request.answer + kLine / kBus;
  waiting_ = counter::sequencer_stall_fetch;
  return false;
}

// Requests the data of a scalar access to DRAM; returns the cycle of the next look-up.
uint64_t Sequencer::dramAccess(uint64_t cycle, const StepOutcome& outcome) {
  CoreState::Request request =
      core_.request(cycle, Engine::sequencer, instructionPc_, outcome.address, outcome.bytes, kBus, outcome.write);
  core_.counters[outcome.write ? counter::sequencer_bytes_written : counter::sequencer_bytes_read] += request.bytes;
  waiting_ = counter::sequencer_stall_memory;
  return request.answer + (outcome.write ? 1 : request.bytes / kBus);
}

void Sequencer::execute(uint64_t cycle) {
  instructionPc_ = scalar_.pc;
  now_ = cycle;
  const StepOutcome& outcome = scalar_.step(core_.memory, reader_);
  waiting_ = counter::sequencer_busy;
  switch (outcome.kind) {
  case StepOutcome::Kind::fault:
    core_.faults.raise(outcome.fault, FaultLatch::front);
    return;
  case StepOutcome::Kind::tensor:
    pendingCause_ = counter::sequencer_stall_queue;
    pending_ = &outcome;
    return;
  case StepOutcome::Kind::fence:
  case StepOutcome::Kind::halt:
    pendingCause_ = counter::sequencer_stall_fence;
    pending_ = &outcome;
    return;
  case StepOutcome::Kind::semWait:
    pendingCause_ = counter::sequencer_stall_semaphore;
    pending_ = &outcome;
    return;
  case StepOutcome::Kind::semSignal:
    core_.semaphores.signal(outcome.instruction, Engine::sequencer, instructionPc_);
    next_ = cycle + 1;
    break;
  case StepOutcome::Kind::done:
    if (outcome.access == AccessTarget::dram) {
      next_ = dramAccess(cycle, outcome);
    } else if (outcome.access == AccessTarget::scalarMemory) {
      ++(outcome.write ? core_.activity.scalarWrites : core_.activity.scalarReads);
      uint64_t load = outcome.instruction.op == Opcode::PLOAD ? timing::PLOAD_CYCLES : timing::SRAM_LOAD_CYCLES;
      next_ = cycle + (outcome.write ? 1 : load);
    } else {
      next_ = cycle + cost(outcome.instruction.op, outcome.taken);
    }
    break;
  }
  if (core_.races && (outcome.kind == StepOutcome::Kind::semSignal || outcome.access == AccessTarget::dram))
    core_.races->sequencer(outcome, instructionPc_);
  account(counter::sequencer_instructions);
}

bool Sequencer::conditionHolds() const {
  switch (pending_->kind) {
  case StepOutcome::Kind::tensor: {
    Engine engine = info(pending_->op.instruction.op).engine;
    return !engines_[static_cast<size_t>(engine) - 1]->queue().full();
  }
  case StepOutcome::Kind::semWait:
    return core_.semaphores.available(pending_->instruction);
  case StepOutcome::Kind::fence:
  case StepOutcome::Kind::halt: {
    uint32_t set = pending_->kind == StepOutcome::Kind::halt ? 15 : pending_->engines;
    for (size_t i = 0; i < engines_.size(); ++i)
      if ((set >> i & 1) != 0 && !engines_[i]->queue().idle())
        return false;
    return true;
  }
  case StepOutcome::Kind::done:
  case StepOutcome::Kind::semSignal:
  case StepOutcome::Kind::fault:
    break; // never pending
  }
  return true;
}

// The condition of pending_ holds.
void Sequencer::complete(uint64_t cycle) {
  switch (pending_->kind) {
  case StepOutcome::Kind::tensor: {
    const TensorOp& op = pending_->op;
    Engine engine = info(op.instruction.op).engine;
    uint64_t number = core_.dispatched++;
    engines_[static_cast<size_t>(engine) - 1]->queue().push(op, number, cycle);
    if (core_.races)
      core_.races->dispatch(op);
    if (core_.parts)
      core_.parts->dispatch(op.pc);
    if (core_.events.enabled())
      core_.events.add({cycle, EventKind::dispatch, engine, op.pc, number});
    if (core_.keepRecords)
      core_.records.push_back({op.pc, engine, cycle, kNever, kNever, {}});
    break;
  }
  case StepOutcome::Kind::semWait:
    core_.semaphores.take(pending_->instruction, Engine::sequencer, instructionPc_);
    break;
  case StepOutcome::Kind::halt:
    halted_ = true;
    exitCode_ = pending_->exitCode;
    if (core_.events.enabled())
      core_.events.add({cycle, EventKind::halt, Engine::sequencer, instructionPc_, 0, exitCode_});
    break;
  case StepOutcome::Kind::fence:
  case StepOutcome::Kind::done:
  case StepOutcome::Kind::semSignal:
  case StepOutcome::Kind::fault:
    break;
  }
  if (core_.races && pending_->kind != StepOutcome::Kind::tensor)
    core_.races->sequencer(*pending_, instructionPc_);
  pending_ = nullptr;
  next_ = cycle + 1;
  account(counter::sequencer_instructions);
}

void Sequencer::step(uint64_t cycle) {
  if (cycle < next_) {
    account(waiting_);
    return;
  }
  if (!pending_) {
    if (scalar_.pc % kInstructionBytes != 0 || !core_.memory.dram.contains(scalar_.pc, kInstructionBytes)) {
      execute(cycle); // faults, whatever the cache holds
      account(counter::sequencer_busy);
      return;
    }
    if (!fetch(cycle)) {
      account(waiting_);
      return;
    }
    execute(cycle);
  }
  if (pending_ && !conditionHolds()) {
    account(pendingCause_);
    return;
  }
  if (pending_)
    complete(cycle);
  account(counter::sequencer_busy);
}

Steady Sequencer::steady(uint64_t cycle) const {
  Steady steady;
  if (cycle < next_)
    steady.cycles = next_ - cycle;
  else if (!pending_ || conditionHolds())
    steady.cycles = 0;
  return steady;
}

void Sequencer::advance(uint64_t cycle, uint64_t cycles) {
  account(cycle < next_ ? waiting_ : pendingCause_, cycles);
}

} // namespace weft
