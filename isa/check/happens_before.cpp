#include "isa/check/happens_before.h"

#include "isa/support/error.h"

#include <algorithm>

namespace weft {

namespace {

constexpr size_t kSequencer = static_cast<size_t>(Engine::sequencer);

size_t at(Engine unit) {
  return static_cast<size_t>(unit);
}

void join(Clock& into, const Clock& other) {
  for (size_t u = 0; u < kUnits; ++u)
    into[u] = std::max(into[u], other[u]);
}

// Each named semaphore once.
template <typename Visit> void forEachSemaphore(uint8_t first, uint8_t second, Visit&& visit) {
  if (first != kNoSemaphore)
    visit(static_cast<int>(first));
  if (second != kNoSemaphore && second != first)
    visit(static_cast<int>(second));
}

} // namespace

HappensBefore::HappensBefore(const Machine& machine)
    : queueSize_{0, machine.queues.load, machine.queues.store, machine.queues.matrix, machine.queues.vector} {}

void HappensBefore::claim(int& owner, Engine unit, SemaphoreProblem::Kind kind, int semaphore, const Pending& who) {
  int self = static_cast<int>(unit);
  if (owner == -1)
    owner = self;
  if (owner == self)
    return;
  for (const SemaphoreProblem& known : problems_)
    if (known.kind == kind && known.semaphore == semaphore)
      return;
  problems_.push_back({kind, semaphore, unit, who.pc, who.instruction.op});
}

void HappensBefore::take(Engine unit, const Pending& who, Clock& into) {
  forEachSemaphore(who.instruction.w0, who.instruction.w1, [&](int number) {
    Semaphore& semaphore = semaphores_[static_cast<size_t>(number)];
    claim(semaphore.consumer, unit, SemaphoreProblem::Kind::secondConsumer, number, who);
    WEFT_CHECK(!semaphore.tokens.empty(), "an instruction started before its semaphore was signalled");
    join(into, semaphore.tokens.front());
    semaphore.tokens.pop_front();
    semaphore.waits.push_back(who.number);
  });
}

void HappensBefore::give(Engine unit, const Pending& who) {
  forEachSemaphore(who.instruction.s0, who.instruction.s1, [&](int number) {
    Semaphore& semaphore = semaphores_[static_cast<size_t>(number)];
    claim(semaphore.producer, unit, SemaphoreProblem::Kind::secondProducer, number, who);
    Clock token = who.clock;
    token[at(unit)] = who.number;
    semaphore.tokens.push_back(token);
    checkLead(semaphore, number, unit, who);
  });
}

// How far the producer can be ahead of the consumer at this signal, on the worst timing. A wait is certainly over if it
// happened before, if it is the signalling instruction's own, or if the instructions dispatched behind it in its queue
// fill the queue, so that it must have left for the newest of them (dispatched before the signalling instruction) to
// enter.
void HappensBefore::checkLead(Semaphore& semaphore, int number, Engine unit, const Pending& who) {
  ++semaphore.signals;
  uint32_t over = 0;
  if (semaphore.consumer == static_cast<int>(unit)) {
    over = who.number;
  } else if (semaphore.consumer != -1) {
    auto consumer = static_cast<size_t>(semaphore.consumer);
    over = who.clock[consumer];
    if (consumer != kSequencer && who.dispatched[consumer] > queueSize_[consumer])
      over = std::max(over, who.dispatched[consumer] - queueSize_[consumer]);
  }
  while (!semaphore.waits.empty() && semaphore.waits.front() <= over) {
    semaphore.waits.pop_front();
    ++semaphore.waitsBefore;
  }
  if (semaphore.signals - semaphore.waitsBefore <= static_cast<uint64_t>(timing::SEMAPHORE_MAX) ||
      semaphore.overflowReported)
    return;
  semaphore.overflowReported = true;
  problems_.push_back({SemaphoreProblem::Kind::overflow, number, unit, who.pc, who.instruction.op});
}

void HappensBefore::dispatch(Engine engine, const TensorOp& op) {
  ++dispatched_[at(engine)];
  queue_[at(engine)].push_back({op.instruction, op.pc, latest_[kSequencer], dispatched_, 0});
}

const Clock& HappensBefore::start(Engine engine) {
  size_t e = at(engine);
  WEFT_CHECK(!queue_[e].empty(), "an instruction started that was not dispatched");
  Pending who = queue_[e].front();
  queue_[e].pop_front();
  who.number = ++started_[e];
  Clock& clock = latest_[e];
  join(clock, who.clock);
  take(engine, who, clock);
  clock[e] = who.number - 1;
  who.clock = clock;
  flight_[e].push_back(who);
  return clock;
}

void HappensBefore::retire(Engine engine) {
  size_t e = at(engine);
  WEFT_CHECK(!flight_[e].empty(), "an instruction retired that had not started");
  const Pending& who = flight_[e].front();
  retired_[e] = who.clock;
  retired_[e][e] = who.number;
  give(engine, who);
  flight_[e].pop_front();
}

void HappensBefore::wait(uint32_t pc, const Instruction& semwait) {
  Clock& clock = latest_[kSequencer];
  Pending who{semwait, pc, {}, dispatched_, ++started_[kSequencer]};
  take(Engine::sequencer, who, clock);
  clock[kSequencer] = who.number;
}

void HappensBefore::signal(uint32_t pc, const Instruction& semsignal) {
  Clock& clock = latest_[kSequencer];
  clock[kSequencer] = ++started_[kSequencer];
  give(Engine::sequencer, {semsignal, pc, clock, dispatched_, clock[kSequencer]});
}

void HappensBefore::fence(uint32_t engines) {
  for (size_t e = 1; e < kUnits; ++e)
    if ((engines >> (e - 1) & 1) != 0)
      join(latest_[kSequencer], retired_[e]);
}

const Clock& HappensBefore::sequencerAccess() {
  latest_[kSequencer][kSequencer] = ++started_[kSequencer];
  return latest_[kSequencer];
}

uint32_t HappensBefore::known(Engine unit, Engine other) const {
  size_t u = at(unit);
  size_t o = at(other);
  // What is still to start was, or will be, dispatched with the sequencer's knowledge.
  uint32_t dispatched = queue_[u].empty() ? latest_[kSequencer][o] : queue_[u].front().clock[o];
  return std::max(latest_[u][o], dispatched);
}

} // namespace weft
