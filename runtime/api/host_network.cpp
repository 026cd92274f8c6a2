#include "runtime/api/host_network.h"

#include <fmt/format.h>

namespace weft::runtime {

void HostNetwork::execute(const std::vector<int32_t>& nodes, const std::string& stage) {
  for (size_t done = 0; done < nodes.size(); ++done) {
    if (options_.cancel && *options_.cancel)
      throw Cancelled();
    if (options_.progress)
      options_.progress(stage, static_cast<double>(done) / static_cast<double>(nodes.size()));
    auto node = static_cast<size_t>(nodes[done]);
    executor_.execute(node, node + 1);
  }
}

HostTensors HostNetwork::outputs() const {
  HostTensors results;
  for (int32_t index : network_.outputs)
    results[network_.tensors[static_cast<size_t>(index)].name] = executor_.copy(index);
  return results;
}

std::vector<std::string> describeNodes(const net::Network& network, const std::vector<int32_t>& nodes) {
  std::vector<std::string> texts;
  for (int32_t index : nodes) {
    const net::Node& node = network.nodes[static_cast<size_t>(index)];
    texts.push_back(fmt::format("{} ({})", node.name, node.op));
  }
  return texts;
}

} // namespace weft::runtime
