// Is what the compiler makes of any network right on any machine? Random networks are compiled for random machines;
// the static verifier must find no error, and the functional and the cycle-accurate device must give the reference
// executor's bits without a race.
//
// WEFT_SEED=n runs one seed (and says more), WEFT_LONG=n that many seeds from WEFT_FIRST (default 0).
#include "tests/runtime/networks/random_network.h"

#include "compiler/driver/compiler.h"
#include "isa/check/verify_program.h"
#include "isa/support/error.h"
#include "runtime/api/device.h"

#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>

namespace weft::test {
namespace {

struct Outcome {
  bool skipped = false; // not supported, and the error says so
  std::string failure;  // empty: right
};

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

Outcome check(uint64_t seed, int steps) {
  net::Network network = randomNetwork(seed, steps);
  if (network.outputs.empty())
    return {};
  Machine machine = randomNetworkMachine(seed);
  HostTensors inputs = randomInputs(seed, network);
  const char* stage = "validate";
  try {
    net::validate(network);
    stage = "compile";
    CompileOptions options;
    options.verify = false; // below, to see all findings
    auto program = std::make_shared<const Program>(Program::parse(compile(network, machine, options), "random"));
    stage = "verify";
    for (const Finding& finding : verifyProgram(*program, machine))
      if (finding.severity == Finding::Severity::error)
        return {false, fmt::format("verifier: {}: {}", name(finding.kind), finding.message)};
    runtime::RunOptions run;
    run.detectRaces = true;
    std::optional<HostTensors> expected;
    for (const char* device : {"ref", "func", "cycle"}) {
      stage = device;
      HostTensors outputs = runtime::openDevice(device, machine)->load(program)->run(inputs, run).outputs;
      if (!expected)
        expected = outputs;
      else if (std::string difference = differences(*expected, outputs); !difference.empty())
        return {false, fmt::format("{}: {}", device, difference)};
    }
  } catch (const std::exception& error) {
    std::string message = error.what();
    for (const char* unsupported :
         {"no tiling fits", "has no operator that the accelerator runs", "a window over a batch of vectors"})
      if (message.find(unsupported) != std::string::npos)
        return {true, ""};
    return {false, fmt::format("{}: {}", stage, message)};
  }
  return {};
}

std::optional<uint64_t> fromEnvironment(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::optional<uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

TEST(RandomNetworks, DevicesAgreeBitForBit) {
  uint64_t first = fromEnvironment("WEFT_FIRST").value_or(0), count = fromEnvironment("WEFT_LONG").value_or(60);
  auto single = fromEnvironment("WEFT_SEED");
  if (single) {
    first = *single;
    count = 1;
  }
  uint64_t skipped = 0;
  int failures = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    int steps = stepsOf(seed);
    Outcome outcome = check(seed, steps);
    skipped += outcome.skipped;
    if (outcome.failure.empty())
      continue;
    // The shortest prefix that fails says most.
    for (int fewer = 1; fewer < steps; ++fewer)
      if (Outcome shorter = check(seed, fewer); !shorter.failure.empty()) {
        outcome = shorter;
        steps = fewer;
      }
    ADD_FAILURE() << "WEFT_SEED=" << seed << ", " << steps << " steps: " << outcome.failure << "\n"
                  << describe(randomNetwork(seed, steps)) << (single ? toYaml(randomNetworkMachine(seed)) : "");
    if (++failures == 10)
      break;
  }
  RecordProperty("skipped", static_cast<int>(skipped));
  if (!single) {
    EXPECT_LT(skipped * 5, count) << "too few networks compile for the test to mean anything";
  }
  fmt::print("{} networks, {} of them not supported\n", count, skipped);
}

} // namespace
} // namespace weft::test
