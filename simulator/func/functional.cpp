#include "simulator/func/functional.h"

#include "isa/check/race_detector.h"
#include "isa/semantics/tensor.h"

#include <fmt/format.h>

namespace weft {

namespace {

class Client : public DataflowClient {
public:
  Client(const Machine& machine, CoreMemory& memory, const RunOptions& options, std::array<EngineCounts, 5>& counts)
      : machine_(machine), memory_(memory), options_(options), counts_(counts) {}

  std::optional<Fault> execute(Engine engine, const TensorOp& op) override {
    if (std::optional<Fault> fault = checkOperands(op, machine_))
      return fault;
    if (std::optional<Fault> fault = weft::execute(op, machine_, memory_))
      return fault;
    Work done = work(op, machine_);
    EngineCounts& count = counts_[static_cast<size_t>(engine)];
    ++count.instructions;
    count.macs += done.macs;
    count.dramBytesRead += done.dramBytesRead;
    count.dramBytesWritten += done.dramBytesWritten;
    if (options_.races) {
      options_.races->start(engine);
      options_.races->retire(engine);
    }
    return std::nullopt;
  }

  void dispatched(Engine, const TensorOp& op) override {
    if (options_.races)
      options_.races->dispatch(op);
  }

  std::optional<Fault> sequenced(const StepOutcome& outcome, uint32_t pc) override {
    if (outcome.access == AccessTarget::dram)
      (outcome.write ? sequencer().dramBytesWritten : sequencer().dramBytesRead) += outcome.bytes;
    if (options_.races)
      options_.races->sequencer(outcome, pc);
    return std::nullopt;
  }

  uint32_t readCounter(uint32_t number, uint64_t instructions) override {
    return static_cast<uint32_t>(counterValue(number, instructions) >> (number == counter::cycle_high ? 32 : 0));
  }

  bool proceed(uint64_t instructions) override { return !options_.progress || options_.progress(instructions); }

private:
  uint64_t counterValue(uint32_t number, uint64_t instructions);
  EngineCounts& sequencer() { return counts_[static_cast<size_t>(Engine::sequencer)]; }

  const Machine& machine_;
  CoreMemory& memory_;
  const RunOptions& options_;
  std::array<EngineCounts, 5>& counts_;
};

uint64_t Client::counterValue(uint32_t number, uint64_t instructions) {
  auto of = [&](Engine engine) -> const EngineCounts& { return counts_[static_cast<size_t>(engine)]; };
  switch (static_cast<int>(number)) {
  case counter::cycle_low:
  case counter::cycle_high:
  case counter::sequencer_instructions:
    return instructions;
  case counter::load_instructions:
    return of(Engine::load).instructions;
  case counter::load_bytes_read:
    return of(Engine::load).dramBytesRead;
  case counter::store_instructions:
    return of(Engine::store).instructions;
  case counter::store_bytes_written:
    return of(Engine::store).dramBytesWritten;
  case counter::matrix_instructions:
    return of(Engine::matrix).instructions;
  case counter::matrix_macs:
    return of(Engine::matrix).macs;
  case counter::vector_instructions:
    return of(Engine::vector).instructions;
  case counter::sequencer_bytes_read:
    return of(Engine::sequencer).dramBytesRead;
  case counter::sequencer_bytes_written:
    return of(Engine::sequencer).dramBytesWritten;
  default:
    return 0;
  }
}

} // namespace

std::string describe(const RunResult& result) {
  switch (result.end) {
  case DataflowResult::End::halted:
    return fmt::format("halted with exit code {}", result.exitCode);
  case DataflowResult::End::limit:
    return fmt::format("did not halt within {} sequencer instructions", result.sequencerInstructions);
  case DataflowResult::End::stopped:
    return fmt::format("stopped after {} sequencer instructions", result.sequencerInstructions);
  case DataflowResult::End::fault:
    break;
  }
  const Fault& fault = result.fault;
  std::string text = fmt::format("fault {} of the {} at pc {:#010x}, information {:#x}", name(fault.cause),
                                 engineName(fault.engine), fault.pc, fault.information);
  for (const Waiting& waiting : result.waiting)
    text += fmt::format("; {} waits at {:#010x} in {}", engineName(waiting.engine), waiting.pc,
                        info(waiting.instruction.op).mnemonic);
  return text;
}

RunResult FunctionalSimulator::run(const RunOptions& options) {
  RunResult result;
  Client client(machine_, memory_, options, result.counts);
  DataflowOptions dataflow{options.entry, options.instructionLimit, options.progressInterval};
  static_cast<DataflowResult&>(result) = runDataflow(machine_, memory_, dataflow, client);
  result.counts[static_cast<size_t>(Engine::sequencer)].instructions = result.sequencerInstructions;
  return result;
}

} // namespace weft
