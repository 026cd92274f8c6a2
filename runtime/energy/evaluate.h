// The energy of a run: its counts times the model's figures.
#pragma once

#include "runtime/energy/model.h"

#include <string>
#include <vector>

namespace weft::energy {

struct ComponentEnergy {
  std::string name, group, source;
  double actions = 0;
  double pjPerAction = 0;
  double pj = 0; // actions * pjPerAction
};

struct RunEnergy {
  std::string table; // its name
  Switching switching = Switching::assumed;
  Technology technology;
  std::vector<ComponentEnergy> components;
  double totalPj = 0; // the components' sum in their order
  // pJ by component, in their order: before the first layer (empty if the run is not divided), of each layer.
  std::vector<double> prologue;
  std::vector<std::vector<double>> layers;
  std::vector<AreaBlock> area;
  double peakMw = 0, idleMw = 0; // EnergyModel

  // Groups in the order of the components, with their sums in pJ.
  std::vector<std::pair<std::string, double>> groups() const;
};

// Of a run with time; `total` is the whole run's share.
RunEnergy evaluate(const EnergyModel& model, const runtime::Share& total, const runtime::Share* prologue,
                   const std::vector<runtime::LayerStatistics>& layers);

// One sentence for everything that does not add up: a component's pj = actions * pj_per_action, the total = their sum,
// exactly; the layers' and the prologue's = the run's for each component up to rounding.
std::vector<std::string> closureProblems(const RunEnergy& energy);

} // namespace weft::energy
