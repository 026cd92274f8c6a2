// Loading libWeftTarget.so registers the target with the LLVM tool that loads it.
#include "compiler/target/target.h"

namespace {
const struct Register {
  Register() { weft::initialiseWeftTarget(); }
} kRegister;
} // namespace
