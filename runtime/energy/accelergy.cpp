#include "runtime/energy/accelergy.h"

#include "isa/support/file.h"
#include "isa/support/yaml_fields.h"

#include <algorithm>
#include <fmt/ranges.h>

namespace weft::energy {
namespace {

constexpr double kMost = 1e15;

// "unit.action" in its two parts.
std::pair<std::string, std::string> parts(const std::string& name) {
  const size_t dot = name.find('.');
  return {name.substr(0, dot), name.substr(dot + 1)};
}

// Without the path before it and the range of instances behind it: "System.PE[1..16]" -> "PE".
std::string unitName(const std::string& component) {
  const std::string name = component.substr(0, component.find('['));
  return name.substr(name.rfind('.') + 1);
}

// The list of tables, whichever of its two names it has, and whether it is a summary.
YamlFields section(const YamlFields& file, const char* plain, const char* summary) {
  if (file.has(plain))
    return file.object(plain);
  if (file.has(summary))
    return file.object(summary);
  file.fail(file.node(), fmt::format("there is neither '{}' nor '{}'", plain, summary));
}

const char* tablesOf(const YamlFields& section) {
  return section.has("table_summary") ? "table_summary" : "tables";
}

} // namespace

std::string toErt(const EnergyModel& model, const std::string& machine) {
  std::string text = fmt::format("# pJ per action; {:g} nm, {:g} V; table '{}'.\nERT:\n  version: 0.4\n  tables:\n",
                                 model.technology.nodeNm, model.technology.voltageV, model.table);
  std::vector<std::string> done;
  for (const Component& first : model.components) {
    const std::string unit = parts(first.name).first;
    if (std::find(done.begin(), done.end(), unit) != done.end())
      continue;
    done.push_back(unit);
    text += fmt::format("    - name: {}.{}\n      actions:\n", machine, unit);
    for (const Component& component : model.components)
      if (parts(component.name).first == unit)
        text += fmt::format("        - name: {}\n          arguments: {{}}\n          energy: {}\n",
                            parts(component.name).second, component.pj);
  }
  return text;
}

std::string toArt(const EnergyModel& model, const std::string& machine) {
  std::string text = fmt::format("# um2; {:g} nm; table '{}'.\nART:\n  version: 0.4\n  tables:\n",
                                 model.technology.nodeNm, model.table);
  for (const AreaBlock& block : model.area)
    text += fmt::format("    - name: {}.{}\n      area: {}\n", machine, block.name, block.um2);
  return text;
}

ReferenceEnergies parseErt(const std::string& yaml, const std::string& origin) {
  const YamlFields ert = section(YamlFields(parseYaml(yaml, origin), origin), "ERT", "ERT_summary");
  ReferenceEnergies energies;
  ert.objects(tablesOf(ert), [&](const YamlFields& table) {
    const std::string component = table.text("name");
    table.objects("actions", [&](const YamlFields& action) {
      const double pj = action.number("energy", 0, kMost);
      if (!energies.emplace(std::pair(component, action.text("name")), pj).second)
        action.fail(action.node(), fmt::format("component '{}' has the action twice", component));
      return pj;
    });
    return component;
  });
  return energies;
}

ReferenceAreas parseArt(const std::string& yaml, const std::string& origin) {
  const YamlFields art = section(YamlFields(parseYaml(yaml, origin), origin), "ART", "ART_summary");
  ReferenceAreas areas;
  art.objects(tablesOf(art), [&](const YamlFields& table) {
    const std::string component = table.text("name");
    if (!areas.emplace(component, table.number("area", 0, kMost)).second)
      table.fail(table.node(), fmt::format("component '{}' is there twice", component));
    return component;
  });
  return areas;
}

void applyErt(EnergyModel& model, const ReferenceEnergies& energies, const std::string& origin) {
  for (const auto& [key, pj] : energies) {
    const std::string name = unitName(key.first) + "." + key.second;
    auto component = std::find_if(model.components.begin(), model.components.end(),
                                  [&](const Component& candidate) { return candidate.name == name; });
    if (component == model.components.end()) {
      std::vector<std::string> names;
      for (const Component& known : model.components)
        names.push_back(known.name);
      throw Error(fmt::format("{}: the machine has no '{}' (component '{}'); it has {}", origin, name, key.first,
                              fmt::join(names, ", ")));
    }
    component->pj = pj;
    component->source = origin;
  }
}

EnergyModel loadModel(const Machine& machine, const std::string& path, Switching switching) {
  if (path.empty())
    return makeModel(loadTable(""), machine, switching);
  const std::string text = readTextFile(path);
  const YamlFields file(parseYaml(text, path), path);
  if (!file.has("ERT") && !file.has("ERT_summary"))
    return makeModel(parseTable(text, path), machine, switching);
  EnergyModel model = makeModel(loadTable(""), machine, switching);
  applyErt(model, parseErt(text, path), path);
  return model;
}

void applyArt(EnergyModel& model, const ReferenceAreas& areas, const std::string& origin) {
  for (const auto& [name, um2] : areas) {
    auto block = std::find_if(model.area.begin(), model.area.end(),
                              [&](const AreaBlock& candidate) { return candidate.name == unitName(name); });
    if (block == model.area.end()) {
      std::vector<std::string> names;
      for (const AreaBlock& known : model.area)
        names.push_back(known.name);
      throw Error(fmt::format("{}: the machine has no block '{}'; it has {}", origin, name, fmt::join(names, ", ")));
    }
    block->synthesisedUm2 = um2;
  }
}

} // namespace weft::energy
