#include "runtime/energy/model.h"

#include "runtime/energy/builder.h"

namespace weft::energy {

double actionsIn(const Component& component, const runtime::Share& share) {
  double actions = 0;
  for (const Term& term : component.actions) {
    uint64_t count = 0;
    if (term.count == kCycles)
      count = share.cycles;
    else if (auto counter = share.counters.find(term.count); counter != share.counters.end())
      count = counter->second;
    else if (auto activity = share.activity.find(term.count); activity != share.activity.end())
      count = activity->second;
    actions += term.factor * static_cast<double>(count);
  }
  return actions;
}

double EnergyModel::peakMw() const {
  double sum = 0;
  for (const Component& component : components)
    sum += power(component, component.peakPerCycle);
  return sum;
}

double EnergyModel::idleMw() const {
  runtime::Share idle;
  idle.cycles = 1;
  double sum = 0;
  for (const Component& component : components)
    sum += component.name == "dram.refresh" ? power(component, component.peakPerCycle)
                                            : power(component, actionsIn(component, idle));
  return sum;
}

double EnergyModel::areaUm2() const {
  double sum = 0;
  for (const AreaBlock& block : area)
    sum += block.um2;
  return sum;
}

const char* name(Switching switching) {
  return switching == Switching::data ? "data" : "assumed";
}

const char* describe(Switching switching) {
  return switching == Switching::data ? "toggles of the run's data" : "operands as assumed";
}

EnergyModel makeModel(const EnergyTable& table, const Machine& machine, Switching switching) {
  return ModelBuilder(table, machine, switching).build();
}

} // namespace weft::energy
