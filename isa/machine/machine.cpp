// What is made from a machine: YAML, hash, SystemVerilog parameters; and where machines come from.
#include "isa/machine/machine.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "isa/machine/fields.h"
#include "isa/support/embedded.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "isa/support/suggest.h"

namespace weft {
namespace {

using machine_fields::forEach;
using machine_fields::isActive;
using machine_fields::Range;
using machine_fields::Role;

// Gives every field as text: sink(path, value, role).
template <typename Sink> struct AsText {
  Sink sink;
  void text(std::string_view path, const std::string& value, Role role) { sink(path, value, role); }
  void integer(std::string_view path, uint64_t value, const Range&, Role role) {
    sink(path, fmt::format("{}", value), role);
  }
  void real(std::string_view path, double value, double, double, Role role) {
    sink(path, fmt::format("{}", value), role);
  }
  template <typename Enum> void choice(std::string_view path, Enum value, Role role) { sink(path, name(value), role); }
};
template <typename Sink> AsText(Sink) -> AsText<Sink>;

// Gives every integer: sink(path, value).
template <typename Sink> struct Integers {
  Sink sink;
  void text(std::string_view, const std::string&, Role) {}
  void integer(std::string_view path, uint64_t value, const Range&, Role) { sink(path, value); }
  void real(std::string_view, double, double, double, Role) {}
  template <typename Enum> void choice(std::string_view, Enum, Role) {}
};
template <typename Sink> Integers(Sink) -> Integers<Sink>;

} // namespace

const char* name(DramModel model) {
  return model == DramModel::ideal ? "ideal" : "detailed";
}

const char* name(DramPreset preset) {
  switch (preset) {
  case DramPreset::ddr4_2400:
    return "DDR4-2400";
  case DramPreset::lpddr4_3200:
    return "LPDDR4-3200";
  case DramPreset::hbm2:
    return "HBM2";
  }
  checkFailed("name", __FILE__, __LINE__, "DRAM preset");
}

std::string toYaml(const Machine& machine) {
  std::string text;
  std::string_view section;
  forEach(machine, AsText{[&](std::string_view path, const std::string& value, Role) {
            const size_t dot = path.find('.');
            if (dot == std::string_view::npos) {
              text += fmt::format("{}: {}\n", path, value);
              return;
            }
            if (path.substr(0, dot) != section) {
              section = path.substr(0, dot);
              text += fmt::format("{}:\n", section);
            }
            text += fmt::format("  {}: {}\n", path.substr(dot + 1), value);
          }});
  return text;
}

uint64_t hash(const Machine& machine) {
  uint64_t state = 0xcbf29ce484222325u; // FNV-1a, 64 bits
  forEach(machine, AsText{[&](std::string_view path, const std::string& value, Role role) {
            if (role == Role::label || !isActive(role, machine))
              return;
            for (char c : fmt::format("{}={}\n", path, value)) {
              state ^= static_cast<uint8_t>(c);
              state *= 0x100000001b3u;
            }
          }});
  return state;
}

std::string toSystemVerilog(const Machine& machine) {
  std::string text = fmt::format("// Generated from the machine description '{}'.\n"
                                 "/* verilator lint_off UNUSEDPARAM */ // no design reads every parameter\n"
                                 "package weft_params_pkg;\n",
                                 machine.name);
  auto parameter = [&](std::string_view path, uint64_t value) {
    std::string upper;
    for (char c : path)
      upper += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    text += fmt::format("  localparam logic [31:0] {} = 32'd{};\n", upper, value);
  };
  forEach(machine, Integers{parameter});
  parameter("row_bytes", machine.rowBytes());
  parameter("line_bytes", machine.lineBytes());
  parameter("scratchpad_bank_bytes", machine.bankBytes());
  parameter("accumulator_rows", machine.accumulatorRows());
  parameter("accumulator_bank_rows", machine.accumulatorBankRows());
  return text + "endpackage\n/* verilator lint_on UNUSEDPARAM */\n";
}

EmbeddedFiles machineFiles();

const std::vector<BuiltinMachine>& builtinMachines() {
  static const std::vector<BuiltinMachine> machines = [] {
    std::vector<BuiltinMachine> found;
    for (const EmbeddedFile& file : machineFiles())
      found.push_back({file.name.substr(0, file.name.rfind('.')), file.content});
    return found;
  }();
  return machines;
}

Machine loadMachine(const std::string& nameOrPath) {
  return machineSource(nameOrPath).first;
}

std::pair<Machine, std::string> machineSource(const std::string& nameOrPath) {
  std::vector<std::string> names;
  for (const BuiltinMachine& machine : builtinMachines()) {
    if (machine.name == nameOrPath)
      return {parseMachine(machine.yaml, nameOrPath + ".yaml (built in)"), std::string(machine.yaml)};
    names.emplace_back(machine.name);
  }
  std::error_code ignored;
  if (!std::filesystem::exists(nameOrPath, ignored))
    throw Error(fmt::format("machine '{}' is neither a file nor a built-in machine ({}){}", nameOrPath,
                            fmt::join(names, ", "), didYouMean(nameOrPath, names)));
  std::string text = readTextFile(nameOrPath);
  Machine machine = parseMachine(text, nameOrPath);
  return {std::move(machine), std::move(text)};
}

} // namespace weft
