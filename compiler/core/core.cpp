#include "compiler/core/core.h"

#include "isa/generated/instructions.h"
#include "isa/generated/timing.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"

#include "compiler/core/CoreDialect.cpp.inc"

#define GET_OP_CLASSES
#include "compiler/core/CoreOps.cpp.inc"

namespace weft::core {

void CoreDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/core/CoreOps.cpp.inc"
      >();
}

mlir::LogicalResult IssueOp::verify() {
  if (getWaits().size() > 2 || getSignals().size() > 2)
    return emitOpError("names at most two semaphores to wait for and two to signal");
  for (auto list : {getWaits(), getSignals()})
    for (int32_t semaphore : list)
      if (semaphore < 0 || semaphore >= timing::SEMAPHORES)
        return emitOpError() << "semaphore " << semaphore << " is not one of 0 to " << timing::SEMAPHORES - 1;
  for (int32_t pattern : getPatterns())
    if (pattern < 0 || pattern >= timing::PATTERN_REGISTERS)
      return emitOpError() << "pattern register " << pattern << " is not one of 0 to " << timing::PATTERN_REGISTERS - 1;
  return mlir::success();
}

mlir::LogicalResult SetFieldOp::verify() {
  if (getPattern() >= static_cast<uint32_t>(timing::PATTERN_REGISTERS))
    return emitOpError() << "pattern register " << getPattern() << " is not one of 0 to "
                         << timing::PATTERN_REGISTERS - 1;
  if (getField() >= static_cast<uint32_t>(timing::PATTERN_FIELDS))
    return emitOpError() << "field " << getField() << " is not one of 0 to " << timing::PATTERN_FIELDS - 1;
  return mlir::success();
}

} // namespace weft::core
