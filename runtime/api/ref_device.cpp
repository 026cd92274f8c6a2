// The device `ref`: every node of the network on the host.
#include "isa/support/error.h"
#include "runtime/api/core.h"
#include "runtime/api/host_network.h"

namespace weft::runtime {
namespace {

class RefProgram : public LoadedProgram {
public:
  explicit RefProgram(std::shared_ptr<const Program> program) : LoadedProgram(std::move(program)) {}

private:
  RunResult execute(const HostTensors& inputs, const RunOptions& options) const override {
    rejectWave(options, "ref");
    rejectDataCounts(options, "ref");
    if (options.maxCycles != 0)
      throw Error("the device 'ref' has neither cycles nor instructions to limit");
    const net::Network& network = *program().network();
    HostNetwork host(network, options);
    host.tensors().setInputs(inputs);
    std::vector<HostNode> nodes;
    HostStep step;
    for (size_t i = 0; i < network.nodes.size(); ++i) {
      nodes.push_back({static_cast<int32_t>(i), ""});
      step.operators.push_back({describeNode(network, nodes.back().node), ""});
    }
    host.execute(nodes);

    RunResult result;
    result.outputs = host.outputs();
    result.statistics.device = "ref";
    result.statistics.fidelity = "reference execution on the host; no accelerator, no time";
    result.statistics.host = {std::move(step)};
    return result;
  }
};

class RefDevice : public Device {
public:
  explicit RefDevice(const Machine& machine) : Device(machine) {}
  std::string name() const override { return "ref"; }

private:
  std::unique_ptr<LoadedProgram> make(std::shared_ptr<const Program> program) const override {
    if (!program->network())
      throw Error("the device 'ref' executes networks; a hand-written program has none");
    return std::make_unique<RefProgram>(std::move(program));
  }
};

} // namespace

std::unique_ptr<Device> makeRefDevice(const Machine& machine) {
  return std::make_unique<RefDevice>(machine);
}

} // namespace weft::runtime
