#include "compiler/target/Subtarget.h"

#define DEBUG_TYPE "weft-subtarget"
#define GET_SUBTARGETINFO_TARGET_DESC
#define GET_SUBTARGETINFO_CTOR
#include "WeftGenSubtarget.inc"

using namespace llvm;

WeftSubtarget::WeftSubtarget(const Triple& triple, StringRef cpu, StringRef features, const TargetMachine& machine)
    : WeftGenSubtargetInfo(triple, cpu, /*TuneCPU=*/cpu, features), lowering_(machine, *this) {
  ParseSubtargetFeatures(cpu, cpu, features);
}
