// The Verilated sequencer with what is around it: a memory behind its AXI port, and what it dispatched.
#pragma once

#include "Vweft_sequencer.h"

#include "isa/semantics/scalar.h"
#include "simulator/dram/dram_model.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>

namespace weft::test {

// Answers after a time that depends on the request alone, so that two of them agree.
class RandomDram final : public DramTimingModel {
public:
  RandomDram(uint64_t seed, uint64_t longest) : seed_(seed), longest_(longest) {}
  uint64_t access(uint64_t cycle, uint32_t address, uint32_t, bool write) override {
    uint64_t mixed = (cycle * 0x9e3779b97f4a7c15u) ^ (address * 0xc2b2ae3d27d4eb4fu) ^ seed_ ^ (write ? 77u : 0u);
    mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u;
    return cycle + 1 + (mixed >> 33) % longest_;
  }
  DramCounters counters() const override { return {}; }

private:
  uint64_t seed_;
  uint64_t longest_;
};

struct AxiRequest {
  uint32_t address;
  uint32_t bytes;
  bool write;
};

// AXI slave with 64-bit data. `ready` says of each handshake whether it is obliged.
class AxiMemory {
public:
  AxiMemory(Dram& dram, DramTimingModel& model) : dram_(dram), model_(model) {}

  // What it drives in this cycle.
  void drive(Vweft_sequencer& unit, uint64_t cycle) {
    unit.axi_r_valid_i = !beats_.empty() && beats_.front().ready <= cycle;
    uint64_t data = 0;
    if (unit.axi_r_valid_i)
      std::memcpy(&data, dram_.at(beats_.front().address), sizeof data);
    unit.axi_r_data_i = data;
    unit.axi_r_last_i = unit.axi_r_valid_i && beats_.front().last;
    unit.axi_b_valid_i = done_ && *done_ <= cycle;
  }
  // What it takes, at the end of the cycle.
  std::optional<AxiRequest> take(const Vweft_sequencer& unit, uint64_t cycle) {
    std::optional<AxiRequest> request;
    checkHeld(unit);
    if (unit.axi_r_valid_i && unit.axi_r_ready_o)
      beats_.pop_front();
    if (unit.axi_b_valid_i && unit.axi_b_ready_o)
      done_.reset();
    if (unit.axi_ar_valid_o && unit.axi_ar_ready_i) {
      EXPECT_TRUE(beats_.empty()) << "a second read at a time";
      uint32_t count = unit.axi_ar_len_o + 1u;
      request = AxiRequest{unit.axi_ar_addr_o, 8 * count, false};
      EXPECT_TRUE(dram_.contains(request->address, request->bytes) && request->address % 8 == 0);
      uint64_t ready = model_.access(cycle, request->address, request->bytes, false);
      for (uint32_t j = 0; j < count; ++j)
        beats_.push_back({ready + j, request->address + 8 * j, j + 1 == count});
    }
    if (unit.axi_aw_valid_o && unit.axi_aw_ready_i) {
      EXPECT_EQ(unit.axi_aw_len_o, 0);
      writeAddress_ = unit.axi_aw_addr_o;
    }
    if (unit.axi_w_valid_o && unit.axi_w_ready_i) {
      EXPECT_TRUE(unit.axi_w_last_o);
      writeData_ = unit.axi_w_data_o;
      strobes_ = unit.axi_w_strb_o;
    }
    if (writeAddress_ && writeData_) {
      EXPECT_TRUE(dram_.contains(*writeAddress_, 8) && *writeAddress_ % 8 == 0 && !done_);
      for (uint32_t i = 0; i < 8; ++i)
        if ((strobes_ >> i & 1) != 0)
          *dram_.at(*writeAddress_ + i) = static_cast<uint8_t>(*writeData_ >> 8 * i);
      done_ = model_.access(cycle, *writeAddress_, 8, true);
      request = AxiRequest{*writeAddress_, 8, true};
      writeAddress_.reset();
      writeData_.reset();
    }
    return request;
  }

private:
  struct Beat {
    uint64_t ready;
    uint32_t address;
    bool last;
  };
  struct Channel { // a request that was refused has to stay as it is
    bool refused = false;
    std::array<uint64_t, 2> payload{};
    void check(bool valid, bool ready, std::array<uint64_t, 2> now, const char* name) {
      if (refused) {
        EXPECT_TRUE(valid && now == payload) << name << " changes before it is taken";
      }
      refused = valid && !ready;
      payload = now;
    }
  };
  void checkHeld(const Vweft_sequencer& unit) {
    ar_.check(unit.axi_ar_valid_o, unit.axi_ar_ready_i, {unit.axi_ar_addr_o, unit.axi_ar_len_o}, "AR");
    aw_.check(unit.axi_aw_valid_o, unit.axi_aw_ready_i, {unit.axi_aw_addr_o, unit.axi_aw_len_o}, "AW");
    w_.check(unit.axi_w_valid_o, unit.axi_w_ready_i, {unit.axi_w_data_o, unit.axi_w_strb_o}, "W");
  }

  Dram& dram_;
  DramTimingModel& model_;
  std::deque<Beat> beats_;
  std::optional<uint64_t> done_;
  std::optional<uint32_t> writeAddress_;
  std::optional<uint64_t> writeData_;
  uint32_t strobes_ = 0;
  Channel ar_, aw_, w_;
};

// What is on dispatch_op_o (weft_pkg::tensor_op_t, last field lowest); what an Instruction has of it besides is left
// out.
inline TensorOp dispatched(const Vweft_sequencer& unit) {
  size_t bit = 0;
  auto take = [&](size_t width) {
    uint64_t both = unit.dispatch_op_o[bit / 32];
    if (bit % 32 + width > 32)
      both |= uint64_t{unit.dispatch_op_o[bit / 32 + 1]} << 32;
    both >>= bit % 32;
    bit += width;
    return static_cast<uint32_t>(both & ((uint64_t{1} << width) - 1));
  };
  TensorOp op;
  op.instruction.s1 = static_cast<uint8_t>(take(5));
  op.instruction.s0 = static_cast<uint8_t>(take(5));
  op.instruction.w1 = static_cast<uint8_t>(take(5));
  op.instruction.w0 = static_cast<uint8_t>(take(5));
  for (PatternRegister* pattern : {&op.pD, &op.pC, &op.pB, &op.pA})
    for (uint32_t& field : pattern->field)
      field = take(32);
  for (uint32_t* value : {&op.d, &op.c, &op.b, &op.a, &op.pc})
    *value = take(32);
  op.instruction.op = static_cast<Opcode>(take(8));
  return op;
}

inline bool same(const TensorOp& a, const TensorOp& b) {
  const Instruction &x = a.instruction, &y = b.instruction;
  return x.op == y.op && x.w0 == y.w0 && x.w1 == y.w1 && x.s0 == y.s0 && x.s1 == y.s1 && a.pc == b.pc && a.a == b.a &&
         a.b == b.b && a.c == b.c && a.d == b.d && a.pA.field == b.pA.field && a.pB.field == b.pB.field &&
         a.pC.field == b.pC.field && a.pD.field == b.pD.field;
}

inline void reset(Vweft_sequencer& unit) {
  unit.rst_ni = 0;
  unit.eval();
  unit.rst_ni = 1;
  unit.eval();
}

// One that is at reset, its inputs quiet and its memory always ready.
inline std::unique_ptr<Vweft_sequencer> makeSequencer(VerilatedContext& context) {
  auto unit = std::make_unique<Vweft_sequencer>(&context);
  unit->clk_i = 0;
  unit->rst_ni = 1;
  unit->stop_i = 0;
  unit->queue_full_i = 0;
  unit->engine_idle_i = 15;
  unit->sem_ok_i = 1;
  unit->counter_value_i = 0;
  unit->axi_ar_ready_i = 1;
  unit->axi_aw_ready_i = 1;
  unit->axi_w_ready_i = 1;
  unit->axi_r_valid_i = 0;
  unit->axi_b_valid_i = 0;
  unit->eval();
  reset(*unit);
  return unit;
}

inline void clock(Vweft_sequencer& unit) {
  unit.clk_i = 1;
  unit.eval();
  unit.clk_i = 0;
  unit.eval();
}

} // namespace weft::test
