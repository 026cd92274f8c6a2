// The command `weft`: parses the command line, runs one subcommand, turns exceptions into messages and exit codes.
#include "isa/support/error.h"
#include "runtime/api/device.h"
#include "runtime/api/fault.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"

#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace weft::tool {

void printError(const std::string& message) {
  fmt::print(stderr, "weft: error: {}\n", message);
}

bool colourOnStdout() {
  const char* off = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && (!off || *off == '\0');
}

namespace {

// CLI11 says only that a command is required.
std::string explain(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  if (!app.get_subcommands().empty() || argc < 2 || argv[1][0] == '-')
    return error.what();
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return fmt::format("there is no command '{}'; the commands are {}", argv[1], fmt::join(names, ", "));
}

// CLI11 names the subcommand that failed only by its place in the tree.
std::string usageHint(const CLI::App& app) {
  auto chosen = app.get_subcommands();
  return chosen.empty() ? "see 'weft --help'" : fmt::format("see 'weft {} --help'", chosen.front()->get_name());
}

ExitCode runCommandLine(int argc, char** argv) {
  CLI::App app("Compiles quantised ONNX networks for a described accelerator and runs them, cycle by cycle.", "weft");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "A network in three commands:\n"
      "  weft compile net.onnx --arch edge-16 -o net.weft\n"
      "  weft run net.weft --device cycle --input x.npz --output y.npz --report r.json\n"
      "  weft report r.json\n"
      "\n"
      "Exit codes: 0 done; 1 a file, network or value that cannot be used; 2 wrong usage; 3 the program faulted,\n"
      "or verifier or comparison found something; 4 a defect of weft itself; 5 the verifier cannot tell;\n"
      "130 interrupted.\n"
      "'weft COMMAND --help' explains a command with examples.");
  Common common;
  Action action;
  addCompile(app, action);
  addRun(app, action);
  addCosim(app, action);
  addEnergy(app, action);
  addReport(app, action);
  addExplain(app, action);
  addDisasm(app, action);
  addCc(app, action);
  addAsm(app, action);
  addLink(app, action);
  addVerify(app, action);
  addArch(app, action);
  addArea(app, action);
  addVersion(app, action);
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    command->add_flag("-q,--quiet", common.quiet, "Print nothing but errors and what was asked for")->group("Messages");
    command->add_flag("--progress", common.progress, "Show progress even if stderr is not a terminal")
        ->group("Messages");
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) { // --help
      app.exit(error);
      return kOk;
    }
    printError(fmt::format("{}; {}", explain(error, app, argc, argv), usageHint(app)));
    return kUsage;
  }
  catchInterrupts();
  return action(common);
}

ExitCode guarded(int argc, char** argv) {
  try {
    return runCommandLine(argc, argv);
  } catch (const runtime::Cancelled&) {
    printError("interrupted");
    return kInterrupted;
  } catch (const runtime::ProgramError& error) {
    printError(error.what());
    return kFinding;
  } catch (const Error& error) {
    printError(error.what());
    return kUserError;
  } catch (const std::bad_alloc&) {
    printError("not enough memory");
    return kInternalError;
  } catch (const std::exception& error) {
    printError(fmt::format("internal: {}", error.what()));
    return kInternalError;
  }
}

} // namespace
} // namespace weft::tool

int main(int argc, char** argv) {
  int code = weft::tool::guarded(argc, argv);
  if (std::fflush(stdout) != 0) {
    weft::tool::printError("cannot write to stdout");
    return code == 0 ? weft::tool::kUserError : code;
  }
  return code;
}
