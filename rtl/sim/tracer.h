// Turns what the tracer ports of weft_sim_top say into the events, counts and instruction records of the simulator.
#pragma once

#include "isa/generated/operands.h"
#include "rtl/sim/interface.h"
#include "simulator/cycle/core_state.h"

#include <array>
#include <deque>
#include <vector>

namespace weft::rtl {

// Bit `number` of the pulses.
constexpr uint32_t bit(uint32_t number) {
  return uint32_t{1} << number;
}

class Tracer {
public:
  Tracer(const Machine& machine, const Ports& ports) : machine_(machine), ports_(ports) {}

  CycleObserver* observer = nullptr;
  bool eventData = false;
  bool keepRecords = false;
  PartSampler* parts = nullptr; // null: not asked for

  // A DRAM request of the current cycle; in unit order.
  void request(const CycleEvent& event) {
    if (observer)
      requests_.push_back(event);
  }
  // The current cycle: when its requests are known and its clock edge is to come, and after that.
  void beforeEdge(uint64_t cycle, uint32_t pulses) {
    count(pulses);
    if ((pulses & kEvents) != 0 && (observer || keepRecords || parts))
      collect(cycle, pulses);
  }
  void afterEdge() {
    if (!events_.empty())
      report();
  }

  const Activity& activity() const { return activity_; }
  const std::vector<InstructionRecord>& records() const { return records_; }

private:
  static constexpr uint32_t kEvents = 0xfff | bit(pulse::loadWrite) | bit(pulse::storeRead) | bit(pulse::halt) |
                                      bit(pulse::fault) | bit(pulse::sequencerRead) | bit(pulse::sequencerWrite) |
                                      bit(pulse::loadRequest) | bit(pulse::storeRequest);
  struct Flight {
    uint64_t number = kNever; // in dispatch order; kNever if it was not dispatched
    Work work;
  };

  void count(uint32_t pulses) {
    auto add = [pulses](uint64_t& value, uint32_t number) { value += pulses >> number & 1; };
    add(activity_.instructionLookups, pulse::lookupHit);
    add(activity_.instructionMisses, pulse::lookupMiss);
    add(activity_.scalarReads, pulse::scalarRead);
    add(activity_.scalarWrites, pulse::scalarWrite);
    add(activity_.activationReads, pulse::activationRead);
    add(activity_.weightReads, pulse::weightRead);
    add(activity_.vectorReads, pulse::vectorReadA);
    add(activity_.vectorReads, pulse::vectorReadB);
    add(activity_.vectorWrites, pulse::vectorWrite);
    add(activity_.storeReads, pulse::storeRead);
    add(activity_.loadWrites, pulse::loadWrite);
    add(activity_.accumulatorWrites, pulse::arrayRow);
    add(activity_.accumulatorReads, pulse::arrayRowAccumulates);
    add(activity_.accumulatorDrains, pulse::accumulatorDrain);
    activity_.lutLoads += loadsLut_ ? pulses >> pulse::vectorReadA & 1 : 0;
    countVector(pulses);
    if ((pulses & bit(pulse::start + 3)) != 0) {
      const auto op = static_cast<Opcode>(*ports_.vx_opcode_o);
      const operands::Usage& use = operands::usage(op);
      loadsLut_ = use.tableLoad;
      vector_ = vectorCounts(op);
      parametersLeft_ = use.parameterRows;
    }
  }
  // The rows and taps of the vector engine's instruction. Those with taps read operand A, their parameters before it,
  // through port A.
  void countVector(uint32_t pulses) {
    if (vector_.rows)
      activity_.*vector_.rows += pulses >> pulse::vectorWrite & 1;
    if (vector_.taps && (pulses >> pulse::vectorReadA & 1) != 0) {
      if (parametersLeft_ > 0)
        --parametersLeft_;
      else
        ++(activity_.*vector_.taps);
    }
  }
  void collect(uint64_t cycle, uint32_t pulses);
  void collectEngine(uint64_t cycle, uint32_t pulses, Engine engine);
  void collectBeat(uint64_t cycle, Engine engine);
  Work workOfStarting(Engine engine) const;
  void takeRequests(Engine engine);
  void report();

  const Machine& machine_;
  const Ports& ports_;
  Activity activity_;
  bool loadsLut_ = false; // the vector engine's instruction is vldlut
  VectorCounts vector_;
  uint32_t parametersLeft_ = 0; // rows that the vector engine's instruction has yet to read
  uint64_t dispatched_ = 0;
  std::array<std::deque<uint64_t>, 4> waiting_; // numbers of the instructions in the queues
  std::array<std::deque<Flight>, 4> started_;
  std::vector<InstructionRecord> records_;
  std::vector<CycleEvent> requests_; // of the current cycle
  std::vector<CycleEvent> events_;
  size_t storeBeat_ = SIZE_MAX; // the event whose data comes after the edge
};

} // namespace weft::rtl
