// Devices that execute instructions: the program's steps in their order, on the host or on the core.
#include "isa/semantics/image.h"
#include "isa/support/error.h"
#include "runtime/api/core.h"
#include "runtime/api/host_network.h"

#include <fmt/format.h>

namespace weft::runtime {
namespace {

class CoreProgram : public LoadedProgram {
public:
  CoreProgram(std::shared_ptr<const Program> program, const DeviceKind& kind, std::shared_ptr<const Core> core,
              const Machine& machine)
      : LoadedProgram(std::move(program), kind), core_(std::move(core)), machine_(machine) {}

private:
  RunResult execute(const HostTensors& inputs, const RunOptions& options) const override;
  void runCore(CoreRun& run, RunStatistics& statistics) const;

  std::shared_ptr<const Core> core_;
  Machine machine_;
};

} // namespace

void spend(CoreRun& run, uint64_t used, bool reachedLimit, const char* unit) {
  if (reachedLimit)
    throw ProgramError(fmt::format("the program did not end within {} {}", run.options.maxCycles, unit));
  // A later step must not have none: to the simulators that is no limit.
  run.left = std::max<uint64_t>(run.left - used, 1);
}

namespace {

void CoreProgram::runCore(CoreRun& run, RunStatistics& statistics) const {
  selectStep(program(), run.step, run.memory.dram);
  CoreResult result = core_->run(run);
  if (result.context.cycle)
    *result.context.cycle += run.cycles;
  if (result.fault)
    throw describeFault(*result.fault, program(), run.memory.dram, result.context);
  addStep(statistics, result);
  run.cycles = statistics.cycles;
  ++run.step;
}

RunResult CoreProgram::execute(const HostTensors& inputs, const RunOptions& options) const {
  RunResult result;
  RunStatistics& statistics = result.statistics;
  statistics.device = kind().name;
  statistics.fidelity = core_->fidelity();
  statistics.timed = kind().time;

  CoreMemory memory(machine_);
  loadSegments(program(), memory.dram);
  CoreRun run{
      .machine = machine_, .program = program(), .options = options, .memory = memory, .meter = {}, .trace = {}};
  run.left = options.maxCycles == 0 ? UINT64_MAX : options.maxCycles;
  const auto& manifest = program().manifest();
  if (!manifest) {
    for (const DeclaredTensor& tensor : program().declaredTensors())
      if (tensor.input)
        std::copy_n(inputs.at(tensor.name).data.begin(), tensor.bytes(), memory.dram.at(tensor.address));
    runCore(run, statistics);
    for (const DeclaredTensor& tensor : program().declaredTensors())
      if (!tensor.input)
        result.outputs[tensor.name] = {
            tensor.type,
            tensor.shape,
            {memory.dram.at(tensor.address), memory.dram.at(tensor.address) + tensor.bytes()}};
    return result;
  }

  const net::Network& network = *program().network();
  HostNetwork host(network, options);
  host.tensors().setInputs(inputs);
  run.steps = manifest->deviceSteps();
  for (const Step& step : manifest->steps) {
    if (!step.onDevice()) {
      host.execute(step.hostNodes);
      continue;
    }
    for (const DeviceTensor& place : step.inputs)
      scatter(place.type, host.tensors().get(place.tensor).data, {memory.dram.at(place.address), place.type.bytes()});
    runCore(run, statistics);
    for (const DeviceTensor& place : step.outputs) {
      const net::Tensor& tensor = network.tensors[static_cast<size_t>(place.tensor)];
      host.tensors().set(place.tensor, {tensor.type, tensor.shape,
                                        gather(place.type, {memory.dram.at(place.address), place.type.bytes()})});
    }
  }
  result.outputs = host.outputs();
  statistics.host = hostSteps(program());
  statistics.crossings = crossings(program());
  return result;
}

class CoreDevice : public Device {
public:
  CoreDevice(std::unique_ptr<Core> core, const DeviceKind& kind, const Machine& machine)
      : Device(kind), core_(std::move(core)), machine_(machine) {}

private:
  std::unique_ptr<LoadedProgram> make(std::shared_ptr<const Program> program) const override {
    checkMachine(*program, machine_);
    checkFits(*program, machine_);
    return std::make_unique<CoreProgram>(std::move(program), kind(), core_, machine_);
  }

  std::shared_ptr<const Core> core_;
  Machine machine_;
};

} // namespace

std::unique_ptr<Device> makeCoreDevice(std::unique_ptr<Core> core, const DeviceKind& kind, const Machine& machine) {
  return std::make_unique<CoreDevice>(std::move(core), kind, machine);
}

} // namespace weft::runtime
