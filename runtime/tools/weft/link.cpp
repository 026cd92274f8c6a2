// weft link: object files to a program.
#include "compiler/link/link.h"
#include "compiler/rtlib/rtlib.h"
#include "isa/machine/machine.h"
#include "isa/support/file.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/outputs.h"

#include <memory>

namespace weft::tool {

void addLink(CLI::App& app, Action& action) {
  struct Options {
    std::vector<std::string> objects;
    std::string output, arch = "edge-16";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("link", "Link object files and the runtime library to a program");
  command->add_option("objects", options->objects, "Object files (.o), in link order")->required();
  command->add_option("-o,--output", options->output, "Program file (.weft) to write")->required();
  command->add_option("-a,--arch", options->arch, "Machine whose memory sizes apply (name or YAML file)")
      ->capture_default_str();
  command->footer("Execution begins at the symbol _start; if no object defines it, the runtime library's calls main.\n"
                  "Examples:\n"
                  "  weft link a.o -o a.weft\n"
                  "  weft link main.o kernels.o --arch cloud-128 -o a.weft");
  command->callback([options, &action] {
    action = [options](const Common&) {
      std::vector<std::string> inputs = options->objects;
      inputs.push_back(options->arch);
      checkFiles(inputs, {{"--output", options->output}});
      const Machine machine = loadMachine(options->arch);
      LinkInput input;
      for (const std::string& path : options->objects)
        input.objects.push_back({path, readFile(path)});
      input.libraries = runtimeLibrary();
      input.dramBytes = machine.dram.bytes;
      input.scalarBytes = machine.scalarMemory.bytes;
      writeFile(options->output, link(input).elf);
      return kOk;
    };
  });
}

} // namespace weft::tool
