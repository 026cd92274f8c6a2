// Does every integer operator give ONNX Runtime's bits? The cases in golden/ were made by crosscheck/crosscheck.py
// --golden: one-operator networks with random operands and the results of ONNX Runtime on x86. (The script compares
// many more when ONNX Runtime is at hand.)
#include "isa/program/network.h"
#include "runtime/ref/ref.h"
#include "runtime/tensor/io.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <random>

namespace weft {
namespace {

struct Case {
  std::vector<uint8_t> network;
  HostTensors inputs;
  HostTensor result;
};

// Members are NUMBER.network, NUMBER.result and NUMBER.input.NAME.
std::map<std::string, Case> loadCases(const std::string& file) {
  std::map<std::string, Case> cases;
  for (auto& [key, tensor] : readTensors(file)) {
    size_t dot = key.find('.');
    Case& item = cases[key.substr(0, dot)];
    std::string rest = key.substr(dot + 1);
    if (rest == "network")
      item.network = std::move(tensor.data);
    else if (rest == "result")
      item.result = std::move(tensor);
    else
      item.inputs.emplace(rest.substr(std::string("input.").size()), std::move(tensor));
  }
  return cases;
}

class Golden : public testing::TestWithParam<const char*> {
protected:
  std::map<std::string, Case> cases = loadCases(std::string("tests/runtime/ref/golden/") + GetParam() + ".npz");
};

TEST_P(Golden, GivesOnnxRuntimesBits) {
  ASSERT_FALSE(cases.empty());
  for (const auto& [number, item] : cases) {
    HostTensors results = ref::run(net::deserialise(item.network), item.inputs);
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(results.begin()->second, item.result) << "case " << number;
  }
}

// A network from a damaged file may compute nonsense or be refused, but must not read or write where it should not.
TEST_P(Golden, DamagedNetworksNeverCrash) {
  std::mt19937 random(1);
  for (const auto& [number, item] : cases) {
    for (int i = 0; i < 40; ++i) {
      std::vector<uint8_t> damaged = item.network;
      for (auto changes = 1 + random() % 3; changes > 0; --changes)
        damaged[random() % damaged.size()] = static_cast<uint8_t>(random() >> (random() % 2 ? 29 : 24));
      try {
        ref::run(net::deserialise(damaged), item.inputs);
      } catch (const Error&) {
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, Golden,
                         testing::Values("qlinear_conv", "qlinear_matmul", "qgemm", "matmul_integer", "conv_integer",
                                         "qlinear_add", "qlinear_mul", "qlinear_average_pool",
                                         "qlinear_global_average_pool", "max_pool", "resize_nearest", "qlinear_concat",
                                         "qlinear_leaky_relu", "qlinear_sigmoid", "qlinear_softmax", "quantize_linear",
                                         "dequantize_linear"),
                         [](const auto& item) { return std::string(item.param); });

} // namespace
} // namespace weft
