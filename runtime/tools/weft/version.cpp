// weft version.
#include "isa/support/file.h"
#include "runtime/api/device.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/commit.h"
#include "simulator/cycle/events.h"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::tool {
namespace {

std::string commandLine;

// For a shell.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
    return word;
  std::string text = "'";
  for (char c : word)
    text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

} // namespace

std::string versionText() {
  return fmt::format("weft {} (commit {})", WEFT_VERSION, kCommit);
}

void noteCommandLine(int argc, char** argv) {
  for (int i = 0; i < argc; ++i)
    commandLine += fmt::format("{}{}", i == 0 ? "" : " ", quoted(i == 0 ? "weft" : argv[i]));
}

runtime::Provenance provenanceOf(const std::string& program, const Machine& machine,
                                 const std::optional<uint64_t>& seed) {
  const std::vector<uint8_t> bytes = readFile(program);
  return {.version = WEFT_VERSION,
          .commit = kCommit,
          .date = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
          .command = commandLine,
          .machine = machine.name,
          .machineHash = hash(machine),
          .programHash = dataHash(bytes.data(), bytes.size()),
          .seed = seed};
}

void addVersion(CLI::App& app, Action& action) {
  app.add_subcommand("version", "Print the version and the devices of this build")->callback([&action] {
    action = [](const Common&) {
      std::vector<std::string_view> names;
      for (const runtime::DeviceKind& kind : runtime::deviceKinds())
        names.push_back(kind.name);
      printOut("{}\ndevices: {}\n", versionText(), fmt::join(names, ", "));
      return kOk;
    };
  });
}

} // namespace weft::tool
