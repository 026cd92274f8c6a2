// The static verifier on a program file.
#pragma once

#include "isa/check/verifier.h"
#include "isa/program/program.h"

namespace weft {

// Verifies `program` for `machine`, every device step of it, with what the host writes as unknown memory; messages name
// function and ONNX nodes. Entry, unknown memory and places of `options` are the program's. Throws Error if the program
// was made for another machine or does not fit.
std::vector<Finding> verifyProgram(const Program& program, const Machine& machine, VerifyOptions options = {});

} // namespace weft
