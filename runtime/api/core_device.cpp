// Devices that execute instructions: host nodes before, the core, host nodes after.
#include "isa/semantics/image.h"
#include "isa/support/error.h"
#include "runtime/api/core.h"
#include "runtime/api/host_network.h"

namespace weft::runtime {
namespace {

class CoreProgram : public LoadedProgram {
public:
  CoreProgram(std::shared_ptr<const Program> program, std::shared_ptr<const Core> core, const Machine& machine)
      : LoadedProgram(std::move(program)), core_(std::move(core)), machine_(machine) {}

private:
  RunResult execute(const HostTensors& inputs, const RunOptions& options) const override;
  void runCore(CoreMemory& memory, const RunOptions& options, RunStatistics& statistics) const;

  std::shared_ptr<const Core> core_;
  Machine machine_;
};

void CoreProgram::runCore(CoreMemory& memory, const RunOptions& options, RunStatistics& statistics) const {
  CoreResult result = core_->run(machine_, program(), memory, options);
  if (result.fault)
    throw describeFault(*result.fault, program(), memory.dram, result.context);
  statistics.cycles = result.cycles;
  statistics.exitCode = result.exitCode;
  statistics.counters = std::move(result.counters);
  statistics.activity = std::move(result.activity);
  statistics.traffic = std::move(result.traffic);
  statistics.layers = std::move(result.layers);
  statistics.tensorTraffic = std::move(result.tensorTraffic);
  statistics.prologue = std::move(result.prologue);
}

RunResult CoreProgram::execute(const HostTensors& inputs, const RunOptions& options) const {
  RunResult result;
  RunStatistics& statistics = result.statistics;
  statistics.device = core_->name();
  statistics.fidelity = core_->fidelity();
  statistics.timed = core_->timed();

  CoreMemory memory(machine_);
  loadSegments(program(), memory.dram);
  const auto& manifest = program().manifest();
  if (!manifest) {
    runCore(memory, options, statistics);
    return result;
  }

  const net::Network& network = *program().network();
  HostNetwork host(network, options);
  host.tensors().setInputs(inputs);
  host.execute(manifest->hostBefore, "host operators before the device");
  for (const DeviceTensor& place : manifest->inputs)
    scatter(place.type, host.tensors().get(place.tensor).data, {memory.dram.at(place.address), place.type.bytes()});

  runCore(memory, options, statistics);

  for (const DeviceTensor& place : manifest->outputs) {
    const net::Tensor& tensor = network.tensors[static_cast<size_t>(place.tensor)];
    host.tensors().set(place.tensor, {tensor.type, tensor.shape,
                                      gather(place.type, {memory.dram.at(place.address), place.type.bytes()})});
  }
  host.execute(manifest->hostAfter, "host operators after the device");
  result.outputs = host.outputs();
  statistics.hostBefore = describeNodes(network, manifest->hostBefore);
  statistics.hostAfter = describeNodes(network, manifest->hostAfter);
  return result;
}

class CoreDevice : public Device {
public:
  CoreDevice(std::unique_ptr<Core> core, const Machine& machine) : Device(machine), core_(std::move(core)) {}
  std::string name() const override { return core_->name(); }

private:
  std::unique_ptr<LoadedProgram> make(std::shared_ptr<const Program> program) const override {
    checkFits(*program, machine());
    return std::make_unique<CoreProgram>(std::move(program), core_, machine());
  }

  std::shared_ptr<const Core> core_;
};

} // namespace

std::unique_ptr<Device> makeCoreDevice(std::unique_ptr<Core> core, const Machine& machine) {
  return std::make_unique<CoreDevice>(std::move(core), machine);
}

} // namespace weft::runtime
