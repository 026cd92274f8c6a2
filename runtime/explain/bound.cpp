#include "runtime/explain/bound.h"

#include "isa/generated/instructions.h"
#include "runtime/report/table.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::explain {
namespace {

using runtime::grouped;
using runtime::percent;

constexpr Engine kUnits[] = {Engine::sequencer, Engine::load, Engine::store, Engine::matrix, Engine::vector};

// Not waiting for another engine.
bool occupies(const std::string& state) {
  return state == "busy" || state == "stall_dram" || state == "stall_bank" || state == "stall_weights" ||
         state == "stall_fetch" || state == "stall_memory";
}

// Takes the engine if it is occupied longer than the best one so far.
void consider(Bound& best, Bound candidate) {
  if (best.engine.empty() || candidate.occupied > best.occupied)
    best = std::move(candidate);
}

double part(uint64_t cycles, uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(cycles) / static_cast<double>(all);
}

} // namespace

Bound boundOf(const std::map<std::string, uint64_t>& counters, uint64_t cycles) {
  Bound best;
  for (Engine unit : kUnits) {
    Bound bound;
    bound.engine = engineName(unit);
    uint64_t occupied = 0;
    const std::string prefix = bound.engine + "_";
    for (const auto& [name, count] : counters) {
      if (!name.starts_with(prefix) || count == 0)
        continue;
      const std::string state = name.substr(prefix.size());
      if (occupies(state)) {
        occupied += count;
        bound.states.emplace_back(state, count);
      } else if ((state == "idle" || state.starts_with("stall_")) && count > bound.waitCycles) {
        bound.waits = state;
        bound.waitCycles = count;
      }
    }
    std::stable_sort(bound.states.begin(), bound.states.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    bound.occupied = part(occupied, cycles);
    consider(best, std::move(bound));
  }
  return best;
}

Bound boundOf(const LayerTime& time) {
  return boundOf(std::vector<LayerTime>{time});
}

Bound boundOf(const std::vector<LayerTime>& times) {
  Bound best;
  uint64_t cycles = 0;
  for (const LayerTime& time : times)
    cycles += time.cycles;
  for (size_t e = 0; e < kEngines; ++e) {
    const Engine unit = kUnits[e + 1];
    uint64_t busy = 0, waiting = 0;
    for (const LayerTime& time : times) {
      busy += time.engines[e].busy;
      waiting += time.engines[e].waiting;
    }
    Bound bound;
    bound.engine = engineName(unit);
    // Neighbours overlap: a layer's engines can be at work for longer than its share.
    bound.occupied = std::min(1.0, part(busy + waiting, cycles));
    if (busy > 0)
      bound.states.emplace_back("busy", busy);
    if (waiting > 0)
      bound.states.emplace_back(unit == Engine::matrix ? "stall_weights" : "stall_dram", waiting);
    if (busy < waiting)
      std::reverse(bound.states.begin(), bound.states.end());
    consider(best, std::move(bound));
  }
  return best;
}

std::string describe(const Bound& bound) {
  std::vector<std::string> states;
  for (const auto& [state, cycles] : bound.states)
    states.push_back(fmt::format("{} {}", state, grouped(cycles)));
  std::string text =
      fmt::format("the {}{} is occupied {} of the time ({} cycles)", bound.engine,
                  bound.engine == "sequencer" ? "" : " engine", percent(bound.occupied), fmt::join(states, ", "));
  if (bound.waitCycles > 0)
    text += fmt::format(", the rest mostly {} ({})", bound.waits, grouped(bound.waitCycles));
  return text;
}

} // namespace weft::explain
