// The compiler in one call: network in, program file out.
#pragma once

#include "compiler/mapping/placement.h"
#include "isa/machine/machine.h"
#include "isa/program/network.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weft {

struct CompileOptions {
  std::string mapping;                   // a mapping as YAML to use instead of the compiler's choice; empty: choose
  std::string mappingOrigin = "mapping"; // names the mapping in messages: its file
  std::string emit;                      // "", or one of "mapping", "core", "llvm", "asm": return that text instead
  bool verify = true;                    // run the static verifier on the result
  mapping::HostPolicy host = mapping::HostPolicy::allow;
  std::function<void(const std::string& stage, double fraction)> progress;
};

// Compiles an integer network (compiler/import/import.h makes one of an ONNX file) for a machine. Returns the bytes of
// a program file, or the text that `emit` asked for. A network that the caller gives away is released before the file
// is linked. Throws Error naming the node, its operator and what is supported.
std::vector<uint8_t> compile(net::Network network, const Machine& machine, const CompileOptions& options);

} // namespace weft
