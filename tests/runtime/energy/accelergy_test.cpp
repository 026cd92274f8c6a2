// Are energy and area reference tables read as Accelergy writes them, and read back as we write them?
#include "isa/support/error.h"
#include "runtime/energy/accelergy.h"
#include "tests/runtime/energy/data.h"

#include <gtest/gtest.h>

namespace weft::energy {
namespace {

EnergyModel edge() {
  return makeModel(loadTable(""), loadMachine("edge-16"));
}

template <typename Call> std::string errorOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Ert, WhatIsWrittenIsReadBack) {
  EnergyModel model = edge();
  const ReferenceEnergies energies = parseErt(toErt(model, "edge-16"), "ert.yaml");
  EXPECT_EQ(energies.size(), model.components.size());
  EXPECT_EQ(energies.at({"edge-16.array", "mac"}), model.components[0].pj);
  const EnergyModel original = model;
  for (Component& component : model.components)
    component.pj = -1;
  applyErt(model, energies, "ert.yaml");
  for (size_t i = 0; i < model.components.size(); ++i)
    EXPECT_EQ(model.components[i].pj, original.components[i].pj) << model.components[i].name;
}

TEST(Art, WhatIsWrittenStandsBesideTheModel) {
  EnergyModel model = edge();
  const ReferenceAreas areas = parseArt(toArt(model, "edge-16"), "art.yaml");
  EXPECT_EQ(areas.size(), model.area.size());
  applyArt(model, areas, "art.yaml");
  for (const AreaBlock& block : model.area)
    EXPECT_EQ(block.synthesisedUm2, block.um2) << block.name;
}

TEST(Ert, AUsersFiguresReplaceTheModels) {
  EnergyModel model = edge();
  applyErt(
      model,
      parseErt(
          "ERT:\n  tables:\n    - name: system.array[1..256]\n      actions:\n        - {name: mac, energy: 0.5}\n",
          "mine.yaml"),
      "mine.yaml");
  EXPECT_EQ(model.components[0].name, "array.mac");
  EXPECT_EQ(model.components[0].pj, 0.5);
  EXPECT_EQ(model.components[0].source, "mine.yaml");
}

TEST(Ert, MistakesAreNamed) {
  EnergyModel model = edge();
  EXPECT_NE(errorOf([] { parseErt("a: 1\n", "e.yaml"); }).find("neither 'ERT' nor 'ERT_summary'"), std::string::npos);
  EXPECT_NE(errorOf([] {
              parseErt("ERT: {tables: [{name: x, actions: [{name: read, energy: no}]}]}", "e.yaml");
            }).find("'energy' must be a number"),
            std::string::npos);
  EXPECT_NE(errorOf([] {
              parseErt("ERT: {tables: [{name: x, actions: [{name: r, energy: 1}, {name: r, energy: 2}]}]}", "e.yaml");
            }).find("twice"),
            std::string::npos);
  EXPECT_NE(errorOf([&] {
              applyErt(model, {{{"top.gpu", "read"}, 1.0}}, "e.yaml");
            }).find("no 'gpu.read'"),
            std::string::npos);
  EXPECT_NE(errorOf([&] {
              applyArt(model, {{"top.gpu", 1.0}}, "a.yaml");
            }).find("no block 'top.gpu'"),
            std::string::npos);
  EXPECT_NE(errorOf([] { parseErt("ERT: [", "e.yaml"); }).find("not YAML"), std::string::npos);
}

// Files that Accelergy 0.4 made for published architectures.
TEST(Ert, AccelergysOwnFilesAreRead) {
  const auto folder = test::energyData("accelergy_library");
  WEFT_NEEDS(folder);
  for (const char* name : {"eyeriss_like", "simba_like", "simple_output_stationary"}) {
    const auto file = folder / (std::string(name) + ".ERT_summary.yaml");
    EXPECT_GT(parseErt(readTextFile(file), file).size(), 5u) << name;
    const auto areas = folder / (std::string(name) + ".ART_summary.yaml");
    EXPECT_GT(parseArt(readTextFile(areas), areas).size(), 2u) << name;
  }
  const auto simba = folder / "simba_like.ERT_summary.yaml";
  const ReferenceEnergies energies = parseErt(readTextFile(simba), simba);
  EXPECT_EQ(energies.at({"System_top_level.GlobalBuffer[1..1]", "read"}), 51.870888);
  EXPECT_EQ(energies.at({"System_top_level.DRAM[1..1]", "write"}), 512.0);
  const auto art = folder / "simba_like.ART_summary.yaml";
  EXPECT_EQ(parseArt(readTextFile(art), art).at("System_top_level.GlobalBuffer[1..1]"), 199065.0625);
}

} // namespace
} // namespace weft::energy
