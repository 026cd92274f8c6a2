// Does a program run on every device through the API, and is every misuse an error that says what is right?
#include "runtime/api/device.h"
#include "runtime/api/fault.h"

#include "isa/generated/instructions.h"
#include "isa/semantics/state.h"
#include "rtl/sim/subprocess.h"
#include "tests/isa/program/elf_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <numeric>

namespace weft::runtime {
namespace {

// A program without a network: the words at the start of DRAM.
std::shared_ptr<const Program> handWritten(const std::vector<uint64_t>& words) {
  std::vector<uint8_t> code(words.size() * 8);
  std::memcpy(code.data(), words.data(), code.size());
  test::ElfBuilder elf;
  elf.segment(kDramBase, code, static_cast<uint32_t>(code.size()));
  elf.symbol("_start", kDramBase, static_cast<uint32_t>(code.size()));
  return std::make_shared<const Program>(Program::parse(elf.build(), "test"));
}

uint64_t word(Opcode op, uint8_t rd, uint8_t rs1, uint32_t imm) {
  Instruction instruction;
  instruction.op = op;
  instruction.rd = rd;
  instruction.rs1 = rs1;
  instruction.imm = imm;
  return encode(instruction);
}

// x -> Relu -> y, as a program whose device part only halts: input and output are the same place.
std::shared_ptr<const Program> identityNetwork(const Machine& machine, net::DType type = net::DType::s8,
                                               const net::Shape& shape = {1, 2, 2, 2}) {
  net::Network network;
  network.name = "identity";
  network.tensors = {{"x", type, shape, false, {}}, {"y", type, shape, false, {}}};
  network.nodes = {{"Identity", "id0", {0}, {1}, {}}};
  network.inputs = {0};
  network.outputs = {1};
  Manifest manifest;
  manifest.machineName = machine.name;
  manifest.machineHash = hash(machine);
  manifest.machineYaml = toYaml(machine);
  std::vector<int32_t> channelsLast(shape.size());
  std::iota(channelsLast.begin(), channelsLast.end(), 0);
  std::rotate(channelsLast.begin() + 1, channelsLast.begin() + 2, channelsLast.end());
  DeviceTensor place{0, kDramBase + 4096, {type, shape, orderedLayout(shape, channelsLast, 16)}};
  Step& step = manifest.steps.emplace_back();
  step.endGroup = 1;
  step.inputs = {place};
  place.tensor = 1;
  step.outputs = {place};
  manifest.groups = {{"_start", {0}, {"id0"}, "nothing to do", 0}};
  const uint64_t halt = word(Opcode::HALT, 0, 0, 0);
  std::vector<uint8_t> code(8);
  std::memcpy(code.data(), &halt, 8);
  test::ElfBuilder elf;
  elf.segment(kDramBase, code, 64);
  elf.segment(kDramBase + 4096, {}, 4096);
  elf.symbol("_start", kDramBase, 8);
  elf.section(".weft.meta", toJson(manifest));
  elf.section(".weft.network", SHT_PROGBITS, net::serialise(network));
  return std::make_shared<const Program>(Program::parse(elf.build(), "test"));
}

HostTensors sampleInput() {
  return {{"x", makeTensor<int8_t>({1, 2, 2, 2}, std::vector<int8_t>{1, -2, 3, -4, 5, -6, 7, -8})}};
}

template <typename Call> std::string errorOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

// A model of the RTL is compiled for each machine: a small one is enough here, and they are kept in the build folder.
Machine machineFor(const std::string& device) {
  return loadMachine(device == "rtl" ? WEFT_TEST_MACHINES "/s4x4.yaml" : "edge-16");
}
const bool cacheIsSet = setenv("WEFT_CACHE", WEFT_TEST_CACHE, 1) == 0;

bool isMissing(const std::string& device) {
  return device == "rtl" && !rtl::findProgram("verilator");
}

class EveryDevice : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    if (isMissing(GetParam()))
      GTEST_SKIP() << "verilator is not installed";
  }

  const Machine machine = machineFor(GetParam());
  std::unique_ptr<Device> device = openDevice(GetParam(), machine);
};

TEST_P(EveryDevice, RunsANetworkAnyNumberOfTimes) {
  auto loaded = device->load(identityNetwork(machine));
  ASSERT_EQ(loaded->inputs().size(), 1u);
  EXPECT_EQ(loaded->inputs()[0].name, "x");
  for (int i = 0; i < 3; ++i) {
    RunResult result = loaded->run(sampleInput());
    EXPECT_EQ(result.outputs.at("y"), sampleInput().at("x"));
    EXPECT_EQ(result.statistics.device, GetParam());
  }
}

TEST_P(EveryDevice, MovesElementsOfAnyTypeAndRank) {
  for (const net::Shape& shape : {net::Shape{3, 7}, net::Shape{2, 3, 5}, net::Shape{1, 2, 3, 2, 3}}) {
    std::vector<int16_t> values(static_cast<size_t>(net::elementCount(shape)));
    std::iota(values.begin(), values.end(), int16_t{-300});
    const HostTensors inputs = {{"x", makeTensor<int16_t>(shape, values)}};
    EXPECT_EQ(device->load(identityNetwork(machine, net::DType::s16, shape))->run(inputs).outputs.at("y"),
              inputs.at("x"));
  }
}

TEST_P(EveryDevice, RunsAsynchronously) {
  auto loaded = device->load(identityNetwork(machine));
  auto first = loaded->enqueue(sampleInput());
  auto second = loaded->enqueue(sampleInput());
  EXPECT_EQ(first.get().outputs, second.get().outputs);
}

TEST_P(EveryDevice, RefusesAProgramForAnotherMachine) {
  const std::string message = errorOf([&] { device->load(identityNetwork(loadMachine("tpu-256"))); });
  if (deviceKind(GetParam()).machine)
    EXPECT_NE(message.find("program for another machine: it was compiled for 'tpu-256'"), std::string::npos) << message;
  else
    EXPECT_EQ(message, "(no error)");
}

TEST_P(EveryDevice, InputsMustBeThoseOfTheNetwork) {
  auto loaded = device->load(identityNetwork(machine));
  EXPECT_EQ(errorOf([&] { loaded->run({}); }), "input 'x' is missing; the inputs are:\n  x: int8 [1, 2, 2, 2]");
  EXPECT_EQ(errorOf([&] {
              loaded->run({{"z", sampleInput().at("x")}});
            }),
            "there is no input 'z'; the inputs are:\n  x: int8 [1, 2, 2, 2]");
  EXPECT_EQ(errorOf([&] {
              loaded->run({{"x", makeTensor(net::DType::u8, {1, 2, 2, 2})}});
            }),
            "input 'x' is uint8 [1, 2, 2, 2]; it must be int8 [1, 2, 2, 2]");
  EXPECT_EQ(errorOf([&] {
              loaded->run({{"x", makeTensor(net::DType::s8, {8})}});
            }),
            "input 'x' is int8 [8]; it must be int8 [1, 2, 2, 2]");
}

TEST_P(EveryDevice, CanBeCancelled) {
  if (GetParam() != "ref") {
    // jal to itself
    Instruction loop;
    loop.op = Opcode::JAL;
    auto loaded = device->load(handWritten({encode(loop)}));
    const std::atomic<bool> cancel = true;
    RunOptions options;
    options.cancel = &cancel;
    EXPECT_THROW(loaded->run({}, options), Cancelled);
  } else {
    const std::atomic<bool> cancel = true;
    RunOptions options;
    options.cancel = &cancel;
    EXPECT_THROW(device->load(identityNetwork(machine))->run(sampleInput(), options), Cancelled);
  }
}

std::vector<std::string> deviceNames() {
  std::vector<std::string> names;
  for (const DeviceKind& kind : deviceKinds())
    names.emplace_back(kind.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Devices, EveryDevice, testing::ValuesIn(deviceNames()),
                         [](const auto& chosen) { return chosen.param; });

class EveryCore : public EveryDevice {};

TEST_P(EveryCore, GivesTheExitCode) {
  auto loaded = device->load(handWritten({word(Opcode::ADDI, 10, 0, 42), word(Opcode::HALT, 0, 10, 0)}));
  EXPECT_EQ(loaded->run({}).statistics.exitCode, 42u);
}

TEST_P(EveryCore, FaultsNameCausePlaceAndInstruction) {
  auto loaded = device->load(handWritten({word(Opcode::ADDI, 10, 0, 64), word(Opcode::LW, 11, 10, 0)}));
  try {
    loaded->run({});
    FAIL() << "no fault";
  } catch (const FaultError& error) {
    const std::string message = error.what();
    EXPECT_EQ(error.fault.cause, FaultCause::address);
    for (const char* part : {"fault 'address' of the sequencer", "0x40", "pc           0x80000008",
                             "function     _start+0x8", "instruction  lw a1, 0(a0)", "ONNX node    none"})
      EXPECT_NE(message.find(part), std::string::npos) << part << "\n" << message;
  }
}

TEST_P(EveryCore, FaultsOfANetworkNameTheOnnxNode) {
  const auto program = identityNetwork(machine);
  const std::string message =
      describeFault({FaultCause::software, Engine::sequencer, kDramBase, 3}, *program, Dram(4096), {}).what();
  EXPECT_NE(message.find("trap 3"), std::string::npos) << message;
  EXPECT_NE(message.find("ONNX node    id0"), std::string::npos) << message;
}

TEST_P(EveryCore, ProgramsMustFitIntoDram) {
  test::ElfBuilder elf;
  elf.segment(kDramBase, std::vector<uint8_t>(8), 8);
  elf.segment(0x1000, {}, 8);
  auto program = std::make_shared<const Program>(Program::parse(elf.build(), "test"));
  EXPECT_NE(errorOf([&] { device->load(program); }).find("outside the machine's DRAM"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Cores, EveryCore, testing::Values("func", "cycle", "rtl"),
                         [](const auto& chosen) { return chosen.param; });

TEST(Devices, UnknownNamesAreErrors) {
  EXPECT_EQ(errorOf([] { openDevice("abacus", loadMachine("edge-16")); }),
            "there is no device 'abacus'; the devices are cycle, func, ref, rtl");
}

TEST_P(EveryDevice, SaysWhetherItTellsTime) {
  const bool timed = GetParam() == "cycle" || GetParam() == "rtl";
  const auto result = device->load(identityNetwork(machine))->run(sampleInput());
  EXPECT_EQ(result.statistics.timed, timed);
  EXPECT_EQ(result.statistics.cycles > 0, timed);
}

TEST_P(EveryDevice, WritesAWaveformOrSaysThatItCannot) {
  RunOptions options;
  options.wave = WaveOptions{"/nonexistent/w.fst"};
  const std::string wanted = GetParam() == "rtl"
                                 ? "cannot write '/nonexistent/w.fst': No such file or directory"
                                 : "the device '" + GetParam() + "' has no waveforms; use the device 'rtl'";
  EXPECT_EQ(errorOf([&] { device->load(identityNetwork(machine))->run(sampleInput(), options); }), wanted);
}

// What is asked of a device is in the result, or the device says who can.
TEST_P(EveryDevice, DoesWhatItsKindSaysAndRefusesTheRest) {
  struct Wish {
    bool DeviceKind::*capability;
    std::function<void(RunOptions&)> ask;
  };
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / GetParam();
  std::filesystem::create_directories(folder);
  const Wish wishes[] = {{&DeviceKind::trace, [&](RunOptions& options) { options.trace = folder / "t.json"; }},
                         {&DeviceKind::waveforms, [&](RunOptions& options) { options.wave = {folder / "w.fst"}; }},
                         {&DeviceKind::races, [](RunOptions& options) { options.detectRaces = true; }},
                         {&DeviceKind::data, [](RunOptions& options) { options.countData = true; }}};
  for (const Wish& wish : wishes) {
    RunOptions options;
    wish.ask(options);
    const std::string error = errorOf([&] { device->load(identityNetwork(machine))->run(sampleInput(), options); });
    if (device->kind().*wish.capability)
      EXPECT_EQ(error, "(no error)");
    else
      EXPECT_TRUE(error.starts_with("the device '" + GetParam() + "' ") &&
                  error.find("use the device '") != std::string::npos)
          << error;
  }
}

TEST(Devices, RefNeedsANetworkAndNoMachine) {
  const Machine machine = loadMachine("edge-16");
  EXPECT_NE(errorOf([&] { openDevice("ref")->load(handWritten({0})); }).find("a hand-written program has none"),
            std::string::npos);
  EXPECT_EQ(openDevice("ref")->load(identityNetwork(machine))->run(sampleInput()).outputs.at("y"),
            sampleInput().at("x"));
  EXPECT_EQ(errorOf([&] { openDevice("cycle"); }), "the device 'cycle' needs a machine");
}

TEST(Machines, AreThoseThatTheProgramWasCompiledFor) {
  const Machine machine = loadMachine("edge-16");
  EXPECT_EQ(hash(machineOf(*identityNetwork(machine), "p")), hash(machine));
  EXPECT_NE(errorOf([] { machineOf(*handWritten({0}), "p"); }).find("--arch"), std::string::npos);
}

} // namespace
} // namespace weft::runtime
