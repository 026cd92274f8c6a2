#include "compiler/mapping/layer.h"

#include "compiler/mapping/device_graph.h"
#include "isa/program/network_ops.h"

#include <algorithm>

namespace weft::mapping {
namespace {

std::vector<const LayerKind*>& registered() {
  static std::vector<const LayerKind*> kinds;
  return kinds;
}

} // namespace

RegisterKind::RegisterKind(const LayerKind& kind) {
  auto& kinds = registered();
  auto byName = [](const LayerKind* a, const LayerKind* b) { return a->name < b->name; };
  kinds.insert(std::upper_bound(kinds.begin(), kinds.end(), &kind, byName), &kind);
}

const std::vector<const LayerKind*>& layerKinds() {
  return registered();
}

const LayerKind* findKind(std::string_view name) {
  for (const LayerKind* kind : registered())
    if (kind->name == name)
      return kind;
  return nullptr;
}

bool serves(const LayerKind& kind, std::string_view networkOperator) {
  const net::OperatorInfo* found = net::findOperator(networkOperator);
  return found && net::hasWord(found->layers, kind.name);
}

const Place& Site::place(int32_t activation) const {
  return places[static_cast<size_t>(graph.activation(activation).storage)];
}

int64_t scratchpadBytes(const std::vector<Stream>& streams, int64_t alignment) {
  int64_t total = 0;
  for (const Stream& stream : streams)
    total += (stream.buffers * stream.bytes + alignment - 1) / alignment * alignment;
  return total;
}

} // namespace weft::mapping
