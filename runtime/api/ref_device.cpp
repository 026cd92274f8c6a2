// The device `ref`: every node of the network on the host.
#include "isa/support/error.h"
#include "runtime/api/core.h"
#include "runtime/api/host_network.h"

namespace weft::runtime {
namespace {

class RefProgram : public LoadedProgram {
public:
  RefProgram(std::shared_ptr<const Program> program, const DeviceKind& kind)
      : LoadedProgram(std::move(program), kind) {}

private:
  RunResult execute(const HostTensors& inputs, const RunOptions& options) const override {
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
    result.statistics.device = kind().name;
    result.statistics.fidelity = "reference execution on the host; no accelerator, no time";
    result.statistics.host = {std::move(step)};
    return result;
  }
};

class RefDevice : public Device {
public:
  explicit RefDevice(const DeviceKind& kind) : Device(kind) {}

private:
  std::unique_ptr<LoadedProgram> make(std::shared_ptr<const Program> program) const override {
    if (!program->network())
      throw Error("the device 'ref' executes networks; a hand-written program has none");
    return std::make_unique<RefProgram>(std::move(program), kind());
  }
};

} // namespace

std::unique_ptr<Device> makeRefDevice(const DeviceKind& kind) {
  return std::make_unique<RefDevice>(kind);
}

} // namespace weft::runtime
