#include "runtime/explain/explain.h"

#include "isa/support/error.h"
#include "isa/support/suggest.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace weft::explain {
namespace {

// Doublings of one parameter that a recommendation may have.
constexpr uint64_t kLargestFactor = 4;

// Of what changes that the model lacks.
std::string unpredicted(const std::vector<Change>& changes) {
  for (const Change& change : changes)
    for (const Coverage& of : coverage())
      if (of.path == change.path && !of.modelled)
        return fmt::format("{}: the model has no {}", change.path, of.missing);
  return "";
}

Gain gain(const Lift& lift, const std::optional<Cost>& cost, double before, double after, uint32_t clockBefore,
          Bound next) {
  Gain result;
  result.parameter = lift.parameter;
  result.changes = lift.changes;
  result.cost = cost;
  result.forSale = canBeBought(lift);
  result.unpredicted = unpredicted(lift.changes);
  result.cycles = after;
  result.seconds = after / (lift.machine.clockMhz * 1e6);
  result.saved = before > 0 ? (before - after) / before : 0;
  result.speedup = after > 0 ? before * lift.machine.clockMhz / (after * clockBefore) : 1;
  result.next = std::move(next);
  return result;
}

Gain gainOf(const Prediction& before, const Prediction& after, const Lift& lift, std::vector<Gain>* layers) {
  const uint32_t clock = before.machine.clockMhz;
  const std::optional<Cost> cost = costOf(before.machine, lift);
  if (layers)
    for (size_t i = 0; i < after.layers.size(); ++i)
      layers->push_back(gain(lift, cost, before.layers[i], after.layers[i], clock, boundOf(after.replay[i])));
  return gain(lift, cost, before.cycles, after.cycles, clock, boundOf(after.replay));
}

// What the one that saves most saves, of those that can be bought.
std::optional<size_t> most(const std::vector<Gain>& gains) {
  std::optional<size_t> best;
  for (size_t i = 0; i < gains.size(); ++i)
    if (gains[i].forSale && (!best || gains[i].saved > gains[*best].saved))
      best = i;
  return best;
}

// The first in the order of cost that saves nearly as much as the best.
std::optional<size_t> cheapestSufficient(const std::vector<Gain>& gains) {
  const std::optional<size_t> best = most(gains);
  if (!best || gains[*best].saved < kWorthwhile)
    return std::nullopt;
  for (size_t i = 0; i < gains.size(); ++i)
    if (gains[i].forSale && gains[i].saved >= kSufficient * gains[*best].saved)
      return i;
  return std::nullopt;
}

// Every lift that is legal on the machine, by cost; those of unknown cost last.
std::vector<Lift> liftsOf(const Machine& machine) {
  std::vector<std::pair<double, Lift>> byCost;
  for (const std::string& parameter : liftedParameters())
    if (std::optional<Lift> candidate = lift(machine, parameter, 2)) {
      const std::optional<Cost> cost = costOf(machine, *candidate);
      byCost.emplace_back(cost ? cost->mm2 : std::numeric_limits<double>::infinity(), std::move(*candidate));
    }
  std::stable_sort(byCost.begin(), byCost.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Lift> lifts;
  for (auto& [cost, candidate] : byCost)
    lifts.push_back(std::move(candidate));
  return lifts;
}

class Explainer {
public:
  Explainer(const runtime::Report& report, const std::string& origin, const Progress& progress)
      : progress_(progress), predictor_(report, origin) {}

  const Predictor& predictor() const { return predictor_; }

  // All lifts of a machine; gains are relative to `before`, which is a prediction for it.
  struct Lifted {
    std::vector<Lift> lifts;
    std::vector<Prediction> predictions;
    std::vector<Gain> gains;
  };
  Lifted liftAll(const Prediction& before, std::vector<std::vector<Gain>>* layers = nullptr) {
    Lifted result;
    for (Lift& candidate : liftsOf(before.machine)) {
      std::optional<Prediction> prediction = predict(candidate.machine);
      if (!prediction)
        continue;
      std::vector<Gain> ofLayers;
      result.gains.push_back(gainOf(before, *prediction, candidate, layers ? &ofLayers : nullptr));
      if (layers)
        layers->push_back(std::move(ofLayers));
      result.lifts.push_back(std::move(candidate));
      result.predictions.push_back(std::move(*prediction));
    }
    return result;
  }

  // Nothing if the network does not fit: half the accumulator rows can be too few for a tile.
  std::optional<Prediction> predict(const Machine& machine) {
    // Two rounds of lifts, rarely three.
    if (progress_)
      progress_(std::min(0.99, done_++ / (2.0 * static_cast<double>(liftedParameters().size()))));
    try {
      return predictor_.predict(machine);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

private:
  const Progress& progress_;
  Predictor predictor_;
  double done_ = 0;
};

// Doubles the lift once more while the same one is again what saves most.
void recommend(Explainer& explainer, const Explainer::Lifted& lifted, Explanation& result) {
  const Prediction& base = explainer.predictor().base();
  const std::optional<size_t> best = cheapestSufficient(lifted.gains);
  if (!best)
    return;
  Lift chosen = lifted.lifts[*best];
  Prediction prediction = lifted.predictions[*best];
  for (uint64_t factor = 2;; factor *= 2) {
    result.lift = gainOf(base, prediction, chosen, nullptr);
    result.after.reset();
    const Explainer::Lifted next = explainer.liftAll(prediction);
    const std::optional<size_t> second = cheapestSufficient(next.gains);
    if (second)
      result.after = next.gains[*second];
    if (!second || next.lifts[*most(next.gains)].parameter != chosen.parameter || factor == kLargestFactor)
      return;
    std::optional<Lift> larger = lift(base.machine, chosen.parameter, 2 * factor);
    std::optional<Prediction> larger2 = larger ? explainer.predict(larger->machine) : std::nullopt;
    if (!larger2)
      return;
    chosen = std::move(*larger);
    prediction = std::move(*larger2);
  }
}

} // namespace

Gain gainOf(const Predictor& predictor, const Lift& lift, std::vector<Gain>* layers) {
  return gainOf(predictor.base(), predictor.predict(lift.machine), lift, layers);
}

Explanation explain(const runtime::Report& report, const std::string& origin, const Progress& progress) {
  Explainer explainer(report, origin, progress);
  Explanation result;
  result.origin = origin;
  result.network = report.network;
  result.machine = report.machine;
  result.cycles = report.cycles;
  result.seconds = report.seconds();
  result.chosenMapping = explainer.predictor().chosenMapping();
  result.bound = boundOf({report.counters.begin(), report.counters.end()}, report.cycles);
  std::vector<std::vector<Gain>> layers; // by lift
  const Explainer::Lifted lifted = explainer.liftAll(explainer.predictor().base(), &layers);
  result.gains = lifted.gains;
  for (size_t i = 0; i < report.layers.size(); ++i) {
    const runtime::LayerStatistics& layer = report.layers[i];
    LayerExplanation& entry = result.layers.emplace_back();
    entry.function = layer.symbol;
    entry.onnxNodes = layer.onnxNodes;
    entry.cycles = layer.share.cycles;
    entry.share = report.cycles > 0 ? double(entry.cycles) / double(report.cycles) : 0;
    entry.bound = boundOf(layer.share.counters, layer.share.cycles);
    for (const std::vector<Gain>& ofLift : layers)
      entry.gains.push_back(ofLift[i]);
    entry.best = cheapestSufficient(entry.gains);
  }
  recommend(explainer, lifted, result);
  return result;
}

size_t findLayer(const Explanation& explanation, const std::string& name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < explanation.layers.size(); ++i) {
    const LayerExplanation& layer = explanation.layers[i];
    std::vector<std::string> own = layer.onnxNodes;
    own.push_back(layer.function);
    if (std::find(own.begin(), own.end(), name) != own.end())
      return i;
    names.insert(names.end(), own.begin(), own.end());
  }
  throw Error(fmt::format("{}: no layer has an ONNX node or function '{}'; the nearest names are '{}'",
                          explanation.origin, name, fmt::join(nearest(name, names, 5), "', '")));
}

} // namespace weft::explain
