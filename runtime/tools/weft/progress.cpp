#include "runtime/tools/weft/progress.h"

#include "runtime/tools/weft/interrupt.h"

#include <fmt/format.h>
#include <unistd.h>

namespace weft::tool {

using namespace std::chrono_literals;

Progress::Progress(const Common& common)
    : enabled_(!common.quiet && (common.progress || isatty(STDERR_FILENO))), terminal_(isatty(STDERR_FILENO)),
      begin_(Clock::now()), next_(begin_ + 2s) {}

Progress::~Progress() {
  if (lineShown_ && terminal_)
    std::fputs("\r\x1b[K", stderr);
}

void Progress::update(const std::string& stage, double fraction) {
  throwIfInterrupted();
  if (!enabled_)
    return;
  const auto now = Clock::now();
  if (now < next_)
    return;
  next_ = now + (terminal_ ? 200ms : 5000ms);
  lineShown_ = true;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count();
  std::string text = fraction < 0 ? fmt::format("weft: {} ({} s)", stage, seconds)
                                  : fmt::format("weft: {}: {:.0f} % ({} s)", stage, 100 * fraction, seconds);
  std::fputs((terminal_ ? fmt::format("\r\x1b[K{}", printable(text)) : fmt::format("{}\n", printable(text))).c_str(),
             stderr);
}

} // namespace weft::tool
