#include "runtime/report/energy_json.h"

#include <algorithm>

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

// By component; what is 0 is left out.
Json shareToJson(const energy::RunEnergy& energy, const std::vector<double>& pj) {
  Json json = Json::object();
  for (size_t i = 0; i < pj.size(); ++i)
    if (pj[i] != 0)
      json[energy.components[i].name] = pj[i];
  return json;
}

std::vector<double> shareFromJson(const energy::RunEnergy& energy, const JsonFields& in) {
  std::vector<double> pj(energy.components.size());
  for (const auto& [name, value] : in.numbers("energy")) {
    auto component = std::find_if(energy.components.begin(), energy.components.end(),
                                  [&](const energy::ComponentEnergy& candidate) { return candidate.name == name; });
    if (component == energy.components.end())
      in.fail(fmt::format("'energy' has '{}', which is no component", name));
    pj[static_cast<size_t>(component - energy.components.begin())] = value;
  }
  return pj;
}

energy::ComponentEnergy componentFromJson(const JsonFields& in) {
  return {in.text("name"),      in.text("group"),           in.text("source"),
          in.number("actions"), in.number("pj_per_action"), in.number("pj")};
}

energy::AreaBlock blockFromJson(const JsonFields& in) {
  energy::AreaBlock block{in.text("block"), in.number("um2"), in.text("source"), std::nullopt};
  if (in.has("synthesised_um2"))
    block.synthesisedUm2 = in.number("synthesised_um2");
  return block;
}

} // namespace

void energyToJson(Json& json, const Report& report) {
  const energy::RunEnergy& energy = *report.energy;
  Json& out = json["energy"];
  out["table"] = {
      {"name", energy.table}, {"node_nm", energy.technology.nodeNm}, {"voltage_v", energy.technology.voltageV}};
  out["switching"] = name(energy.switching);
  out["total_pj"] = energy.totalPj;
  out["average_mw"] = report.averageMw();
  out["tops_per_watt"] = report.topsPerWatt();
  for (const auto& [group, pj] : energy.groups())
    out["groups"][group] = pj;
  out["components"] = Json::array();
  for (const energy::ComponentEnergy& component : energy.components)
    out["components"].push_back({{"name", component.name},
                                 {"group", component.group},
                                 {"actions", component.actions},
                                 {"pj_per_action", component.pjPerAction},
                                 {"pj", component.pj},
                                 {"source", component.source}});
  if (report.prologue) {
    json["prologue"]["energy"] = shareToJson(energy, energy.prologue);
    for (size_t i = 0; i < energy.layers.size(); ++i)
      json["layers"][i]["energy"] = shareToJson(energy, energy.layers[i]);
  }
  json["area"] = Json::array();
  for (const energy::AreaBlock& block : energy.area) {
    Json item = {{"block", block.name}, {"um2", block.um2}, {"source", block.source}};
    if (block.synthesisedUm2)
      item["synthesised_um2"] = *block.synthesisedUm2;
    json["area"].push_back(item);
  }
  json["power"] = {{"peak_mw", energy.peakMw}, {"idle_mw", energy.idleMw}};
}

energy::RunEnergy energyFromJson(const JsonFields& in, const Json& json) {
  energy::RunEnergy energy;
  const JsonFields out = in.object("energy");
  const JsonFields table = out.object("table");
  energy.table = table.text("name");
  energy.technology = {table.number("node_nm"), table.number("voltage_v")};
  // Reports from before there was a choice do not say.
  const std::string switching = out.has("switching") ? out.text("switching") : name(energy::Switching::assumed);
  if (switching == name(energy::Switching::data))
    energy.switching = energy::Switching::data;
  else if (switching != name(energy::Switching::assumed))
    out.fail(fmt::format("'switching' must be '{}' or '{}'", name(energy::Switching::assumed),
                         name(energy::Switching::data)));
  energy.totalPj = out.number("total_pj");
  energy.components = out.objects("components", componentFromJson);
  if (json.contains("prologue")) {
    energy.prologue = shareFromJson(energy, in.object("prologue"));
    energy.layers = in.objects("layers", [&](const JsonFields& layer) { return shareFromJson(energy, layer); });
  }
  energy.area = in.objects("area", blockFromJson);
  const JsonFields power = in.object("power");
  energy.peakMw = power.number("peak_mw");
  energy.idleMw = power.number("idle_mw");
  return energy;
}

} // namespace weft::runtime
