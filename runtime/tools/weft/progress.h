// A line on stderr about work that takes longer than two seconds.
#pragma once

#include "runtime/tools/weft/command.h"

#include <chrono>
#include <string>

namespace weft::tool {

class Progress {
public:
  explicit Progress(const Common& common);
  ~Progress(); // removes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows the stage and the part of it that is done (negative: unknown). Cheap: most calls do nothing. Throws
  // runtime::Cancelled after an interrupting signal.
  void update(const std::string& stage, double fraction);

private:
  using Clock = std::chrono::steady_clock;

  bool enabled_;
  bool terminal_;
  bool lineShown_ = false;
  Clock::time_point begin_;
  Clock::time_point next_;
};

} // namespace weft::tool
