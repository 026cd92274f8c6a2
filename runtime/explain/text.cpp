#include "runtime/explain/text.h"

#include "runtime/report/table.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::explain {
namespace {

using runtime::grouped;
using runtime::percent;
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

// "saves 40.2 % (10,487,110 cycles, 1.67 times as fast)"
std::string effect(const Gain& gain) {
  return fmt::format("{} {} ({} cycles, {:.2f} times as fast)", gain.saved < 0 ? "costs" : "saves",
                     percent(std::abs(gain.saved)), cycles(gain.cycles), gain.speedup);
}

std::string nodes(const LayerExplanation& layer) {
  return fmt::format("{}", fmt::join(layer.onnxNodes, " + "));
}

std::string heading(const std::string& text, bool colour) {
  return colour ? fmt::format("\n\x1b[1;36m{}\x1b[0m\n", text) : fmt::format("\n{}\n", text);
}

std::string liftTable(const std::vector<Gain>& gains, bool colour) {
  Table table(
      {{"change of the machine", Align::left, 100}, {"cycles"}, {"saved"}, {"speed"}, {"then occupied", Align::left}});
  for (const Gain& gain : gains)
    table.row({describe(gain.changes), cycles(gain.cycles), percent(gain.saved), fmt::format("{:.2f} x", gain.speedup),
               fmt::format("{} {}", gain.next.engine, percent(gain.next.occupied))});
  return table.format(colour);
}

std::string sources(const Explanation& explanation) {
  std::string text = "  predicted from the run's counts and a replay of the changed machine; --check simulates it\n";
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
    return text + fmt::format(" No doubling of one parameter saves {} of them.", percent(kWorthwhile));
  const Gain& gain = *explanation.lift;
  text += fmt::format(" The cheapest sufficient lift is {}: it {}, predicted. Then {}.", describe(gain.changes),
                      effect(gain), describe(gain.next));
  if (explanation.after)
    text += fmt::format(" The next lift would be {}: it {} of what is left.", describe(explanation.after->changes),
                        effect(*explanation.after));
  else
    text += fmt::format(" No further doubling saves {}.", percent(kWorthwhile));
  return text;
}

std::string layerText(const LayerExplanation& layer) {
  std::string text = fmt::format("{} takes {} cycles ({} of the run). {}.", nodes(layer), grouped(layer.cycles),
                                 percent(layer.share), capital(describe(layer.bound)));
  if (!layer.best)
    return text + fmt::format(" No doubling of one parameter saves {} of them.", percent(kWorthwhile));
  const Gain& gain = layer.gains[*layer.best];
  return text + fmt::format(" The cheapest sufficient lift is {}: it {}, predicted. Then {}.", describe(gain.changes),
                            effect(gain), describe(gain.next));
}

std::string changeText(const std::string& subject, const std::string& machine, const Gain& gain) {
  return fmt::format("With {} {} on {} {}, predicted. Then {}.", describe(gain.changes), subject, machine, effect(gain),
                     describe(gain.next));
}

std::string checkText(const Check& check) {
  const Gain& predicted = check.predicted;
  std::string text =
      fmt::format("Check of {} with {}: predicted {} cycles ({} saved, {:.3f} x), simulated {} ({} saved, {:.3f} x)",
                  check.subject, describe(predicted.changes), cycles(predicted.cycles), percent(predicted.saved),
                  predicted.speedup, grouped(check.measured), percent(check.measuredSaved), check.measuredSpeedup);
  if (check.errorOfGain)
    text += fmt::format("; the predicted saving is off by {:+.1f} %", 100 * *check.errorOfGain);
  return text + ".";
}

std::string summary(const Explanation& explanation, bool colour) {
  std::string text = networkText(explanation) + "\n";
  text += heading("Lifts of the network (each on its own)", colour) + liftTable(explanation.gains, colour) +
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
  return text + heading("Layers (cycles until the next layer's first instruction; they add up to the run)", colour) +
         table.format(colour);
}

std::string layerSummary(const Explanation& explanation, size_t layer, bool colour) {
  const LayerExplanation& entry = explanation.layers[layer];
  return layerText(entry) + "\n" + heading(fmt::format("Lifts of layer {} ({})", layer, entry.function), colour) +
         liftTable(entry.gains, colour) + sources(explanation);
}

} // namespace weft::explain
