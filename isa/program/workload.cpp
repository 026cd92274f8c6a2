#include "isa/program/workload_json.h"

#include <algorithm>

namespace weft {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMost = 1 << 24; // of any extent

template <size_t N>
std::array<int64_t, N> readArray(const JsonFields& in, const char* key, int64_t low, int64_t high = kMost) {
  const std::vector<int64_t> values = in.integers<int64_t>(key, low, high);
  if (values.size() != N)
    in.fail(fmt::format("field '{}' must have {} numbers", key, N));
  std::array<int64_t, N> result{};
  std::copy(values.begin(), values.end(), result.begin());
  return result;
}

WorkloadActivation readActivation(const JsonFields& in) {
  return {in.integer<int64_t>("batch", 1, kMost), in.integer<int64_t>("channels", 1, kMost),
          in.integer<int64_t>("height", 1, kMost), in.integer<int64_t>("width", 1, kMost)};
}

WorkloadGroup readGroup(const JsonFields& in, int32_t last) {
  WorkloadGroup group;
  group.node = in.text("node");
  group.kind = in.text("kind");
  group.inputs = in.integers<int32_t>("inputs", 0, last);
  if (group.inputs.empty())
    in.fail("a group has at least one input");
  group.residual = in.integer<int32_t>("residual", -1, last);
  group.output = in.integer<int32_t>("output", 0, last);
  group.kernel = readArray<2>(in, "kernel", 1);
  group.stride = readArray<2>(in, "stride", 1);
  group.dilation = readArray<2>(in, "dilation", 1);
  group.pad = readArray<4>(in, "pad", -kMost);
  group.padValue = in.integer<int32_t>("pad_value", -128, 255);
  for (int32_t table : in.integers<int32_t>("tables", 0, 1))
    group.tables.push_back(table != 0);
  group.resultTable = in.boolean("result_table");
  group.permutation = readArray<4>(in, "permutation", 0, 3);
  if (!group.tables.empty() && group.tables.size() != group.inputs.size())
    in.fail("'tables' has one entry for each input, or none");
  return group;
}

} // namespace

Json workloadToJson(const Workload& workload) {
  Json json;
  json["activations"] = Json::array();
  for (const WorkloadActivation& a : workload.activations)
    json["activations"].push_back(
        {{"batch", a.batch}, {"channels", a.channels}, {"height", a.height}, {"width", a.width}});
  json["inputs"] = workload.inputs;
  json["outputs"] = workload.outputs;
  json["steps"] = workload.steps;
  json["groups"] = Json::array();
  for (const WorkloadGroup& group : workload.groups) {
    const std::vector<int32_t> tables(group.tables.begin(), group.tables.end());
    json["groups"].push_back({{"node", group.node},
                              {"kind", group.kind},
                              {"inputs", group.inputs},
                              {"residual", group.residual},
                              {"output", group.output},
                              {"kernel", group.kernel},
                              {"stride", group.stride},
                              {"dilation", group.dilation},
                              {"pad", group.pad},
                              {"pad_value", group.padValue},
                              {"tables", tables},
                              {"result_table", group.resultTable},
                              {"permutation", group.permutation}});
  }
  return json;
}

Workload workloadFromJson(const JsonFields& in) {
  Workload workload;
  workload.activations = in.objects("activations", readActivation);
  const auto last = static_cast<int32_t>(workload.activations.size()) - 1;
  workload.inputs = in.integers<int32_t>("inputs", 0, last);
  workload.outputs = in.integers<int32_t>("outputs", 0, last);
  workload.groups = in.objects("groups", [&](const JsonFields& group) { return readGroup(group, last); });
  if (in.has("steps")) // not in reports of earlier versions
    workload.steps = in.integers<int32_t>("steps", 1, static_cast<int32_t>(workload.groups.size()));
  if (!std::is_sorted(workload.steps.begin(), workload.steps.end()))
    in.fail("'steps' must ascend");
  return workload;
}

} // namespace weft
