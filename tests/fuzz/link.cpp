// Relocatable objects: any bytes either link or throw Error.
#include "compiler/link/link.h"

#include "isa/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    weft::LinkInput input;
    input.objects.push_back({"input", {data, data + size}});
    input.dramBytes = 1 << 20;
    weft::link(input);
  } catch (const weft::Error&) {
  }
  return 0;
}
