#include "runtime/energy/evaluate.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace weft::energy {
namespace {

std::vector<double> byComponent(const EnergyModel& model, const runtime::Share& share) {
  std::vector<double> pj;
  for (const Component& component : model.components)
    pj.push_back(actionsIn(component, share) * component.pj);
  return pj;
}

} // namespace

std::vector<std::pair<std::string, double>> RunEnergy::groups() const {
  std::vector<std::pair<std::string, double>> sums;
  for (const ComponentEnergy& component : components) {
    auto group = std::find_if(sums.begin(), sums.end(), [&](const auto& sum) { return sum.first == component.group; });
    if (group == sums.end())
      sums.emplace_back(component.group, component.pj);
    else
      group->second += component.pj;
  }
  return sums;
}

RunEnergy evaluate(const EnergyModel& model, const runtime::Share& total, const runtime::Share* prologue,
                   const std::vector<runtime::LayerStatistics>& layers) {
  RunEnergy energy;
  energy.table = model.table;
  energy.technology = model.technology;
  energy.switching = model.switching;
  for (const Component& component : model.components) {
    const double actions = actionsIn(component, total);
    energy.components.push_back(
        {component.name, component.group, component.source, actions, component.pj, actions * component.pj});
    energy.totalPj += energy.components.back().pj;
  }
  if (prologue) {
    energy.prologue = byComponent(model, *prologue);
    for (const runtime::LayerStatistics& layer : layers)
      energy.layers.push_back(byComponent(model, layer.share));
  }
  energy.area = model.area;
  energy.peakMw = model.peakMw();
  energy.idleMw = model.idleMw();
  return energy;
}

std::vector<std::string> closureProblems(const RunEnergy& energy) {
  // The counts are integers; rounding comes from as many products and sums as there are layers.
  constexpr double kRounding = 1e-9;
  std::vector<std::string> problems;
  double total = 0;
  for (size_t i = 0; i < energy.components.size(); ++i) {
    const ComponentEnergy& component = energy.components[i];
    total += component.pj;
    if (component.pj != component.actions * component.pjPerAction)
      problems.push_back(
          fmt::format("the energy of component '{}' is not its actions times pJ per action", component.name));
    if (energy.prologue.empty())
      continue;
    double sum = energy.prologue[i];
    for (const std::vector<double>& layer : energy.layers)
      sum += layer[i];
    if (std::abs(sum - component.pj) > kRounding * component.pj)
      problems.push_back(
          fmt::format("the energy of component '{}' in prologue and layers adds up to {:g} pJ, the run's is "
                      "{:g} pJ",
                      component.name, sum, component.pj));
  }
  if (total != energy.totalPj)
    problems.push_back(
        fmt::format("the energy of the components adds up to {:g} pJ, the total is {:g} pJ", total, energy.totalPj));
  return problems;
}

} // namespace weft::energy
