#include "isa/program/resize.h"

#include "isa/support/error.h"

#include <cmath>
#include <fmt/format.h>

namespace weft::net {

using O = ops::Resize;

float resizePosition(const Node& node, const ResizedAxis& axis, int64_t at) {
  const std::string mode = value(node, O::coordinate_transformation_mode);
  const auto x = static_cast<float>(at), from = static_cast<float>(axis.from), to = static_cast<float>(axis.to);
  if (mode == "asymmetric")
    return x / axis.scale;
  if (mode == "align_corners")
    return axis.to == 1 ? 0 : x * (from - 1) / (to - 1);
  if (mode == "pytorch_half_pixel" && axis.to == 1)
    return 0;
  if (mode == "half_pixel" || mode == "pytorch_half_pixel")
    return (x + 0.5f) / axis.scale - 0.5f;
  if (mode == "half_pixel_symmetric") {
    const float adjustment = to / (axis.scale * from), centre = from / 2;
    return centre * (1 - adjustment) + (x + 0.5f) / axis.scale - 0.5f;
  }
  throw Error(
      fmt::format("node '{}' (Resize): attribute 'coordinate_transformation_mode' is '{}'; legal are half_pixel, "
                  "half_pixel_symmetric, pytorch_half_pixel, align_corners and asymmetric",
                  node.name, mode));
}

int64_t resizeNearest(const Node& node, float position) {
  const std::string mode = value(node, O::nearest_mode);
  const float below = std::floor(position);
  if (mode == "floor")
    return static_cast<int64_t>(below);
  if (mode == "ceil")
    return static_cast<int64_t>(std::ceil(position));
  if (mode == "round_prefer_floor")
    return static_cast<int64_t>(position - below > 0.5f ? below + 1 : below);
  if (mode == "round_prefer_ceil")
    return static_cast<int64_t>(position - below >= 0.5f ? below + 1 : below);
  throw Error(fmt::format("node '{}' (Resize): attribute 'nearest_mode' is '{}'; legal are round_prefer_floor, "
                          "round_prefer_ceil, floor and ceil",
                          node.name, mode));
}

} // namespace weft::net
