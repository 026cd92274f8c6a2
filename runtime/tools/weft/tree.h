// The command line as data, read from CLI11's own tree: for completion, suggestions and `weft help --json`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace weft::tool {

// Types of options, as --help shows them, whose values have a list.
inline constexpr const char* kMachineType = "MACHINE";
inline constexpr const char* kDeviceType = "DEVICE";

struct OptionNode {
  std::vector<std::string> names;  // "-a", "--arch"; a positional's own name, without dashes
  std::string description, type;   // of flags no type
  std::vector<std::string> values; // that are known; others may be legal
  bool positional = false, required = false;
};

struct CommandNode {
  std::string name; // "arch show"
  std::string description;
  std::vector<OptionNode> options;
};

// Every command below `app`, nested ones after the one that they belong to. Without --help.
std::vector<CommandNode> commandsOf(const CLI::App& app);

// Options that take a value refuse an empty one, and numbers that cannot be negative anything but digits (CLI11 would
// take "-1" for the largest one).
void checkValues(CLI::App& app);

} // namespace weft::tool
