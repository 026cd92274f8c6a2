#include "runtime/explain/text.h"

#include "runtime/report/table.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::explain {
namespace {

using runtime::grouped;
using runtime::heading;
using runtime::percent;
using runtime::Style;
using runtime::Table;
using Align = Table::Align;

std::string cycles(double number) {
  return grouped(static_cast<uint64_t>(std::llround(number)));
}

std::string capital(std::string text) {
  if (!text.empty())
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

// "0.0123 mm2", "unknown"
runtime::Cell costOf(const Gain& gain) {
  if (!gain.forSale)
    return {"not for sale", nullptr};
  return gain.cost ? runtime::Cell(fmt::format("{:.4f} mm2", gain.cost->mm2), gain.cost->mm2)
                   : runtime::Cell("unknown", nullptr);
}

// "saves 40.2 % (10,487,110 cycles, 1.67 times as fast)"
std::string effect(const Gain& gain) {
  return fmt::format("{} {} ({} cycles, {:.2f} times as fast)", gain.saved < 0 ? "costs" : "saves",
                     percent(std::abs(gain.saved)), cycles(gain.cycles), gain.speedup);
}

std::string nodes(const LayerExplanation& layer) {
  return fmt::format("{}", fmt::join(layer.onnxNodes, " + "));
}

std::string liftTable(const std::vector<Gain>& gains, const Style& style) {
  Table table({{"change of the machine", Align::left, 100},
               {"cycles"},
               {"saved"},
               {"speed"},
               {"costs"},
               {"then occupied", Align::left}});
  for (const Gain& gain : gains)
    table.row({describe(gain.changes), cycles(gain.cycles), percent(gain.saved), fmt::format("{:.2f} x", gain.speedup),
               costOf(gain), fmt::format("{} {}", gain.next.engine, percent(gain.next.occupied))});
  return table.format(style);
}

std::string sources(const Explanation& explanation) {
  std::string text =
      "  costs: silicon beside the core's, of the built-in energy table; a DRAM's is unknown, and none has half the "
      "latency\n"
      "  predicted from the run's counts and a replay of the changed machine; --check simulates it\n";
  if (!explanation.chosenMapping)
    text += "  the run had a mapping given by hand; predictions have the compiler's choice for the changed machine\n";
  return text;
}

} // namespace

std::string networkText(const Explanation& explanation) {
  std::string text =
      fmt::format("{} on {} takes {} cycles ({:.3f} ms). {}.", explanation.network, explanation.machine,
                  grouped(explanation.cycles), 1e3 * explanation.seconds, capital(describe(explanation.bound)));
  if (!explanation.lift)
    return text + fmt::format(" No doubling that can be bought saves {} of them.", percent(kWorthwhile));
  const Gain& gain = *explanation.lift;
  text += fmt::format(" The cheapest sufficient lift is {}: it {}, predicted. Then {}.", describe(gain.changes),
                      effect(gain), describe(gain.next));
  if (explanation.after)
    text += fmt::format(" The next lift would be {}: it {} of what is left.", describe(explanation.after->changes),
                        effect(*explanation.after));
  else
    text += fmt::format(" No further doubling that can be bought saves {}.", percent(kWorthwhile));
  return text;
}

std::string layerText(const LayerExplanation& layer) {
  std::string text = fmt::format("{} takes {} cycles ({} of the run). {}.", nodes(layer), grouped(layer.cycles),
                                 percent(layer.share), capital(describe(layer.bound)));
  if (!layer.best)
    return text + fmt::format(" No doubling that can be bought saves {} of them.", percent(kWorthwhile));
  const Gain& gain = layer.gains[*layer.best];
  return text + fmt::format(" The cheapest sufficient lift is {}: it {}, predicted. Then {}.", describe(gain.changes),
                            effect(gain), describe(gain.next));
}

std::string changeText(const std::string& subject, const std::string& machine, const Gain& gain) {
  if (!gain.unpredicted.empty())
    return fmt::format("With {} {} on {}: not predicted ({}); --check simulates it.", describe(gain.changes), subject,
                       machine, gain.unpredicted);
  return fmt::format("With {} {} on {} {}, predicted. Then {}.", describe(gain.changes), subject, machine, effect(gain),
                     describe(gain.next));
}

std::string checkText(const Check& check) {
  const Gain& predicted = check.predicted;
  std::string text = fmt::format("Check of {} with {}: ", check.subject, describe(predicted.changes));
  text += predicted.unpredicted.empty()
              ? fmt::format("predicted {} cycles ({} saved, {:.3f} x)", cycles(predicted.cycles),
                            percent(predicted.saved), predicted.speedup)
              : "not predicted";
  text += fmt::format(", simulated {} ({} saved, {:.3f} x)", grouped(check.measured), percent(check.measuredSaved),
                      check.measuredSpeedup);
  if (check.errorOfGain)
    text += fmt::format("; the predicted saving is off by {:+.1f} %", 100 * *check.errorOfGain);
  return text + ".";
}

std::string summary(const Explanation& explanation, const Style& style) {
  std::string text = networkText(explanation) + "\n";
  text += heading("Lifts of the network (each on its own)", style) + liftTable(explanation.gains, style) +
          sources(explanation);
  Table table({{"#"},
               {"ONNX nodes", Align::left, 40},
               {"cycles"},
               {"of run"},
               {"occupied", Align::left},
               {"mostly", Align::left},
               {"lift", Align::left, 80},
               {"cycles then"},
               {"saved"}});
  size_t number = 0;
  for (const LayerExplanation& layer : explanation.layers) {
    const Gain* gain = layer.best ? &layer.gains[*layer.best] : nullptr;
    table.row({fmt::format("{}", number++), nodes(layer), grouped(layer.cycles), percent(layer.share),
               fmt::format("{} {}", layer.bound.engine, percent(layer.bound.occupied)),
               layer.bound.states.empty() ? "-" : layer.bound.states[0].first, gain ? describe(gain->changes) : "-",
               gain ? cycles(gain->cycles) : "-", gain ? percent(gain->saved) : "-"});
  }
  return text + heading("Layers (cycles until the next layer's first instruction; they add up to the run)", style) +
         table.format(style);
}

std::string layerSummary(const Explanation& explanation, size_t layer, const Style& style) {
  const LayerExplanation& entry = explanation.layers[layer];
  return layerText(entry) + "\n" + heading(fmt::format("Lifts of layer {} ({})", layer, entry.function), style) +
         liftTable(entry.gains, style) + sources(explanation);
}

} // namespace weft::explain
