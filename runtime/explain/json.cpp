#include "runtime/explain/text.h"

#include <nlohmann/json.hpp>

namespace weft::explain {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "weft-explain/1";

Json boundToJson(const Bound& bound) {
  Json states = Json::object();
  for (const auto& [state, cycles] : bound.states)
    states[state] = cycles;
  return {{"engine", bound.engine}, {"occupied", bound.occupied}, {"states", states}};
}

Json changesToJson(const std::vector<Change>& changes) {
  Json list = Json::array();
  for (const Change& change : changes)
    list.push_back({{"path", change.path}, {"from", change.from}, {"to", change.to}});
  return list;
}

Json gainToJson(const Gain& gain) {
  if (!gain.unpredicted.empty())
    return {{"parameter", gain.parameter}, {"changes", changesToJson(gain.changes)}, {"unpredicted", gain.unpredicted}};
  return {{"parameter", gain.parameter},
          {"changes", changesToJson(gain.changes)},
          {"cycles", gain.cycles},
          {"seconds", gain.seconds},
          {"saved", gain.saved},
          {"speedup", gain.speedup},
          {"for_sale", gain.forSale},
          {"cost", gain.cost ? Json{{"mm2", gain.cost->mm2}, {"idle_mw", gain.cost->idleMw}} : Json(nullptr)},
          {"next", boundToJson(gain.next)}};
}

Json gainsToJson(const std::vector<Gain>& gains) {
  Json list = Json::array();
  for (const Gain& gain : gains)
    list.push_back(gainToJson(gain));
  return list;
}

Json optionalToJson(const std::optional<Gain>& gain) {
  return gain ? gainToJson(*gain) : Json(nullptr);
}

Json layerToJson(const LayerExplanation& layer) {
  Json json = {{"function", layer.function},       {"onnx_nodes", layer.onnxNodes}, {"text", layerText(layer)},
               {"own_cycles", layer.cycles},       {"share", layer.share},          {"bound", boundToJson(layer.bound)},
               {"lifts", gainsToJson(layer.gains)}};
  json["lift"] = layer.best ? Json(layer.gains[*layer.best].parameter) : Json(nullptr);
  return json;
}

Json checkToJson(const Check& check) {
  Json json = {{"subject", check.subject},      {"predicted", gainToJson(check.predicted)},
               {"cycles_before", check.before}, {"cycles", check.measured},
               {"saved", check.measuredSaved},  {"speedup", check.measuredSpeedup}};
  json["error_of_gain"] = check.errorOfGain ? Json(*check.errorOfGain) : Json(nullptr);
  return json;
}

} // namespace

std::string toJson(const Explanation& explanation, const Extras& extras) {
  Json json = {{"schema", kSchema},
               {"report", explanation.origin},
               {"network", explanation.network},
               {"machine", explanation.machine},
               {"text", networkText(explanation)},
               {"cycles", explanation.cycles},
               {"seconds", explanation.seconds},
               {"chosen_mapping", explanation.chosenMapping},
               {"bound", boundToJson(explanation.bound)},
               {"lifts", gainsToJson(explanation.gains)}};
  json["lift"] = optionalToJson(explanation.lift);
  json["after"] = optionalToJson(explanation.after);
  json["layers"] = Json::array();
  for (const LayerExplanation& layer : explanation.layers)
    json["layers"].push_back(layerToJson(layer));
  if (extras.change)
    json["change"] = gainToJson(*extras.change);
  if (extras.check)
    json["check"] = checkToJson(*extras.check);
  return runtime::jsonText(json);
}

} // namespace weft::explain
