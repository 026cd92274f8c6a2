// From ONNX bytes to a network that devices and the mapper work on: import, graph passes, export.
#pragma once

#include "isa/program/network.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace weft {

struct ImportOptions {
  // The extent of a symbolic or unknown first dimension of a network input.
  int64_t batch = 1;
  // Whether it is an error if no input leaves its first dimension open.
  bool batchRequired = false;
  // Extents of symbolic dimensions, by name. Names that no input has are an error.
  std::map<std::string, int64_t> dimensions;
  // Where the model's file lies: its tensors may have their data in other files there. Empty: they may not.
  std::filesystem::path folder;
  // Told of each such file before it is read; may be empty, may throw.
  std::function<void(const std::filesystem::path&)> readsFile;
  // Constants that are computed at import (ConstantOfShape, folded operators) let a small file ask for large ones: all
  // of them together may have this many bytes.
  int64_t maxComputedConstantBytes = int64_t(1) << 30;
};

// Receives the graph dialect's text after a stage: "import" or the name of a pass.
using GraphDump = std::function<void(std::string_view stage, std::string_view text)>;

// Imports an ONNX model (IR version 3 and newer, opset 7 and newer), folds constants and
// BatchNormalization, turns quantised float operators into integer ones, and returns the result. Each node carries
// the attribute "onnx_nodes": the names of all ONNX nodes that it stands for, one per line. A fused Relu or Clip is
// the attributes "clamp_lo" and "clamp_hi", in units of the quantised result.
// The file's bytes are released as soon as they are parsed, if `model` is their only holder.
// Throws Error, naming node, operator and what is supported, for anything it cannot represent or that is malformed.
net::Network importOnnx(SharedBytes model, const ImportOptions& options = {}, const GraphDump& dump = {});

// The operators that can be imported: "Conv", ..., "com.microsoft.QGemm". Some only as far as they fold away.
std::vector<std::string> importableOperators();

} // namespace weft
