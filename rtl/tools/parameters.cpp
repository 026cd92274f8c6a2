// Prints the SystemVerilog package of a machine's sizes: what the design is compiled with.
#include "isa/machine/machine.h"
#include "isa/support/error.h"

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: weft_rtl_parameters MACHINE (a name or a YAML file)\n", stderr);
    return 2;
  }
  try {
    std::fputs(weft::toSystemVerilog(weft::loadMachine(argv[1])).c_str(), stdout);
  } catch (const weft::Error& error) {
    std::fprintf(stderr, "weft_rtl_parameters: error: %s\n", error.what());
    return 1;
  }
  return 0;
}
