// Machine descriptions: any bytes either parse to a machine that prints and parses back, or throw Error.
#include "isa/machine/machine.h"

#include "isa/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weft::Machine machine;
  try {
    machine = weft::parseMachine({reinterpret_cast<const char*>(data), size}, "input");
  } catch (const weft::Error&) {
    return 0;
  }
  const weft::Machine again = weft::parseMachine(weft::toYaml(machine), "round trip");
  WEFT_CHECK(weft::hash(again) == weft::hash(machine), "the round trip changes the hash");
  return 0;
}
