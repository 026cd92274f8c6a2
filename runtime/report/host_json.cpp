#include "runtime/report/host_json.h"

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

HostStep::Operator operatorFromJson(const JsonFields& in) {
  return {in.text("name"), in.text("reason")};
}

HostStep stepFromJson(const JsonFields& in) {
  return {in.integer<uint64_t>("device_steps"), in.objects("operators", operatorFromJson)};
}

Crossing crossingFromJson(const JsonFields& in) {
  return {in.text("tensor"), in.integer<uint64_t>("device_step"), in.boolean("to_device"),
          in.integer<uint64_t>("bytes")};
}

} // namespace

void hostToJson(Json& json, const Report& report) {
  Json steps = Json::array(), crossings = Json::array();
  for (const HostStep& step : report.host) {
    Json operators = Json::array();
    for (const HostStep::Operator& op : step.operators)
      operators.push_back({{"name", op.name}, {"reason", op.reason}});
    steps.push_back({{"device_steps", step.deviceSteps}, {"operators", operators}});
  }
  for (const Crossing& crossing : report.crossings)
    crossings.push_back({{"tensor", crossing.tensor},
                         {"device_step", crossing.deviceStep},
                         {"to_device", crossing.toDevice},
                         {"bytes", crossing.bytes},
                         {"cycles_at_peak", crossingCycles(crossing.bytes, report.description)}});
  json["host"] = {{"steps", std::move(steps)}, {"crossings", std::move(crossings)}};
}

void hostFromJson(const JsonFields& in, Report& report) {
  const JsonFields host = in.object("host");
  report.host = host.objects("steps", stepFromJson);
  report.crossings = host.objects("crossings", crossingFromJson);
}

} // namespace weft::runtime
