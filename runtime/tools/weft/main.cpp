// The command `weft`: parses the command line, runs one subcommand, turns exceptions into messages and exit codes.
#include "isa/support/error.h"
#include "isa/support/suggest.h"
#include "runtime/api/device.h"
#include "runtime/api/fault.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/tree.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace weft::tool {

runtime::Style stdoutStyle() {
  runtime::Style style;
  if (!isatty(STDOUT_FILENO))
    return style;
  const char* off = std::getenv("NO_COLOR");
  style.colour = !off || *off == '\0';
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = size.ws_col;
  return style;
}

namespace {

// The command that was named, or the program itself.
const CLI::App& chosen(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? app : chosen(*named.front());
}

// CLI11 says only that a command is required, or an argument unexpected.
std::string explain(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  const CLI::App& command = chosen(app);
  if (&command == &app && argc > 1 && argv[1][0] != '-')
    return noCommand(argv[1], app);
  if (!dynamic_cast<const CLI::ExtrasError*>(&error) && !dynamic_cast<const CLI::RequiredError*>(&error))
    return error.what();
  const std::vector<std::string> rest = command.remaining();
  if (rest.empty())
    return error.what();
  const std::string given = rest.front().substr(0, rest.front().find('='));
  if (given[0] != '-' && !command.get_subcommands([](const CLI::App*) { return true; }).empty())
    return noCommand(given, command);
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return fmt::format("the argument '{}' was not expected{}", rest.front(),
                     given[0] == '-' ? didYouMean(given, names) : "");
}

// CLI11 names the subcommand that failed only by its place in the tree.
std::string usageHint(const CLI::App& app) {
  std::string words;
  for (auto named = app.get_subcommands(); !named.empty(); named = named.front()->get_subcommands())
    words += named.front()->get_name() + " ";
  return fmt::format("see 'weft {}--help'", words);
}

// The commands that say something beside what they are asked for, and those of them that may take long.
constexpr std::array kQuietable = {"arch check", "compile", "cosim",  "energy", "explain",
                                   "report",     "run",     "verify", "area"};
constexpr std::array kLong = {"area", "compile", "cosim", "explain", "report", "run"};

CLI::App* find(CLI::App& app, const std::string& path) {
  const size_t space = path.find(' ');
  CLI::App* command = app.get_subcommand(path.substr(0, space));
  return space == std::string::npos ? command : find(*command, path.substr(space + 1));
}

void addMessageOptions(CLI::App& app, Common& common) {
  for (const char* name : kQuietable)
    find(app, name)
        ->add_flag("-q,--quiet", common.quiet, "Print nothing but errors and what was asked for")
        ->group("Messages");
  for (const char* name : kLong)
    find(app, name)
        ->add_flag("--progress", common.progress, "Show progress even if stderr is not a terminal")
        ->group("Messages")
        ->excludes("--quiet");
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
      "129, 130, 143 ended by SIGHUP, SIGINT (Ctrl-C), SIGTERM.\n"
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
  addHelp(app, action);
  addCompletion(app, action);
  addMessageOptions(app, common);
  checkValues(app);
  app.set_version_flag("--version", versionText, "Print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) { // --help, --version
      std::ostringstream text;
      app.exit(error, text, text);
      printText(text.str());
      return kOk;
    }
    printError(fmt::format("{}; {}", explain(error, app, argc, argv), usageHint(app)));
    return kUsage;
  }
  noteCommandLine(argc, argv);
  return action(common);
}

ExitCode stopped() {
  printError("interrupted");
  return static_cast<ExitCode>(128 + interruptedBy());
}

ExitCode guarded(int argc, char** argv) {
  try {
    return runCommandLine(argc, argv);
  } catch (const runtime::Cancelled&) {
    return stopped();
  } catch (const runtime::ProgramError& error) {
    printError(error.what());
    return kFinding;
  } catch (const Error& error) {
    if (interrupted()) // which may be why it failed
      return stopped();
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
  weft::tool::openStandardFiles();
  weft::tool::catchSignals();
  const int code = weft::tool::guarded(argc, argv);
  if (!std::ferror(stdout) && std::fflush(stdout) != 0) { // else it has been said
    weft::tool::printError(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
    return code == 0 ? weft::tool::kUserError : code;
  }
  return code;
}
