#include "runtime/cosim/cosim.h"

#include <algorithm>
#include <cstring>

namespace weft::cosim {
namespace {

// Cycles that a side runs ahead of the other.
constexpr uint64_t kChunk = 1 << 14;
// After a difference, cycles in which the events that follow it are looked for.
constexpr uint64_t kContextCycles = 2000;

struct Figure {
  const char* name;
  uint64_t Activity::*value;
};
constexpr Figure kActivity[] = {{"instruction cache look-ups", &Activity::instructionLookups},
                                {"instruction cache misses", &Activity::instructionMisses},
                                {"scalar memory reads", &Activity::scalarReads},
                                {"scalar memory writes", &Activity::scalarWrites},
                                {"activation reads", &Activity::activationReads},
                                {"weight reads", &Activity::weightReads},
                                {"vector reads", &Activity::vectorReads},
                                {"vector writes", &Activity::vectorWrites},
                                {"store reads", &Activity::storeReads},
                                {"load writes", &Activity::loadWrites},
                                {"accumulator reads", &Activity::accumulatorReads},
                                {"accumulator writes", &Activity::accumulatorWrites},
                                {"accumulator drains", &Activity::accumulatorDrains},
                                {"LUT rows loaded", &Activity::lutLoads}};

std::vector<Mismatch> compareCounters(const Outcome& a, const Outcome& b) {
  std::vector<Mismatch> result;
  for (size_t number = 0; number < a.counters.size(); ++number)
    if (counter::table[number].name && a.counters[number] != b.counters[number])
      result.push_back({counter::table[number].name, a.counters[number], b.counters[number]});
  for (const Figure& figure : kActivity)
    if (a.activity.*figure.value != b.activity.*figure.value)
      result.push_back({figure.name, a.activity.*figure.value, b.activity.*figure.value});
  auto dram = [&](const char* name, uint64_t DramCounters::*value) {
    if (a.dram.*value != b.dram.*value)
      result.push_back({name, a.dram.*value, b.dram.*value});
  };
  dram("DRAM reads", &DramCounters::reads);
  dram("DRAM writes", &DramCounters::writes);
  dram("DRAM bytes read", &DramCounters::bytesRead);
  dram("DRAM bytes written", &DramCounters::bytesWritten);
  return result;
}

std::vector<Mismatch> compareOutcomes(const Outcome& a, const Outcome& b) {
  std::vector<Mismatch> result;
  auto check = [&](const char* name, uint64_t x, uint64_t y) {
    if (x != y)
      result.push_back({name, x, y});
  };
  check("state (0 running, 1 halted, 2 faulted)", static_cast<uint64_t>(a.state), static_cast<uint64_t>(b.state));
  check("cycles", a.cycles, b.cycles);
  check("exit code", a.exitCode, b.exitCode);
  check("fault cause", static_cast<uint64_t>(a.fault.cause), static_cast<uint64_t>(b.fault.cause));
  check("fault unit", static_cast<uint64_t>(a.fault.engine), static_cast<uint64_t>(b.fault.engine));
  check("fault pc", a.fault.pc, b.fault.pc);
  // Hardware reports 32 bits.
  check("fault information", static_cast<uint32_t>(a.fault.information), static_cast<uint32_t>(b.fault.information));
  return result;
}

void compareMemory(const char* name, uint64_t base, const void* first, const void* second, uint64_t bytes,
                   CosimResult& result) {
  result.bytesCompared += bytes;
  constexpr uint64_t kBlock = 4096;
  MemoryMismatch mismatch{name, 0, 0, {0, 0}};
  const auto* a = static_cast<const uint8_t*>(first);
  const auto* b = static_cast<const uint8_t*>(second);
  for (uint64_t block = 0; block < bytes; block += kBlock) {
    const uint64_t end = std::min(bytes, block + kBlock);
    if (std::memcmp(a + block, b + block, end - block) == 0)
      continue;
    for (uint64_t i = block; i < end; ++i)
      if (a[i] != b[i] && mismatch.bytes++ == 0) {
        mismatch.address = base + i;
        mismatch.values[0] = a[i];
        mismatch.values[1] = b[i];
      }
  }
  if (mismatch.bytes > 0)
    result.memories.push_back(mismatch);
}

void compareMemories(const CoreMemory& a, const CoreMemory& b, CosimResult& result) {
  compareMemory("DRAM", kDramBase, a.dram.at(kDramBase), b.dram.at(kDramBase), a.dram.bytes(), result);
  compareMemory("scratchpad", 0, a.scratchpad.data(), b.scratchpad.data(), a.scratchpad.size(), result);
  compareMemory("accumulators", 0, a.accumulators.data(), b.accumulators.data(), 4 * a.accumulators.size(), result);
  compareMemory("scalar memory", kScalarMemoryBase, a.scalar.data(), b.scalar.data(), a.scalar.size(), result);
  compareMemory("LUT", 0, a.lut.data(), b.lut.data(), a.lut.size(), result);
  result.memoriesCompared = true;
}

// The first cycle in (from, to] after which a counter differs: found by a second run that stops in each.
uint64_t locateCounters(const ModelFactory& first, const ModelFactory& second, uint64_t from, uint64_t to) {
  const auto a = first({});
  const auto b = second({});
  for (uint64_t cycle = from; cycle <= to; ++cycle) {
    a->run(cycle);
    b->run(cycle);
    if (!compareCounters(a->outcome(), b->outcome()).empty())
      return cycle;
  }
  return to;
}

} // namespace

uint64_t CosimResult::cycle() const {
  if (event)
    return event->event().cycle;
  return countersFrom ? *countersFrom - 1 : cycles;
}

CosimResult compare(const ModelFactory& first, const ModelFactory& second, const CosimOptions& options) {
  CosimResult result;
  StreamComparer comparer({options.context, options.compareData});
  const std::unique_ptr<Model> models[] = {first({&comparer.side(0), options.compareData, {}}),
                                           second({&comparer.side(1), options.compareData, {}})};
  const uint64_t limit = options.cycleLimit == 0 ? kNever : options.cycleLimit;
  uint64_t cycle = 0; // both have been run to it
  uint64_t contextEnd = kNever;
  auto advance = [&](uint64_t to) {
    for (size_t i = 0; i < 2; ++i) {
      models[i]->run(to);
      result.outcomes[i] = models[i]->outcome();
    }
    cycle = to;
    return comparer.compare();
  };
  auto stopped = [&](size_t i) { return result.outcomes[i].state != Outcome::State::running; };

  while (cycle < limit && !(stopped(0) && stopped(1))) {
    const uint64_t before = cycle;
    if (!advance(std::min(limit, cycle + kChunk)))
      break;
    if (std::vector<Mismatch> counters = compareCounters(result.outcomes[0], result.outcomes[1]); !counters.empty()) {
      result.countersFrom = locateCounters(first, second, before, cycle);
      result.counters = std::move(counters);
      break;
    }
    if (stopped(0) != stopped(1))
      break;
    if (options.progress)
      options.progress(cycle);
  }
  result.events = comparer.events();
  result.cycles = std::min(result.outcomes[0].cycles, result.outcomes[1].cycles);
  if (comparer.difference()) {
    contextEnd = cycle + kContextCycles;
    while (!comparer.contextComplete() && cycle < contextEnd && !(stopped(0) && stopped(1)))
      advance(cycle + kContextCycles / 8);
    result.event = comparer.difference();
    return result;
  }
  result.outcome = compareOutcomes(result.outcomes[0], result.outcomes[1]);
  // After a fault the memories are not defined.
  if (!result.outcome.empty() || result.outcomes[0].state != Outcome::State::halted)
    return result;
  if (options.compareData)
    compareMemories(models[0]->memory(), models[1]->memory(), result);
  if (options.halted)
    options.halted(models[0]->memory());
  return result;
}

} // namespace weft::cosim
