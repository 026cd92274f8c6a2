// Program files: any bytes either parse or throw Error, and what parses can be asked about any address.
#include "isa/program/program.h"

#include "isa/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    weft::Program program = weft::Program::parse(std::vector<uint8_t>(data, data + size), "input");
    for (const weft::Segment& segment : program.segments()) {
      program.locate(segment.address);
      program.groupAt(segment.address + segment.bytes - 1);
    }
    if (program.network())
      for (const weft::net::Tensor& tensor : program.network()->tensors)
        tensor.data.data(); // gathered if it is in a segment
    if (program.manifest())
      weft::manifestFromJson(weft::toJson(*program.manifest()), "round trip");
  } catch (const weft::Error&) {
  }
  return 0;
}
