// weft disasm: a program's instructions as text, by function.
#include "isa/generated/instructions.h"
#include "isa/support/error.h"
#include "isa/support/suggest.h"
#include "runtime/api/device.h"
#include "runtime/tools/weft/command.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>

namespace weft::tool {
namespace {

struct CodeRange {
  std::string title;
  std::span<const uint8_t> bytes; // what the file holds of it
  uint32_t address = 0;
};

// The part of [address, address + bytes) that a segment has content for; `bytes` 0 means to the segment's end.
std::span<const uint8_t> contentAt(const Program& program, uint32_t address, uint32_t bytes) {
  for (const Segment& segment : program.segments()) {
    if (address < segment.address || address - segment.address >= segment.content.size())
      continue;
    auto rest = segment.content.subspan(address - segment.address);
    return bytes == 0 || bytes > rest.size() ? rest : rest.first(bytes);
  }
  return {};
}

// Whether a function is that of an ONNX node.
bool serves(const Program& program, const Symbol& symbol, const std::string& node) {
  const Group* group = program.groupAt(symbol.address);
  return group && std::find(group->onnxNodes.begin(), group->onnxNodes.end(), node) != group->onnxNodes.end();
}

// The functions of the program; one without any is shown from its entry on.
std::vector<CodeRange> codeRanges(const Program& program, const std::string& only) {
  std::vector<CodeRange> ranges;
  for (const Symbol& symbol : program.symbols())
    if (symbol.function && (only.empty() || symbol.name == only || serves(program, symbol, only)))
      ranges.push_back({symbol.name, contentAt(program, symbol.address, symbol.bytes), symbol.address});
  if (ranges.empty() && only.empty())
    ranges.push_back({"(entry)", contentAt(program, program.entry(), 0), program.entry()});
  return ranges;
}

// Of functions and ONNX nodes.
std::vector<std::string> names(const Program& program) {
  std::vector<std::string> list;
  for (const Symbol& symbol : program.symbols())
    if (symbol.function)
      list.push_back(symbol.name);
  if (program.manifest())
    for (const Group& group : program.manifest()->groups)
      list.insert(list.end(), group.onnxNodes.begin(), group.onnxNodes.end());
  return list;
}

void print(const CodeRange& range, const Program& program) {
  printOut("\n{:08x} <{}>:\n", range.address, range.title);
  if (const Group* group = program.groupAt(range.address))
    printOut("  # ONNX nodes: {}\n  # {}\n", fmt::join(group->onnxNodes, ", "), group->mapping);
  for (size_t offset = 0; offset + 8 <= range.bytes.size(); offset += 8) {
    const auto pc = static_cast<uint32_t>(range.address + offset);
    uint64_t word;
    std::memcpy(&word, range.bytes.data() + offset, sizeof word);
    Instruction instruction;
    printOut("{:08x}:  {:016x}  {}\n", pc, word,
             decode(word, instruction) ? weft::print(instruction, pc) : fmt::format(".quad\t{:#018x}", word));
  }
}

} // namespace

void addDisasm(CLI::App& app, Action& action) {
  struct Options {
    std::string program, function;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("disasm", "Print a program's instructions");
  command->add_option("program", options->program, "Program file (.weft)")->required();
  command->add_option("--function", options->function, "Only this function, or that of an ONNX node");
  command->footer("Examples:\n"
                  "  weft disasm net.weft\n"
                  "  weft disasm net.weft --function main");
  command->callback([options, &action] {
    action = [options](const Common&) {
      auto program = runtime::readProgram(options->program);
      const auto ranges = codeRanges(*program, options->function);
      if (ranges.empty())
        throw Error(fmt::format("{}: there is no function or ONNX node '{}'{}", options->program, options->function,
                                didYouMean(options->function, names(*program))));
      printOut("{}: entry {:#010x}\n", options->program, program->entry());
      for (const CodeRange& range : ranges)
        print(range, *program);
      return kOk;
    };
  });
}

} // namespace weft::tool
