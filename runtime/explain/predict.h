// What the network of a report would take on a changed machine: planned by the compiler's own rules, its instructions
// listed by its own lowerings, timed by the replay, and scaled layer by layer by what the run says the replay is off.
#pragma once

#include "compiler/mapping/device_graph.h"
#include "compiler/mapping/mapping.h"
#include "runtime/explain/replay.h"
#include "runtime/report/report.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::explain {

struct Prediction {
  Machine machine;
  std::vector<double> layers;    // cycles, in the order of the report
  std::vector<LayerTime> replay; // what they are scaled from
  double cycles = 0;             // of the run, prologue included
  double seconds() const { return cycles / (machine.clockMhz * 1e6); }
};

// What a prediction makes of a number of the machine description.
struct Coverage {
  std::string_view path;         // as in the YAML
  bool modelled;                 // the plan and the replay have it, or it takes no part in time
  std::string_view missing = {}; // what the replay lacks of it otherwise
};
// Of every number of the machine description.
const std::vector<Coverage>& coverage();

class Predictor {
public:
  // Throws Error, starting with `origin`, for a report that no prediction can be made from: without time, without
  // layers or shapes, of a machine with the detailed DRAM model. `report` must outlive this.
  Predictor(const runtime::Report& report, const std::string& origin);

  // Of the run itself: cycles are the run's.
  const Prediction& base() const { return base_; }
  // Throws Error if the network does not fit the machine.
  Prediction predict(const Machine& machine) const;
  // Whether the run's mapping is the one that the compiler chooses; predictions for other machines always have that.
  bool chosenMapping() const { return chosenMapping_; }

private:
  void eachLayer(const Machine& machine, const mapping::Mapping& given,
                 const std::function<void(const Steps& steps)>& visit) const;
  std::vector<SequencerCost> sequencerCosts(const mapping::Mapping& given) const;
  std::vector<LayerTime> replay(const Machine& machine, const mapping::Mapping& given) const;

  const runtime::Report& report_;
  mapping::DeviceGraph graph_;
  std::vector<SequencerCost> costs_; // of the run
  Prediction base_;
  bool chosenMapping_ = true;
};

} // namespace weft::explain
