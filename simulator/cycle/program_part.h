#pragma once

#include <cstdint>

namespace weft {

// Instructions of a program: [first, end) of their addresses.
struct ProgramPart {
  uint32_t first = 0;
  uint32_t end = 0;
};

} // namespace weft
