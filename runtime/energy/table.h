// The table of energies and areas: figures of real libraries and devices, each group with its source. A YAML file
// (schema "weft-energy/1"); the built-in one is default.yaml beside this file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::energy {

// A node and supply voltage for which figures hold.
struct Technology {
  double nodeNm = 0;
  double voltageV = 0;
};

// A processing element synthesised to a standard cell library. pJ per cycle, um2.
struct ProcessingElement {
  std::string name;
  Technology technology;
  double macPj = 0;       // with a multiply-accumulate, operands as in networks; contains clockPj
  double macRandomPj = 0; // the same with uniformly random operands
  double clockPj = 0;     // of the clock alone
  double mul8Pj = 0;      // a bare 8 x 8 bit multiplier
  double areaUm2 = 0;
  double mul8AreaUm2 = 0;
  // Per bit that toggles, without the clock; 0: not known of this library.
  double activationPj = 0; // of an operand
  double weightPj = 0;     // of a weight: in the shadow and then the active register
  double productPj = 0;
  double sumPj = 0;
};

// A logic unit.
struct Unit {
  double pj = 0; // per operation
  double leakageUw = 0;
  double areaUm2 = 0;
};

// SRAM macros of one node: for each size, figures of the first widths of SramTable::widths.
struct SramMacros {
  double bytes = 0;
  std::vector<double> readPj, writePj; // per access of the whole width
  std::vector<double> leakageMw;
  std::vector<double> areaMm2;
};
struct SramNode {
  std::string cell;
  Technology technology;
  std::vector<SramMacros> macros; // by ascending size
};

// A DRAM channel, from its data sheet's currents or as published energies.
struct DramSupply {
  double voltageV = 0;
  double idd0 = 0, idd2n = 0, idd3n = 0, idd4r = 0, idd4w = 0, idd5 = 0; // mA of one device
};
struct DramDevice {
  std::string preset; // as in machine descriptions
  std::string source;
  // From currents; times in clock cycles. None: supplies is empty.
  double devices = 1; // of a channel
  double clockNs = 0, burst = 0, tRC = 0, tRAS = 0, tRFC = 0, tREFI = 0;
  double ioPjPerBit = 0;
  std::vector<DramSupply> supplies;
  // Published.
  double activatePj = 0; // of a row
  double accessPjPerBit = 0;
};

struct EnergyTable {
  std::string name;
  std::string peSource;
  std::vector<ProcessingElement> elements; // by ascending node
  std::string switchingSource;             // of the elements' figures per bit; empty: no library has them
  std::string areaSource;
  std::vector<std::pair<double, double>> areaScaling; // node, relative area; by ascending node
  std::string logicSource;
  Technology logicTechnology;
  Unit reg, adder, multiplier, shifter, bitwise, comparator, fpAdder, fpMultiplier; // 32 bit; one bit of register
  std::string wireSource;
  double wireFfPerUm = 0;
  std::string sramSource;
  std::string sramCell;            // of the nodes to use
  std::vector<double> sramWidths;  // bytes, ascending
  std::vector<SramNode> sramNodes; // by ascending node
  std::vector<DramDevice> dram;
};

// Parses and checks a table. `origin` starts every message. Throws Error naming line, field and legal range.
EnergyTable parseTable(const std::string& yaml, const std::string& origin);
// The built-in table for an empty path.
EnergyTable loadTable(const std::string& path);
std::string_view builtinTable();

} // namespace weft::energy
