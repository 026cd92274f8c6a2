// Can another memory be plugged in behind the TLM-2.0 socket, and does its time count? C++17, as SystemC wants it.
#include "isa/support/error.h"
#include "simulator/systemc/system.h"

#include <gtest/gtest.h>

#include <cstring>

namespace weft::systemc {
namespace {

// Answers every request after a fixed time that is no multiple of the clock's period.
class FixedMemory final : public MemoryModule {
public:
  FixedMemory(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, bool blocking)
      : MemoryModule(name), latency_(latency), blocking_(blocking) {
    socket_.register_b_transport(this, &FixedMemory::transport);
  }
  tlm::tlm_target_socket<>& target() override { return socket_; }
  int refuseAfter = -1;

private:
  void transport(tlm::tlm_generic_payload& request, sc_core::sc_time& delay) {
    if (refuseAfter-- == 0) {
      request.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    delay += latency_;
    if (blocking_) {
      wait(delay);
      delay = sc_core::SC_ZERO_TIME;
    }
    request.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  tlm_utils::simple_target_socket<FixedMemory> socket_{"socket"};
  sc_core::sc_time latency_;
  bool blocking_;
};

Machine machineOf(uint32_t clockMhz) {
  Machine machine;
  machine.name = "test";
  machine.clockMhz = clockMhz;
  machine.array = {16, 16};
  machine.scratchpad = {65536, 4};
  machine.accumulator = {16384, 2};
  machine.queues = {4, 4, 4, 4};
  machine.dma = {16, 64, 8, 8};
  machine.icache = {4096};
  machine.scalarMemory = {16384};
  machine.dram.bytes = 1 << 20;
  return machine;
}

constexpr uint64_t kLineBeats = timing::ICACHE_LINE_BYTES / timing::SEQ_BUS_BYTES;

// One halt: fetched in cycle 0, executed when its line is there.
uint64_t cyclesOfHalt(uint32_t clockMhz, double latencyNs, bool blocking) {
  Machine machine = machineOf(clockMhz);
  CoreMemory memory(machine);
  Instruction halt;
  halt.op = Opcode::HALT;
  uint64_t word = encode(halt);
  std::memcpy(memory.dram.at(kDramBase), &word, sizeof word);
  CycleResult result = runSystem(machine, memory, {}, [&](const Machine&, const sc_core::sc_time&) {
    return std::make_unique<FixedMemory>("fixed", sc_core::sc_time(latencyNs, sc_core::SC_NS), blocking);
  });
  EXPECT_EQ(result.status, CycleResult::Status::halted);
  return result.cycles;
}

TEST(PluggedMemory, ItsTimeIsRoundedUpToCycles) {
  EXPECT_EQ(cyclesOfHalt(1000, 50.0, false), 50u + kLineBeats + 1u);
  EXPECT_EQ(cyclesOfHalt(1000, 50.001, false), 51u + kLineBeats + 1u);
  EXPECT_EQ(cyclesOfHalt(500, 50.0, false), 25u + kLineBeats + 1u);
  EXPECT_EQ(cyclesOfHalt(940, 100.0, false), 94u + kLineBeats + 1u);
}

TEST(PluggedMemory, ItMayBlock) {
  EXPECT_EQ(cyclesOfHalt(1000, 50.0, true), 50u + kLineBeats + 1u);
}

TEST(PluggedMemory, ItsRefusalIsAnError) {
  Machine machine = machineOf(1000);
  CoreMemory memory(machine);
  EXPECT_THROW(runSystem(machine, memory, {},
                         [&](const Machine&, const sc_core::sc_time&) {
                           auto made =
                               std::make_unique<FixedMemory>("fixed", sc_core::sc_time(1, sc_core::SC_NS), false);
                           made->refuseAfter = 0;
                           return made;
                         }),
               Error);
}

} // namespace
} // namespace weft::systemc
