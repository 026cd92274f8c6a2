#include "runtime/cosim/describe.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::cosim {
namespace {

const char* name(EventKind kind) {
  switch (kind) {
  case EventKind::retire:
    return "retire";
  case EventKind::start:
    return "start";
  case EventKind::dispatch:
    return "dispatch";
  case EventKind::beat:
    return "beat";
  case EventKind::dramRequest:
    return "request";
  case EventKind::fault:
    return "fault";
  case EventKind::halt:
    break;
  }
  return "halt";
}

const char* name(Outcome::State state) {
  switch (state) {
  case Outcome::State::running:
    return "is running";
  case Outcome::State::halted:
    return "has halted";
  case Outcome::State::faulted:
    break;
  }
  return "has faulted";
}

std::string details(const CycleEvent& event) {
  switch (event.kind) {
  case EventKind::retire:
  case EventKind::start:
  case EventKind::dispatch:
    return fmt::format("#{}", event.instruction);
  case EventKind::beat:
    return fmt::format("{} {:#x}, {} bytes{}", event.write ? "write" : "read", event.address, event.bytes,
                       event.data == 0 ? "" : fmt::format(" (hash {:016x})", event.data));
  case EventKind::dramRequest:
    return fmt::format("{} {:#x}, {} bytes, {} {}", event.write ? "write" : "read", event.address, event.bytes,
                       event.write ? "done" : "ready", event.answer);
  case EventKind::fault:
    return fmt::format("information {:#x}", event.address);
  case EventKind::halt:
    break;
  }
  return fmt::format("exit code {}", event.address);
}

std::string describeEvents(const EventDifference& difference, const CosimResult& result,
                           const DescribeOptions& options) {
  const CycleEvent& first = difference.event();
  std::string text = fmt::format("event {} differs, in cycle {}, {} of the {}\n  at {}\n", difference.index,
                                 first.cycle, name(first.kind), engineName(first.engine), options.place(first.pc));
  const size_t width = std::max({size_t{4}, options.names[0].size(), options.names[1].size()});
  for (const CycleEvent& event : difference.before)
    text += fmt::format("  {:<{}}   {}\n", "both", width, describe(event, options));
  for (size_t side = 0; side < 2; ++side) {
    char mark = '>';
    for (const CycleEvent& event : difference.streams[side]) {
      text += fmt::format("  {:<{}} {} {}\n", options.names[side], width, mark, describe(event, options));
      mark = ' ';
    }
    const Outcome& outcome = result.outcomes[side];
    if (difference.streams[side].empty())
      text += fmt::format("  {:<{}} > no more events; {} after {} cycles\n", options.names[side], width,
                          name(outcome.state), outcome.cycles);
  }
  return text;
}

std::string describeMismatches(const char* title, const std::vector<Mismatch>& mismatches,
                               const DescribeOptions& options) {
  std::string text = fmt::format("{}\n", title);
  for (const Mismatch& mismatch : mismatches)
    text += fmt::format("  {:<28} {} {}, {} {}\n", mismatch.name, options.names[0], mismatch.first, options.names[1],
                        mismatch.second);
  return text;
}

} // namespace

std::string describe(const CycleEvent& event, const DescribeOptions& options) {
  return fmt::format("{:>8} {:<9} {:<8} {:#010x} {}; {}", event.cycle, engineName(event.engine), name(event.kind),
                     event.pc, details(event), options.instruction(event.pc));
}

std::string describe(const CosimResult& result, const DescribeOptions& options) {
  std::string text;
  if (result.event)
    return describeEvents(*result.event, result, options);
  if (!result.counters.empty())
    text += describeMismatches(
        fmt::format("no event differs, but counters do, from cycle {} on", *result.countersFrom - 1).c_str(),
        result.counters, options);
  if (!result.outcome.empty())
    text += describeMismatches("no event differs, but the end does", result.outcome, options);
  for (const MemoryMismatch& mismatch : result.memories)
    text += fmt::format("{}: {} bytes differ, the first at {:#x}: {} {:#04x}, {} {:#04x}\n", mismatch.memory,
                        mismatch.bytes, mismatch.address, options.names[0], mismatch.values[0], options.names[1],
                        mismatch.values[1]);
  if (!text.empty())
    return text;
  text = fmt::format("0 of {} events differ, {} cycles", result.events, result.cycles);
  if (result.memoriesCompared)
    return text + fmt::format(", 0 of {} bytes differ\n", result.bytesCompared);
  const Outcome& outcome = result.outcomes[0];
  if (outcome.state == Outcome::State::faulted)
    return text + fmt::format("; both fault with '{}', after which memory is not defined and not compared\n",
                              weft::name(outcome.fault.cause));
  if (outcome.state == Outcome::State::running)
    return text + "; the cycle limit came before the end, memories are not compared\n";
  return text + "; memories are not compared\n";
}

} // namespace weft::cosim
