// Does a program file come out of the parser as it went in, and is everything else refused with an error?
#include "isa/program/program.h"

#include "isa/support/error.h"
#include "tests/isa/program/elf_builder.h"

#include <gtest/gtest.h>
#include <random>

namespace weft {
namespace {

using test::ElfBuilder;

net::Network sampleNetwork() {
  net::Network network;
  network.name = "sample";
  network.tensors = {{"x", net::DType::s8, {1, 2, 3, 4}, false, {}}, {"y", net::DType::s8, {1, 2, 3, 4}, false, {}}};
  network.nodes = {{"Relu", "relu0", {0}, {1}, {}}};
  network.inputs = {0};
  network.outputs = {1};
  return network;
}

Step hostStep(int32_t node) {
  Step step;
  step.hostNodes = {{node, "it computes in float32"}};
  return step;
}

Manifest sampleManifest() {
  Manifest manifest;
  manifest.machineName = "edge-16";
  manifest.machineHash = 0xfedcba9876543210;
  manifest.machineYaml = "name: edge-16\n";
  const net::Shape shape = {1, 2, 3, 4};
  const int32_t order[] = {0, 2, 3, 1};
  const Border border[] = {{0, 0}, {0, 0}, {1, 2}, {3, 4}};
  Step device{.hostNodes = {}, .firstGroup = 0, .endGroup = 1, .inputs = {}, .outputs = {}};
  device.inputs = {{0, 0x80001000, {net::DType::s8, shape, orderedLayout(shape, order, 16, border, -5)}}};
  device.outputs = {{1, 0x80002000, {net::DType::s8, shape, orderedLayout(shape, order, 16)}}};
  manifest.steps = {device, hostStep(0)};
  manifest.groups = {{"group0", {0}, {"relu0", "also \"this\""}, "tile 16", 1234567890123}};
  manifest.mapping = "groups: []\n";
  manifest.constantBytes = 1;
  manifest.activationBytes = 2;
  manifest.activationLowerBound = 3;
  manifest.scratchpadPeak = 4;
  manifest.memoryMap = {{MapMemory::dram, MapUse::weights, "relu0", 0x80003000, 64, 48, 0, 0},
                        {MapMemory::scratchpad, MapUse::inputTiles, "relu0", 128, 32, 0, 0, 0}};
  return manifest;
}

ElfBuilder sampleElf() {
  ElfBuilder elf;
  elf.segment(0x80010000, {}, 4096);
  elf.segment(0x80000000, {1, 2, 3, 4, 5, 6, 7, 8}, 64);
  elf.symbol("group0", 0x80000010, 16);
  elf.symbol("start", 0x80000000, 16);
  elf.symbol("table", 0x80000018, 4, STT_OBJECT);
  return elf;
}

void addNotes(ElfBuilder& elf, const Manifest& manifest) {
  elf.section(".weft.meta", toJson(manifest));
  elf.section(".weft.network", SHT_PROGBITS, net::serialise(sampleNetwork()));
}

std::string errorOf(std::vector<uint8_t> file) {
  try {
    Program::parse(std::move(file), "p.weft");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string errorOf(const Manifest& manifest) {
  ElfBuilder elf = sampleElf();
  addNotes(elf, manifest);
  return errorOf(elf.build());
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Program, HandAssembledProgramHasSegmentsAndSymbolsOnly) {
  Program program = Program::parse(sampleElf().build(), "p.weft");
  EXPECT_EQ(program.entry(), 0x80000000u);
  ASSERT_EQ(program.segments().size(), 2u);
  EXPECT_EQ(program.segments()[0].address, 0x80000000u);
  EXPECT_EQ(program.segments()[0].bytes, 64u);
  ASSERT_EQ(program.segments()[0].content.size(), 8u);
  EXPECT_EQ(program.segments()[0].content[7], 8);
  EXPECT_EQ(program.segments()[1].content.size(), 0u);
  ASSERT_EQ(program.symbols().size(), 3u);
  EXPECT_EQ(program.symbols()[0].name, "start");
  EXPECT_FALSE(program.symbols()[2].function);
  EXPECT_FALSE(program.manifest());
  EXPECT_FALSE(program.network());
}

TEST(Program, AddressesLeadToFunctionAndGroup) {
  ElfBuilder elf = sampleElf();
  addNotes(elf, sampleManifest());
  Program program = Program::parse(elf.build(), "p.weft");
  EXPECT_EQ(program.locate(0x80000000), "start");
  EXPECT_EQ(program.locate(0x80000008), "start+0x8");
  EXPECT_EQ(program.locate(0x80000018), "group0+0x8"); // objects in between do not hide the function
  EXPECT_EQ(program.locate(0x80000020), "0x80000020");
  EXPECT_EQ(program.locate(0), "0x00000000");
  EXPECT_EQ(program.groupAt(0x80000000), nullptr);
  ASSERT_NE(program.groupAt(0x80000018), nullptr);
  EXPECT_EQ(program.groupAt(0x80000018)->onnxNodes[0], "relu0");
}

TEST(Program, SurvivesBeingMoved) {
  ElfBuilder elf = sampleElf();
  Program first = Program::parse(elf.build(), "p.weft");
  Program second = std::move(first);
  EXPECT_EQ(second.segments()[0].content[0], 1);
}

TEST(Program, ManifestRoundTripKeepsEverything) {
  const Manifest before = sampleManifest();
  const Manifest after = manifestFromJson(toJson(before), "p.weft");
  EXPECT_EQ(toJson(after), toJson(before));
  EXPECT_EQ(after.machineHash, before.machineHash);
  EXPECT_EQ(after.machineYaml, before.machineYaml);
  ASSERT_EQ(after.steps.size(), 2u);
  EXPECT_EQ(after.deviceSteps(), 1u);
  ASSERT_EQ(after.steps[0].inputs.size(), 1u);
  EXPECT_EQ(after.steps[0].inputs[0].type, before.steps[0].inputs[0].type);
  EXPECT_EQ(after.steps[0].inputs[0].type.layout.fill, -5);
  EXPECT_EQ(after.steps[0].endGroup, 1);
  EXPECT_FALSE(after.steps[1].onDevice());
  EXPECT_EQ(after.steps[1].hostNodes[0].reason, "it computes in float32");
  EXPECT_EQ(after.groups[0].usefulMacs, 1234567890123u);
  EXPECT_EQ(after.groups[0].onnxNodes[1], "also \"this\"");
  EXPECT_EQ(after.scratchpadPeak, 4u);
  ASSERT_EQ(after.memoryMap.size(), 2u);
  EXPECT_EQ(after.memoryMap[0].networkBytes, 48u);
  EXPECT_EQ(after.memoryMap[1].use, MapUse::inputTiles);
}

TEST(Program, ManifestErrorsNameTheField) {
  EXPECT_EQ(errorOf(sampleManifest()), "");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[0].inputs[0].type.layout.levels[2].stride = 1;
                    return m;
                  }()),
                  ".steps[0].inputs[0].type: two elements at the same place");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[0].inputs[0].address = 0xffffff00;
                    return m;
                  }()),
                  "ends beyond 32 bits");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[0].outputs[0].tensor = 2;
                    return m;
                  }()),
                  "names tensor 2; the network has 2");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[1] = hostStep(1);
                    return m;
                  }()),
                  "step 1 names node 1; the network has 1");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[0].inputs[0].type.shape[3] = 3;
                    return m;
                  }()),
                  "tensor 'x' is int8 [1, 2, 3, 4] in the network and int8 [1, 2, 3, 3] on the device");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[0].outputs[0].type.element = net::DType::u8;
                    return m;
                  }()),
                  "tensor 'y' is int8 [1, 2, 3, 4] in the network and uint8 [1, 2, 3, 4] on the device");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[1].hostNodes.clear();
                    return m;
                  }()),
                  "step 1 begins with group 0; it must begin with 1");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.steps[0].endGroup = 0;
                    return m;
                  }()),
                  "its steps run 0 groups; it has 1");
  EXPECT_CONTAINS(errorOf([] {
                    Manifest m = sampleManifest();
                    m.memoryMap[1].lastGroup = 1;
                    return m;
                  }()),
                  ".memory_map[1]: field 'last_group' must be an integer from 0 to 0");
  EXPECT_THROW(manifestFromJson("{", "p"), Error);
  EXPECT_THROW(manifestFromJson("[]", "p"), Error);
  EXPECT_THROW(manifestFromJson(R"({"schema": "weft-program/2"})", "p"), Error);
  EXPECT_THROW(manifestFromJson(R"({"schema": "weft-program/9"})", "p"), Error);
  EXPECT_THROW(manifestFromJson(std::string(100000, '['), "p"), Error);
}

// x and a constant of 2 x 3, which lies transposed in the first segment.
struct Shared {
  net::Network network = sampleNetwork();
  Manifest manifest = sampleManifest();

  Shared() {
    network.tensors.push_back({"c", net::DType::s8, {2, 3}, true, {1, 2, 3, 4, 5, 6}});
    const int32_t order[] = {1, 0};
    manifest.constants = {{2, 0x80000001, {net::DType::s8, {2, 3}, orderedLayout({2, 3}, order)}}};
  }
  std::vector<uint8_t> file() const {
    ElfBuilder elf = sampleElf();
    elf.section(".weft.meta", toJson(manifest));
    const int32_t elsewhere[] = {2};
    elf.section(".weft.network", SHT_PROGBITS, net::serialise(network, elsewhere));
    return elf.build();
  }
  std::string error() const { return errorOf(file()); }
};

TEST(Program, ConstantsAreGatheredFromTheSegments) {
  std::optional<net::Network> network;
  {
    const Program program = Program::parse(Shared().file(), "p.weft"); // whose first segment holds 1 to 8
    network = program.network();
  }
  EXPECT_EQ(network->tensors[2].data, (SharedBytes{2, 4, 6, 3, 5, 7}));
}

TEST(Program, ConstantsOutsideTheSegmentsAreRefused) {
  Shared shared;
  shared.manifest.constants[0].address = 0x80000002; // the last byte of the content
  EXPECT_EQ(shared.error(), "");
  shared.manifest.constants[0].address = 0x80000003; // in the segment, not in the file
  EXPECT_CONTAINS(shared.error(), "the constant 'c' (6 bytes at 0x80000003) is in no segment");
  shared.manifest.constants[0].address = 0x70000000;
  EXPECT_CONTAINS(shared.error(), "is in no segment");
  shared.manifest.constants[0].address = 0xfffffffa;
  EXPECT_CONTAINS(shared.error(), "is in no segment");
  shared = Shared();
  shared.manifest.constants.clear();
  EXPECT_CONTAINS(shared.error(), "it does not say where the constant 'c' is");
  shared = Shared();
  shared.manifest.constants[0].type.element = net::DType::u8;
  EXPECT_CONTAINS(shared.error(), "tensor 'c' is int8 [2, 3] in the network and uint8 [2, 3] on the device");
  shared = Shared();
  shared.manifest.constants[0].tensor = 3;
  EXPECT_CONTAINS(shared.error(), "it does not say where the constant 'c' is");
}

TEST(Program, OtherFilesAreNamedForWhatTheyAre) {
  EXPECT_CONTAINS(errorOf(std::vector<uint8_t>{'P', 'K', 3, 4}), "p.weft: not a Weft program");
  EXPECT_CONTAINS(errorOf(std::vector<uint8_t>{}), "not a Weft program");
  ElfBuilder elf = sampleElf();
  elf.header.e_machine = EM_RISCV;
  EXPECT_CONTAINS(errorOf(elf.build()), "an ELF file for machine 0xf3");
  elf = sampleElf();
  elf.header.e_type = ET_REL;
  EXPECT_CONTAINS(errorOf(elf.build()), "link it with 'weft link'");
}

TEST(Program, BrokenSegmentsAreRefused) {
  ElfBuilder elf;
  elf.segment(0x80000000, {1, 2, 3}, 2);
  EXPECT_CONTAINS(errorOf(elf.build()), "has 3 bytes in the file and 2 in memory");
  elf = ElfBuilder();
  elf.segment(0x80000000, {}, 64);
  elf.segment(0x8000003f, {}, 1);
  EXPECT_CONTAINS(errorOf(elf.build()), "overlap");
  elf = ElfBuilder();
  elf.segment(0xfffffff0, {}, 32);
  EXPECT_CONTAINS(errorOf(elf.build()), "ends beyond 32 bits");
  elf = ElfBuilder();
  elf.segment(0x80001000, {}, 64);
  EXPECT_CONTAINS(errorOf(elf.build()), "the entry 0x80000000 is in no segment");
}

TEST(Program, OneNoteWithoutTheOtherIsRefused) {
  ElfBuilder elf = sampleElf();
  elf.section(".weft.meta", toJson(sampleManifest()));
  EXPECT_CONTAINS(errorOf(elf.build()), "only one of the sections");
}

TEST(Program, EveryTruncationIsAnError) {
  ElfBuilder elf = sampleElf();
  addNotes(elf, sampleManifest());
  const std::vector<uint8_t> file = elf.build();
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(errorOf(std::vector<uint8_t>(file.begin(), file.begin() + static_cast<ptrdiff_t>(size))), "") << size;
}

TEST(Program, DamagedBytesNeverCrash) {
  ElfBuilder elf = sampleElf();
  addNotes(elf, sampleManifest());
  const std::vector<uint8_t> file = elf.build();
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> damaged = file;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<uint8_t>(random() % 3 == 0 ? 0xff : random());
    errorOf(damaged);
  }
}

// Changes bytes of what says where the constant is: whatever is accepted must be there to be read.
TEST(Program, DamagedPlacesOfConstantsNeverCrash) {
  const std::vector<uint8_t> file = Shared().file();
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const size_t first = text.find("\"constants\""), last = text.find("\"groups\"", first);
  ASSERT_NE(last, std::string_view::npos);
  std::mt19937 random(1);
  int read = 0;
  for (int i = 0; i < 5000; ++i) {
    std::vector<uint8_t> damaged = file;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      uint8_t& byte = damaged[first + random() % (last - first)];
      if (byte >= '0' && byte <= '9') // mostly another number
        byte = static_cast<uint8_t>('0' + random() % 10);
      else if (random() % 8 == 0)
        byte = static_cast<uint8_t>(random() % 2 ? ' ' : '-');
    }
    try {
      const Program program = Program::parse(damaged, "p.weft");
      for (const net::Tensor& tensor : program.network()->tensors)
        EXPECT_EQ(std::vector<uint8_t>(tensor.data.begin(), tensor.data.end()).size(), tensor.data.size());
      ++read;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(read, 100);
}

} // namespace
} // namespace weft
