#include "isa/program/tensor_type_json.h"

namespace weft {

nlohmann::ordered_json typeToJson(const TensorType& type) {
  nlohmann::ordered_json json = {
      {"element", net::name(type.element)}, {"shape", type.shape},      {"levels", nlohmann::ordered_json::array()},
      {"offset", type.layout.offset},       {"span", type.layout.span}, {"fill", type.layout.fill}};
  for (const Layout::Level& level : type.layout.levels)
    json["levels"].push_back({{"dimension", level.dimension}, {"count", level.count}, {"stride", level.stride}});
  return json;
}

TensorType typeFromJson(const JsonFields& in) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  TensorType type;
  const std::optional<net::DType> element = net::dtypeFrom(in.text("element"));
  if (!element)
    in.fail(fmt::format("unknown element type '{}'", in.text("element")));
  type.element = *element;
  type.shape = in.integers<int64_t>("shape", 0, kMost);
  type.layout.levels = in.objects("levels", [](const JsonFields& level) {
    return Layout::Level{level.integer<int32_t>("dimension", 0), level.integer<int64_t>("count", 0),
                         level.integer<int64_t>("stride", 0)};
  });
  type.layout.offset = in.integer<int64_t>("offset", 0);
  type.layout.span = in.integer<int64_t>("span", 0);
  type.layout.fill = in.integer<int32_t>("fill");
  checkType(type, in.where());
  return type;
}

} // namespace weft
