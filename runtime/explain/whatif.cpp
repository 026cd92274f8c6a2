#include "runtime/explain/whatif.h"

#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::explain {

Check compare(const runtime::Report& before, const runtime::Report& after, const Lift& lift, const Gain& predicted,
              std::optional<size_t> layer) {
  if (!before.workload || before.workload != after.workload)
    throw Error(fmt::format("'{}' is not the network of the report", after.program));
  if (after.machineHash != hash(lift.machine))
    throw Error("the run to compare with is of another machine");
  Check check;
  check.subject = layer ? before.layers[*layer].symbol : "run";
  check.predicted = predicted;
  check.before = layer ? before.layers[*layer].share.cycles : before.cycles;
  check.measured = layer ? after.layers[*layer].share.cycles : after.cycles;
  const double saved = static_cast<double>(check.before) - static_cast<double>(check.measured);
  if (check.before > 0)
    check.measuredSaved = saved / static_cast<double>(check.before);
  if (check.measured > 0)
    check.measuredSpeedup = static_cast<double>(check.before) * lift.machine.clockMhz /
                            (static_cast<double>(check.measured) * static_cast<double>(before.clockMhz));
  if (check.before != check.measured && predicted.unpredicted.empty())
    check.errorOfGain = (static_cast<double>(check.before) - predicted.cycles - saved) / std::abs(saved);
  return check;
}

} // namespace weft::explain
