#include "runtime/energy/table.h"

#include "isa/support/embedded.h"
#include "isa/support/file.h"
#include "isa/support/yaml_fields.h"

#include <algorithm>

namespace weft::energy {
namespace {

constexpr const char* kSchema = "weft-energy/1";
constexpr double kMost = 1e12; // no figure of a table is larger

double figure(const YamlFields& in, const char* key) {
  return in.number(key, 0, kMost);
}

Technology technologyOf(const YamlFields& in) {
  return {in.number("node_nm", 2, 250), in.number("voltage_v", 0.3, 3.3)};
}

ProcessingElement elementOf(const YamlFields& in) {
  ProcessingElement element;
  element.name = in.text("name");
  element.technology = technologyOf(in);
  element.macPj = figure(in, "mac_pj");
  element.macRandomPj = figure(in, "mac_random_pj");
  element.clockPj = in.number("clock_pj", 0, element.macPj);
  element.mul8Pj = figure(in, "mul8_pj");
  element.areaUm2 = figure(in, "area_um2");
  element.mul8AreaUm2 = figure(in, "mul8_area_um2");
  if (in.has("sum_toggle_pj")) {
    element.activationPj = in.number("activation_toggle_pj", 1e-9, kMost);
    element.weightPj = in.number("weight_toggle_pj", 1e-9, kMost);
    element.productPj = in.number("product_toggle_pj", 1e-9, kMost);
    element.sumPj = in.number("sum_toggle_pj", 1e-9, kMost);
  }
  if (element.macPj <= 0 || element.areaUm2 <= 0)
    in.fail(in.node(), "'mac_pj' and 'area_um2' must be larger than 0");
  return element;
}

Unit unitOf(const YamlFields& in) {
  return {figure(in, "pj"), figure(in, "leakage_uw"), figure(in, "area_um2")};
}

SramMacros macrosOf(const YamlFields& in, const YAML::Node& row, size_t widths) {
  if (!row.IsSequence() || row.size() != 5)
    in.fail(row, "an SRAM macro is [bytes, [read pJ...], [write pJ...], [leakage mW...], [area mm2...]]");
  SramMacros macros;
  macros.bytes = in.numberOf(row[0], "bytes", 64, 1e9);
  macros.readPj = in.numbersOf(row[1], "read pJ", 1e-9, kMost);
  macros.writePj = in.numbersOf(row[2], "write pJ", 1e-9, kMost);
  macros.leakageMw = in.numbersOf(row[3], "leakage mW", 0, kMost);
  macros.areaMm2 = in.numbersOf(row[4], "area mm2", 1e-12, kMost);
  const size_t count = macros.readPj.size();
  if (count > widths || macros.writePj.size() != count || macros.leakageMw.size() != count ||
      macros.areaMm2.size() != count)
    in.fail(row, fmt::format("the four lists of an SRAM macro must have the same length, at most the {} of 'widths'",
                             widths));
  return macros;
}

SramNode sramNodeOf(const YamlFields& in, size_t widths) {
  SramNode node;
  node.cell = in.text("cell");
  node.technology = technologyOf(in);
  node.macros = in.items("macros", [&](const YAML::Node& row) { return macrosOf(in, row, widths); });
  if (!std::is_sorted(node.macros.begin(), node.macros.end(),
                      [](const SramMacros& a, const SramMacros& b) { return a.bytes < b.bytes; }))
    in.fail(in.node(), "'macros' must be sorted by size");
  return node;
}

DramSupply supplyOf(const YamlFields& in) {
  return {in.number("voltage_v", 0.3, 3.3),
          figure(in, "idd0"),
          figure(in, "idd2n"),
          figure(in, "idd3n"),
          figure(in, "idd4r"),
          figure(in, "idd4w"),
          figure(in, "idd5")};
}

DramDevice dramOf(const YamlFields& in) {
  DramDevice dram;
  dram.preset = in.text("preset");
  dram.source = in.text("source");
  if (in.has("activate_pj")) {
    dram.activatePj = figure(in, "activate_pj");
    dram.accessPjPerBit = figure(in, "access_pj_per_bit");
    return dram;
  }
  dram.devices = in.number("devices", 1, 64);
  dram.clockNs = in.number("clock_ns", 0.01, 100);
  dram.burst = in.number("burst", 1, 64);
  dram.tRC = in.number("tRC", 1, 1000);
  dram.tRAS = in.number("tRAS", 1, dram.tRC);
  dram.tRFC = in.number("tRFC", 1, 10000);
  dram.tREFI = in.number("tREFI", 1, 100000);
  dram.ioPjPerBit = figure(in, "io_pj_per_bit");
  dram.supplies = in.objects("supplies", supplyOf);
  return dram;
}

EnergyTable tableOf(const YamlFields& in) {
  if (std::string schema = in.text("schema"); schema != kSchema)
    in.fail(in.node(), fmt::format("the table has schema '{}'; this version reads '{}'", schema, kSchema));
  EnergyTable table;
  table.name = in.text("name");
  const YamlFields pe = in.object("pe");
  table.peSource = pe.text("source");
  table.elements = pe.objects("libraries", elementOf);
  if (std::any_of(table.elements.begin(), table.elements.end(),
                  [](const ProcessingElement& element) { return element.sumPj > 0; }))
    table.switchingSource = pe.text("switching_source");
  const YamlFields area = in.object("area_scaling");
  table.areaSource = area.text("source");
  table.areaScaling = area.items("nodes", [&](const YAML::Node& item) {
    const std::vector<double> pair = area.numbersOf(item, "nodes", 1e-6, 250);
    if (pair.size() != 2)
      area.fail(item, "an item of 'nodes' is [node in nm, relative area]");
    return std::pair(pair[0], pair[1]);
  });
  const YamlFields logic = in.object("logic");
  table.logicSource = logic.text("source");
  table.logicTechnology = technologyOf(logic);
  const YamlFields units = logic.object("units");
  table.reg = unitOf(units.object("register"));
  table.adder = unitOf(units.object("adder"));
  table.multiplier = unitOf(units.object("multiplier"));
  table.shifter = unitOf(units.object("shifter"));
  table.bitwise = unitOf(units.object("bitwise"));
  table.comparator = unitOf(units.object("comparator"));
  table.fpAdder = unitOf(units.object("fp_adder"));
  table.fpMultiplier = unitOf(units.object("fp_multiplier"));
  const YamlFields wire = in.object("wire");
  table.wireSource = wire.text("source");
  table.wireFfPerUm = wire.number("ff_per_um", 0, 10);
  const YamlFields sram = in.object("sram");
  table.sramSource = sram.text("source");
  table.sramCell = sram.text("cell");
  table.sramWidths = sram.numbers("widths", 1, 4096);
  if (!std::is_sorted(table.sramWidths.begin(), table.sramWidths.end()))
    sram.fail(sram.node(), "'widths' must be sorted");
  for (SramNode& node :
       sram.objects("nodes", [&](const YamlFields& item) { return sramNodeOf(item, table.sramWidths.size()); }))
    if (node.cell == table.sramCell)
      table.sramNodes.push_back(std::move(node));
  if (table.sramNodes.empty())
    sram.fail(sram.node(), fmt::format("no item of 'nodes' has the cell '{}'", table.sramCell));
  table.dram = in.objects("dram", dramOf);
  in.checkKeys();
  auto byNode = [](const auto& a, const auto& b) { return a.technology.nodeNm < b.technology.nodeNm; };
  std::stable_sort(table.elements.begin(), table.elements.end(), byNode);
  std::stable_sort(table.sramNodes.begin(), table.sramNodes.end(), byNode);
  std::sort(table.areaScaling.begin(), table.areaScaling.end());
  return table;
}

} // namespace

EnergyTable parseTable(const std::string& yaml, const std::string& origin) {
  return tableOf(YamlFields(parseYaml(yaml, origin), origin));
}

EmbeddedFiles tableFiles();

std::string_view builtinTable() {
  return tableFiles().front().content;
}

EnergyTable loadTable(const std::string& path) {
  return path.empty() ? parseTable(std::string(builtinTable()), "the built-in energy table")
                      : parseTable(readTextFile(path), path);
}

} // namespace weft::energy
