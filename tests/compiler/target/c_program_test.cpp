// C programs through clang's riscv32 front end, our code generator at every level (machine code verified), the linker
// and the runtime library, executed by the functional scalar core: the checksum must be the host's.
#include "compiler/link/link.h"
#include "compiler/rtlib/rtlib.h"
#include "compiler/target/target.h"
#include "isa/machine/machine.h"
#include "isa/program/program.h"
#include "isa/semantics/scalar.h"
#include "isa/support/error.h"
#include "isa/support/file.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

// The same programs, compiled for the host.
extern "C" {
uint32_t run_calls();
uint32_t run_floats();
uint32_t run_frames();
uint32_t run_int64();
uint32_t run_quicksort();
uint32_t run_sha256();
uint32_t run_structs();
uint32_t run_switches();
}

namespace weft {
namespace {

struct ProgramCase {
  const char* name;
  uint32_t (*host)();
  const char* level; // clang's -O
};

class CProgram : public testing::TestWithParam<ProgramCase> {};

std::string compileC(const std::string& source, const std::string& level) {
  auto output = std::filesystem::path(testing::TempDir()) /
                ("weft_" + std::filesystem::path(source).stem().string() + level + ".bc");
  std::string command =
      std::string(WEFT_CLANG) +
      " --target=riscv32-unknown-elf -march=rv32im -mabi=ilp32 -ffreestanding -std=gnu17 -g -emit-llvm "
      "-ffp-contract=off -w -c -O" +
      level + " " + source + " -o " + output.string();
  if (std::system(command.c_str()) != 0)
    throw Error("clang failed: " + command);
  std::string bitcode = readTextFile(output);
  std::filesystem::remove(output);
  return bitcode;
}

uint32_t execute(const LinkResult& linked, uint32_t scalarBytes) {
  Machine machine = loadMachine("edge-16");
  machine.scalarMemory.bytes = scalarBytes;
  machine.dram.bytes = 1 << 24;
  CoreMemory memory(machine);
  Program program = Program::parse(linked.elf, "linked program");
  for (const Segment& segment : program.segments()) {
    if (!memory.dram.contains(segment.address, segment.bytes))
      throw Error("segment outside DRAM");
    std::copy(segment.content.begin(), segment.content.end(), memory.dram.at(segment.address));
  }
  ScalarCore core;
  core.pc = program.entry();
  for (uint64_t steps = 0; steps < 200'000'000; ++steps) {
    const StepOutcome& outcome = core.step(memory, [](uint32_t) { return 0u; });
    if (outcome.kind == StepOutcome::Kind::halt)
      return outcome.exitCode;
    if (outcome.kind == StepOutcome::Kind::fault)
      throw Error(std::string("fault ") + name(outcome.fault.cause) + " at " + program.locate(outcome.fault.pc));
  }
  throw Error("the program does not end");
}

TEST_P(CProgram, HasTheHostsChecksum) {
  const ProgramCase& test = GetParam();
  std::string level = test.level;
  std::string source = std::string(WEFT_TEST_PROGRAMS) + "/" + test.name + ".c";
  CodegenOptions options;
  options.optimisation = level == "s" ? 2 : level[0] - '0';
  options.forSize = level == "s";
  options.optimiseIr = false;
  options.verifyMachine = true;
  LinkInput input;
  input.scalarBytes = 1 << 20;
  input.objects.push_back({test.name, compileIrToObject(compileC(source, level), test.name, options)});
  input.objects.push_back({"main", assembleToObject("\t.globl main\nmain:\n\tjal zero, run\n", "main.s")});
  input.libraries = runtimeLibrary();
  EXPECT_EQ(execute(link(input), input.scalarBytes), test.host());
}

std::vector<ProgramCase> allCases() {
  std::vector<ProgramCase> cases;
  const std::pair<const char*, uint32_t (*)()> programs[] = {
      {"calls", run_calls},   {"floats", run_floats},   {"frames", run_frames},     {"int64", run_int64},
      {"sha256", run_sha256}, {"structs", run_structs}, {"switches", run_switches}, {"quicksort", run_quicksort}};
  for (auto [name, host] : programs)
    for (const char* level : {"0", "1", "2", "3", "s"})
      cases.push_back({name, host, level});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(AllLevels, CProgram, testing::ValuesIn(allCases()),
                         [](const testing::TestParamInfo<ProgramCase>& test) {
                           return std::string(test.param.name) + "_O" + test.param.level;
                         });

} // namespace
} // namespace weft
