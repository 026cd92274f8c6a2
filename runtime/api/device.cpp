#include "runtime/api/device.h"

#include "isa/semantics/image.h"
#include "isa/support/file.h"
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

struct Maker {
  const char* name;
  std::unique_ptr<Device> (*make)(const Machine&);
};
constexpr Maker kDevices[] = {
    {"cycle", [](const Machine& machine) { return makeCoreDevice(makeCycleCore(), machine); }},
    {"func", [](const Machine& machine) { return makeCoreDevice(makeFuncCore(), machine); }},
    {"ref", makeRefDevice},
    {"rtl", [](const Machine& machine) { return makeCoreDevice(makeRtlCore(), machine); }},
};

} // namespace

void rejectWave(const RunOptions& options, const std::string& device) {
  if (options.wave)
    throw Error(fmt::format("the device '{}' has no waveforms; use the device 'rtl' for one", device));
}

void rejectDataCounts(const RunOptions& options, const std::string& device) {
  if (options.countData)
    throw Error(fmt::format("the device '{}' does not count zero operands and toggles, which the energy of data needs; "
                            "use the device 'cycle'",
                            device));
}

LoadedProgram::LoadedProgram(std::shared_ptr<const Program> program) : program_(std::move(program)) {
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
  checkInputs(inputs_, inputs);
  return execute(inputs, options);
}

std::future<RunResult> LoadedProgram::enqueue(HostTensors inputs, RunOptions options) const {
  return std::async(std::launch::async, [this, tensors = std::move(inputs), settings = std::move(options)] {
    return run(tensors, settings);
  });
}

std::unique_ptr<LoadedProgram> Device::load(std::shared_ptr<const Program> program) const {
  checkMachine(*program, machine_);
  return make(std::move(program));
}

std::vector<std::string> deviceNames() {
  std::vector<std::string> names;
  for (const Maker& maker : kDevices)
    names.push_back(maker.name);
  return names;
}

std::unique_ptr<Device> openDevice(const std::string& name, const Machine& machine) {
  for (const Maker& maker : kDevices)
    if (name == maker.name)
      return maker.make(machine);
  throw Error(fmt::format("there is no device '{}'; the devices are {}", name, fmt::join(deviceNames(), ", ")));
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
