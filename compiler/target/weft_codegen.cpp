// weft-codegen: LLVM IR or assembly to a Weft object. For building the runtime library, C kernels and tests; the
// network compiler calls the library directly.
#include "compiler/target/target.h"
#include "isa/support/error.h"
#include "isa/support/file.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
  CLI::App app("Compiles LLVM IR (.ll, .bc; made for riscv32 or weft) or assembles (.s) to a Weft object");
  std::string input;
  std::string output;
  std::string level = "2";
  bool optimiseIr = false;
  weft::CodegenOptions options;
  app.add_option("input", input, "a .ll, .bc or .s file")->required();
  app.add_option("-o,--output", output, "the object (or assembly) file")->required();
  app.add_option("-O", level, "code generation level")
      ->check(CLI::IsMember({"0", "1", "2", "3", "s"}))
      ->capture_default_str();
  app.add_flag("-S", options.assembly, "write assembly instead of an object");
  app.add_flag("--optimise-ir", optimiseIr, "run LLVM's IR optimisations first");
  app.add_flag("--verify", options.verifyMachine, "verify the machine code between passes");
  CLI11_PARSE(app, argc, argv);
  try {
    options.forSize = level == "s";
    options.optimisation = level == "s" ? 2 : level[0] - '0';
    options.optimiseIr = optimiseIr;
    std::string text = weft::readTextFile(input);
    bool assembly = std::filesystem::path(input).extension() == ".s";
    weft::writeFile(output,
                    assembly ? weft::assembleToObject(text, input) : weft::compileIrToObject(text, input, options));
  } catch (const weft::Error& error) {
    std::fprintf(stderr, "weft-codegen: error: %s\n", error.what());
    return 1;
  }
  return 0;
}
