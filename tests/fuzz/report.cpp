// Reports: any text either parses or throws Error, and what parses can be shown and written again.
#include "runtime/report/summary.h"

#include "isa/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    weft::runtime::Report report = weft::runtime::reportFromJson({reinterpret_cast<const char*>(data), size}, "input");
    weft::runtime::summary(report, true);
    weft::runtime::reportFromJson(weft::runtime::toJson(report), "round trip");
  } catch (const weft::Error&) {
  }
  return 0;
}
