// Tensor files: the first byte chooses the format, the rest is the file.
#include "runtime/tensor/io.h"

#include "isa/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  std::span<const uint8_t> file(data + 1, size - 1);
  try {
    switch (data[0] % 3) {
    case 0:
      weft::parseNpy(file, "input");
      break;
    case 1:
      weft::parseNpz(file, "input");
      break;
    default:
      weft::parseTensorProto(file, "input");
    }
  } catch (const weft::Error&) {
  }
  return 0;
}
