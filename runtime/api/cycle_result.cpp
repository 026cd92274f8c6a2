#include "runtime/api/cycle_result.h"

#include "runtime/api/layers.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::runtime {
namespace {

std::map<std::string, uint64_t> countersOf(const CounterValues& values) {
  std::map<std::string, uint64_t> counters;
  for (size_t number = 0; number < values.size(); ++number)
    if (const char* name = counter::table[number].name)
      if (!std::string_view(name).starts_with("cycle_")) // the run's cycles, in halves
        counters[name] = values[number];
  return counters;
}

std::vector<MemoryTraffic> trafficOf(const CycleResult& result, const Machine& machine) {
  const Activity& a = result.activity;
  auto count = [&](int number) { return result.counters[static_cast<size_t>(number)]; };
  const uint64_t rows = machine.array.rows, cols = machine.array.cols, accumulatorRow = machine.accumulatorRowBytes();
  return {
      {"dram", "load", count(counter::load_bursts), 0, count(counter::load_bytes_read), 0},
      {"dram", "store", 0, count(counter::store_bursts), 0, count(counter::store_bytes_written)},
      {"dram", "sequencer data", 0, 0, count(counter::sequencer_bytes_read), count(counter::sequencer_bytes_written)},
      {"dram", "instructions", a.instructionMisses, 0, count(counter::sequencer_bytes_fetched), 0},
      {"scratchpad", "load", 0, a.loadWrites, 0, count(counter::load_bytes_written)},
      {"scratchpad", "store", a.storeReads, 0, count(counter::store_bytes_read), 0},
      {"scratchpad", "matrix activations", a.activationReads, 0, a.activationReads * rows, 0},
      {"scratchpad", "matrix weights", a.weightReads, 0, a.weightReads * cols, 0},
      {"scratchpad", "vector", a.vectorReads, a.vectorWrites, a.vectorReads * cols, a.vectorWrites * cols},
      {"accumulators", "matrix", a.accumulatorReads, a.accumulatorWrites, a.accumulatorReads * accumulatorRow,
       a.accumulatorWrites * accumulatorRow},
      {"accumulators", "vector", a.accumulatorDrains, 0, a.accumulatorDrains * accumulatorRow, 0},
  };
}

// `data` is null if it was not counted.
std::map<std::string, uint64_t> activityOf(const Activity& activity, const DramCounters& dram,
                                           const DataActivity* data) {
  std::map<std::string, uint64_t> counts;
  for (const ActivityField& field : kActivityFields)
    counts[field.name] = activity.*field.count;
  for (size_t waiter = 0; waiter < activity.waits.size(); ++waiter)
    for (size_t signaller = 0; signaller < activity.waits.size(); ++signaller)
      if (const uint64_t cycles = activity.waits[waiter][signaller])
        counts[fmt::format("{}_waits_for_{}", engineName(static_cast<Engine>(waiter)),
                           engineName(static_cast<Engine>(signaller)))] = cycles;
  for (const DramCounterField& field : kDramCounterFields)
    counts[field.name] = dram.*field.count;
  if (data)
    for (const DataActivityField& field : kDataActivityFields)
      counts[field.name] = data->*field.count;
  return counts;
}

Share shareOf(const Expenditure& part, bool data) {
  return {part.cycles, countersOf(part.counters), activityOf(part.activity, part.dram, data ? &part.data : nullptr)};
}

// Indices in the memory map.
std::vector<size_t> dramRanges(const Program& program) {
  std::vector<size_t> indices;
  if (program.manifest())
    for (size_t i = 0; i < program.manifest()->memoryMap.size(); ++i)
      if (program.manifest()->memoryMap[i].memory == MapMemory::dram)
        indices.push_back(i);
  return indices;
}

void addTraffic(CoreResult& core, DramMeter& meter, const Program& program) {
  const std::vector<size_t> ranges = dramRanges(program);
  core.tensorTraffic.emplace();
  for (const DramMeter::Count& count : meter.takeCounts()) {
    TensorTraffic& traffic = core.tensorTraffic->emplace_back();
    traffic.moves = count.moves;
    if (count.range < ranges.size())
      traffic.tensor = ranges[count.range];
    if (count.part < core.layers.size()) {
      traffic.layer = count.part;
      core.layers[count.part].dramBytesRead += count.moves.read;
      core.layers[count.part].dramBytesWritten += count.moves.written;
    }
  }
}

// After a fault: the instructions that each engine had not finished; what the sequencer waits with is the fault's
// place.
std::vector<FaultContext::Unfinished> oldestUnfinished(const std::vector<InstructionRecord>& records) {
  std::map<Engine, uint32_t> oldest;
  for (const InstructionRecord& record : records)
    if (record.retire == kNever)
      oldest.emplace(record.engine, record.pc);
  std::vector<FaultContext::Unfinished> unfinished;
  for (const auto& [engine, pc] : oldest)
    unfinished.push_back({engine, pc});
  return unfinished;
}

} // namespace

std::vector<ProgramPart> partsOf(const Program& program) {
  std::vector<ProgramPart> parts;
  if (program.manifest())
    for (const Group& group : program.manifest()->groups) {
      const auto& symbols = program.symbols();
      auto symbol = std::find_if(symbols.begin(), symbols.end(), [&](const Symbol& candidate) {
        return candidate.function && candidate.name == group.symbol;
      });
      parts.push_back(symbol == symbols.end() ? ProgramPart{}
                                              : ProgramPart{symbol->address, symbol->address + symbol->bytes});
    }
  return parts;
}

DramMeter& startStep(CoreRun& run) {
  if (run.step > 0) {
    if (run.trace)
      run.trace->restart(run.cycles);
    return *run.meter;
  }
  run.trace = makeTrace(run);
  std::vector<MeteredRange> ranges;
  for (size_t index : dramRanges(run.program)) {
    const MemoryRange& range = run.program.manifest()->memoryMap[index];
    ranges.push_back({range.address, range.address + range.bytes, static_cast<size_t>(range.firstGroup),
                      static_cast<size_t>(range.lastGroup)});
  }
  return run.meter.emplace(partsOf(run.program), ranges, run.machine.dma.busBytes);
}

CoreResult endStep(CoreRun& run, const CycleResult& result) {
  const Program& program = run.program;
  const Machine& machine = run.machine;
  CoreResult core;
  if (result.status == CycleResult::Status::faulted) {
    core.fault = result.fault;
    core.context.cycle = result.cycles - 1;
    core.context.unfinished = oldestUnfinished(result.instructions);
  }
  core.exitCode = result.exitCode;
  core.cycles = result.cycles;
  core.counters = countersOf(result.counters);
  core.activity = activityOf(result.activity, result.dram, result.data ? &*result.data : nullptr);
  core.traffic = trafficOf(result, machine);
  core.layers = layersOf(program);
  addInstructions(core.layers, program, machine, result.instructions);
  addTraffic(core, *run.meter, program);
  if (result.parts.size() == core.layers.size() + 1 && !core.fault) {
    for (size_t i = 0; i < core.layers.size(); ++i)
      core.layers[i].share = shareOf(result.parts[i], result.data.has_value());
    core.prologue = shareOf(result.parts.back(), result.data.has_value());
  }
  const bool reachedLimit = result.status == CycleResult::Status::cycleLimit;
  if (run.trace && (core.fault || reachedLimit || run.step + 1 == run.steps))
    run.trace->finish(run.cycles + result.cycles);
  spend(run, result.cycles, reachedLimit, "cycles");
  return core;
}

} // namespace weft::runtime
