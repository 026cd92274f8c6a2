// Why a run takes as long as it does, and what would make it shorter: the bound of the network and of each layer, the
// cheapest change of the machine that lifts it, what the run would then take and what would bound it.
#pragma once

#include "runtime/explain/bound.h"
#include "runtime/explain/lift.h"
#include "runtime/explain/predict.h"

#include <functional>
#include <optional>

namespace weft::explain {

// A change of the machine and what it is predicted to bring to the run, or to one layer of it.
struct Gain {
  std::string parameter; // Lift::parameter
  std::vector<Change> changes;
  double cycles = 0;        // predicted
  double seconds = 0;       // at the changed machine's clock
  double saved = 0;         // part of the cycles that it saves; negative: it costs
  double speedup = 1;       // in seconds
  std::optional<Cost> cost; // none: unknown
  bool forSale = true;      // canBeBought()
  std::string unpredicted;  // not empty: the model lacks this; then the figures mean nothing
  Bound next;               // what bounds it then, as the replay of the changed machine says
};

struct LayerExplanation {
  std::string function;
  std::vector<std::string> onnxNodes;
  uint64_t cycles = 0; // of the run (own_cycles of the report)
  double share = 0;    // of the run
  Bound bound;
  std::vector<Gain> gains;    // of each lift, in the order of Explanation::gains
  std::optional<size_t> best; // of them, the cheapest sufficient one; none: no lift saves kWorthwhile of the layer
};

struct Explanation {
  std::string origin, network, machine; // of the report
  uint64_t cycles = 0;
  double seconds = 0;
  Bound bound;
  std::vector<Gain> gains;   // of every lift that is legal on the machine: one parameter doubled (latency: halved);
                             // those that cost the least mm2 first, those of unknown cost last
  std::optional<Gain> lift;  // the cheapest sufficient one; doubled twice if the same bound would hold after once
  std::optional<Gain> after; // on the machine so changed, the next one; cycles and parts are those of that machine
  std::vector<LayerExplanation> layers;
  bool chosenMapping = true; // Predictor::chosenMapping
};

// Less than this part saved is not worth a change.
inline constexpr double kWorthwhile = 0.02;
// A cheaper lift is sufficient if it saves this part of what the best one does.
inline constexpr double kSufficient = 0.8;

// Called now and then with the part that is done, in [0, 1].
using Progress = std::function<void(double)>;

// Throws Error, starting with `origin`, for a report that cannot be explained (Predictor).
Explanation explain(const runtime::Report& report, const std::string& origin, const Progress& progress = {});

// What `lift` would bring: of the run, and of each layer in `layers` if it is not null. If the model does not cover
// what it changes, only Gain::unpredicted says so.
Gain gainOf(const Predictor& predictor, const Lift& lift, std::vector<Gain>* layers = nullptr);

// The layer of a function or with an ONNX node of this name. Throws Error naming the nearest names if there is none.
size_t findLayer(const Explanation& explanation, const std::string& name);

} // namespace weft::explain
