#include "isa/program/program.h"

#include "isa/support/error.h"

#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace weft {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "weft-program/1";

Json toJson(const DeviceTensor& tensor) {
  return {{"tensor", tensor.tensor},
          {"address", tensor.address},
          {"batch", tensor.batch},
          {"channels", tensor.channels},
          {"height", tensor.height},
          {"width", tensor.width},
          {"channel_pitch", tensor.channelPitch},
          {"pad_top", tensor.padTop},
          {"pad_bottom", tensor.padBottom},
          {"pad_left", tensor.padLeft},
          {"pad_right", tensor.padRight},
          {"pad_value", tensor.padValue}};
}

Json toJson(const Group& group) {
  return {{"symbol", group.symbol},
          {"nodes", group.nodes},
          {"onnx_nodes", group.onnxNodes},
          {"mapping", group.mapping},
          {"useful_macs", group.usefulMacs}};
}

// Access to the fields of one JSON object; errors name the field's path.
class Fields {
public:
  Fields(const Json& object, std::string path, const std::string& origin)
      : object_(object), path_(std::move(path)), origin_(origin) {
    if (!object.is_object())
      fail("must be an object");
  }

  // An integer in [low, high].
  template <typename T>
  T integer(const char* key, T low = std::numeric_limits<T>::min(), T high = std::numeric_limits<T>::max()) const {
    return integerOf<T>(at(key), key, low, high);
  }
  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string())
      fail(fmt::format("field '{}' must be a string", key));
    return value.get<std::string>();
  }
  const Json& list(const char* key) const {
    const Json& value = at(key);
    if (!value.is_array())
      fail(fmt::format("field '{}' must be a list", key));
    return value;
  }
  std::vector<int32_t> indices(const char* key) const {
    std::vector<int32_t> values;
    for (const Json& item : list(key))
      values.push_back(integerOf<int32_t>(item, key, 0, std::numeric_limits<int32_t>::max()));
    return values;
  }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> values;
    for (const Json& item : list(key)) {
      if (!item.is_string())
        fail(fmt::format("field '{}' must be a list of strings", key));
      values.push_back(item.get<std::string>());
    }
    return values;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(fmt::format("{}: malformed program: manifest{}: {}", origin_, path_, what));
  }

private:
  const Json& at(const char* key) const {
    auto it = object_.find(key);
    if (it == object_.end())
      fail(fmt::format("field '{}' is missing", key));
    return *it;
  }
  template <typename T> T integerOf(const Json& value, const char* key, T low, T high) const {
    bool fits = value.is_number_integer() && (value.is_number_unsigned() ? std::in_range<T>(value.get<uint64_t>())
                                                                         : std::in_range<T>(value.get<int64_t>()));
    if (!fits || value.get<T>() < low || value.get<T>() > high)
      fail(fmt::format("field '{}' must be an integer from {} to {}", key, low, high));
    return value.get<T>();
  }

  const Json& object_;
  std::string path_;
  const std::string& origin_;
};

DeviceTensor readDeviceTensor(const Fields& in) {
  // Bounds each extent so that no product below can overflow.
  constexpr int64_t kMost = 1 << 24;
  constexpr uint64_t kAddressSpace = uint64_t{1} << 32;
  DeviceTensor tensor;
  tensor.tensor = in.integer<int32_t>("tensor", 0);
  tensor.address = in.integer<uint32_t>("address");
  tensor.batch = in.integer<int64_t>("batch", 1, kMost);
  tensor.channels = in.integer<int64_t>("channels", 1, kMost);
  tensor.height = in.integer<int64_t>("height", 1, kMost);
  tensor.width = in.integer<int64_t>("width", 1, kMost);
  tensor.channelPitch = in.integer<int64_t>("channel_pitch", tensor.channels, kMost);
  tensor.padTop = in.integer<int64_t>("pad_top", 0, kMost);
  tensor.padBottom = in.integer<int64_t>("pad_bottom", 0, kMost);
  tensor.padLeft = in.integer<int64_t>("pad_left", 0, kMost);
  tensor.padRight = in.integer<int64_t>("pad_right", 0, kMost);
  tensor.padValue = in.integer<int32_t>("pad_value", -128, 255);
  uint64_t bytes = 1;
  for (int64_t extent : {tensor.batch, tensor.height + tensor.padTop + tensor.padBottom,
                         tensor.width + tensor.padLeft + tensor.padRight, tensor.channelPitch}) {
    bytes *= static_cast<uint64_t>(extent);
    if (bytes > kAddressSpace - tensor.address)
      in.fail("the tensor ends beyond 32 bits of address");
  }
  return tensor;
}

Group readGroup(const Fields& in) {
  Group group;
  group.symbol = in.text("symbol");
  group.nodes = in.indices("nodes");
  group.onnxNodes = in.texts("onnx_nodes");
  group.mapping = in.text("mapping");
  group.usefulMacs = in.integer<uint64_t>("useful_macs");
  return group;
}

// 64-bit hashes travel as text: many JSON readers keep only 53 bits of a number.
uint64_t readHash(const Fields& in, const char* key) {
  std::string text = in.text(key);
  if (text.size() != 18 || text.compare(0, 2, "0x") != 0 ||
      text.find_first_not_of("0123456789abcdef", 2) != std::string::npos)
    in.fail(fmt::format("field '{}' must be 0x and 16 hexadecimal digits", key));
  return std::stoull(text.substr(2), nullptr, 16);
}

template <typename Read> auto readList(const Fields& in, const char* key, const std::string& origin, Read read) {
  std::vector<decltype(read(in))> items;
  size_t index = 0;
  for (const Json& item : in.list(key))
    items.push_back(read(Fields(item, fmt::format(".{}[{}]", key, index++), origin)));
  return items;
}

template <typename T> Json listToJson(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items)
    list.push_back(toJson(item));
  return list;
}

} // namespace

std::string toJson(const Manifest& manifest) {
  Json json = {{"schema", kSchema},
               {"machine",
                {{"name", manifest.machineName},
                 {"hash", fmt::format("{:#018x}", manifest.machineHash)},
                 {"yaml", manifest.machineYaml}}},
               {"host_before", manifest.hostBefore},
               {"host_after", manifest.hostAfter},
               {"inputs", listToJson(manifest.inputs)},
               {"outputs", listToJson(manifest.outputs)},
               {"groups", listToJson(manifest.groups)},
               {"mapping", manifest.mapping},
               {"memory",
                {{"constant_bytes", manifest.constantBytes},
                 {"activation_bytes", manifest.activationBytes},
                 {"activation_lower_bound", manifest.activationLowerBound},
                 {"scratchpad_peak", manifest.scratchpadPeak}}}};
  // ONNX names may hold any bytes; what is not UTF-8 is replaced, as JSON cannot carry it.
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

Manifest manifestFromJson(const std::string& text, const std::string& origin) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    throw Error(fmt::format("{}: malformed program: its manifest is not JSON", origin));
  const Fields in(json, "", origin);
  if (std::string schema = in.text("schema"); schema != kSchema)
    throw Error(fmt::format("{}: the program has format '{}'; this version reads '{}'", origin, schema, kSchema));

  Manifest manifest;
  const Json empty;
  auto object = [&](const char* key) {
    return Fields(json.contains(key) ? json.at(key) : empty, fmt::format(".{}", key), origin);
  };
  const Fields machine = object("machine");
  manifest.machineName = machine.text("name");
  manifest.machineHash = readHash(machine, "hash");
  manifest.machineYaml = machine.text("yaml");
  manifest.hostBefore = in.indices("host_before");
  manifest.hostAfter = in.indices("host_after");
  manifest.inputs = readList(in, "inputs", origin, readDeviceTensor);
  manifest.outputs = readList(in, "outputs", origin, readDeviceTensor);
  manifest.groups = readList(in, "groups", origin, readGroup);
  manifest.mapping = in.text("mapping");
  const Fields memory = object("memory");
  manifest.constantBytes = memory.integer<uint64_t>("constant_bytes");
  manifest.activationBytes = memory.integer<uint64_t>("activation_bytes");
  manifest.activationLowerBound = memory.integer<uint64_t>("activation_lower_bound");
  manifest.scratchpadPeak = memory.integer<uint64_t>("scratchpad_peak");
  return manifest;
}

} // namespace weft
