// The matrix engine's RTL in lock-step with the cycle simulator's: the same queue, semaphores and bank ports. Every
// output of every cycle is compared, and all accumulators at every retirement.
#pragma once

#include "Vweft_matrix.h"

#include "isa/semantics/operands.h"
#include "simulator/cycle/matrix.h"
#include "tests/support/random.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace weft::test {

// What engine and simulator do in a cycle beside their counters.
struct MatrixActions {
  bool start = false;
  bool retire = false;
  bool fault = false;
  uint32_t startPc = 0;
  uint32_t retirePc = 0;
  uint8_t s0 = 0;
  uint8_t s1 = 0;
  Fault what;
};

// Writes fields into a port, the last field of the packed structure first.
class PortWriter {
public:
  template <typename Port> explicit PortWriter(Port& port) : bytes_(reinterpret_cast<uint8_t*>(&port)) {
    std::memset(bytes_, 0, sizeof(port));
  }
  void field(uint64_t value, int width) {
    for (int i = 0; i < width; ++i, ++position_)
      bytes_[position_ / 8] = static_cast<uint8_t>(bytes_[position_ / 8] | ((value >> i & 1) << position_ % 8));
  }

private:
  uint8_t* bytes_; // hosts are little-endian
  size_t position_ = 0;
};

class MatrixBench : CycleObserver {
public:
  // `model` may have run before: it is reset.
  MatrixBench(Vweft_matrix& model, const Machine& machine, DramTimingModel& dram, uint64_t seed)
      : machine_(machine), rtl_(model), memory_(machine), core_(machine_, memory_, dram),
        engine_(machine.queues.matrix, core_), random_(seed) {
    for (uint8_t& byte : memory_.scratchpad)
      byte = static_cast<uint8_t>(random_.word());
    accumulators_ = memory_.accumulators;
    core_.events.attach(this);
    rtl_.clk_i = 0;
    rtl_.head_valid_i = 0;
    rtl_.rst_ni = 1;
    rtl_.eval();
    rtl_.rst_ni = 0;
    rtl_.eval();
    clock();
    rtl_.rst_ni = 1;
    rtl_.eval();
  }

  CoreState& core() { return core_; }
  Random& random() { return random_; }
  uint64_t cycle() const { return cycle_; }
  bool faulted() const { return core_.faults.raised(); }
  bool hasRoom() const { return queue_.size() < machine_.queues.matrix; }
  bool idle() const { return queue_.empty() && !engine_.underWay(); }
  void setRefusals(uint32_t percent) { refusals_ = percent; }

  // To be called before the cycle in which it is dispatched.
  void dispatch(TensorOp op) {
    op.pc = kDramBase + 8 * dispatched_;
    engine_.queue().push(op, dispatched_, cycle_);
    ++dispatched_;
    dispatchedNow_.push_back(op);
  }
  void signal(uint8_t semaphore) {
    Instruction instruction;
    instruction.s0 = semaphore;
    core_.semaphores.signal(instruction, Engine::sequencer, 0);
  }

  // One cycle of both; a difference is a test failure.
  void step();

  struct Event {
    uint64_t cycle;
    EventKind kind;
    uint32_t pc;
  };
  std::vector<Event> events; // starts and retirements

private:
  void event(const CycleEvent& event) override {
    if (event.kind == EventKind::start) {
      golden_.start = true;
      golden_.startPc = event.pc;
    } else if (event.kind == EventKind::retire) {
      golden_.retire = true;
      golden_.retirePc = event.pc;
    }
    events.push_back({event.cycle, event.kind, event.pc});
  }

  void clock() {
    rtl_.clk_i = 1;
    rtl_.eval();
    rtl_.clk_i = 0;
    rtl_.eval();
  }
  void presentHead();
  void grant();
  void memoryAccesses();
  void compare(const CounterValues& before, const Activity& activity, bool available);

  template <typename Port> void presentLine(Port& port, bool granted, uint32_t address) {
    if (!granted) {
      std::memset(static_cast<void*>(&port), 0xa5, sizeof(port)); // nobody may look at it
      return;
    }
    uint32_t line = address / machine_.lineBytes() * machine_.lineBytes();
    std::memcpy(static_cast<void*>(&port), memory_.scratchpad.data() + line, machine_.lineBytes());
  }

  Machine machine_;
  Vweft_matrix& rtl_;
  CoreMemory memory_;
  CoreState core_;
  MatrixEngine engine_;
  Random random_;
  std::deque<TensorOp> queue_; // of the RTL
  std::deque<TensorOp> flight_;
  std::vector<TensorOp> dispatchedNow_;
  std::vector<int32_t> accumulators_; // of the RTL
  uint32_t dispatched_ = 0;
  uint32_t refusals_ = 0;
  uint64_t cycle_ = 0;
  MatrixActions golden_;
  // Granted in the cycle before.
  bool actGranted_ = false, weightGranted_ = false, accumulatorRead_ = false;
  uint32_t actAddress_ = 0, weightAddress_ = 0, accumulatorRow_ = 0;
  std::vector<int32_t> accumulatorData_;
};

inline void MatrixBench::presentHead() {
  rtl_.head_valid_i = !queue_.empty();
  if (queue_.empty()) {
    rtl_.sem_ok_i = static_cast<uint8_t>(random_.below(2));
    return;
  }
  const TensorOp& op = queue_.front();
  rtl_.sem_ok_i = core_.semaphores.available(op.instruction);
  PortWriter head(rtl_.head_i);
  auto fields = [&](const PatternRegister& pattern, int first) {
    for (int k = 0; k < 4; ++k)
      head.field(pattern.field[static_cast<size_t>(first + k)], 32);
  };
  head.field(op.pD.field[config::zb], 9);
  head.field(op.pD.field[config::za], 9);
  head.field(operands::typeB(op.pD), 4);
  head.field(operands::typeA(op.pD), 4);
  fields(op.pB, field::stride0);
  fields(op.pB, field::count0);
  fields(op.pA, field::stride0);
  fields(op.pA, field::count0);
  head.field(op.c, 32);
  head.field(op.b, 32);
  head.field(op.a, 32);
  head.field(op.instruction.op == Opcode::MMA, 1);
  head.field(op.pc, 32);
  for (uint8_t semaphore : {op.instruction.s1, op.instruction.s0, op.instruction.w1, op.instruction.w0})
    head.field(semaphore, 5);
}

// Some banks are taken by nobody in particular; activations come before weights.
inline void MatrixBench::grant() {
  std::vector<bool> taken(machine_.scratchpad.banks);
  for (uint32_t bank = 0; bank < machine_.scratchpad.banks; ++bank) {
    taken[bank] = random_.percent(refusals_);
    if (taken[bank])
      core_.ports.scratchpadRead.claim(bank, cycle_);
  }
  auto arbitrate = [&](bool request, uint32_t address) {
    if (!request)
      return random_.percent(50); // a grant without a request means nothing
    EXPECT_LT(address, machine_.scratchpad.bytes);
    uint32_t bank = core_.ports.bank(address % machine_.scratchpad.bytes);
    bool granted = !taken[bank];
    taken[bank] = true;
    return granted;
  };
  rtl_.act_gnt_i = arbitrate(rtl_.act_req_o, rtl_.act_addr_o);
  rtl_.wgt_gnt_i = arbitrate(rtl_.wgt_req_o, rtl_.wgt_addr_o);
}

// Remembers what has to be presented in the next cycle. A read sees the writes made before its cycle.
inline void MatrixBench::memoryAccesses() {
  actGranted_ = rtl_.act_req_o && rtl_.act_gnt_i;
  weightGranted_ = rtl_.wgt_req_o && rtl_.wgt_gnt_i;
  actAddress_ = rtl_.act_addr_o;
  weightAddress_ = rtl_.wgt_addr_o;
  size_t cols = machine_.array.cols;
  accumulatorRead_ = rtl_.ar_req_o;
  if (rtl_.ar_req_o) {
    ASSERT_LT(rtl_.ar_row_o, machine_.accumulatorRows());
    auto row = accumulators_.begin() + static_cast<ptrdiff_t>(rtl_.ar_row_o * cols);
    accumulatorData_.assign(row, row + static_cast<ptrdiff_t>(cols));
  }
  if (rtl_.aw_req_o) {
    ASSERT_LT(rtl_.aw_row_o, machine_.accumulatorRows());
    std::memcpy(accumulators_.data() + rtl_.aw_row_o * cols, &rtl_.aw_data_o, 4 * cols);
  }
}

inline void MatrixBench::compare(const CounterValues& before, const Activity& activity, bool available) {
  auto counted = [&](int number) {
    return core_.counters[static_cast<size_t>(number)] - before[static_cast<size_t>(number)];
  };
  EXPECT_EQ(rtl_.start_o, golden_.start);
  EXPECT_EQ(rtl_.retire_o, golden_.retire);
  EXPECT_EQ(rtl_.fault_o, core_.faults.raised());
  if (core_.faults.raised() && rtl_.fault_o) {
    const Fault& fault = core_.faults.fault();
    EXPECT_EQ(rtl_.fault_cause_o, static_cast<uint32_t>(fault.cause));
    EXPECT_EQ(rtl_.fault_pc_o, fault.pc);
    EXPECT_EQ(rtl_.fault_info_o, fault.information);
  }
  if (rtl_.retire_o && golden_.retire) {
    EXPECT_EQ(rtl_.retire_pc_o, golden_.retirePc);
    EXPECT_EQ(rtl_.retire_s0_o, flight_.front().instruction.s0);
    EXPECT_EQ(rtl_.retire_s1_o, flight_.front().instruction.s1);
    EXPECT_EQ(accumulators_ == memory_.accumulators, true) << "accumulators differ";
  }

  uint64_t macs = uint64_t{machine_.array.rows} * machine_.array.cols;
  EXPECT_EQ(rtl_.row_o, counted(counter::matrix_macs) / macs);
  EXPECT_EQ(rtl_.row_accumulates_o, core_.activity.accumulatorReads - activity.accumulatorReads);
  EXPECT_EQ(rtl_.tile_o, counted(counter::matrix_weight_tiles));
  EXPECT_EQ(actGranted_, core_.activity.activationReads - activity.activationReads);
  EXPECT_EQ(weightGranted_, core_.activity.weightReads - activity.weightReads);
  for (uint32_t bank = 0; bank < machine_.accumulator.banks; ++bank) {
    bool reads = rtl_.ar_req_o && core_.ports.accumulatorBank(rtl_.ar_row_o) == bank;
    EXPECT_EQ(reads, !core_.ports.accumulatorRead.claim(bank, cycle_)) << "accumulator bank " << bank;
  }

  // The table of section 10.
  int cause = counter::matrix_idle;
  if (rtl_.busy_o)
    cause = counter::matrix_busy;
  else if (rtl_.stall_bank_o)
    cause = counter::matrix_stall_bank;
  else if (rtl_.stall_weights_o)
    cause = counter::matrix_stall_weights;
  else if (rtl_.under_way_o || (!queue_.empty() && available))
    cause = counter::matrix_busy;
  else if (!queue_.empty())
    cause = counter::matrix_stall_semaphore;
  for (int number : {counter::matrix_busy, counter::matrix_stall_bank, counter::matrix_stall_weights,
                     counter::matrix_stall_semaphore, counter::matrix_idle})
    EXPECT_EQ(counted(number), number == cause ? 1 : 0) << "counter " << number;
}

inline void MatrixBench::step() {
  SCOPED_TRACE("cycle " + std::to_string(cycle_));
  presentHead();
  presentLine(rtl_.act_rdata_i, actGranted_, actAddress_);
  presentLine(rtl_.wgt_rdata_i, weightGranted_, weightAddress_);
  if (accumulatorRead_)
    std::memcpy(static_cast<void*>(&rtl_.ar_rdata_i), accumulatorData_.data(), 4 * machine_.array.cols);
  else
    std::memset(static_cast<void*>(&rtl_.ar_rdata_i), 0x5a, sizeof(rtl_.ar_rdata_i));
  rtl_.eval();
  grant();
  rtl_.eval();
  memoryAccesses();

  bool available = rtl_.sem_ok_i;
  CounterValues counters = core_.counters;
  Activity activity = core_.activity;
  golden_ = {};
  EXPECT_EQ(rtl_.under_way_o, engine_.underWay());
  engine_.step(cycle_);
  core_.events.flush();
  core_.semaphores.commit();
  compare(counters, activity, available);

  if (golden_.retire)
    flight_.pop_front();
  if (golden_.start) {
    flight_.push_back(queue_.front());
    queue_.pop_front();
  }
  queue_.insert(queue_.end(), dispatchedNow_.begin(), dispatchedNow_.end());
  dispatchedNow_.clear();
  clock();
  ++cycle_;
}

} // namespace weft::test
