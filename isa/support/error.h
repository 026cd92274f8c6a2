// Errors. Policy: a user's mistake (bad file, bad argument, unsupported network) throws weft::Error with one full
// message (what, where, which values are legal); a programmer's mistake fails WEFT_CHECK, which stays on in every build.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace weft {

// A user-facing error. `what()` is one complete message; the command line prints it after "weft: error: ".
class Error : public std::runtime_error {
public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

// Prints the failed condition with its place and aborts.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line, const std::string& message);

} // namespace weft

#define WEFT_CHECK(condition, message)                                                                                 \
  ((condition) ? void(0) : ::weft::checkFailed(#condition, __FILE__, __LINE__, (message)))
