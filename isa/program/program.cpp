#include "isa/program/program.h"

#include "isa/program/elf.h"
#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace weft {
namespace {

// What the notes say must fit each other before a device relies on it: indices, sizes, addresses.
void checkManifest(const Manifest& manifest, const net::Network& network, const std::string& origin) {
  auto checkNodes = [&](const std::vector<int32_t>& nodes, const std::string& where) {
    for (int32_t node : nodes)
      if (node < 0 || static_cast<size_t>(node) >= network.nodes.size())
        throw Error(fmt::format("{}: malformed program: {} names node {}; the network has {} nodes", origin, where,
                                node, network.nodes.size()));
  };
  for (const Group& group : manifest.groups)
    checkNodes(group.nodes, fmt::format("group '{}'", group.symbol));

  auto checkTensors = [&](const std::vector<DeviceTensor>& tensors) {
    for (const DeviceTensor& place : tensors) {
      if (place.tensor < 0 || static_cast<size_t>(place.tensor) >= network.tensors.size())
        throw Error(fmt::format("{}: malformed program: a device tensor names tensor {}; the network has {}", origin,
                                place.tensor, network.tensors.size()));
      const net::Tensor& tensor = network.tensors[static_cast<size_t>(place.tensor)];
      if (place.type.element != tensor.type || place.type.shape != tensor.shape)
        throw Error(
            fmt::format("{}: malformed program: tensor '{}' is {} [{}] in the network and {} [{}] on the device",
                        origin, tensor.name, net::name(tensor.type), fmt::join(tensor.shape, ", "),
                        net::name(place.type.element), fmt::join(place.type.shape, ", ")));
    }
  };
  checkTensors(manifest.constants);
  int32_t groups = 0; // of the device steps so far
  for (size_t i = 0; i < manifest.steps.size(); ++i) {
    const Step& step = manifest.steps[i];
    std::vector<int32_t> nodes;
    for (const HostNode& host : step.hostNodes)
      nodes.push_back(host.node);
    checkNodes(nodes, fmt::format("step {}", i));
    checkTensors(step.inputs);
    checkTensors(step.outputs);
    if (!step.onDevice())
      continue;
    if (step.firstGroup != groups || step.endGroup < groups)
      throw Error(fmt::format("{}: malformed program: step {} begins with group {}; it must begin with {}", origin, i,
                              step.firstGroup, groups));
    groups = step.endGroup;
  }
  if (static_cast<size_t>(groups) != manifest.groups.size())
    throw Error(fmt::format("{}: malformed program: its steps run {} groups; it has {}", origin, groups,
                            manifest.groups.size()));
}

// The bytes of a constant that lies in a segment. Its content is all there: what is gathered is never larger.
SharedBytes constantAt(const DeviceTensor& place, const net::Tensor& tensor, const std::vector<Segment>& segments,
                       const SharedBytes& file) {
  const uint64_t bytes = place.type.bytes();
  for (const Segment& segment : segments) {
    if (place.address < segment.address || place.address - segment.address > segment.content.size() ||
        bytes > segment.content.size() - (place.address - segment.address))
      continue;
    const SharedBytes memory =
        file.part(segment.content.subspan(place.address - segment.address, static_cast<size_t>(bytes)));
    const int64_t elements = net::elementCount(place.type.shape);
    return {static_cast<size_t>(elements) * net::byteSize(place.type.element),
            [memory, type = place.type] { return gather(type, memory); }};
  }
  throw Error(fmt::format("malformed program: the constant '{}' ({} bytes at {:#010x}) is in no segment", tensor.name,
                          bytes, place.address));
}

// Whether `bytes` bytes from `address` on lie in one segment.
bool inSegment(const Program& program, uint32_t address, uint64_t bytes) {
  return std::any_of(program.segments().begin(), program.segments().end(), [&](const Segment& segment) {
    return address >= segment.address && bytes <= segment.bytes && address - segment.address <= segment.bytes - bytes;
  });
}

// The address of the word that names the step, within a segment.
uint32_t findStepWord(const Program& program, const std::string& origin) {
  for (const Symbol& symbol : program.symbols())
    if (symbol.name == kStepSymbol && symbol.address % sizeof(uint32_t) == 0 &&
        inSegment(program, symbol.address, sizeof(uint32_t)))
      return symbol.address;
  throw Error(fmt::format("{}: malformed program: it has several device steps and no word '{}'", origin, kStepSymbol));
}

} // namespace

Program Program::parse(SharedBytes file, const std::string& origin) {
  Program program;
  program.file_ = std::move(file);
  const elf::View view = elf::parse(program.file_, origin);
  program.entry_ = view.entry;
  program.segments_ = view.segments;
  program.symbols_ = view.symbols;

  const elf::Section* meta = view.section(".weft.meta");
  const elf::Section* network = view.section(".weft.network");
  if (!meta != !network)
    throw Error(
        fmt::format("{}: malformed program: it has only one of the sections .weft.meta and .weft.network", origin));
  if (meta) {
    program.manifest_ =
        manifestFromJson({reinterpret_cast<const char*>(meta->content.data()), meta->content.size()}, origin);
    std::map<int32_t, const DeviceTensor*> places;
    for (const DeviceTensor& place : program.manifest_->constants)
      places.emplace(place.tensor, &place);
    auto find = [&](int32_t index, const net::Tensor& tensor) {
      const auto place = places.find(index);
      if (place == places.end())
        throw Error(fmt::format("malformed program: it does not say where the constant '{}' is", tensor.name));
      return constantAt(*place->second, tensor, program.segments_, program.file_);
    };
    try {
      program.network_ = net::deserialise(program.file_.part(network->content), find);
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", origin, error.what()));
    }
    checkManifest(*program.manifest_, *program.network_, origin);
    if (program.manifest_->deviceSteps() > 1)
      program.stepWord_ = findStepWord(program, origin);
  } else if (const elf::Section* tensors = view.section(".weft.tensors")) {
    program.declaredTensors_ = parseDeclaredTensors(tensors->content, origin);
    for (const DeclaredTensor& tensor : program.declaredTensors_)
      if (!inSegment(program, tensor.address, tensor.bytes()))
        throw Error(fmt::format("{}: tensor '{}' ({} bytes at {:#010x}) is not all in the memory that the program "
                                "defines",
                                origin, tensor.name, tensor.bytes(), tensor.address));
  }
  return program;
}

size_t Manifest::deviceSteps() const {
  return static_cast<size_t>(
      std::count_if(steps.begin(), steps.end(), [](const Step& step) { return step.onDevice(); }));
}

const Symbol* Program::functionAt(uint32_t pc) const {
  auto after = std::upper_bound(symbols_.begin(), symbols_.end(), pc,
                                [](uint32_t address, const Symbol& symbol) { return address < symbol.address; });
  while (after != symbols_.begin()) {
    const Symbol& symbol = *--after;
    if (symbol.function)
      return symbol.bytes == 0 || pc - symbol.address < symbol.bytes ? &symbol : nullptr;
  }
  return nullptr;
}

std::string Program::locate(uint32_t pc) const {
  const Symbol* symbol = functionAt(pc);
  if (!symbol)
    return fmt::format("{:#010x}", pc);
  return pc == symbol->address ? symbol->name : fmt::format("{}+{:#x}", symbol->name, pc - symbol->address);
}

const Group* Program::groupAt(uint32_t pc) const {
  const Symbol* symbol = manifest_ ? functionAt(pc) : nullptr;
  if (!symbol)
    return nullptr;
  for (const Group& group : manifest_->groups)
    if (group.symbol == symbol->name)
      return &group;
  return nullptr;
}

} // namespace weft
