// The timeline of a run: what the trace writer is told about the program.
#include "runtime/api/cycle_result.h"

#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::runtime {
namespace {

// Bytes that the memory map gives to each use while each group runs; all series of a track in every phase, since a
// counter keeps the value that it had.
void addOccupancy(std::vector<TracePhase>& phases, const Manifest& manifest) {
  for (const MemoryRange& range : manifest.memoryMap) {
    if (isConstant(range))
      continue;
    const std::string track =
        fmt::format("{} bytes{}", name(range.memory), range.memory == MapMemory::dram ? " (activations)" : "");
    for (size_t g = 0; g < phases.size(); ++g) {
      const auto group = static_cast<int32_t>(g);
      const bool alive = range.firstGroup <= group && group <= range.lastGroup;
      phases[g].counters[track][name(range.use)] += alive ? range.bytes : 0;
    }
  }
}

std::vector<TracePhase> phasesOf(const Program& program) {
  std::vector<TracePhase> phases;
  const std::vector<ProgramPart> parts = partsOf(program);
  for (size_t g = 0; g < parts.size(); ++g)
    phases.push_back(
        {parts[g], fmt::format("{}: {}", g, fmt::join(program.manifest()->groups[g].onnxNodes, " + ")), {}});
  if (!phases.empty())
    addOccupancy(phases, *program.manifest());
  return phases;
}

} // namespace

std::unique_ptr<TraceWriter> makeTrace(const CoreRun& run) {
  if (run.options.trace.empty())
    return nullptr;
  TraceOptions settings;
  settings.label = [&program = run.program, &dram = run.memory.dram](uint32_t pc) {
    const std::string text = instructionText(dram, pc);
    const Group* group = program.groupAt(pc);
    TraceLabel label{
        text.substr(0, text.find(' ')), group ? fmt::format("{}", fmt::join(group->onnxNodes, " + ")) : "", {}};
    uint64_t word = 0;
    if (dram.contains(pc, sizeof word)) {
      std::memcpy(&word, dram.at(pc), sizeof word);
      decode(word, label.instruction);
    }
    return label;
  };
  settings.tensor = [&program = run.program](uint32_t pc, uint32_t address) {
    const Group* group = program.groupAt(pc);
    if (!group)
      return std::string();
    const auto number = static_cast<int32_t>(group - program.manifest()->groups.data());
    for (const MemoryRange& range : program.manifest()->memoryMap)
      if (range.memory == MapMemory::dram && range.firstGroup <= number && number <= range.lastGroup &&
          address >= range.address && address - range.address < range.bytes)
        return fmt::format("{} ({})", range.name, name(range.use));
    return std::string();
  };
  settings.metadata = run.options.provenance.fields();
  settings.phases = phasesOf(run.program);
  return std::make_unique<TraceWriter>(run.options.trace, run.machine, settings);
}

} // namespace weft::runtime
