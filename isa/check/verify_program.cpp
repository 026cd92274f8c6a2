#include "isa/check/verify_program.h"

#include "isa/semantics/image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft {

std::vector<Finding> verifyProgram(const Program& program, const Machine& machine) {
  checkMachine(program, machine);
  checkFits(program, machine);
  CoreMemory memory(machine);
  loadSegments(program, memory.dram);
  VerifyOptions options;
  options.entry = program.entry();
  options.place = [&](uint32_t pc) {
    const Group* group = program.groupAt(pc);
    return group ? fmt::format("{}, ONNX node {}", program.locate(pc), fmt::join(group->onnxNodes, ", "))
                 : program.locate(pc);
  };
  if (program.manifest())
    for (const DeviceTensor& input : program.manifest()->inputs)
      options.unknown.push_back({input.address, input.type.bytes()});
  return verify(machine, memory, options);
}

} // namespace weft
