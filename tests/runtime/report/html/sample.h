// Reports made for the tests of the page: a timed run with energy, of any number of layers.
#pragma once

#include "runtime/report/html/page.h"

#include <string>

namespace weft::runtime::test {

struct Sample {
  size_t layers = 3;
  std::string network = "net";
  std::string layerName = "conv"; // the ONNX nodes are this and the layer's number
  uint64_t slower = 0;            // cycles added to each layer
  std::string machine = "edge-16";
};

// Made by makeReport and addEnergy, which check that everything adds up.
Report sampleReport(const Sample& sample);

} // namespace weft::runtime::test
