// The one list of a machine's fields: YAML path, member, legal values. Parsing, printing, hashing and the SystemVerilog
// package all walk it.
#pragma once

#include <cstdint>

#include "isa/machine/machine.h"

namespace weft::machine_fields {

struct Range {
  uint64_t low;
  uint64_t high;
  bool powerOfTwo = false;
};

// When a field must be given, and whether the hash covers it.
enum class Role {
  required, // affects programs or timing
  ideal,    // as required, if the ideal DRAM model is selected; else optional and not hashed
  detailed, // the same for the detailed model
  optional, // has a default; affects programs or timing
  label,    // required; affects neither programs nor timing
};

inline bool isActive(Role role, const Machine& machine) {
  return !(role == Role::ideal && machine.dram.model != DramModel::ideal) &&
         !(role == Role::detailed && machine.dram.model != DramModel::detailed);
}

inline constexpr uint64_t kKiB = 1024;
inline constexpr uint64_t kMiB = 1024 * kKiB;

// Calls visit.text(path, string, role), visit.integer(path, uint32_t or uint64_t, range, role),
// visit.real(path, double, low, high, role) and visit.choice(path, enum, role) in the order of the schema. `dram.model`
// comes before the fields whose role depends on it.
template <typename MachineType, typename Visitor> void forEach(MachineType& m, Visitor&& visit) {
  constexpr Role required = Role::required;
  visit.text("name", m.name, Role::label);
  visit.integer("clock_mhz", m.clockMhz, Range{1, 10000}, required);
  visit.integer("array.rows", m.array.rows, Range{4, 256, true}, required);
  visit.integer("array.cols", m.array.cols, Range{4, 256, true}, required);
  visit.integer("scratchpad.bytes", m.scratchpad.bytes, Range{1, 256 * kMiB}, required);
  visit.integer("scratchpad.banks", m.scratchpad.banks, Range{1, 256, true}, required);
  visit.integer("accumulator.bytes", m.accumulator.bytes, Range{1, 256 * kMiB}, required);
  visit.integer("accumulator.banks", m.accumulator.banks, Range{1, 64, true}, required);
  visit.integer("queues.load", m.queues.load, Range{1, 64}, required);
  visit.integer("queues.store", m.queues.store, Range{1, 64}, required);
  visit.integer("queues.matrix", m.queues.matrix, Range{1, 64}, required);
  visit.integer("queues.vector", m.queues.vector, Range{1, 64}, required);
  visit.integer("dma.bus_bytes", m.dma.busBytes, Range{4, 1024, true}, required);
  visit.integer("dma.burst_bytes", m.dma.burstBytes, Range{4, 4096, true}, required);
  visit.integer("dma.load_outstanding", m.dma.loadOutstanding, Range{1, 256}, required);
  visit.integer("dma.store_outstanding", m.dma.storeOutstanding, Range{1, 256}, required);
  visit.integer("icache.bytes", m.icache.bytes, Range{256, kMiB, true}, required);
  visit.integer("scalar_memory.bytes", m.scalarMemory.bytes, Range{kKiB, 16 * kMiB, true}, required);
  visit.integer("dram.bytes", m.dram.bytes, Range{kMiB, 2048 * kMiB}, Role::optional);
  visit.choice("dram.model", m.dram.model, required);
  visit.integer("dram.latency_ns", m.dram.latencyNs, Range{1, 10000}, Role::ideal);
  visit.integer("dram.bandwidth_mb_s", m.dram.bandwidthMbS, Range{1, 10000000}, Role::ideal);
  visit.choice("dram.preset", m.dram.preset, Role::detailed);
  visit.integer("dram.channels", m.dram.channels, Range{1, 32, true}, Role::detailed);
  visit.integer("technology.node_nm", m.technology.nodeNm, Range{2, 250}, Role::label);
  visit.real("technology.voltage_v", m.technology.voltageV, 0.3, 3.3, Role::label);
}

} // namespace weft::machine_fields
