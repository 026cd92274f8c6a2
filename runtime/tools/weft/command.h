// What the subcommands of `weft` share. Each subcommand is one file with one function that adds it to the program.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace weft::tool {

// Exit codes; documented in runtime/README.md and in `weft --help`.
enum ExitCode : int {
  kOk = 0,
  kUserError = 1,     // a file, network or value that cannot be used
  kUsage = 2,         // a command line that cannot be understood
  kFinding = 3,       // a fault of the program, or a finding of the verifier
  kInternalError = 4, // a defect of weft itself
  kUnknown = 5,       // the verifier cannot tell
  kInterrupted = 130, // SIGINT
};

// Options of every subcommand.
struct Common {
  bool quiet = false;    // nothing but errors and what was asked for
  bool progress = false; // also when stderr is no terminal
};

// What the command line asks for; set by the subcommand that was named.
using Action = std::function<ExitCode(const Common&)>;

void addCc(CLI::App& app, Action& action);
void addCompile(CLI::App& app, Action& action);
void addRun(CLI::App& app, Action& action);
void addCosim(CLI::App& app, Action& action);
void addEnergy(CLI::App& app, Action& action);
void addReport(CLI::App& app, Action& action);
void addExplain(CLI::App& app, Action& action);
void addDisasm(CLI::App& app, Action& action);
void addAsm(CLI::App& app, Action& action);
void addLink(CLI::App& app, Action& action);
void addVerify(CLI::App& app, Action& action);
void addArch(CLI::App& app, Action& action);
void addArea(CLI::App& app, Action& action);
void addVersion(CLI::App& app, Action& action);

// Prints "weft: error: <message>" to stderr.
void printError(const std::string& message);
// Whether tables on stdout may use colours: a terminal, and NO_COLOR is not set.
bool colourOnStdout();

} // namespace weft::tool
