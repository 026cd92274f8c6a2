// weft cc and weft link: C, assembly and object files to a program.
#include "compiler/link/link.h"
#include "compiler/rtlib/rtlib.h"
#include "compiler/target/target.h"
#include "isa/machine/machine.h"
#include "isa/program/program.h"
#include "isa/support/embedded.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "rtl/sim/subprocess.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/tree.h"

#include <fmt/format.h>
#include <memory>

namespace weft::tool {

EmbeddedFiles kernelHeaders();

namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> inputs, includes, definitions;
  std::string output, arch = "edge-16", level = "2";
};

// C by clang's riscv32 front end, whose IR is Weft's too.
std::vector<uint8_t> compileC(const std::string& source, const Options& options) {
  rtl::Workspace workspace(temporaryFolder());
  const fs::path bitcode = workspace.path() / "kernel.bc", headers = workspace.path() / "include";
  fs::create_directory(headers);
  for (const EmbeddedFile& file : kernelHeaders())
    writeFile(headers / file.name, file.content);
  const std::string clang = fs::exists(WEFT_CLANG) ? WEFT_CLANG : fs::path(WEFT_CLANG).filename().string();
  if (!fs::exists(clang) && !rtl::findProgram(clang))
    throw Error(fmt::format("{}: C is compiled by clang 19, and there is neither {} nor {} on the PATH: install the "
                            "package clang-19",
                            source, WEFT_CLANG, clang));
  std::vector<std::string> command = {clang,
                                      "--target=riscv32-unknown-elf",
                                      "-march=rv32im",
                                      "-mabi=ilp32",
                                      "-ffreestanding",
                                      "-fno-color-diagnostics",
                                      "-Wall",
                                      "-O" + options.level,
                                      "-emit-llvm",
                                      "-c",
                                      source,
                                      "-o",
                                      bitcode.string(),
                                      "-I" + headers.string()};
  for (const std::string& path : options.includes)
    command.push_back("-I" + path);
  for (const std::string& definition : options.definitions)
    command.push_back("-D" + definition);
  const bool done = workspace.run(command, "messages", "messages", throwIfInterrupted);
  if (const std::string messages = readTextFile(workspace.path() / "messages"); !done)
    throw Error(fmt::format("{}: clang refused it\n{}", source, messages));
  else if (!messages.empty())
    printWarning(messages);
  CodegenOptions settings;
  settings.forSize = options.level == "s";
  settings.optimisation = settings.forSize ? 2 : options.level[0] - '0';
  settings.optimiseIr = false; // clang has done it
  return compileIrToObject(readTextFile(bitcode), source, settings);
}

std::vector<uint8_t> objectOf(const std::string& path, const Options& options) {
  const std::string extension = fs::path(path).extension().string();
  if (extension == ".c")
    return compileC(path, options);
  if (extension == ".s")
    return assembleToObject(readTextFile(path), path);
  if (extension == ".o")
    return readFile(path);
  throw Error(fmt::format("{}: the extension must be .c (C), .s (assembly) or .o (object)", path));
}

ExitCode build(const Options& options) {
  std::vector<std::string> inputs = options.inputs;
  inputs.push_back(options.arch);
  checkFiles(inputs, {{"--output", options.output}});
  const Machine machine = loadMachine(options.arch);
  LinkInput input;
  for (const std::string& path : options.inputs)
    input.objects.push_back({path, objectOf(path, options)});
  input.libraries = runtimeLibrary();
  input.dramBytes = machine.dram.bytes;
  input.scalarBytes = machine.scalarMemory.bytes;
  const std::vector<uint8_t> program = link(std::move(input)).elf;
  Program::parse({nullptr, program}, options.output); // tells of wrong declarations of tensors
  throwIfInterrupted();
  writeFile(options.output, program);
  return kOk;
}

CLI::App* addBuilder(CLI::App& app, Action& action, const char* name, const char* what, const char* inputs,
                     const std::shared_ptr<Options>& options) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("inputs", options->inputs, inputs)->required();
  command->add_option("-o,--output", options->output, "Program file (.weft) to write")->required();
  command->add_option("-a,--arch", options->arch, "Machine whose memory sizes apply (name or YAML file)")
      ->type_name(kMachineType)
      ->capture_default_str();
  command->callback([options, &action] { action = [options](const Common&) { return build(*options); }; });
  return command;
}

} // namespace

void addCc(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = addBuilder(app, action, "cc", "Compile C and assembly to a program",
                                 "C (.c), assembly (.s) and object files (.o), in link order", options);
  command->add_option("-O", options->level, "Optimisation: 0, 1, 2, 3 or s (small code)")
      ->check(CLI::IsMember({"0", "1", "2", "3", "s"}))
      ->capture_default_str();
  command->add_option("-I", options->includes, "Folder of headers; may be repeated")->allow_extra_args(false);
  command->add_option("-D", options->definitions, "Macro NAME or NAME=VALUE; may be repeated")->allow_extra_args(false);
  command->footer(
      "C is compiled by clang 19 (the package clang-19). <weft.h> has a function for each instruction of the\n"
      "engines; WEFT_INPUT and WEFT_OUTPUT declare tensors for 'weft run'. The program begins with main().\n"
      "isa/docs/manual.md has a kernel in C and in assembly.\n"
      "Examples:\n"
      "  weft cc kernel.c -o kernel.weft && weft run kernel.weft --arch edge-16 --random-input 1\n"
      "  weft cc main.c kernels.s -O3 -Iinclude -DROWS=16 --arch cloud-128 -o a.weft");
}

void addLink(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = addBuilder(app, action, "link", "Link object files and the runtime library to a program",
                                 "Object files (.o), in link order; others as 'weft cc' takes them", options);
  command->footer("Execution begins at the symbol _start; if no object defines it, the runtime library's calls main.\n"
                  "Examples:\n"
                  "  weft link a.o -o a.weft\n"
                  "  weft link main.o kernels.o --arch cloud-128 -o a.weft");
}

} // namespace weft::tool
