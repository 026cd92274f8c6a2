// The inputs of a run, from files named on the command line or random.
#pragma once

#include "runtime/api/device.h"

#include <CLI/CLI.hpp>
#include <optional>

namespace weft::tool {

// --input and --random-input.
void addInputOptions(CLI::App& command, std::vector<std::string>& files, std::optional<uint64_t>& randomSeed);

// Each argument is FILE or NAME=FILE, FILE a .npz, .npy or .pb. Without NAME a tensor is matched by its own name; a
// single .npy or .pb also by being the only input, and ONNX test data (input_3.pb) by its number.
// Throws Error saying which inputs the program has if one cannot be matched or is given twice.
HostTensors readInputs(const std::vector<std::string>& arguments, const std::vector<runtime::TensorInfo>& wanted);

// All names that may be input files: `others`, and FILE of each argument.
std::vector<std::string> namesOf(const std::vector<std::string>& arguments, std::vector<std::string> others);

// The same values everywhere for a seed: integers over their 8-bit range (or type, if smaller), floats in [-1, 1).
HostTensors randomInputs(uint64_t seed, const std::vector<runtime::TensorInfo>& wanted);

// The inputs of a run: from files, from a seed, or none. Throws Error if the program wants some and none are given;
// `origin` is the program's file.
HostTensors chooseInputs(const std::string& origin, const std::vector<std::string>& files,
                         const std::optional<uint64_t>& randomSeed, const runtime::LoadedProgram& program);

// One line per input: name, type, shape.
std::string listInputs(const std::vector<runtime::TensorInfo>& wanted);

} // namespace weft::tool
