#include "tests/rtl/cosim/random_case.h"

#include "compiler/link/elf_writer.h"
#include "isa/support/file.h"
#include "runtime/api/fault.h"
#include "tests/support/random.h"
#include "tests/support/random_layout.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace weft::test {

RandomCase makeCase(uint64_t seed, const Machine& machine) {
  Random random(seed ^ 0x63617365);
  RandomCase test;
  test.seed = seed;
  test.machine = machine;
  randomiseDram(seed, test.machine);
  test.options.instructions = static_cast<int>(random.between(10, 35));
  test.options.raceFree = random.percent(70);
  test.options.faulty = random.percent(35);
  test.options.counters = true;
  test.data = test.options.raceFree;
  test.tree = randomTree(seed, test.machine, test.options);
  return test;
}

cosim::ImageLoader imageOf(const RandomCase& test) {
  const ProgramBuilder program = buildProgram(test.tree, test.machine, test.options);
  return [seed = test.seed, program](CoreMemory& memory) {
    fillData(seed, memory);
    program.load(memory);
  };
}

cosim::CosimResult compareCase(const RandomCase& test, const cosim::RtlSettings& settings) {
  const cosim::ImageLoader load = imageOf(test);
  cosim::CosimOptions options;
  options.cycleLimit = kCycleLimit;
  options.compareData = test.data;
  return cosim::compare(cosim::simulatorFactory(test.machine, load), cosim::rtlFactory(test.machine, load, settings),
                        options);
}

std::string describeCase(const RandomCase& test, const cosim::CosimResult& result, bool listing) {
  CoreMemory memory(test.machine);
  const cosim::ImageLoader load = imageOf(test);
  load(memory);
  cosim::DescribeOptions words;
  words.instruction = [&](uint32_t pc) { return runtime::instructionText(memory.dram, pc); };
  words.place = [&](uint32_t pc) { return fmt::format("{:#010x} {}", pc, words.instruction(pc)); };
  std::string text = describe(result, words);
  for (const cosim::MemoryMismatch& mismatch : result.memories)
    if (const std::optional<uint32_t> pc = cosim::lastWriter(test.machine, load, mismatch))
      text += fmt::format("  {} {:#x} was last written by {}\n", mismatch.memory, mismatch.address, words.place(*pc));
  if (listing) {
    const ProgramBuilder program = buildProgram(test.tree, test.machine, test.options);
    for (size_t i = 0; i < program.instructions().size(); ++i) {
      const auto pc = static_cast<uint32_t>(kResetPc + 8 * i);
      text += fmt::format("  {:#010x}  {}\n", pc, words.instruction(pc));
    }
  }
  return text;
}

std::string writeCase(const RandomCase& test, const std::filesystem::path& stem) {
  constexpr uint32_t kData = layout::kSequencerOffset;
  CoreMemory memory(test.machine);
  imageOf(test)(memory);
  const std::vector<uint64_t> words = buildProgram(test.tree, test.machine, test.options).words();
  auto bytes = [&](uint32_t offset, size_t count) {
    const uint8_t* begin = memory.dram.at(kDramBase + offset);
    return std::vector<uint8_t>(begin, begin + count);
  };
  auto section = [&](const char* name, uint32_t flags, uint32_t offset, size_t count) {
    linker::OutputSection result;
    result.name = name;
    result.flags = flags;
    result.address = kDramBase + offset;
    result.alignment = 8;
    result.bytes = count;
    result.content = bytes(offset, count);
    return result;
  };
  constexpr uint32_t kWrite = 1, kAlloc = 2, kExecute = 4;
  const std::vector<uint8_t> elf =
      linker::writeElf(kResetPc,
                       {section(".text", kAlloc | kExecute, 0, 8 * words.size()),
                        section(".data", kAlloc | kWrite, kData, layout::kDramBytes - kData)},
                       {});
  const std::string program = stem.string() + ".weft";
  const std::string machine = stem.string() + ".yaml";
  writeFile(program, elf);
  writeFile(machine, std::string_view(toYaml(test.machine)));
  return fmt::format("weft cosim {} --arch {}{}", program, machine, test.data ? "" : " --time-only");
}

} // namespace weft::test
