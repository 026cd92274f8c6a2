// There is one kind of core as far as the compiler is concerned; its sizes do not change the code of a function.
#pragma once

#include "compiler/target/FrameLowering.h"
#include "compiler/target/ISelLowering.h"
#include "compiler/target/InstrInfo.h"
#include "llvm/CodeGen/SelectionDAGTargetInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

#define GET_SUBTARGETINFO_HEADER
#include "WeftGenSubtarget.inc"

namespace llvm {

class WeftSubtarget : public WeftGenSubtargetInfo {
public:
  WeftSubtarget(const Triple& triple, StringRef cpu, StringRef features, const TargetMachine& machine);

  const WeftFrameLowering* getFrameLowering() const override { return &frame_; }
  const WeftInstrInfo* getInstrInfo() const override { return &instructions_; }
  const WeftRegisterInfo* getRegisterInfo() const override { return &instructions_.getRegisterInfo(); }
  const WeftTargetLowering* getTargetLowering() const override { return &lowering_; }
  const SelectionDAGTargetInfo* getSelectionDAGInfo() const override { return &selection_; }

  bool enableMachineScheduler() const override { return true; }
  bool enablePostRAMachineScheduler() const override { return false; }

  // Generated.
  void ParseSubtargetFeatures(StringRef cpu, StringRef tuneCpu, StringRef features);

private:
  WeftFrameLowering frame_;
  WeftInstrInfo instructions_;
  WeftTargetLowering lowering_;
  SelectionDAGTargetInfo selection_;
};

} // namespace llvm
