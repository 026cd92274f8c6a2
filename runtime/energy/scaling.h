// The table's figures at the node and voltage of a machine. Formulas: README.md, "Scaling".
#pragma once

#include "runtime/energy/table.h"

#include <string>

namespace weft::energy {

// One memory bank, built from `macros` equal SRAM macros of `width` bytes side by side, whose rows together are its
// row.
struct SramBank {
  double macros = 1;
  double width = 0;     // bytes of a macro's row
  double readPj = 0;    // of one macro
  double writePj = 0;   // of one macro
  double leakageMw = 0; // of all macros
  double areaUm2 = 0;   // of all macros

  // An access of `bytes` bytes in a row uses as many macros as hold them.
  double read(double bytes) const;
  double write(double bytes) const;
};

class Scaling {
public:
  // The table must outlive it.
  Scaling(const EnergyTable& table, Technology target);

  const Technology& target() const { return target_; }
  // The processing element at the target.
  const ProcessingElement& element() const { return element_; }
  // A logic unit whose figures hold at `from`.
  Unit logic(const Unit& unit, const Technology& from) const;
  Unit logic(const Unit& unit) const { return logic(unit, table_.logicTechnology); }
  // A bank of `bytes` bytes with rows of `rowBytes` bytes: of the widths that fit, that with the least energy for a
  // read and a write of a row.
  SramBank sram(double bytes, double rowBytes) const;
  // pJ for a random bit over a wire.
  double wireBit(double um) const;
  // pJ for a bit that toggles: a random one does in half of the cycles.
  double wireToggle(double um) const { return 2 * wireBit(um); }

  // One sentence each, for reports.
  std::string elementSource() const;
  std::string logicSource() const;
  std::string sramSource() const;
  std::string wireSource() const;
  // Throws Error if the table does not say what toggles cost in a processing element.
  std::string switchingSource() const;

private:
  SramBank sramAt(double bytes, size_t width) const;
  double relativeArea(double nodeNm) const;

  const EnergyTable& table_;
  Technology target_;
  ProcessingElement element_;
};

// The processing element of the table at a technology: between two libraries' nodes E / V^2 and the area are
// interpolated in the logarithms of figure and node, beyond them extrapolated; of libraries of one node the one with
// the nearest voltage counts.
ProcessingElement elementAt(const EnergyTable& table, const Technology& target);

} // namespace weft::energy
