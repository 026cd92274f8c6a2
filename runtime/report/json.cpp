#include "isa/support/json_fields.h"
#include "runtime/report/report.h"

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "weft-report/1";

Json countsToJson(const std::vector<std::pair<std::string, uint64_t>>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts)
    object[name] = count;
  return object;
}

Json layerToJson(const LayerStatistics& layer, const Report& report) {
  Json json = {{"function", layer.symbol}, {"onnx_nodes", layer.onnxNodes}, {"mapping", layer.mapping}};
  json["useful_macs"] = layer.usefulMacs;
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
  return json;
}

LayerStatistics layerFromJson(const JsonFields& in) {
  LayerStatistics layer;
  layer.symbol = in.text("function");
  layer.onnxNodes = in.texts("onnx_nodes");
  layer.mapping = in.text("mapping");
  layer.usefulMacs = in.integer<uint64_t>("useful_macs");
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

void checkConservation(const Report& report, const JsonFields& in) {
  if (!report.timed)
    return;
  for (const EngineReport& engine : report.engines) {
    uint64_t sum = engine.busy + engine.idle;
    for (const auto& [cause, cycles] : engine.stalls)
      sum += cycles;
    if (sum != report.cycles)
      in.fail(
          fmt::format("the cycles of engine '{}' add up to {}, not to the run's {}", engine.name, sum, report.cycles));
  }
}

} // namespace

std::string toJson(const Report& report) {
  Json json;
  json["schema"] = kSchema;
  json["run"] = {{"program", report.program},   {"network", report.network}, {"device", report.device},
                 {"fidelity", report.fidelity}, {"timed", report.timed},     {"exit_code", report.exitCode}};
  json["machine"] = {{"name", report.machine},       {"hash", fmt::format("{:#018x}", report.machineHash)},
                     {"clock_mhz", report.clockMhz}, {"rows", report.rows},
                     {"cols", report.cols},          {"dram", report.dram}};
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
  json["layers"] = Json::array();
  for (const LayerStatistics& layer : report.layers)
    json["layers"].push_back(layerToJson(layer, report));
  json["host"] = {{"before", report.hostBefore}, {"after", report.hostAfter}};
  json["memory_plan"] = {{"constant_bytes", report.constantBytes},
                         {"activation_bytes", report.activationBytes},
                         {"activation_lower_bound", report.activationLowerBound},
                         {"scratchpad_peak", report.scratchpadPeak}};
  json["counters"] = countsToJson(report.counters);
  json["activity"] = countsToJson(report.activity);
  // Names from ONNX files may hold any bytes; JSON carries only UTF-8.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
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
  const JsonFields machine = in.object("machine");
  report.machine = machine.text("name");
  report.machineHash = machine.hash("hash");
  report.clockMhz = machine.integer<uint64_t>("clock_mhz", 1, 1000000);
  report.rows = machine.integer<uint64_t>("rows", 1, 1 << 16);
  report.cols = machine.integer<uint64_t>("cols", 1, 1 << 16);
  report.dram = machine.text("dram");
  const JsonFields totals = in.object("totals");
  report.cycles = totals.integer<uint64_t>("cycles");
  report.usefulMacs = totals.integer<uint64_t>("useful_macs");
  report.arrayMacs = totals.integer<uint64_t>("array_macs");
  report.engines = in.objects("engines", engineFromJson);
  report.traffic = in.objects("traffic", trafficFromJson);
  report.layers = in.objects("layers", layerFromJson);
  const JsonFields host = in.object("host");
  report.hostBefore = host.texts("before");
  report.hostAfter = host.texts("after");
  const JsonFields plan = in.object("memory_plan");
  report.constantBytes = plan.integer<uint64_t>("constant_bytes");
  report.activationBytes = plan.integer<uint64_t>("activation_bytes");
  report.activationLowerBound = plan.integer<uint64_t>("activation_lower_bound");
  report.scratchpadPeak = plan.integer<uint64_t>("scratchpad_peak");
  report.counters = in.counts("counters");
  report.activity = in.counts("activity");
  checkConservation(report, in);
  return report;
}

} // namespace weft::runtime
