// weft asm: assembly to an object file.
#include "compiler/target/target.h"
#include "isa/support/file.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/outputs.h"

#include <memory>

namespace weft::tool {

void addAsm(CLI::App& app, Action& action) {
  struct Options {
    std::string source, output;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("asm", "Assemble to an object file");
  command->add_option("source", options->source, "Assembly (.s)")->required();
  command->add_option("-o,--output", options->output, "Object file (.o) to write")->required();
  command->footer("isa/docs/manual.md has every instruction with its syntax.\n"
                  "Examples:\n"
                  "  weft asm a.s -o a.o\n"
                  "  weft link a.o -o a.weft && weft run a.weft --arch edge-16");
  command->callback([options, &action] {
    action = [options](const Common&) {
      checkFiles({options->source}, {{"--output", options->output}});
      writeFile(options->output, assembleToObject(readTextFile(options->source), options->source));
      return kOk;
    };
  });
}

} // namespace weft::tool
