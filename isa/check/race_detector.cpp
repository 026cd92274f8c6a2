#include "isa/check/race_detector.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft {

namespace {

// Granule of the scratchpad's shadow: what the matrix and vector engines move, unless that makes the shadow too large.
int64_t scratchpadGranule(const Machine& machine) {
  constexpr int64_t kMostGranules = 1 << 22;
  int64_t granule = std::min(machine.array.rows, machine.array.cols);
  while (machine.scratchpad.bytes / granule > kMostGranules)
    granule *= 2;
  return granule;
}

const char* spaceName(Space space) {
  switch (space) {
  case Space::dram:
    return "DRAM";
  case Space::scratchpad:
    return "the scratchpad";
  case Space::accumulator:
    return "the accumulators";
  case Space::lut:
    break;
  }
  return "the LUT";
}

std::string describe(const Race::Side& side) {
  return fmt::format("{} at {:#010x} ({} engine, {})", info(side.op).mnemonic, side.pc, engineName(side.unit),
                     side.write ? "writes" : "reads");
}

} // namespace

std::string describe(const Race& race) {
  return fmt::format("nothing orders {} and {}, which share {} {} {:#x}", describe(race.first), describe(race.second),
                     spaceName(race.space), race.space == Space::accumulator ? "row" : "address", race.address);
}

std::string describe(const SemaphoreProblem& problem) {
  std::string where =
      fmt::format("{} at {:#010x} ({})", info(problem.op).mnemonic, problem.pc, engineName(problem.unit));
  switch (problem.kind) {
  case SemaphoreProblem::Kind::secondProducer:
    return fmt::format("{} signals semaphore s{}, which another unit signals too", where, problem.semaphore);
  case SemaphoreProblem::Kind::secondConsumer:
    return fmt::format("{} waits for semaphore s{}, for which another unit waits too", where, problem.semaphore);
  case SemaphoreProblem::Kind::overflow:
    break;
  }
  return fmt::format("{} may raise semaphore s{} above {}", where, problem.semaphore, timing::SEMAPHORE_MAX);
}

RaceDetector::RaceDetector(const Machine& machine, size_t limit)
    : machine_(machine), limit_(limit), order_(machine),
      scratchpad_(machine.scratchpad.bytes, scratchpadGranule(machine)), accumulators_(machine.accumulatorRows(), 1),
      dram_(machine.dram.bytes) {}

void RaceDetector::dispatch(const TensorOp& op) {
  Engine engine = info(op.instruction.op).engine;
  order_.dispatch(engine, op);
  // An instruction that will fault accesses nothing that matters any more.
  bool faults = checkOperands(op, machine_) || checkAddresses(op, machine_);
  std::vector<Region> regions = faults ? std::vector<Region>() : footprint(op, machine_);
  queued_[static_cast<size_t>(engine)].push_back({op.pc, op.instruction.op, std::move(regions)});
  dispatchedSinceAccess_ = true;
}

void RaceDetector::start(Engine engine) {
  Clock clock = order_.start(engine);
  std::deque<Record>& queue = queued_[static_cast<size_t>(engine)];
  Record record = std::move(queue.front());
  queue.pop_front();
  record.number = order_.newest(engine);
  for (const Region& region : record.regions)
    if (region.space == Space::dram && region.write)
      stored_.push_back(region);
  access(std::move(record), {engine, order_.newest(engine), clock});
}

void RaceDetector::retire(Engine engine) {
  order_.retire(engine);
}

void RaceDetector::sequencer(const StepOutcome& outcome, uint32_t pc) {
  switch (outcome.kind) {
  case StepOutcome::Kind::fence:
    order_.fence(outcome.engines);
    break;
  case StepOutcome::Kind::halt:
    order_.fence(15);
    break;
  case StepOutcome::Kind::semWait:
    order_.wait(pc, outcome.instruction);
    break;
  case StepOutcome::Kind::semSignal:
    order_.signal(pc, outcome.instruction);
    break;
  case StepOutcome::Kind::done:
  case StepOutcome::Kind::tensor:
  case StepOutcome::Kind::fault:
    if (outcome.access == AccessTarget::dram)
      scalarAccess(outcome, pc);
    break;
  }
}

void RaceDetector::scalarAccess(const StepOutcome& outcome, uint32_t pc) {
  Clock clock = order_.sequencerAccess();
  uint32_t number = order_.newest(Engine::sequencer);
  Region region{Space::dram, outcome.write, outcome.address, outcome.bytes, {}, {}};
  region.count.fill(1);
  // A loop over an array is one record, as long as no engine can tell its accesses apart.
  std::deque<Record>& records = records_[static_cast<size_t>(Engine::sequencer)];
  bool extends = false;
  if (!dispatchedSinceAccess_ && !records.empty() && records.back().number + 1 == number && records.back().pc == pc) {
    Region& last = records.back().regions.front();
    extends = last.write == region.write && last.base + last.length == region.base;
    if (extends) {
      last.length += region.length;
      records.back().number = number;
    }
  }
  dispatchedSinceAccess_ = false;
  Accessor who{Engine::sequencer, number, clock};
  Record record{pc, outcome.instruction.op, {region}, number};
  if (!extends) {
    access(std::move(record), who);
    return;
  }
  if (UnitMask suspects = dram_.access(normalise(region), region.write, who))
    confirm(suspects, record, who);
}

void RaceDetector::access(Record record, const Accessor& who) {
  UnitMask suspects = 0;
  for (const Region& region : record.regions)
    switch (region.space) {
    case Space::dram:
      suspects |= dram_.access(normalise(region), region.write, who);
      break;
    case Space::scratchpad:
      suspects |= scratchpad_.access(normalise(region), region.write, who);
      break;
    case Space::accumulator:
      suspects |= accumulators_.access(normalise(region), region.write, who);
      break;
    case Space::lut: // only the vector engine has it
      break;
    }
  if (suspects != 0)
    confirm(suspects, record, who);
  records_[static_cast<size_t>(who.unit)].push_back(std::move(record));
  if (++sinceForget_ >= 64) {
    sinceForget_ = 0;
    forget();
  }
}

// Compares with every unordered event of the suspects.
void RaceDetector::confirm(UnitMask suspects, const Record& record, const Accessor& who) {
  for (size_t u = 0; u < kUnits && races_.size() < limit_; ++u) {
    if ((suspects & maskOf(static_cast<Engine>(u))) == 0)
      continue;
    std::deque<Record>& others = records_[u];
    for (auto other = others.rbegin(); other != others.rend() && other->number > who.clock[u]; ++other)
      for (const Region& x : other->regions)
        for (const Region& y : record.regions)
          if (x.write || y.write)
            if (std::optional<int64_t> address = commonAddress(x, y))
              report(*other, static_cast<Engine>(u), x, record, who.unit, y, *address);
  }
}

void RaceDetector::report(const Record& earlier, Engine unit, const Region& x, const Record& later, Engine by,
                          const Region& y, int64_t address) {
  if (races_.size() < limit_ && reported_.insert({earlier.pc, later.pc, x.space}).second)
    races_.push_back({{unit, earlier.pc, earlier.op, x.write}, {by, later.pc, later.op, y.write}, x.space, address});
}

// Drops the records of events that everything still to come is ordered with.
void RaceDetector::forget() {
  for (size_t u = 0; u < kUnits; ++u) {
    auto unit = static_cast<Engine>(u);
    bool usesDram = unit == Engine::load || unit == Engine::store || unit == Engine::sequencer;
    uint32_t known = UINT32_MAX;
    for (size_t v = 0; v < kUnits; ++v) {
      auto other = static_cast<Engine>(v);
      bool meets = v != u && (other != Engine::sequencer || usesDram);
      if (meets && (unit != Engine::sequencer || other == Engine::load || other == Engine::store))
        known = std::min(known, order_.known(other, unit));
    }
    while (!records_[u].empty() && records_[u].front().number <= known)
      records_[u].pop_front();
  }
}

bool RaceDetector::written(const Region& region) const {
  return (region.space == Space::scratchpad ? scratchpad_ : accumulators_).written(normalise(region));
}

bool RaceDetector::storeWrote(uint32_t address, uint32_t bytes) const {
  if (!dram_.storeWrote(address, bytes))
    return false;
  Region region{Space::dram, false, address, bytes, {}, {}};
  region.count.fill(1);
  return std::any_of(stored_.begin(), stored_.end(),
                     [&](const Region& stored) { return commonAddress(stored, region).has_value(); });
}

} // namespace weft
