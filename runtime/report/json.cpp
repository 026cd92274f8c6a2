#include "isa/machine/fields.h"
#include "isa/program/workload_json.h"
#include "isa/support/json_fields.h"
#include "runtime/report/closure.h"
#include "runtime/report/dram_json.h"
#include "runtime/report/energy_json.h"
#include "runtime/report/host_json.h"
#include "runtime/report/report.h"
#include "runtime/report/table.h"

#include <charconv>
#include <fmt/ranges.h>

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "weft-report/3";

Json countsToJson(const std::vector<std::pair<std::string, uint64_t>>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts)
    object[name] = count;
  return object;
}

// Counts that are 0 are left out.
Json countsToJson(const std::map<std::string, uint64_t>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts)
    if (count != 0)
      object[name] = count;
  return object;
}

void addShare(Json& json, const Share& share) {
  json["own_cycles"] = share.cycles;
  json["counters"] = countsToJson(share.counters);
  json["activity"] = countsToJson(share.activity);
}

Share shareFromJson(const JsonFields& in) {
  Share share;
  share.cycles = in.integer<uint64_t>("own_cycles");
  for (auto& [name, count] : in.counts("counters"))
    share.counters[name] = count;
  for (auto& [name, count] : in.counts("activity"))
    share.activity[name] = count;
  return share;
}

// The description's YAML as JSON: nested objects in the order of the schema.
struct DescriptionToJson {
  Json& json;
  void put(std::string_view path, Json value) const {
    const size_t dot = path.find('.');
    if (dot == std::string_view::npos)
      json[std::string(path)] = std::move(value);
    else
      json[std::string(path.substr(0, dot))][std::string(path.substr(dot + 1))] = std::move(value);
  }
  void text(std::string_view path, const std::string& value, machine_fields::Role) const { put(path, value); }
  void integer(std::string_view path, uint64_t value, machine_fields::Range, machine_fields::Role) const {
    put(path, value);
  }
  void real(std::string_view path, double value, double, double, machine_fields::Role) const { put(path, value); }
  template <typename Enum> void choice(std::string_view path, Enum value, machine_fields::Role) const {
    put(path, name(value));
  }
};

Json descriptionToJson(const Machine& machine) {
  Json json = Json::object();
  machine_fields::forEach(machine, DescriptionToJson{json});
  return json;
}

Json layerToJson(const LayerStatistics& layer, const Report& report) {
  Json json = {{"function", layer.symbol}, {"onnx_nodes", layer.onnxNodes}, {"mapping", layer.mapping}};
  json["useful_macs"] = layer.usefulMacs;
  if (!report.timed) // nothing is counted by layer
    return json;
  json["instructions"] = layer.instructions;
  if (layer.span.any) {
    json["first_cycle"] = layer.span.first;
    json["last_cycle"] = layer.span.last;
  }
  json["cycles"] = layer.span.cycles();
  json["array_macs"] = layer.arrayMacs;
  json["matrix_busy"] = layer.matrixBusy;
  json["utilisation"] = report.utilisation(layer.usefulMacs, layer.span.cycles());
  json["dram_bytes_read"] = layer.dramBytesRead;
  json["dram_bytes_written"] = layer.dramBytesWritten;
  if (report.prologue)
    addShare(json, layer.share);
  return json;
}

Provenance provenanceFromJson(const JsonFields& in) {
  Provenance provenance;
  provenance.version = in.text("version");
  provenance.commit = in.text("commit");
  provenance.date = in.text("date");
  provenance.command = in.text("command");
  provenance.machine = in.text("machine");
  provenance.machineHash = in.hash("machine_hash");
  provenance.programHash = in.hash("program_hash");
  if (const std::string seed = in.text("seed"); !seed.empty()) {
    uint64_t& number = provenance.seed.emplace();
    const char* end = seed.data() + seed.size();
    if (const auto [rest, error] = std::from_chars(seed.data(), end, number); error != std::errc() || rest != end)
      in.fail("field 'seed' must be a whole number or empty");
  }
  return provenance;
}

Json codeToJson(const LayerCode& code) {
  return {{"instructions", code.instructions},
          {"tensor_instructions", code.tensorInstructions},
          {"listing", code.listing},
          {"mapping_yaml", code.mapping}};
}

LayerCode codeFromJson(const JsonFields& in) {
  const JsonFields code = in.object("code");
  return {code.text("mapping_yaml"), code.integer<uint64_t>("instructions"),
          code.integer<uint64_t>("tensor_instructions"), code.texts("listing")};
}

LayerStatistics layerFromJson(const JsonFields& in, bool timed, bool divided) {
  LayerStatistics layer;
  layer.symbol = in.text("function");
  layer.onnxNodes = in.texts("onnx_nodes");
  layer.mapping = in.text("mapping");
  layer.usefulMacs = in.integer<uint64_t>("useful_macs");
  if (!timed)
    return layer;
  layer.instructions = in.integer<uint64_t>("instructions");
  if (auto cycles = in.integer<uint64_t>("cycles"); cycles > 0) {
    layer.span = {true, in.integer<uint64_t>("first_cycle"), in.integer<uint64_t>("last_cycle")};
    if (layer.span.last < layer.span.first || layer.span.cycles() != cycles)
      in.fail("'cycles' is not what lies between 'first_cycle' and 'last_cycle'");
  }
  layer.arrayMacs = in.integer<uint64_t>("array_macs");
  layer.matrixBusy = in.integer<uint64_t>("matrix_busy");
  layer.dramBytesRead = in.integer<uint64_t>("dram_bytes_read");
  layer.dramBytesWritten = in.integer<uint64_t>("dram_bytes_written");
  if (divided)
    layer.share = shareFromJson(in);
  return layer;
}

EngineReport engineFromJson(const JsonFields& in) {
  EngineReport engine;
  engine.name = in.text("name");
  engine.instructions = in.integer<uint64_t>("instructions");
  engine.busy = in.integer<uint64_t>("busy");
  engine.idle = in.integer<uint64_t>("idle");
  engine.stalls = in.counts("stalls");
  return engine;
}

MemoryTraffic trafficFromJson(const JsonFields& in) {
  return {in.text("memory"),
          in.text("user"),
          in.integer<uint64_t>("reads"),
          in.integer<uint64_t>("writes"),
          in.integer<uint64_t>("bytes_read"),
          in.integer<uint64_t>("bytes_written")};
}

} // namespace

std::string toJson(const Report& report) {
  Json json;
  json["schema"] = kSchema;
  json["run"] = {{"program", report.program},   {"network", report.network}, {"device", report.device},
                 {"fidelity", report.fidelity}, {"timed", report.timed},     {"exit_code", report.exitCode}};
  if (report.provenance) {
    json["provenance"] = Json::object();
    for (const auto& [name, value] : report.provenance->fields())
      json["provenance"][name] = value;
  }
  json["machine"] = {{"name", report.machine},       {"hash", fmt::format("{:#018x}", report.machineHash)},
                     {"clock_mhz", report.clockMhz}, {"rows", report.rows},
                     {"cols", report.cols},          {"dram", report.dram}};
  json["machine"]["description"] = descriptionToJson(report.description);
  json["totals"] = {{"cycles", report.cycles},
                    {"seconds", report.seconds()},
                    {"useful_macs", report.usefulMacs},
                    {"array_macs", report.arrayMacs},
                    {"utilisation", report.utilisation(report.usefulMacs, report.cycles)}};
  json["engines"] = Json::array();
  for (const EngineReport& engine : report.engines)
    json["engines"].push_back({{"name", engine.name},
                               {"instructions", engine.instructions},
                               {"busy", engine.busy},
                               {"idle", engine.idle},
                               {"stalls", countsToJson(engine.stalls)}});
  json["traffic"] = Json::array();
  for (const MemoryTraffic& traffic : report.traffic)
    json["traffic"].push_back({{"memory", traffic.memory},
                               {"user", traffic.user},
                               {"reads", traffic.reads},
                               {"writes", traffic.writes},
                               {"bytes_read", traffic.bytesRead},
                               {"bytes_written", traffic.bytesWritten}});
  if (report.prologue)
    addShare(json["prologue"], *report.prologue);
  json["layers"] = Json::array();
  for (const LayerStatistics& layer : report.layers)
    json["layers"].push_back(layerToJson(layer, report));
  for (size_t i = 0; i < report.code.size(); ++i)
    json["layers"][i]["code"] = codeToJson(report.code[i]);
  hostToJson(json, report);
  json["memory_plan"] = {{"constant_bytes", report.constantBytes},
                         {"activation_bytes", report.activationBytes},
                         {"activation_lower_bound", report.activationLowerBound},
                         {"scratchpad_peak", report.scratchpadPeak}};
  if (report.tensors)
    dramToJson(json, report);
  memoryMapToJson(json, report);
  if (report.energy)
    energyToJson(json, report);
  if (report.workload) {
    json["workload"] = workloadToJson(*report.workload);
    json["workload"]["mapping"] = report.mapping;
  }
  json["counters"] = countsToJson(report.counters);
  json["activity"] = countsToJson(report.activity);
  return jsonText(json);
}

Report reportFromJson(const std::string& text, const std::string& origin) {
  const Json json = parseJson(text, origin);
  const JsonFields in(json, origin);
  if (std::string schema = in.text("schema"); schema != kSchema)
    in.fail(fmt::format("the report has format '{}'; this version reads '{}'", schema, kSchema));
  Report report;
  const JsonFields run = in.object("run");
  report.program = run.text("program");
  report.network = run.text("network");
  report.device = run.text("device");
  report.fidelity = run.text("fidelity");
  report.timed = run.boolean("timed");
  report.exitCode = run.integer<uint32_t>("exit_code");
  if (in.has("provenance"))
    report.provenance = provenanceFromJson(in.object("provenance"));
  const JsonFields machine = in.object("machine");
  machine.object("description");
  report.machine = machine.text("name");
  report.machineHash = machine.hash("hash");
  report.clockMhz = machine.integer<uint64_t>("clock_mhz", 1, 1000000);
  report.rows = machine.integer<uint64_t>("rows", 1, 1 << 16);
  report.cols = machine.integer<uint64_t>("cols", 1, 1 << 16);
  report.dram = machine.text("dram");
  report.description = parseMachine(json["machine"]["description"].dump(), origin + ".machine.description");
  if (hash(report.description) != report.machineHash)
    in.fail("'machine.description' is not the machine of 'machine.hash'");
  const JsonFields totals = in.object("totals");
  report.cycles = totals.integer<uint64_t>("cycles");
  report.usefulMacs = totals.integer<uint64_t>("useful_macs");
  report.arrayMacs = totals.integer<uint64_t>("array_macs");
  report.engines = in.objects("engines", engineFromJson);
  report.traffic = in.objects("traffic", trafficFromJson);
  if (json.contains("prologue"))
    report.prologue = shareFromJson(in.object("prologue"));
  report.layers = in.objects("layers", [&](const JsonFields& layer) {
    return layerFromJson(layer, report.timed, report.prologue.has_value());
  });
  if (!report.layers.empty() && json["layers"][0].contains("code"))
    report.code = in.objects("layers", codeFromJson);
  hostFromJson(in, report);
  const JsonFields plan = in.object("memory_plan");
  report.constantBytes = plan.integer<uint64_t>("constant_bytes");
  report.activationBytes = plan.integer<uint64_t>("activation_bytes");
  report.activationLowerBound = plan.integer<uint64_t>("activation_lower_bound");
  report.scratchpadPeak = plan.integer<uint64_t>("scratchpad_peak");
  if (in.has("dram")) // not in reports of earlier versions
    report.tensors = dramFromJson(in, report.layers.size());
  if (in.has("memory_map"))
    report.memoryMap = memoryMapFromJson(in, report.layers.size());
  report.counters = in.counts("counters");
  report.activity = in.counts("activity");
  if (json.contains("energy"))
    report.energy = energyFromJson(in, json);
  if (json.contains("workload")) {
    const JsonFields workload = in.object("workload");
    report.workload = workloadFromJson(workload);
    report.mapping = workload.text("mapping");
    if (report.workload->groups.size() != report.layers.size())
      in.fail(fmt::format("'workload' has {} groups and the run {} layers", report.workload->groups.size(),
                          report.layers.size()));
  }
  if (const std::vector<std::string> problems = closureProblems(report); !problems.empty())
    in.fail(fmt::format("{}", fmt::join(problems, "; ")));
  return report;
}

} // namespace weft::runtime
