// The report of a network on a machine: compiled, and run by the cycle simulator.
#pragma once

#include "compiler/driver/compiler.h"
#include "runtime/api/device.h"
#include "runtime/report/report.h"
#include "tests/compiler/mapping/networks.h"
#include "tests/runtime/networks/random_network.h"

namespace weft::test {

inline runtime::Report reportOf(const net::Network& network, const Machine& machine, const std::string& mapping = "") {
  CompileOptions options;
  options.mapping = mapping;
  auto program = std::make_shared<const Program>(Program::parse(compile(network, machine, options), "test"));
  auto loaded = runtime::openDevice("cycle", machine)->load(program);
  return makeReport(loaded->run(randomInputs(1, network)).statistics, *program, machine, "test.weft");
}

// Expansion, depthwise convolution and projection with a residual, then pooling by a strided convolution.
inline net::Network sampleNetwork(int64_t size = 28) {
  NetworkBuilder b;
  Value x = b.input(DType::u8, {1, 24, size, size});
  Value wide = addConv(b, x, 96, 1);
  Value deep = addConv(b, wide, 96, 3, {1, 1, 1, 1}, 1, 96);
  Value sum = addSum(b, addConv(b, deep, 24, 1), x);
  b.output(addConv(b, sum, 160, 3, {1, 1, 1, 1}, 2));
  return b.network;
}

} // namespace weft::test
