#include "isa/program/workload_json.h"

#include <cstdlib>

namespace weft {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMost = int64_t{1} << 31; // of any extent

Json toJson(const View::Level& level) {
  return {{"count", level.count}, {"along", level.along}, {"step", level.step}};
}

Json toJson(const Activation& activation) {
  Json dims = Json::array();
  for (const View::Levels& levels : activation.view.dims) {
    Json& list = dims.emplace_back(Json::array());
    for (const View::Level& level : levels)
      list.push_back(toJson(level));
  }
  return {{"tensor", activation.tensor},
          {"storage", activation.storage},
          {"dims", std::move(dims)},
          {"start", activation.view.start}};
}

Storage readStorage(const JsonFields& in) {
  Storage storage;
  const std::optional<net::DType> element = net::dtypeFrom(in.text("element"));
  if (!element)
    in.fail("unknown element type");
  storage.element = *element;
  storage.extents = in.integers<int64_t>("extents", 1, kMost);
  storage.tensor = in.integer<int32_t>("tensor", -1);
  storage.constant = in.boolean("constant");
  if (storage.extents.empty())
    in.fail("a storage has at least one dimension");
  int64_t elements = 1;
  for (int64_t extent : storage.extents)
    if ((elements *= extent) > kMost * 2)
      in.fail("a storage has more elements than a core can address");
  return storage;
}

Activation readActivation(const JsonFields& in, const std::vector<Storage>& storages) {
  Activation activation;
  activation.tensor = in.integer<int32_t>("tensor", -1);
  activation.storage = in.integer<int32_t>("storage", 0, static_cast<int32_t>(storages.size()) - 1);
  const net::Shape& extents = storages[static_cast<size_t>(activation.storage)].extents;
  View& view = activation.view;
  view.start = in.integers<int64_t>("start", 0, kMost);
  if (view.start.size() != extents.size())
    in.fail("'start' has one entry for each dimension of the storage");
  view.dims = in.lists("dims", [&](const JsonFields& level) {
    return View::Level{level.integer<int64_t>("count", 1, kMost),
                       level.integer<int32_t>("along", View::kNowhere, static_cast<int32_t>(extents.size()) - 1),
                       level.integer<int64_t>("step", -kMost, kMost)};
  });
  if (!view.within(extents))
    in.fail("an activation reaches beyond its storage");
  return activation;
}

WorkloadGroup readGroup(const JsonFields& in, int32_t last) {
  WorkloadGroup group;
  group.node = in.text("node");
  group.kind = in.text("kind");
  group.inputs = in.integers<int32_t>("inputs", 0, last);
  if (group.inputs.empty())
    in.fail("a group has at least one input");
  group.output = in.integer<int32_t>("output", 0, last);
  group.attributes = in.integerLists("attributes");
  return group;
}

} // namespace

net::Shape View::shape() const {
  net::Shape result;
  for (const Levels& levels : dims) {
    int64_t extent = 1;
    for (const Level& level : levels)
      extent *= level.count;
    result.push_back(extent);
  }
  return result;
}

bool View::within(const net::Shape& extents) const {
  // First and last index of the storage that is seen.
  std::vector<int64_t> low = start, high = start;
  for (const Levels& levels : dims)
    for (const Level& level : levels) {
      const int64_t reach = (level.count - 1) * level.step;
      if (std::abs(reach) > kMost)
        return false;
      if (level.along != kNowhere)
        (reach < 0 ? low : high)[static_cast<size_t>(level.along)] += reach;
    }
  for (size_t d = 0; d < extents.size(); ++d)
    if (low[d] < 0 || high[d] >= extents[d])
      return false;
  return true;
}

Json workloadToJson(const Workload& workload) {
  Json json;
  json["storages"] = Json::array();
  for (const Storage& storage : workload.storages)
    json["storages"].push_back({{"element", net::name(storage.element)},
                                {"extents", storage.extents},
                                {"tensor", storage.tensor},
                                {"constant", storage.constant}});
  json["activations"] = Json::array();
  for (const Activation& activation : workload.activations)
    json["activations"].push_back(toJson(activation));
  json["inputs"] = workload.inputs;
  json["outputs"] = workload.outputs;
  json["steps"] = workload.steps;
  json["groups"] = Json::array();
  for (const WorkloadGroup& group : workload.groups)
    json["groups"].push_back({{"node", group.node},
                              {"kind", group.kind},
                              {"inputs", group.inputs},
                              {"output", group.output},
                              {"attributes", group.attributes}});
  return json;
}

Workload workloadFromJson(const JsonFields& in) {
  Workload workload;
  workload.storages = in.objects("storages", readStorage);
  workload.activations =
      in.objects("activations", [&](const JsonFields& a) { return readActivation(a, workload.storages); });
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
