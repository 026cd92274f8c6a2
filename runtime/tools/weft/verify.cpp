// weft verify: the static verifier on a program file.
#include "isa/check/verifier.h"
#include "runtime/api/device.h"
#include "runtime/api/image.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>

namespace weft::tool {
namespace {

struct Options {
  std::string program, arch;
};

std::string place(const Program& program, uint32_t pc) {
  const Group* group = program.groupAt(pc);
  return group ? fmt::format("{}, ONNX node {}", program.locate(pc), fmt::join(group->onnxNodes, ", "))
               : program.locate(pc);
}

ExitCode verifyProgram(const Options& options, const Common& common) {
  auto program = runtime::readProgram(options.program);
  const Machine machine =
      options.arch.empty() ? runtime::machineOf(*program, options.program) : loadMachine(options.arch);
  runtime::checkMachine(*program, machine);
  runtime::checkFits(*program, machine);
  CoreMemory memory(machine);
  runtime::loadSegments(*program, memory.dram);

  VerifyOptions settings;
  settings.entry = program->entry();
  settings.place = [&](uint32_t pc) { return place(*program, pc); };
  if (program->manifest())
    for (const DeviceTensor& input : program->manifest()->inputs)
      settings.unknown.push_back({input.address, input.bytes()});
  const std::vector<Finding> findings = verify(machine, memory, settings);
  throwIfInterrupted();

  const auto errors = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Finding::Severity::error;
  });
  for (const Finding& finding : findings) {
    const bool isError = finding.severity == Finding::Severity::error;
    if (isError || !common.quiet)
      fmt::print("{}: {}: {}\n", isError ? "error" : "warning", name(finding.kind), finding.message);
  }
  if (!common.quiet)
    fmt::print("{}: {} errors, {} warnings\n", options.program, errors,
               static_cast<ptrdiff_t>(findings.size()) - errors);
  return errors > 0 ? kFinding : kOk;
}

} // namespace

void addVerify(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("verify", "Check a program for faults, deadlocks and races, for every timing");
  command->add_option("program", options->program, "Program file (.weft)")->required();
  command->add_option("-a,--arch", options->arch,
                      "Machine, by name or YAML file; default: the one that the program was compiled for");
  command->footer(
      "The verifier runs the scalar code and checks each tensor instruction without executing it. It finds\n"
      "faults (operands, alignment, addresses, illegal instructions), deadlocks, overlapping accesses that no\n"
      "semaphore orders, and semaphores with several producers or consumers. Exit code 3 if it finds an error.\n"
      "'weft compile' runs it on every program that it makes.\n"
      "Examples:\n"
      "  weft verify net.weft\n"
      "  weft verify by_hand.weft --arch edge-16");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return verifyProgram(*options, common); }; });
}

} // namespace weft::tool
