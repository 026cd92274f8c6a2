#include "runtime/tools/weft/interrupt.h"

#include "runtime/api/device.h"
#include "runtime/tools/weft/command.h"

#include <csignal>
#include <unistd.h>

namespace weft::tool {
namespace {

std::atomic<bool> flag = false;
std::atomic<int> number = 0;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "set in a signal handler");

void stop(int signal) {
  number = signal;
  flag = true;
}

void endOnBadMapping(int) {
  constexpr std::string_view text =
      "weft: error: a file cannot be written or read to its end: the disk is full, or the "
      "file was cut short\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  _exit(kUserError);
}

} // namespace

void catchSignals() {
  struct sigaction action {};
  action.sa_flags = static_cast<int>(SA_RESETHAND); // the second one has its default effect
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    action.sa_handler = stop;
    if (before.sa_handler != SIG_IGN) // as under nohup
      sigaction(signal, &action, nullptr);
  }
  action.sa_handler = endOnBadMapping;
  sigaction(SIGBUS, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN); // writing fails instead
}

const std::atomic<bool>& interrupted() {
  return flag;
}

int interruptedBy() {
  return number;
}

void throwIfInterrupted() {
  if (flag)
    throw runtime::Cancelled();
}

} // namespace weft::tool
