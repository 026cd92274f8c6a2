#include "isa/check/verifier.h"

#include "isa/check/own_results.h"

#include <algorithm>
#include <fmt/format.h>

#include <set>

namespace weft {

const char* name(Finding::Kind kind) {
  switch (kind) {
  case Finding::Kind::fault:
    return "fault";
  case Finding::Kind::deadlock:
    return "deadlock";
  case Finding::Kind::race:
    return "race";
  case Finding::Kind::semaphore:
    return "semaphore";
  case Finding::Kind::overflow:
    return "overflow";
  case Finding::Kind::dataDependent:
    return "data-dependent";
  case Finding::Kind::noHalt:
    return "no-halt";
  case Finding::Kind::leftover:
    return "leftover";
  case Finding::Kind::uninitialised:
    return "uninitialised";
  case Finding::Kind::selfOverlap:
    return "self-overlap";
  case Finding::Kind::exitCode:
    break;
  }
  return "exit-code";
}

namespace {

class Verifier : public DataflowClient {
public:
  Verifier(const Machine& machine, CoreMemory& memory, const VerifyOptions& options)
      : machine_(machine), memory_(memory), options_(options), races_(machine, options.findingLimit) {}

  std::vector<Finding> run() {
    DataflowOptions dataflow;
    dataflow.entry = options_.entry;
    dataflow.instructionLimit = options_.instructionLimit;
    DataflowResult result = runDataflow(machine_, memory_, dataflow, *this);
    for (const Race& race : races_.races())
      add(Finding::Severity::error, Finding::Kind::race, race.second.pc, describe(race), race.first.pc);
    for (const SemaphoreProblem& problem : races_.semaphoreProblems()) {
      bool overflow = problem.kind == SemaphoreProblem::Kind::overflow;
      add(Finding::Severity::error, overflow ? Finding::Kind::overflow : Finding::Kind::semaphore, problem.pc,
          describe(problem));
    }
    addEnd(result);
    return std::move(findings_);
  }

  std::optional<Fault> execute(Engine engine, const TensorOp& op) override {
    std::optional<Fault> fault = checkOperands(op, machine_);
    if (!fault)
      fault = checkAddresses(op, machine_);
    if (fault) {
      // It has no memory accesses then; those that wait for it are checked on.
      addFault(*fault, op.instruction.op);
      faulted_ = true;
    } else if (!faulted_) {
      checkInitialised(op);
      checkOwnResults(op);
    }
    races_.start(engine);
    races_.retire(engine);
    return std::nullopt;
  }

  void dispatched(Engine, const TensorOp& op) override { races_.dispatch(op); }

  std::optional<Fault> sequenced(const StepOutcome& outcome, uint32_t pc) override {
    races_.sequencer(outcome, pc);
    lastHalt_ = pc;
    if (outcome.access != AccessTarget::dram || outcome.write || !isUnknown(outcome))
      return std::nullopt;
    add(Finding::Severity::unknown, Finding::Kind::dataDependent, pc,
        fmt::format(
            "{} at {:#010x} reads DRAM address {:#010x}, whose value is only known at run time; what follows was not "
            "verified",
            info(outcome.instruction.op).mnemonic, pc, outcome.address));
    return Fault{FaultCause::none, Engine::sequencer, pc, 0};
  }

  bool proceed(uint64_t) override { return !options_.cancel || !*options_.cancel; }

private:
  void add(Finding::Severity severity, Finding::Kind kind, uint32_t pc, std::string message, uint32_t otherPc = 0) {
    if (findings_.size() >= options_.findingLimit || !seen_.insert({kind, pc, otherPc}).second)
      return;
    std::string place = options_.place ? options_.place(pc) : "";
    std::string otherPlace = options_.place && otherPc != 0 ? options_.place(otherPc) : "";
    if (!otherPlace.empty() && otherPlace != place)
      message += fmt::format(" [{} and {}]", otherPlace, place);
    else if (!place.empty())
      message += fmt::format(" [{}]", place);
    findings_.push_back({severity, kind, pc, otherPc, std::move(message)});
  }

  void addFault(const Fault& fault, Opcode op) {
    add(Finding::Severity::error, Finding::Kind::fault, fault.pc,
        fmt::format("{} at {:#010x} ({}) faults: {}, {:#x}", info(op).mnemonic, fault.pc, engineName(fault.engine),
                    name(fault.cause), fault.information));
  }

  void checkInitialised(const TensorOp& op) {
    for (const Region& region : footprint(op, machine_)) {
      bool local = region.space == Space::scratchpad || region.space == Space::accumulator;
      if (!local || region.write || races_.written(region))
        continue;
      add(Finding::Severity::warning, Finding::Kind::uninitialised, op.pc,
          fmt::format("{} at {:#010x} reads {} {:#x} to {:#x}, part of which nothing has written",
                      info(op.instruction.op).mnemonic, op.pc,
                      region.space == Space::scratchpad ? "scratchpad bytes" : "accumulator rows", region.lowest(),
                      region.highest() - 1));
    }
  }

  void checkOwnResults(const TensorOp& op) {
    if (readsOwnResults(op, machine_))
      add(Finding::Severity::warning, Finding::Kind::selfOverlap, op.pc,
          fmt::format("{} at {:#010x} reads rows that it has written itself; which value it sees is not defined",
                      info(op.instruction.op).mnemonic, op.pc));
  }

  bool isUnknown(const StepOutcome& outcome) const {
    for (const DramRange& range : options_.unknown)
      if (outcome.address < range.begin + range.bytes && outcome.address + uint64_t{outcome.bytes} > range.begin)
        return true;
    return races_.storeWrote(outcome.address, outcome.bytes);
  }

  void addEnd(const DataflowResult& result) {
    switch (result.end) {
    case DataflowResult::End::halted:
      addLeftovers(result);
      if (result.exitCode != 0)
        add(Finding::Severity::warning, Finding::Kind::exitCode, lastHalt_,
            fmt::format("the program halts at {:#010x} with exit code {}", lastHalt_, result.exitCode));
      break;
    case DataflowResult::End::limit:
      add(Finding::Severity::unknown, Finding::Kind::noHalt, options_.entry,
          fmt::format("the program did not halt within {} sequencer instructions; what follows was not verified",
                      result.sequencerInstructions));
      break;
    case DataflowResult::End::stopped:
      break;
    case DataflowResult::End::fault:
      if (result.fault.cause == FaultCause::deadlock)
        addDeadlock(result);
      else if (result.fault.cause == FaultCause::semaphoreOverflow)
        // In this order of events already; usually the happens-before rules have said so for another instruction.
        addOverflow(result.fault);
      else if (result.fault.cause != FaultCause::none)
        add(Finding::Severity::error, Finding::Kind::fault, result.fault.pc,
            fmt::format("the sequencer faults at {:#010x}: {}, {:#x}", result.fault.pc, name(result.fault.cause),
                        result.fault.information));
      break;
    }
  }

  void addOverflow(const Fault& fault) {
    auto known = [](const Finding& finding) { return finding.kind == Finding::Kind::overflow; };
    if (std::none_of(findings_.begin(), findings_.end(), known))
      add(Finding::Severity::error, Finding::Kind::overflow, fault.pc,
          fmt::format("the instruction at {:#010x} makes s{} exceed {}", fault.pc, fault.information,
                      timing::SEMAPHORE_MAX));
  }

  void addLeftovers(const DataflowResult& result) {
    std::string list;
    for (size_t s = 0; s < result.semaphores.size(); ++s)
      if (result.semaphores[s] != 0)
        list += fmt::format("{}s{} is {}", list.empty() ? "" : ", ", s, result.semaphores[s]);
    if (!list.empty())
      add(Finding::Severity::warning, Finding::Kind::leftover, lastHalt_,
          fmt::format("semaphores are not 0 when the program halts at {:#010x}: {}", lastHalt_, list));
  }

  void addDeadlock(const DataflowResult& result) {
    std::string waiting;
    for (const Waiting& one : result.waiting) {
      waiting += fmt::format("; the {} waits at {:#010x} in {}", engineName(one.engine), one.pc,
                             info(one.instruction.op).mnemonic);
      for (uint8_t s : {one.instruction.w0, one.instruction.w1})
        if (s != kNoSemaphore && result.semaphores[s] == 0)
          waiting += fmt::format(" for semaphore s{}", s);
    }
    add(Finding::Severity::error, Finding::Kind::deadlock, result.waiting.front().pc, "the core deadlocks" + waiting);
  }

  const Machine& machine_;
  CoreMemory& memory_;
  const VerifyOptions& options_;
  RaceDetector races_;
  bool faulted_ = false; // a tensor instruction did
  uint32_t lastHalt_ = 0;
  std::set<std::tuple<Finding::Kind, uint32_t, uint32_t>> seen_;
  std::vector<Finding> findings_;
};

} // namespace

std::vector<Finding> verify(const Machine& machine, CoreMemory& memory, const VerifyOptions& options) {
  return Verifier(machine, memory, options).run();
}

} // namespace weft
