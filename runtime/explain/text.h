// Explanations for people and for tools.
#pragma once

#include "runtime/explain/explain.h"
#include "runtime/explain/whatif.h"
#include "runtime/report/table.h"

namespace weft::explain {

// What bounds the network (a layer), what lifts that, and what bounds it then: sentences with names and numbers.
std::string networkText(const Explanation& explanation);
std::string layerText(const LayerExplanation& layer);
// What a given change of the machine would bring to the network or layer.
std::string changeText(const std::string& subject, const std::string& machine, const Gain& gain);
// Predicted beside measured.
std::string checkText(const Check& check);

// All of it: sentences, a table of the lifts, a table of the layers.
std::string summary(const Explanation& explanation, const runtime::Style& style);
// One layer with all lifts.
std::string layerSummary(const Explanation& explanation, size_t layer, const runtime::Style& style);

// What else was asked for, to go into the JSON.
struct Extras {
  std::optional<Gain> change;
  std::optional<Check> check;
};
// Schema "weft-explain/1", described in runtime/README.md; each layer has its sentences in `text`.
std::string toJson(const Explanation& explanation, const Extras& extras);

} // namespace weft::explain
