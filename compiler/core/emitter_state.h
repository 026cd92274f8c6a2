// What the emitter holds; shared by emitter.cpp (building) and to_llvm.cpp (lowering).
#pragma once

#include "compiler/core/core.h"
#include "compiler/core/emitter.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

namespace weft::core {

struct Emitter::State {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder builder{&context};
  mlir::Location location = mlir::UnknownLoc::get(&context);
};

} // namespace weft::core
