// Signals. The first SIGINT, SIGTERM or SIGHUP asks the running command to stop cleanly, the second one kills. A mapped
// file that cannot be filled or was cut short (SIGBUS) ends the command with a message.
#pragma once

#include <atomic>

namespace weft::tool {

void catchSignals();
// True after the first SIGINT, SIGTERM or SIGHUP.
const std::atomic<bool>& interrupted();
// Which one it was; the exit code is 128 more.
int interruptedBy();
// Throws runtime::Cancelled after it.
void throwIfInterrupted();

} // namespace weft::tool
