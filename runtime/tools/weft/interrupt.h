// SIGINT: the first one asks the running command to stop cleanly, the second one kills.
#pragma once

#include <atomic>

namespace weft::tool {

void catchInterrupts();
// True after the first SIGINT.
const std::atomic<bool>& interrupted();
// Throws runtime::Cancelled after the first SIGINT.
void throwIfInterrupted();

} // namespace weft::tool
