// Mappings: any bytes either parse to a mapping that prints and parses back the same, or throw Error.
#include "compiler/mapping/mapping.h"

#include "isa/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weft::mapping;
  std::string printed;
  try {
    printed = toYaml(parseMapping({reinterpret_cast<const char*>(data), size}, "input"));
  } catch (const weft::Error&) {
    return 0;
  }
  WEFT_CHECK(toYaml(parseMapping(printed, "round trip")) == printed, "the round trip changes the mapping");
  return 0;
}
