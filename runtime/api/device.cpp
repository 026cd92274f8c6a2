#include "runtime/api/device.h"

#include "isa/support/file.h"
#include "isa/support/suggest.h"
#include "runtime/api/core.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::runtime {
namespace {

TensorInfo infoOf(const net::Network& network, int32_t index) {
  const net::Tensor& tensor = network.tensors[static_cast<size_t>(index)];
  return {tensor.name, tensor.type, tensor.shape};
}

std::string list(const std::vector<TensorInfo>& tensors) {
  std::string text;
  for (const TensorInfo& tensor : tensors)
    text += fmt::format("\n  {}: {}", tensor.name, describe(tensor.type, tensor.shape));
  return text;
}

// Exactly the wanted names, types and shapes, or an error that says what is wanted.
void checkInputs(const std::vector<TensorInfo>& wanted, const HostTensors& given) {
  for (const auto& [name, tensor] : given) {
    auto it = std::find_if(wanted.begin(), wanted.end(), [&](const TensorInfo& info) { return info.name == name; });
    if (it == wanted.end())
      throw Error(wanted.empty() ? fmt::format("there is no input '{}': the program takes no inputs", name)
                                 : fmt::format("there is no input '{}'; the inputs are:{}", name, list(wanted)));
    if (tensor.type != it->type || tensor.shape != it->shape)
      throw Error(fmt::format("input '{}' is {}; it must be {}", name, describe(tensor.type, tensor.shape),
                              describe(it->type, it->shape)));
  }
  for (const TensorInfo& info : wanted)
    if (!given.contains(info.name))
      throw Error(fmt::format("input '{}' is missing; the inputs are:{}", info.name, list(wanted)));
}

struct Entry {
  DeviceKind kind;
  std::unique_ptr<Core> (*core)(); // null: the host executes the network
};
constexpr Entry kDevices[] = {
    {{.name = "cycle",
      .purpose = "every instruction, every cycle",
      .time = true,
      .trace = true,
      .races = true,
      .data = true},
     makeCycleCore},
    {{.name = "func", .purpose = "every instruction, without time", .races = true}, makeFuncCore},
    {{.name = "ref", .purpose = "the network, on the host", .machine = false}, nullptr},
    {{.name = "rtl",
      .purpose = "the hardware itself, every cycle (needs Verilator)",
      .time = true,
      .trace = true,
      .waveforms = true},
     makeRtlCore},
};

const Entry& entryOf(const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& entry : kDevices) {
    if (entry.kind.name == name)
      return entry;
    names.emplace_back(entry.kind.name);
  }
  throw Error(fmt::format("there is no device '{}'{}; the devices are {}", name, didYouMean(name, names),
                          fmt::join(names, ", ")));
}

// Refuses what the device cannot do.
void checkOptions(const DeviceKind& kind, const RunOptions& options) {
  if (!options.trace.empty())
    require(kind, &DeviceKind::trace, "has no time and so no timeline");
  if (options.wave)
    require(kind, &DeviceKind::waveforms, "has no waveforms");
  if (options.detectRaces)
    require(kind, &DeviceKind::races, "does not look for races");
  if (options.maxCycles != 0)
    require(kind, &DeviceKind::machine, "has neither cycles nor instructions to limit");
  if (options.countData)
    require(kind, &DeviceKind::data, "does not count zero operands and toggles, which the energy of data needs");
}

} // namespace

const std::vector<DeviceKind>& deviceKinds() {
  static const std::vector<DeviceKind> kinds = [] {
    std::vector<DeviceKind> list;
    for (const Entry& entry : kDevices)
      list.push_back(entry.kind);
    return list;
  }();
  return kinds;
}

const DeviceKind& deviceKind(const std::string& name) {
  return entryOf(name).kind;
}

void require(const DeviceKind& kind, bool DeviceKind::*capability, const std::string& lack) {
  if (kind.*capability)
    return;
  std::vector<std::string> names;
  for (const DeviceKind& other : deviceKinds())
    if (other.*capability)
      names.push_back(fmt::format("'{}'", other.name));
  throw Error(fmt::format("the device '{}' {}; use the device {}", kind.name, lack, fmt::join(names, " or ")));
}

LoadedProgram::LoadedProgram(std::shared_ptr<const Program> program, const DeviceKind& kind)
    : program_(std::move(program)), kind_(kind) {
  for (const DeclaredTensor& tensor : program_->declaredTensors())
    (tensor.input ? inputs_ : outputs_).push_back({tensor.name, tensor.type, tensor.shape});
  if (!program_->network())
    return;
  for (int32_t index : program_->network()->inputs)
    inputs_.push_back(infoOf(*program_->network(), index));
  for (int32_t index : program_->network()->outputs)
    outputs_.push_back(infoOf(*program_->network(), index));
}

RunResult LoadedProgram::run(const HostTensors& inputs, const RunOptions& options) const {
  checkOptions(kind_, options);
  checkInputs(inputs_, inputs);
  return execute(inputs, options);
}

std::future<RunResult> LoadedProgram::enqueue(HostTensors inputs, RunOptions options) const {
  return std::async(std::launch::async, [this, tensors = std::move(inputs), settings = std::move(options)] {
    return run(tensors, settings);
  });
}

std::unique_ptr<Device> openDevice(const std::string& name, const std::optional<Machine>& machine) {
  const Entry& entry = entryOf(name);
  if (!entry.core)
    return makeRefDevice(entry.kind);
  if (!machine)
    throw Error(fmt::format("the device '{}' needs a machine", name));
  return makeCoreDevice(entry.core(), entry.kind, *machine);
}

std::shared_ptr<const Program> readProgram(const std::filesystem::path& path) {
  return std::make_shared<const Program>(Program::parse(readFile(path), path.string()));
}

Machine machineOf(const Program& program, const std::string& origin) {
  if (!program.manifest())
    throw Error(
        fmt::format("{}: a hand-written program does not say for which machine it is; name one with --arch", origin));
  Machine machine = parseMachine(program.manifest()->machineYaml, origin + " (machine description)");
  if (hash(machine) != program.manifest()->machineHash)
    throw Error(
        fmt::format("{}: malformed program: its machine description does not have the hash that it names", origin));
  return machine;
}

} // namespace weft::runtime
