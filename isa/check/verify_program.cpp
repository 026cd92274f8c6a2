#include "isa/check/verify_program.h"

#include "isa/semantics/image.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft {

std::vector<Finding> verifyProgram(const Program& program, const Machine& machine, VerifyOptions options) {
  checkMachine(program, machine);
  checkFits(program, machine);
  options.entry = program.entry();
  options.place = [&](uint32_t pc) {
    const Group* group = program.groupAt(pc);
    return group ? fmt::format("{}, ONNX node {}", program.locate(pc), fmt::join(group->onnxNodes, ", "))
                 : program.locate(pc);
  };
  const auto& manifest = program.manifest();
  if (manifest)
    for (const Step& step : manifest->steps)
      for (const DeviceTensor& input : step.inputs)
        options.unknown.push_back({input.address, input.type.bytes()});
  for (const DeclaredTensor& tensor : program.declaredTensors())
    if (tensor.input)
      options.unknown.push_back({tensor.address, tensor.bytes()});
  // A run of the core each: it knows nothing of the ones before but what they left in DRAM.
  std::vector<Finding> findings;
  const size_t runs = manifest ? std::max<size_t>(1, manifest->deviceSteps()) : 1;
  for (size_t step = 0; step < runs; ++step) {
    CoreMemory memory(machine);
    loadSegments(program, memory.dram);
    selectStep(program, step, memory.dram);
    for (Finding& finding : verify(machine, memory, options)) {
      if (runs > 1)
        finding.message = fmt::format("device step {}: {}", step, finding.message);
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

} // namespace weft
