#include "isa/support/error.h"

#include <cstdio>
#include <cstdlib>

namespace weft {

void checkFailed(const char* condition, const char* file, int line, const std::string& message) {
  std::fprintf(stderr, "weft: internal check failed at %s:%d: %s: %s\n", file, line, condition, message.c_str());
  std::abort();
}

} // namespace weft
