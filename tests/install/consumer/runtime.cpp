// A program on the device `cycle`, with zeros as input: consumer NET.weft
#include "runtime/api/device.h"

#include <cstdio>

int main(int, char** argv) {
  using namespace weft;
  const auto program = runtime::readProgram(argv[1]);
  const auto loaded = runtime::openDevice("cycle", runtime::machineOf(*program, argv[1]))->load(program);
  HostTensors inputs;
  for (const runtime::TensorInfo& input : loaded->inputs())
    inputs[input.name] = makeTensor(input.type, input.shape);
  const runtime::RunResult result = loaded->run(inputs);
  for (const auto& [name, tensor] : result.outputs)
    for (uint8_t byte : tensor.data)
      std::printf("%02x", byte);
}
