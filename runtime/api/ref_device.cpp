// The device `ref`: every node of the network on the host.
#include "isa/support/error.h"
#include "runtime/api/core.h"
#include "runtime/api/host_network.h"

#include <numeric>

namespace weft::runtime {
namespace {

class RefProgram : public LoadedProgram {
public:
  explicit RefProgram(std::shared_ptr<const Program> program) : LoadedProgram(std::move(program)) {}

private:
  RunResult execute(const HostTensors& inputs, const RunOptions& options) const override {
    rejectWave(options, "ref");
    rejectDataCounts(options, "ref");
    const net::Network& network = *program().network();
    HostNetwork host(network, options);
    host.tensors().setInputs(inputs);
    std::vector<int32_t> nodes(network.nodes.size());
    std::iota(nodes.begin(), nodes.end(), 0);
    host.execute(nodes, "reference execution");

    RunResult result;
    result.outputs = host.outputs();
    result.statistics.device = "ref";
    result.statistics.fidelity = "reference execution on the host; no accelerator, no time";
    result.statistics.hostBefore = describeNodes(network, nodes);
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
