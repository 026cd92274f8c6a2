// The core dialect (Core.td).
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"

#include "compiler/core/CoreDialect.h.inc"

#define GET_OP_CLASSES
#include "compiler/core/CoreOps.h.inc"
