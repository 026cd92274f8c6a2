#include "isa/program/program.h"
#include "isa/program/tensor_type_json.h"
#include "isa/program/workload_json.h"

namespace weft {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "weft-program/2";

Json toJson(const DeviceTensor& tensor) {
  return {{"tensor", tensor.tensor}, {"address", tensor.address}, {"type", typeToJson(tensor.type)}};
}

Json toJson(const Group& group) {
  return {{"symbol", group.symbol},
          {"nodes", group.nodes},
          {"onnx_nodes", group.onnxNodes},
          {"mapping", group.mapping},
          {"useful_macs", group.usefulMacs}};
}

Json toJson(const MemoryRange& range) {
  Json json = {{"memory", name(range.memory)}, {"use", name(range.use)}, {"name", range.name},
               {"address", range.address},     {"bytes", range.bytes},   {"first_group", range.firstGroup},
               {"last_group", range.lastGroup}};
  if (range.memory == MapMemory::dram)
    json["network_bytes"] = range.networkBytes;
  return json;
}

Json toJson(const HostNode& host) {
  return {{"node", host.node}, {"reason", host.reason}};
}

Json toJson(const Step& step);

template <typename T> Json listToJson(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items)
    list.push_back(toJson(item));
  return list;
}

Json toJson(const Step& step) {
  if (!step.onDevice())
    return {{"host", listToJson(step.hostNodes)}};
  return {{"first_group", step.firstGroup},
          {"end_group", step.endGroup},
          {"inputs", listToJson(step.inputs)},
          {"outputs", listToJson(step.outputs)}};
}

std::vector<int32_t> readIndices(const JsonFields& in, const char* key) {
  return in.integers<int32_t>(key, 0, std::numeric_limits<int32_t>::max());
}

DeviceTensor readDeviceTensor(const JsonFields& in) {
  const DeviceTensor tensor = {in.integer<int32_t>("tensor", 0), in.integer<uint32_t>("address"),
                               typeFromJson(in.object("type"))};
  if (tensor.type.bytes() > (uint64_t{1} << 32) - tensor.address)
    in.fail("the tensor ends beyond 32 bits of address");
  return tensor;
}

MemoryRange readMemoryRange(const JsonFields& in, int32_t groups) {
  MemoryRange range;
  const std::optional<MapMemory> memory = mapMemoryFrom(in.text("memory"));
  const std::optional<MapUse> use = mapUseFrom(in.text("use"));
  if (!memory || !use)
    in.fail("unknown memory or use of a range");
  range.memory = *memory;
  range.use = *use;
  range.name = in.text("name");
  range.address = in.integer<uint32_t>("address");
  range.bytes = in.integer<uint32_t>("bytes", 0, std::numeric_limits<uint32_t>::max() - range.address);
  range.firstGroup = in.integer<int32_t>("first_group", 0, groups - 1);
  range.lastGroup = in.integer<int32_t>("last_group", range.firstGroup, groups - 1);
  if (range.memory == MapMemory::dram)
    range.networkBytes = in.integer<uint64_t>("network_bytes");
  return range;
}

HostNode readHostNode(const JsonFields& in) {
  return {in.integer<int32_t>("node", 0), in.text("reason")};
}

Step readStep(const JsonFields& in) {
  Step step;
  if (in.has("host")) {
    step.hostNodes = in.objects("host", readHostNode);
    if (step.hostNodes.empty())
      in.fail("a step of the host has no nodes");
    return step;
  }
  step.firstGroup = in.integer<int32_t>("first_group", 0);
  step.endGroup = in.integer<int32_t>("end_group", step.firstGroup);
  step.inputs = in.objects("inputs", readDeviceTensor);
  step.outputs = in.objects("outputs", readDeviceTensor);
  return step;
}

Group readGroup(const JsonFields& in) {
  Group group;
  group.symbol = in.text("symbol");
  group.nodes = readIndices(in, "nodes");
  group.onnxNodes = in.texts("onnx_nodes");
  group.mapping = in.text("mapping");
  group.usefulMacs = in.integer<uint64_t>("useful_macs");
  return group;
}

} // namespace

std::string toJson(const Manifest& manifest) {
  Json json = {{"schema", kSchema},
               {"machine",
                {{"name", manifest.machineName},
                 {"hash", fmt::format("{:#018x}", manifest.machineHash)},
                 {"yaml", manifest.machineYaml}}},
               {"steps", listToJson(manifest.steps)},
               {"constants", listToJson(manifest.constants)},
               {"groups", listToJson(manifest.groups)},
               {"mapping", manifest.mapping},
               {"memory",
                {{"constant_bytes", manifest.constantBytes},
                 {"activation_bytes", manifest.activationBytes},
                 {"activation_lower_bound", manifest.activationLowerBound},
                 {"scratchpad_peak", manifest.scratchpadPeak}}},
               {"memory_map", listToJson(manifest.memoryMap)}};
  if (manifest.workload)
    json["workload"] = workloadToJson(*manifest.workload);
  // ONNX names may hold any bytes; what is not UTF-8 is replaced, as JSON cannot carry it.
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

Manifest manifestFromJson(const std::string& text, const std::string& origin) {
  const std::string where = origin + ": malformed program: manifest";
  const Json json = parseJson(text, where);
  const JsonFields in(json, where);
  if (std::string schema = in.text("schema"); schema != kSchema)
    throw Error(fmt::format("{}: the program has format '{}'; this version reads '{}'", origin, schema, kSchema));

  Manifest manifest;
  const JsonFields machine = in.object("machine");
  manifest.machineName = machine.text("name");
  manifest.machineHash = machine.hash("hash");
  manifest.machineYaml = machine.text("yaml");
  manifest.steps = in.objects("steps", readStep);
  manifest.constants = in.objects("constants", readDeviceTensor);
  manifest.groups = in.objects("groups", readGroup);
  manifest.mapping = in.text("mapping");
  if (in.has("workload"))
    manifest.workload = workloadFromJson(in.object("workload"));
  const JsonFields memory = in.object("memory");
  manifest.constantBytes = memory.integer<uint64_t>("constant_bytes");
  manifest.activationBytes = memory.integer<uint64_t>("activation_bytes");
  manifest.activationLowerBound = memory.integer<uint64_t>("activation_lower_bound");
  manifest.scratchpadPeak = memory.integer<uint64_t>("scratchpad_peak");
  if (in.has("memory_map"))
    manifest.memoryMap = in.objects("memory_map", [&](const JsonFields& range) {
      return readMemoryRange(range, static_cast<int32_t>(manifest.groups.size()));
    });
  return manifest;
}

} // namespace weft
