// The files of the folder rtl/ that are needed while a program runs: the SystemVerilog, what Verilator compiles with
// it, and the scripts of synthesis. They are part of the program. The environment variable WEFT_RTL names a folder to
// take instead, with another design of the same interface.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace weft::rtl {

// The package of the instruction set, which is generated.
inline constexpr const char* kIsaPackage = "weft_isa_pkg.sv";

// Path below rtl/, with '/', to content; kIsaPackage lies beside them.
using Sources = std::map<std::string, std::string>;

// All of them, as they are now. Throws Error if WEFT_RTL names a folder that does not have them.
Sources readSources();

// Writes them below `folder`, which is made. Throws Error if it cannot.
void writeSources(const Sources& sources, const std::filesystem::path& folder);

} // namespace weft::rtl
