#include "runtime/report/dram_json.h"

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

void addReasons(Json& json, const DramReasons& reasons) {
  for (const DramReason& reason : kDramReasons)
    if (reason.bytes != &DramReasons::unknown || reasons.unknown > 0)
      json[reason.name] = reasons.*reason.bytes;
}

void addRange(Json& json, const MemoryRange& range) {
  json["use"] = name(range.use);
  json["name"] = range.name;
  json["address"] = range.address;
  json["bytes"] = range.bytes;
  json["first_layer"] = range.firstGroup;
  json["last_layer"] = range.lastGroup;
  if (range.memory == MapMemory::dram)
    json["network_bytes"] = range.networkBytes;
}

MemoryRange rangeFromJson(const JsonFields& in, MapMemory memory, size_t layers) {
  MemoryRange range;
  range.memory = memory;
  if (auto use = mapUseFrom(in.text("use")))
    range.use = *use;
  else
    in.fail("unknown 'use'");
  range.name = in.text("name");
  range.address = in.integer<uint32_t>("address");
  range.bytes = in.integer<uint32_t>("bytes");
  const auto last = static_cast<int32_t>(layers) - 1;
  range.firstGroup = in.integer<int32_t>("first_layer", 0, last);
  range.lastGroup = in.integer<int32_t>("last_layer", range.firstGroup, last);
  if (memory == MapMemory::dram)
    range.networkBytes = in.integer<uint64_t>("network_bytes");
  return range;
}

// Bytes that are 0 are left out.
struct MovesField {
  const char* name;
  uint64_t DramMoves::*bytes;
};
constexpr MovesField kMoves[] = {{"read", &DramMoves::read},
                                 {"read_again", &DramMoves::readAgain},
                                 {"written", &DramMoves::written},
                                 {"written_again", &DramMoves::writtenAgain}};

Json partToJson(const TensorReport::Part& part) {
  Json json = Json::object();
  if (part.layer)
    json["layer"] = *part.layer;
  for (const MovesField& field : kMoves)
    if (part.moves.*field.bytes > 0)
      json[field.name] = part.moves.*field.bytes;
  return json;
}

TensorReport::Part partFromJson(const JsonFields& in, size_t layers) {
  TensorReport::Part part;
  if (in.has("layer"))
    part.layer = static_cast<size_t>(in.integer<int64_t>("layer", 0, static_cast<int64_t>(layers) - 1));
  for (const MovesField& field : kMoves)
    if (in.has(field.name))
      part.moves.*field.bytes = in.integer<uint64_t>(field.name);
  if (part.moves.readAgain > part.moves.read || part.moves.writtenAgain > part.moves.written)
    in.fail("more bytes are moved again than at all");
  return part;
}

} // namespace

void dramToJson(Json& json, const Report& report) {
  Json& out = json["dram"];
  out["by_reason"] = Json::object();
  addReasons(out["by_reason"], sumOfReasons(*report.tensors));
  out["by_reason"]["instructions"] = report.count("sequencer_bytes_fetched");
  out["by_reason"]["scalar_data"] = report.count("sequencer_bytes_read") + report.count("sequencer_bytes_written");
  out["tensors"] = Json::array();
  for (const TensorReport& tensor : *report.tensors) {
    Json item = Json::object();
    if (tensor.range)
      addRange(item, *tensor.range);
    const DramMoves moves = tensor.moves();
    item["read"] = moves.read;
    item["written"] = moves.written;
    addReasons(item, tensor.reasons());
    item["layers"] = Json::array();
    for (const TensorReport::Part& part : tensor.layers)
      item["layers"].push_back(partToJson(part));
    out["tensors"].push_back(std::move(item));
  }
  const std::vector<DramReasons> layers = reasonsOfLayers(*report.tensors, report.layers.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    Json& reasons = json["layers"][i]["dram_by_reason"] = Json::object();
    for (const DramReason& reason : kDramReasons)
      if (layers[i].*reason.bytes > 0)
        reasons[reason.name] = layers[i].*reason.bytes;
  }
}

std::vector<TensorReport> dramFromJson(const JsonFields& in, size_t layers) {
  return in.object("dram").objects("tensors", [&](const JsonFields& item) {
    TensorReport tensor;
    if (item.has("use"))
      tensor.range = rangeFromJson(item, MapMemory::dram, layers);
    tensor.layers = item.objects("layers", [&](const JsonFields& part) { return partFromJson(part, layers); });
    const DramMoves moves = tensor.moves();
    if (moves.read != item.integer<uint64_t>("read") || moves.written != item.integer<uint64_t>("written"))
      item.fail("the bytes of 'layers' do not add up to 'read' and 'written'");
    const DramReasons reasons = tensor.reasons();
    for (const DramReason& reason : kDramReasons)
      if ((item.has(reason.name) ? item.integer<uint64_t>(reason.name) : 0) != reasons.*reason.bytes)
        item.fail(fmt::format("'{}' is not what follows from 'layers'", reason.name));
    return tensor;
  });
}

void memoryMapToJson(Json& json, const Report& report) {
  json["memory_map"] = Json::array();
  for (const MemoryRange& range : report.memoryMap) {
    Json item = {{"memory", name(range.memory)}};
    addRange(item, range);
    json["memory_map"].push_back(std::move(item));
  }
}

std::vector<MemoryRange> memoryMapFromJson(const JsonFields& in, size_t layers) {
  return in.objects("memory_map", [&](const JsonFields& range) {
    const auto memory = mapMemoryFrom(range.text("memory"));
    if (!memory)
      range.fail("unknown 'memory'");
    return rangeFromJson(range, *memory, layers);
  });
}

} // namespace weft::runtime
