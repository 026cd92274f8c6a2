// Running another program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weft::rtl {

// Where a program of this name is on the PATH.
std::optional<std::filesystem::path> findProgram(const std::string& name);

// Where a program's standard error goes.
enum class Errors { ToOutput, ToOurs };

// Runs a program (found on the PATH) to its end with its output going to a file. An interruption of this process
// (SIGINT) interrupts it. Returns whether it succeeded; throws Error if it cannot be started.
bool runProgram(const std::vector<std::string>& command, const std::filesystem::path& output,
                Errors errors = Errors::ToOutput);

} // namespace weft::rtl
