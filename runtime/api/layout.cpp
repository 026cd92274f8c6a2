#include "runtime/api/layout.h"

#include "isa/support/error.h"

#include <algorithm>

namespace weft::runtime {
namespace {

// Calls visit(index in N x C x H x W order, offset in device memory) for every element.
template <typename Visit> void forEachElement(const DeviceTensor& place, Visit visit) {
  const int64_t rows = place.height + place.padTop + place.padBottom;
  const int64_t columns = place.width + place.padLeft + place.padRight;
  size_t index = 0;
  for (int64_t n = 0; n < place.batch; ++n)
    for (int64_t c = 0; c < place.channels; ++c)
      for (int64_t h = 0; h < place.height; ++h) {
        int64_t offset = ((n * rows + h + place.padTop) * columns + place.padLeft) * place.channelPitch + c;
        for (int64_t w = 0; w < place.width; ++w, offset += place.channelPitch)
          visit(index++, static_cast<size_t>(offset));
      }
}

size_t elements(const DeviceTensor& place) {
  return static_cast<size_t>(place.batch * place.channels * place.height * place.width);
}

} // namespace

void toDevice(const DeviceTensor& place, std::span<const uint8_t> values, std::span<uint8_t> memory) {
  WEFT_CHECK(values.size() == elements(place) && memory.size() == place.bytes(), "sizes do not fit the tensor's place");
  std::fill(memory.begin(), memory.end(), static_cast<uint8_t>(place.padValue));
  forEachElement(place, [&](size_t index, size_t offset) { memory[offset] = values[index]; });
}

std::vector<uint8_t> fromDevice(const DeviceTensor& place, std::span<const uint8_t> memory) {
  WEFT_CHECK(memory.size() == place.bytes(), "sizes do not fit the tensor's place");
  std::vector<uint8_t> values(elements(place));
  forEachElement(place, [&](size_t index, size_t offset) { values[index] = memory[offset]; });
  return values;
}

} // namespace weft::runtime
