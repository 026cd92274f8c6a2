#include "tests/runtime/networks/compare.h"

#include "compiler/driver/compiler.h"
#include "isa/check/verify_program.h"
#include "isa/support/error.h"
#include "runtime/api/device.h"

#include <fmt/format.h>
#include <optional>

namespace weft::test {
namespace {

std::string differences(const HostTensors& expected, const HostTensors& actual) {
  if (expected.size() != actual.size())
    return fmt::format("{} outputs instead of {}", actual.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    auto found = actual.find(name);
    if (found == actual.end())
      return fmt::format("output '{}' is missing", name);
    if (found->second.shape != tensor.shape || found->second.type != tensor.type)
      return fmt::format("output '{}' has another type or shape", name);
    size_t wrong = 0, first = 0;
    for (size_t i = tensor.data.size(); i-- > 0;)
      if (tensor.data[i] != found->second.data[i]) {
        ++wrong;
        first = i;
      }
    if (wrong > 0)
      return fmt::format("output '{}': {} of {} bytes differ, the first at {}: {} instead of {}", name, wrong,
                         tensor.data.size(), first, found->second.data[first], tensor.data[first]);
  }
  return "";
}

// Everything that is moved between DRAM and scratchpad is of a tensor and for a layer.
std::string trafficProblem(const runtime::RunStatistics& statistics) {
  if (statistics.tensorTraffic)
    for (const runtime::TensorTraffic& traffic : *statistics.tensorTraffic)
      if (!traffic.tensor || !traffic.layer)
        return fmt::format("{} bytes read and {} written of DRAM that is not in the memory map", traffic.moves.read,
                           traffic.moves.written);
  return "";
}

} // namespace

Outcome compare(const net::Network& network, const Machine& machine, const HostTensors& inputs,
                const std::function<std::string()>& mapping) {
  const char* stage = "validate";
  try {
    net::validate(network);
    stage = "compile";
    CompileOptions options;
    options.verify = false; // below, to see all findings
    options.mapping = mapping();
    auto program = std::make_shared<const Program>(Program::parse(compile(network, machine, options), "random"));
    stage = "verify";
    for (const Finding& finding : verifyProgram(*program, machine))
      if (finding.severity != Finding::Severity::warning)
        return {false, fmt::format("verifier: {}: {}", name(finding.kind), finding.message)};
    runtime::RunOptions run;
    std::optional<HostTensors> expected;
    for (const char* device : {"ref", "func", "cycle"}) {
      stage = device;
      run.detectRaces = runtime::deviceKind(device).races;
      runtime::RunResult result = runtime::openDevice(device, machine)->load(program)->run(inputs, run);
      if (std::string problem = trafficProblem(result.statistics); !problem.empty())
        return {false, fmt::format("{}: {}", device, problem)};
      HostTensors outputs = std::move(result.outputs);
      if (!expected)
        expected = outputs;
      else if (std::string difference = differences(*expected, outputs); !difference.empty())
        return {false, fmt::format("{}: {}", device, difference)};
    }
  } catch (const std::exception& error) {
    std::string message = error.what();
    // The last three: nothing is left for the accelerator.
    for (const char* unsupported :
         {"no tiling fits", "has no operator that the accelerator runs", "that leaves nothing to the accelerator",
          "(Relu): the accelerator does not have this operator"})
      if (message.find(unsupported) != std::string::npos)
        return {true, "", message};
    return {false, fmt::format("{}: {}", stage, message)};
  }
  return {};
}

} // namespace weft::test
