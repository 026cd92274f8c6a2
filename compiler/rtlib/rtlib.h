// The runtime library of Weft programs: start-up code and the functions that code generation calls by name (64-bit
// division and shifts, memory functions, float arithmetic). Its objects are part of this library.
#pragma once

#include "compiler/link/link.h"

namespace weft {

// For LinkInput::libraries.
std::vector<LinkObject> runtimeLibrary();

} // namespace weft
