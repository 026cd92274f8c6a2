#include "rtl/sim/tracer.h"

#include <bit>
#include <cstring>

namespace weft::rtl {

namespace {

constexpr Engine kEngines[] = {Engine::load, Engine::store, Engine::matrix, Engine::vector};

size_t indexOf(Engine engine) {
  return static_cast<size_t>(engine) - 1;
}

// Puts 32-bit values that lie one after the other into fields of a walk.
void setFields(PatternRegister& pattern, int first, int count, const uint8_t* values) {
  std::memcpy(&pattern.field[static_cast<size_t>(first)], values, static_cast<size_t>(count) * sizeof(uint32_t));
}

} // namespace

// What the instruction at the head of an engine's queue will have done when it retires.
Work Tracer::workOfStarting(Engine engine) const {
  TensorOp op;
  switch (engine) {
  case Engine::load:
    op.instruction.op = Opcode::LD;
    setFields(op.pA, field::count0, 4, ports_.ld_shape_o);
    setFields(op.pA, field::lo0, 4, ports_.ld_shape_o + 16);
    break;
  case Engine::store:
    op.instruction.op = Opcode::ST;
    setFields(op.pA, field::count0, 4, ports_.st_shape_o);
    break;
  case Engine::matrix:
    op.instruction.op = Opcode::MM;
    setFields(op.pA, field::count0, 4, ports_.mx_shape_o);
    setFields(op.pB, field::count0, 4, ports_.mx_shape_o + 16);
    break;
  case Engine::vector:
  case Engine::sequencer:
    return {};
  }
  return work(op, machine_);
}

void Tracer::takeRequests(Engine engine) {
  for (const CycleEvent& event : requests_)
    if (event.engine == engine)
      events_.push_back(event);
}

void Tracer::collectBeat(uint64_t cycle, Engine engine) {
  const uint32_t line = machine_.lineBytes();
  if (engine == Engine::store) {
    storeBeat_ = events_.size();
    events_.push_back({cycle, EventKind::beat, engine, *ports_.st_beat_pc_o, 0, *ports_.st_beat_addr_o,
                       *ports_.st_beat_bytes_o, false});
    return;
  }
  uint32_t first = line, bytes = 0;
  std::vector<uint8_t> data; // enabled bytes
  for (uint32_t i = 0; i < line; ++i)
    if ((ports_.ld_beat_be_o[i / 8] >> (i % 8) & 1) != 0) {
      first = std::min(first, i);
      ++bytes;
      if (eventData)
        data.push_back(ports_.ld_beat_data_o[i]);
    }
  events_.push_back({cycle, EventKind::beat, engine, *ports_.ld_beat_pc_o, 0,
                     (*ports_.ld_beat_addr_o & ~(line - 1)) + first, bytes, true, 0,
                     eventData ? dataHash(data.data(), data.size()) : 0});
}

void Tracer::collectEngine(uint64_t cycle, uint32_t pulses, Engine engine) {
  const size_t index = indexOf(engine);
  const uint32_t* const startPc[] = {ports_.ld_start_pc_o, ports_.st_start_pc_o, ports_.mx_start_pc_o,
                                     ports_.vx_start_pc_o};
  const uint32_t* const retirePc[] = {ports_.ld_retire_pc_o, ports_.st_retire_pc_o, ports_.mx_retire_pc_o,
                                      ports_.vx_retire_pc_o};
  auto happens = [&](uint32_t number) { return (pulses & bit(number + static_cast<uint32_t>(index))) != 0; };
  // An instruction that starts without having been dispatched is a defect of the design, which the events show.
  if (happens(pulse::retire)) {
    Flight flight;
    if (!started_[index].empty()) {
      flight = started_[index].front();
      started_[index].pop_front();
    }
    events_.push_back({cycle, EventKind::retire, engine, *retirePc[index], flight.number});
    if (keepRecords && flight.number != kNever) {
      records_[flight.number].retire = cycle;
      records_[flight.number].work = flight.work;
    }
  }
  if (happens(pulse::start)) {
    Flight flight;
    if (!waiting_[index].empty()) {
      flight.number = waiting_[index].front();
      waiting_[index].pop_front();
    }
    events_.push_back({cycle, EventKind::start, engine, *startPc[index], flight.number});
    if (keepRecords && flight.number != kNever) {
      records_[flight.number].start = cycle;
      flight.work = workOfStarting(engine);
    }
    started_[index].push_back(flight);
  }
  if (happens(pulse::dispatch)) {
    waiting_[index].push_back(dispatched_);
    events_.push_back({cycle, EventKind::dispatch, engine, *ports_.seq_pc_o, dispatched_++});
    if (parts)
      parts->dispatch(*ports_.seq_pc_o);
    if (keepRecords)
      records_.push_back({*ports_.seq_pc_o, engine, cycle, kNever, kNever, {}});
  }
}

// In the order of unit and kind.
void Tracer::collect(uint64_t cycle, uint32_t pulses) {
  auto addFault = [&](Engine unit) {
    if ((pulses & bit(pulse::fault)) != 0 && static_cast<Engine>(*ports_.fault_now_unit_o) == unit)
      events_.push_back(
          {cycle, EventKind::fault, unit, *ports_.fault_now_pc_o, 0, static_cast<uint32_t>(*ports_.fault_now_info_o)});
  };
  takeRequests(Engine::sequencer);
  addFault(Engine::sequencer);
  if ((pulses & bit(pulse::halt)) != 0)
    events_.push_back({cycle, EventKind::halt, Engine::sequencer, *ports_.seq_pc_o, 0, *ports_.seq_exit_code_o});
  for (Engine engine : kEngines) {
    collectEngine(cycle, pulses, engine);
    const uint32_t beat = engine == Engine::load ? pulse::loadWrite : pulse::storeRead;
    if ((engine == Engine::load || engine == Engine::store) && (pulses & bit(beat)) != 0)
      collectBeat(cycle, engine);
    takeRequests(engine);
    addFault(engine);
  }
  requests_.clear();
}

void Tracer::report() {
  if (eventData && storeBeat_ != SIZE_MAX) {
    CycleEvent& beat = events_[storeBeat_];
    beat.data = dataHash(ports_.st_beat_data_o + beat.address % machine_.lineBytes(), beat.bytes);
  }
  storeBeat_ = SIZE_MAX;
  if (observer)
    for (const CycleEvent& event : events_)
      observer->event(event);
  events_.clear();
}

} // namespace weft::rtl
