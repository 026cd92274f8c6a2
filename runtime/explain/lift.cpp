#include "runtime/explain/lift.h"

#include "isa/machine/fields.h"
#include "isa/support/error.h"
#include "runtime/energy/model.h"
#include "runtime/report/table.h"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>

namespace weft::explain {
namespace {

using machine_fields::Range;
using machine_fields::Role;

// Calls visit(path, value) for every integer of a machine.
template <typename Visit> struct Integers {
  Visit& visit;
  template <typename T> void integer(std::string_view path, T& value, Range, Role) { visit(path, value); }
  template <typename T> void text(std::string_view, T&, Role) {}
  template <typename T> void real(std::string_view, T&, double, double, Role) {}
  template <typename T> void choice(std::string_view, T&, Role) {}
};
template <typename Visit> void forEachInteger(Machine& machine, Visit visit) {
  machine_fields::forEach(machine, Integers<Visit>{visit});
}

// Sets a field; false if there is none of this path or its type cannot hold the value.
bool set(Machine& machine, const std::string& path, uint64_t value, std::vector<Change>& changes) {
  bool done = false;
  forEachInteger(machine, [&](std::string_view name, auto& field) {
    if (name != path || value > std::numeric_limits<std::decay_t<decltype(field)>>::max())
      return;
    changes.push_back({path, field, value});
    field = static_cast<std::decay_t<decltype(field)>>(value);
    done = true;
  });
  return done;
}

std::vector<std::string> pathsOf(const std::string& parameter) {
  if (parameter == "queues")
    return {"queues.load", "queues.store", "queues.matrix", "queues.vector"};
  return {parameter};
}

uint64_t valueOf(Machine machine, const std::string& path) {
  uint64_t value = 0;
  forEachInteger(machine, [&](std::string_view name, auto& field) {
    if (name == path)
      value = field;
  });
  return value;
}

bool isLegal(const Machine& machine) {
  try {
    parseMachine(toYaml(machine), "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

} // namespace

const std::vector<std::string>& liftedParameters() {
  static const std::vector<std::string> parameters = {
      "queues",           "dma.store_outstanding", "dma.load_outstanding", "accumulator.bytes",
      "scratchpad.bytes", "dram.bandwidth_mb_s",   "dram.latency_ns",      "array.rows",
      "array.cols"};
  return parameters;
}

std::optional<Cost> costOf(const Machine& before, const Lift& lift) {
  for (const Change& c : lift.changes)
    if (c.path.starts_with("dram."))
      return std::nullopt;
  static const energy::EnergyTable table = energy::loadTable("");
  const energy::EnergyModel from = energy::makeModel(table, before), to = energy::makeModel(table, lift.machine);
  return Cost{(to.areaUm2() - from.areaUm2()) * 1e-6, to.idleMw() - from.idleMw()};
}

std::optional<Lift> lift(const Machine& machine, const std::string& parameter, uint64_t factor) {
  Lift result{parameter, {}, machine};
  Machine& m = result.machine;
  auto multiply = [&](const std::string& path) { return set(m, path, valueOf(m, path) * factor, result.changes); };
  for (const std::string& path : pathsOf(parameter)) {
    const bool down = path == "dram.latency_ns";
    if (down ? !set(m, path, valueOf(m, path) / factor, result.changes) : !multiply(path))
      return std::nullopt;
  }
  if (parameter == "array.cols")
    multiply("accumulator.bytes");
  if (parameter == "dram.bandwidth_mb_s" && uint64_t{m.dma.busBytes} * m.clockMhz < m.dram.bandwidthMbS) {
    const Lift without = result;
    multiply("dma.bus_bytes");
    if (m.dma.burstBytes < m.dma.busBytes)
      multiply("dma.burst_bytes");
    if (!isLegal(m)) // as wide as it can be
      result = without;
  }
  return isLegal(m) ? std::optional(std::move(result)) : std::nullopt;
}

Lift liftOf(const Machine& machine, const std::vector<Change>& changes) {
  Lift result{changes.empty() ? "" : changes.front().path, {}, machine};
  for (const Change& c : changes)
    set(result.machine, c.path, c.to, result.changes);
  return result;
}

Lift change(const Machine& machine, const std::vector<std::string>& assignments, const std::string& origin) {
  Lift result{"", {}, machine};
  for (const std::string& assignment : assignments) {
    const size_t equals = assignment.find('=');
    uint64_t value = 0;
    const char* end = assignment.data() + assignment.size();
    const char* digits = equals == std::string::npos ? end : assignment.data() + equals + 1;
    auto [rest, error] = std::from_chars(digits, end, value);
    if (error != std::errc() || rest != end)
      throw Error(fmt::format("{} {}: expected PATH=INTEGER, as in array.rows=32", origin, assignment));
    const std::string path = assignment.substr(0, equals);
    for (const Change& earlier : result.changes)
      if (earlier.path == path)
        throw Error(fmt::format("{} {}: {} is changed twice", origin, assignment, path));
    if (!set(result.machine, path, value, result.changes)) {
      std::vector<std::string> paths;
      forEachInteger(result.machine, [&](std::string_view name, auto&) { paths.emplace_back(name); });
      throw Error(fmt::format("{} {}: no such number in the machine description, or too large; legal are {}", origin,
                              assignment, fmt::join(paths, ", ")));
    }
  }
  try {
    result.machine = parseMachine(toYaml(result.machine), "the machine");
  } catch (const Error& problem) {
    throw Error(fmt::format("{} {}: {}", origin, fmt::join(assignments, " "), problem.what()));
  }
  if (!result.changes.empty())
    result.parameter = result.changes.front().path;
  return result;
}

std::string describe(const std::vector<Change>& changes) {
  std::vector<std::string> texts;
  for (const Change& c : changes)
    texts.push_back(fmt::format("{} {} -> {}", c.path, runtime::grouped(c.from), runtime::grouped(c.to)));
  return fmt::format("{}", fmt::join(texts, ", "));
}

} // namespace weft::explain
