#include "runtime/energy/scaling.h"

#include "isa/support/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace weft::energy {
namespace {

// Points (x, y) by ascending x, all larger than 0: interpolated in the logarithms. Beyond the ends the nearest segment
// goes on; a single point goes with the first power.
double interpolate(const std::vector<std::pair<double, double>>& points, double x) {
  WEFT_CHECK(!points.empty(), "nothing to interpolate");
  if (points.size() == 1)
    return points[0].second * x / points[0].first;
  size_t upper = 1;
  while (upper + 1 < points.size() && points[upper].first < x)
    ++upper;
  const auto& [x0, y0] = points[upper - 1];
  const auto& [x1, y1] = points[upper];
  const double part = std::log(x / x0) / std::log(x1 / x0);
  return y0 * std::pow(y1 / y0, part);
}

double square(double x) {
  return x * x;
}

// Of the elements that have a figure, for each node that with the nearest voltage.
std::vector<const ProcessingElement*> onePerNode(const EnergyTable& table, double voltageV,
                                                 double ProcessingElement::*figure) {
  std::vector<const ProcessingElement*> chosen;
  for (const ProcessingElement& element : table.elements) {
    if (element.*figure <= 0)
      continue;
    if (chosen.empty() || chosen.back()->technology.nodeNm < element.technology.nodeNm)
      chosen.push_back(&element);
    else if (std::abs(element.technology.voltageV - voltageV) < std::abs(chosen.back()->technology.voltageV - voltageV))
      chosen.back() = &element;
  }
  return chosen;
}

} // namespace

double SramBank::read(double bytes) const {
  return std::ceil(bytes / width) * readPj;
}

double SramBank::write(double bytes) const {
  return std::ceil(bytes / width) * writePj;
}

ProcessingElement elementAt(const EnergyTable& table, const Technology& target) {
  auto at = [&](double ProcessingElement::*figure, bool energy) {
    std::vector<std::pair<double, double>> points;
    for (const ProcessingElement* library : onePerNode(table, target.voltageV, figure))
      points.emplace_back(library->technology.nodeNm,
                          library->*figure / (energy ? square(library->technology.voltageV) : 1));
    return points.empty() ? 0 : interpolate(points, target.nodeNm) * (energy ? square(target.voltageV) : 1);
  };
  auto energy = [&](double ProcessingElement::*figure) { return at(figure, true); };
  auto area = [&](double ProcessingElement::*figure) { return at(figure, false); };
  ProcessingElement element;
  for (const ProcessingElement* library : onePerNode(table, target.voltageV, &ProcessingElement::macPj))
    element.name += (element.name.empty() ? "" : ", ") + library->name;
  element.technology = target;
  element.macPj = energy(&ProcessingElement::macPj);
  element.macRandomPj = energy(&ProcessingElement::macRandomPj);
  element.clockPj = energy(&ProcessingElement::clockPj);
  element.mul8Pj = energy(&ProcessingElement::mul8Pj);
  element.activationPj = energy(&ProcessingElement::activationPj);
  element.weightPj = energy(&ProcessingElement::weightPj);
  element.productPj = energy(&ProcessingElement::productPj);
  element.sumPj = energy(&ProcessingElement::sumPj);
  element.areaUm2 = area(&ProcessingElement::areaUm2);
  element.mul8AreaUm2 = area(&ProcessingElement::mul8AreaUm2);
  return element;
}

Scaling::Scaling(const EnergyTable& table, Technology target)
    : table_(table), target_(target), element_(elementAt(table, target)) {}

double Scaling::relativeArea(double nodeNm) const {
  return interpolate(table_.areaScaling, nodeNm);
}

Unit Scaling::logic(const Unit& unit, const Technology& from) const {
  // Capacitance follows that of the processing element, which is known at several nodes; leakage follows area and
  // voltage.
  const double energy = element_.macPj / elementAt(table_, from).macPj;
  const double area = relativeArea(target_.nodeNm) / relativeArea(from.nodeNm);
  return {unit.pj * energy, unit.leakageUw * area * target_.voltageV / from.voltageV, unit.areaUm2 * area};
}

// A macro with the width of this index at the target.
SramBank Scaling::sramAt(double bytes, size_t width) const {
  std::vector<std::pair<double, double>> read, write, leakage, area; // over nodes
  for (const SramNode& node : table_.sramNodes) {
    std::vector<std::pair<double, double>> sizes[4];
    double smallest = 0, largest = 0;
    for (const SramMacros& macros : node.macros)
      if (width < macros.readPj.size()) {
        smallest = smallest == 0 ? macros.bytes : smallest;
        largest = macros.bytes;
        sizes[0].emplace_back(macros.bytes, macros.readPj[width]);
        sizes[1].emplace_back(macros.bytes, macros.writePj[width]);
        sizes[2].emplace_back(macros.bytes, macros.leakageMw[width]);
        sizes[3].emplace_back(macros.bytes, macros.areaMm2[width] * 1e6);
      }
    if (largest == 0)
      continue;
    // Nothing is smaller than the smallest macro; more than the largest is several of them, of which one is accessed.
    const double size = std::clamp(bytes, smallest, largest);
    const double many = std::max(1.0, bytes / largest);
    auto at = [&](size_t figure) {
      return sizes[figure].size() == 1 ? sizes[figure][0].second : interpolate(sizes[figure], size);
    };
    read.emplace_back(node.technology.nodeNm, at(0) / square(node.technology.voltageV));
    write.emplace_back(node.technology.nodeNm, at(1) / square(node.technology.voltageV));
    leakage.emplace_back(node.technology.nodeNm, many * at(2) / node.technology.voltageV);
    area.emplace_back(node.technology.nodeNm, many * at(3));
  }
  SramBank bank;
  bank.width = table_.sramWidths[width];
  if (read.empty()) {
    bank.readPj = bank.writePj = std::numeric_limits<double>::infinity();
    return bank;
  }
  // Beyond the nodes of the table: energy as logic, area by the area table, leakage with the area.
  const double node = std::clamp(target_.nodeNm, read.front().first, read.back().first);
  const double energy =
      elementAt(table_, {target_.nodeNm, target_.voltageV}).macPj / elementAt(table_, {node, target_.voltageV}).macPj;
  const double shrink = relativeArea(target_.nodeNm) / relativeArea(node);
  auto at = [&](const std::vector<std::pair<double, double>>& points) {
    return points.size() == 1 ? points[0].second : interpolate(points, node);
  };
  bank.readPj = at(read) * square(target_.voltageV) * energy;
  bank.writePj = at(write) * square(target_.voltageV) * energy;
  bank.leakageMw = at(leakage) * target_.voltageV * shrink;
  bank.areaUm2 = at(area) * shrink;
  return bank;
}

SramBank Scaling::sram(double bytes, double rowBytes) const {
  SramBank best;
  double least = std::numeric_limits<double>::infinity();
  for (size_t width = 0; width < table_.sramWidths.size(); ++width) {
    if (width > 0 && table_.sramWidths[width] > rowBytes)
      break;
    const double macros = std::ceil(rowBytes / table_.sramWidths[width]);
    SramBank bank = sramAt(bytes / macros, width);
    const double energy = macros * (bank.readPj + bank.writePj);
    if (energy < least) {
      least = energy;
      best = bank;
      best.macros = macros;
      best.leakageMw *= macros;
      best.areaUm2 *= macros;
    }
  }
  return best;
}

double Scaling::wireBit(double um) const {
  return table_.wireFfPerUm * 1e-3 * um * square(target_.voltageV) / 4; // fF * V^2 = fJ
}

std::string Scaling::switchingSource() const {
  if (table_.switchingSource.empty())
    throw Error(fmt::format("no library of the energy table '{}' has 'sum_toggle_pj' and its like, which the energy of "
                            "data needs",
                            table_.name));
  return fmt::format("{}; E = C(node) * V^2 at {:g} nm, {:g} V", table_.switchingSource, target_.nodeNm,
                     target_.voltageV);
}

std::string Scaling::elementSource() const {
  return fmt::format("{} ({}); E = C(node) * V^2 at {:g} nm, {:g} V, C interpolated between the libraries' nodes",
                     table_.peSource, element_.name, target_.nodeNm, target_.voltageV);
}

std::string Scaling::logicSource() const {
  return fmt::format("{}; E * C(node) / C({:g} nm) * (V / {:g} V)^2 with C of the processing element; area: {}",
                     table_.logicSource, table_.logicTechnology.nodeNm, table_.logicTechnology.voltageV,
                     table_.areaSource);
}

std::string Scaling::sramSource() const {
  return fmt::format("{}, {}; interpolated in size and node, E = C * V^2; beyond the nodes as logic", table_.sramSource,
                     table_.sramCell);
}

std::string Scaling::wireSource() const {
  return fmt::format("{}; E = C * V^2 / 4 per random bit", table_.wireSource);
}

} // namespace weft::energy
