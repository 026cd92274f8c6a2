// weft-link: links objects with the start-up code and the runtime library.
#include "compiler/link/link.h"
#include "compiler/rtlib/rtlib.h"
#include "isa/support/error.h"
#include "isa/support/file.h"

#include <CLI/CLI.hpp>
#include <cstdio>

int main(int argc, char** argv) {
  CLI::App app("Links Weft objects, the start-up code and the runtime library to a program");
  std::vector<std::string> inputs;
  std::string output = "a.elf";
  weft::LinkInput input;
  app.add_option("objects", inputs, "relocatable objects")->required();
  app.add_option("-o,--output", output, "the program")->capture_default_str();
  app.add_option("--scalar-memory", input.scalarBytes, "bytes of scalar memory; the stack starts at its end")
      ->capture_default_str();
  app.add_option("--dram", input.dramBytes, "bytes of DRAM")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    for (const std::string& path : inputs)
      input.objects.push_back({path, weft::readFile(path)});
    input.libraries = weft::runtimeLibrary();
    weft::writeFile(output, weft::link(input).elf);
  } catch (const weft::Error& error) {
    std::fprintf(stderr, "weft-link: error: %s\n", error.what());
    return 1;
  }
  return 0;
}
