// Does a whole network give the same bytes on every device and machine? And does the digits network, which is part of
// the project, still recognise digits when it has gone through compiler and simulator?
#include "compiler/driver/compiler.h"
#include "compiler/import/import.h"
#include "isa/support/file.h"
#include "runtime/api/device.h"
#include "runtime/tensor/io.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

namespace weft::runtime {
namespace {

namespace fs = std::filesystem;

const fs::path kProject = WEFT_PROJECT_DIR;

// Networks that are not part of the project.
fs::path dataFolder() {
  const char* folder = std::getenv("WEFT_DATA");
  return folder ? fs::path(folder) : kProject / ".." / "shared" / "data";
}

std::shared_ptr<const Program> compileFile(const fs::path& onnx, const Machine& machine) {
  return std::make_shared<const Program>(
      Program::parse(compile(importOnnx(readFile(onnx)), machine, CompileOptions()), onnx.string()));
}

HostTensors randomInputs(const LoadedProgram& program, unsigned seed) {
  std::mt19937 random(seed);
  HostTensors inputs;
  for (const TensorInfo& info : program.inputs()) {
    HostTensor tensor = makeTensor(info.type, info.shape);
    if (info.type == net::DType::f32)
      for (float& value : elements<float>(tensor))
        value = static_cast<float>(static_cast<int32_t>(random() >> 8) - (1 << 23)) / (1 << 22);
    else
      for (uint8_t& byte : tensor.data)
        byte = static_cast<uint8_t>(random());
    inputs[info.name] = std::move(tensor);
  }
  return inputs;
}

struct Case {
  const char* file;
  const char* machine;
};

class Network : public testing::TestWithParam<Case> {};

TEST_P(Network, GivesTheSameBytesOnEveryDevice) {
  const bool own = std::string_view(GetParam().file).starts_with("workloads/");
  const fs::path onnx = own ? kProject / GetParam().file : dataFolder() / "models" / GetParam().file;
  if (!fs::exists(onnx))
    GTEST_SKIP() << onnx << " is not there (WEFT_DATA names the folder)";
  const Machine machine = loadMachine(GetParam().machine);
  const auto program = compileFile(onnx, machine);
  const auto ref = openDevice("ref", machine)->load(program);
  const auto func = openDevice("func", machine)->load(program);
  const auto cycle = openDevice("cycle", machine)->load(program);
  uint64_t cycles = 0;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const HostTensors inputs = randomInputs(*ref, seed);
    const HostTensors expected = ref->run(inputs).outputs;
    EXPECT_EQ(func->run(inputs).outputs, expected) << "func, seed " << seed;
    const RunResult timed = cycle->run(inputs);
    EXPECT_EQ(timed.outputs, expected) << "cycle, seed " << seed;
    EXPECT_TRUE(cycles == 0 || timed.statistics.cycles == cycles) << "time depends on data";
    cycles = timed.statistics.cycles;
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* file : {"workloads/digits/digits_int8_qdq.onnx", "resnet8_int8_qdq.onnx", "dscnn_int8_qdq.onnx",
                           "ad_int8_qdq.onnx", "mobilenetv2_int8_perchannel_qdq.onnx"})
    for (const char* machine : {"edge-16", "cloud-128", "tpu-256"})
      all.push_back({file, machine});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Integer, Network, testing::ValuesIn(cases()), [](const auto& chosen) {
  std::string name = fs::path(chosen.param.file).stem().string() + "_on_" + chosen.param.machine;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Digits, AreRecognisedByTheSimulatedCore) {
  const Machine machine = loadMachine("edge-16");
  const auto program = compileFile(kProject / "workloads/digits/digits_int8_qdq.onnx", machine);
  const auto loaded = openDevice("cycle", machine)->load(program);
  const HostTensors pictures = readTensors(kProject / "workloads/digits/digits_test.npz");
  const HostTensor& images = pictures.at("input");
  const HostTensor& labels = pictures.at("labels");
  const auto count = static_cast<size_t>(images.shape[0]);
  const size_t bytes = images.data.size() / count;
  const size_t labelBytes = labels.data.size() / count;
  size_t right = 0;
  for (size_t i = 0; i < count; ++i) {
    HostTensor image = makeTensor(net::DType::f32, {1, 1, 8, 8});
    ASSERT_EQ(image.data.size(), bytes);
    std::copy_n(images.data.begin() + static_cast<ptrdiff_t>(i * bytes), bytes, image.data.begin());
    const HostTensors outputs = loaded->run({{loaded->inputs()[0].name, image}}).outputs;
    const auto scores = elements<float>(outputs.begin()->second);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    right += best == labels.data[i * labelBytes]; // little endian, below 256
  }
  const double accuracy = static_cast<double>(right) / static_cast<double>(count);
  RecordProperty("accuracy_percent", std::to_string(100 * accuracy));
  EXPECT_GE(accuracy, 0.97) << right << " of " << count;
}

} // namespace
} // namespace weft::runtime
