// A program file's network on the host, with zeros as input: consumer NET.weft
#include "isa/program/program.h"
#include "isa/support/file.h"
#include "runtime/ref/ref.h"

#include <cstdio>

int main(int, char** argv) {
  const weft::Program program = weft::Program::parse(weft::readFile(argv[1]), argv[1]);
  const weft::net::Network& network = *program.network();
  weft::HostTensors inputs;
  for (int32_t input : network.inputs) {
    const weft::net::Tensor& tensor = network.tensors[static_cast<size_t>(input)];
    inputs[tensor.name] = weft::makeTensor(tensor.type, tensor.shape);
  }
  for (const auto& [name, tensor] : weft::ref::run(network, inputs))
    for (uint8_t byte : tensor.data)
      std::printf("%02x", byte);
}
