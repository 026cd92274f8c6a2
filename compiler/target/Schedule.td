//===- Schedule.td - the sequencer's scheduling model --------------------------------------------------------===//
//
// One instruction per cycle, in order. Latencies are the timing chapter's constants (isa/Timing.td).
//
//===----------------------------------------------------------------------------------------------------------===//

def WeftModel : SchedMachineModel {
  let IssueWidth = 1;
  let MicroOpBufferSize = 0;
  let LoadLatency = SRAM_LOAD_CYCLES.Value;
  let MispredictPenalty = TAKEN_BRANCH_CYCLES.Value;
  let PostRAScheduler = 1;
  let CompleteModel = 0;
}

let SchedModel = WeftModel in {
  def WeftSequencer : ProcResource<1> {
    let BufferSize = 0;
  }

  class SequencerWrite<int cycles> : SchedWriteRes<[WeftSequencer]> {
    let Latency = cycles;
    let ReleaseAtCycles = [cycles];
  }
  def WriteALU : SequencerWrite<1>;
  def WriteTaken : SequencerWrite<TAKEN_BRANCH_CYCLES.Value>;
  def WriteMul : SequencerWrite<MUL_CYCLES.Value>;
  def WriteDiv : SequencerWrite<DIV_CYCLES.Value>;
  def WriteLoad : SequencerWrite<SRAM_LOAD_CYCLES.Value>;
  def WritePatternLoad : SequencerWrite<PLOAD_CYCLES.Value>;

  def : InstRW<[WriteALU], (instregex "^(ADD|SUB|AND|OR|XOR|SLL|SRL|SRA|SLT|SLTU)I?$", "^SLTIU$", "^S[BHW]$",
                                      "^PSETI?$", "^PRESET$", "^RDCTR$", "^SEM(WAIT|SIGNAL)$", "^FENCE$", "^HALT$",
                                      "^TRAP$")>;
  def : InstRW<[WriteALU], (instregex "^(LD|ST|MM|V|RSIG)[A-Z0-9]*$")>;
  def : InstRW<[WriteMul], (instregex "^MUL(H|HU|I)?$")>;
  def : InstRW<[WriteDiv], (instregex "^(DIV|REM)U?$")>;
  def : InstRW<[WriteLoad], (instregex "^L(B|BU|H|HU|W)$")>;
  def : InstRW<[WritePatternLoad], (instrs PLOAD)>;
  def : InstRW<[WriteTaken], (instregex "^B(EQ|NE|LT|GE|LTU|GEU)$", "^JALR?$", "^Pseudo(Call|CallReg|Return|Branch|BranchReg|Tail|TailReg)$")>;
}
