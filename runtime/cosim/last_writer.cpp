// Which instruction wrote a byte last: a run without time that looks at the footprint of every instruction.
#include "isa/semantics/dataflow.h"
#include "isa/semantics/tensor.h"
#include "runtime/cosim/describe.h"

namespace weft::cosim {
namespace {

class WriterFinder final : public DataflowClient {
public:
  WriterFinder(const Machine& machine, CoreMemory& memory, const MemoryMismatch& mismatch)
      : machine_(machine), memory_(memory), scalar_(mismatch.memory == "scalar memory"),
        address_(static_cast<int64_t>(mismatch.address)) {
    if (mismatch.memory == "DRAM")
      space_ = Space::dram;
    else if (mismatch.memory == "scratchpad")
      space_ = Space::scratchpad;
    else if (mismatch.memory == "LUT")
      space_ = Space::lut;
    else if (mismatch.memory == "accumulators")
      space_ = Space::accumulator;
    if (space_ == Space::accumulator)
      address_ /= machine.accumulatorRowBytes();
  }

  std::optional<Fault> execute(Engine, const TensorOp& op) override {
    if (std::optional<Fault> fault = checkOperands(op, machine_))
      return fault;
    if (std::optional<Fault> fault = weft::execute(op, machine_, memory_))
      return fault;
    if (scalar_)
      return std::nullopt;
    Region byte{space_, false, address_, 1, {}, {}};
    byte.count.fill(1);
    for (const Region& region : footprint(op, machine_))
      if (region.write && region.space == space_ && overlap(region, byte))
        writer_ = op.pc;
    return std::nullopt;
  }

  std::optional<Fault> sequenced(const StepOutcome& outcome, uint32_t pc) override {
    const bool here = outcome.access == (scalar_ ? AccessTarget::scalarMemory : AccessTarget::dram);
    if (here && outcome.write && (scalar_ || space_ == Space::dram) && address_ >= outcome.address &&
        address_ < int64_t{outcome.address} + outcome.bytes)
      writer_ = pc;
    return std::nullopt;
  }

  std::optional<uint32_t> writer() const { return writer_; }

private:
  const Machine& machine_;
  CoreMemory& memory_;
  bool scalar_;
  Space space_ = Space::dram;
  int64_t address_;
  std::optional<uint32_t> writer_;
};

} // namespace

std::optional<uint32_t> lastWriter(const Machine& machine, const ImageLoader& load, const MemoryMismatch& mismatch) {
  CoreMemory memory(machine);
  load(memory);
  WriterFinder finder(machine, memory, mismatch);
  runDataflow(machine, memory, {}, finder);
  return finder.writer();
}

} // namespace weft::cosim
