#include "runtime/report/code.h"

#include "isa/generated/instructions.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace weft::runtime {
namespace {

// The groups of a mapping, each as a YAML text of its own.
std::vector<std::string> mappingsOf(const Manifest& manifest) {
  std::vector<std::string> mappings(manifest.groups.size());
  try {
    const YAML::Node groups = YAML::Load(manifest.mapping)["groups"];
    for (size_t i = 0; i < mappings.size() && groups && i < groups.size(); ++i)
      mappings[i] = YAML::Dump(groups[i]);
  } catch (const YAML::Exception&) {
    // A mapping is for the reader; a program whose mapping cannot be read runs nevertheless.
  }
  return mappings;
}

void list(LayerCode& code, size_t most, const Program& program, const Symbol& function) {
  for (const Segment& segment : program.segments()) {
    if (function.address < segment.address || function.address - segment.address >= segment.content.size())
      continue;
    const auto rest = segment.content.subspan(function.address - segment.address);
    const auto bytes = rest.first(std::min<size_t>(function.bytes, rest.size()));
    for (size_t offset = 0; offset + sizeof(uint64_t) <= bytes.size(); offset += sizeof(uint64_t)) {
      uint64_t word;
      std::memcpy(&word, bytes.data() + offset, sizeof word);
      Instruction instruction;
      if (!decode(word, instruction))
        continue;
      ++code.instructions;
      if (info(instruction.op).engine != Engine::sequencer)
        ++code.tensorInstructions;
      if (code.listing.size() >= most)
        continue;
      const auto pc = static_cast<uint32_t>(function.address + offset);
      std::string text = weft::print(instruction, pc);
      std::replace(text.begin(), text.end(), '\t', ' ');
      code.listing.push_back(fmt::format("{:08x}  {}", pc, text));
    }
  }
}

} // namespace

std::vector<LayerCode> layerCode(const Program& program) {
  std::vector<LayerCode> layers;
  if (!program.manifest())
    return layers;
  for (std::string& mapping : mappingsOf(*program.manifest()))
    layers.emplace_back().mapping = std::move(mapping);
  const size_t most = std::min(kListedInstructionsOfLayer, kListedInstructions / std::max<size_t>(1, layers.size()));
  for (size_t i = 0; i < layers.size(); ++i)
    for (const Symbol& symbol : program.symbols())
      if (symbol.function && symbol.name == program.manifest()->groups[i].symbol)
        list(layers[i], most, program, symbol);
  return layers;
}

} // namespace weft::runtime
