// Running another program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weft::rtl {

// Where a program of this name is on the PATH.
std::optional<std::filesystem::path> findProgram(const std::string& name);

// Runs a program (found on the PATH) to its end with its output going to a file. Returns whether it succeeded; throws
// Error if it cannot be started.
bool runProgram(const std::vector<std::string>& command, const std::filesystem::path& output);

} // namespace weft::rtl
