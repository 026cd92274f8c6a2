// weft verify: the static verifier on a program file.
#include "isa/check/verify_program.h"
#include "runtime/api/device.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"

#include <fmt/format.h>
#include <map>
#include <memory>

namespace weft::tool {
namespace {

struct Options {
  std::string program, arch;
  uint64_t maxInstructions = VerifyOptions{}.instructionLimit;
};

const char* name(Finding::Severity severity) {
  return severity == Finding::Severity::error     ? "error"
         : severity == Finding::Severity::unknown ? "cannot tell"
                                                  : "warning";
}

ExitCode runVerifier(const Options& options, const Common& common) {
  auto program = runtime::readProgram(options.program);
  const Machine machine =
      options.arch.empty() ? runtime::machineOf(*program, options.program) : loadMachine(options.arch);
  VerifyOptions settings;
  settings.instructionLimit = options.maxInstructions;
  settings.cancel = &interrupted();
  const std::vector<Finding> findings = verifyProgram(*program, machine, settings);
  throwIfInterrupted();

  std::map<Finding::Severity, size_t> counts;
  for (const Finding& finding : findings) {
    ++counts[finding.severity];
    if (finding.severity != Finding::Severity::warning || !common.quiet)
      printOut("{}: {}: {}\n", name(finding.severity), name(finding.kind), finding.message);
  }
  const size_t errors = counts[Finding::Severity::error], unknown = counts[Finding::Severity::unknown];
  if (!common.quiet)
    printOut("{}: {} errors, {} warnings{}\n", options.program, errors, counts[Finding::Severity::warning],
             unknown > 0 ? "; not verified to its end" : "");
  return errors > 0 ? kFinding : unknown > 0 ? kUnknown : kOk;
}

} // namespace

void addVerify(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("verify", "Check a program for faults, deadlocks and races, for every timing");
  command->add_option("program", options->program, "Program file (.weft)")->required();
  command->add_option("-a,--arch", options->arch,
                      "Machine, by name or YAML file; default: the one that the program was compiled for");
  command
      ->add_option("--max-instructions", options->maxInstructions,
                   "Verify at most so many instructions of the sequencer (of one device step)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->footer(
      "The verifier runs the scalar code and checks each tensor instruction without executing it. It finds\n"
      "faults (operands, alignment, addresses, illegal instructions), deadlocks, overlapping accesses that no\n"
      "semaphore orders, and semaphores with several producers or consumers. Exit code 3 if it finds an error.\n"
      "It cannot tell, and ends with exit code 5, where scalar code depends on the tensors' data, or does not halt\n"
      "within --max-instructions. "
      "'weft compile' runs it on every program that it makes.\n"
      "Examples:\n"
      "  weft verify net.weft\n"
      "  weft verify by_hand.weft --arch edge-16 --max-instructions 1000000");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return runVerifier(*options, common); }; });
}

} // namespace weft::tool
