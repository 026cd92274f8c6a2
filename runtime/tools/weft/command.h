// What the subcommands of `weft` share. Each subcommand is one file with one function that adds it to the program.
#pragma once

#include "isa/machine/machine.h"
#include "runtime/api/provenance.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/print.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

namespace weft::tool {

// Exit codes, and 128 + the signal that interrupted; documented in runtime/README.md and in `weft --help`.
enum ExitCode : int {
  kOk = 0,
  kUserError = 1,     // a file, network or value that cannot be used
  kUsage = 2,         // a command line that cannot be understood
  kFinding = 3,       // a fault of the program, or a finding of the verifier
  kInternalError = 4, // a defect of weft itself
  kUnknown = 5,       // the verifier cannot tell
};

// Options of the subcommands that have messages.
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
void addHelp(CLI::App& app, Action& action);
void addCompletion(CLI::App& app, Action& action);

// "weft 0.1.0" and the commit.
std::string versionText();
// Of what the command line makes of a program file with a machine; `seed` of random inputs.
runtime::Provenance provenanceOf(const std::string& program, const Machine& machine,
                                 const std::optional<uint64_t>& seed);
// Notes the command line for it.
void noteCommandLine(int argc, char** argv);
// What is wrong with a command that does not exist below `app`, and which there are.
std::string noCommand(const std::string& name, const CLI::App& app);

// Of text on stdout: a terminal's width, and its colours if NO_COLOR is not set.
runtime::Style stdoutStyle();

} // namespace weft::tool
