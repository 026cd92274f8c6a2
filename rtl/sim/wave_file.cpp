#include "rtl/sim/wave_file.h"

#include "isa/support/error.h"

#include <fmt/format.h>
#include <fstream>

namespace weft::rtl {
namespace {

constexpr uint8_t kBeingWritten = 255; // the kind of a block that was not completed

// Whether a file is a chain of complete FST blocks: kind, length of what follows (8 bytes, the first the most
// significant), content.
bool isComplete(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const uint64_t size = file ? static_cast<uint64_t>(file.tellg()) : 0;
  uint64_t at = 0;
  while (at + 9 <= size) {
    file.seekg(static_cast<std::streamoff>(at));
    uint8_t head[9] = {};
    file.read(reinterpret_cast<char*>(head), sizeof head);
    uint64_t length = 0;
    for (int i = 1; i < 9; ++i)
      length = length << 8 | head[i];
    if (!file || head[0] == kBeingWritten || length < 8 || length > size)
      return false;
    at += 1 + length;
  }
  return size > 0 && at == size;
}

} // namespace

void WaveFile::commit() {
  if (!isComplete(path()))
    throw Error(fmt::format("cannot write '{}': the disk may be full", name_.string()));
  output_.commit(path());
}

} // namespace weft::rtl
