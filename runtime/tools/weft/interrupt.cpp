#include "runtime/tools/weft/interrupt.h"

#include "runtime/api/device.h"

#include <csignal>

namespace weft::tool {
namespace {

std::atomic<bool> flag = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set in a signal handler");

} // namespace

void catchInterrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { flag = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND); // the second SIGINT has its default effect
  sigaction(SIGINT, &action, nullptr);
}

const std::atomic<bool>& interrupted() {
  return flag;
}

void throwIfInterrupted() {
  if (flag)
    throw runtime::Cancelled();
}

} // namespace weft::tool
