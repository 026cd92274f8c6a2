// What each action of a machine costs, and what its parts occupy: the energy table applied to a machine description.
// The actions are counted by the simulators; what is counted for what is README.md, "Components".
#pragma once

#include "isa/machine/machine.h"
#include "runtime/api/statistics.h"
#include "runtime/energy/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::energy {

// `factor` actions for each of a counter or activity of a share; kCycles is the share's cycles.
struct Term {
  std::string count;
  double factor = 1;
};
inline constexpr const char* kCycles = "cycles";

// One kind of action.
struct Component {
  std::string name;  // "unit.action"
  std::string group; // array, scratchpad, accumulators, vector, dma, sequencer, dram, clock, leakage
  double pj = 0;     // per action
  std::string source;
  std::vector<Term> actions;
  double peakPerCycle = 0; // actions in a cycle in which every engine works at its full rate
};

double actionsIn(const Component& component, const runtime::Share& share);

struct AreaBlock {
  std::string name;
  double um2 = 0;
  std::string source;
  std::optional<double> synthesisedUm2; // of the RTL, where known
};

// Where the switching of the array and the buses comes from: operands as in networks, as the table has them, or the
// toggles of the run's own data (simulator/cycle/data_activity.h).
enum class Switching : uint8_t { assumed, data };
const char* name(Switching switching);     // "assumed", "data"
const char* describe(Switching switching); // in words

struct EnergyModel {
  std::string table;
  Switching switching = Switching::assumed;
  Technology technology;
  double clockMhz = 1;
  std::vector<Component> components;
  std::vector<AreaBlock> area;

  // mW
  double power(const Component& component, double actionsPerCycle) const {
    return component.pj * actionsPerCycle * clockMhz * 1e-3;
  }
  // Everything at its full rate at once; no program does that for long.
  double peakMw() const;
  // Nothing happens: clock, leakage, DRAM refresh and background.
  double idleMw() const;
  double areaUm2() const;
};

EnergyModel makeModel(const EnergyTable& table, const Machine& machine, Switching switching = Switching::assumed);

} // namespace weft::energy
