// weft verify: the static verifier on a program file.
#include "isa/check/verify_program.h"
#include "runtime/api/device.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace weft::tool {
namespace {

struct Options {
  std::string program, arch;
};

ExitCode runVerifier(const Options& options, const Common& common) {
  auto program = runtime::readProgram(options.program);
  const Machine machine =
      options.arch.empty() ? runtime::machineOf(*program, options.program) : loadMachine(options.arch);
  const std::vector<Finding> findings = verifyProgram(*program, machine);
  throwIfInterrupted();

  const auto errors = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Finding::Severity::error;
  });
  for (const Finding& finding : findings) {
    const bool isError = finding.severity == Finding::Severity::error;
    if (isError || !common.quiet)
      printOut("{}: {}: {}\n", isError ? "error" : "warning", name(finding.kind), finding.message);
  }
  if (!common.quiet)
    printOut("{}: {} errors, {} warnings\n", options.program, errors, static_cast<ptrdiff_t>(findings.size()) - errors);
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
      [options, &action] { action = [options](const Common& common) { return runVerifier(*options, common); }; });
}

} // namespace weft::tool
