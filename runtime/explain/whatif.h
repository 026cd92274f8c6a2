// What a prediction is worth: predicted beside measured.
#pragma once

#include "runtime/explain/explain.h"

namespace weft::explain {

struct Check {
  std::string subject; // "run", or the function of a layer
  Gain predicted;
  uint64_t before = 0;        // cycles of the run
  uint64_t measured = 0;      // cycles of the changed machine's run
  double measuredSaved = 0;   // part of `before`
  double measuredSpeedup = 1; // in seconds
  // (predicted cycles saved - measured cycles saved) / measured cycles saved; nothing if the measured ones are 0.
  std::optional<double> errorOfGain;
};

// Compares with `after`, the report of the same network on `lift`'s machine; `layer` or the whole run. Throws Error if
// the reports are of different networks or `after` is of another machine.
Check compare(const runtime::Report& before, const runtime::Report& after, const Lift& lift, const Gain& predicted,
              std::optional<size_t> layer);

} // namespace weft::explain
