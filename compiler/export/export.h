// The graph dialect to a plain network.
#pragma once

#include "isa/program/network.h"

#include "mlir/IR/BuiltinOps.h"

namespace weft::graph {

// The function `main` of a module as a network: each operation becomes the node of its ONNX name with its operands in
// order and its attributes; names of nodes come from locations, see importOnnx. The result is valid (net::validate).
net::Network exportNetwork(mlir::ModuleOp module);

} // namespace weft::graph
