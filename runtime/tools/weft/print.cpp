#include "runtime/tools/weft/print.h"

#include "isa/support/error.h"
#include "runtime/tools/weft/command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace weft::tool {
namespace {

constexpr std::string_view kColours[] = {"\x1b[1;36m", "\x1b[1m", "\x1b[0m"};

struct Character {
  char32_t code = 0;
  size_t bytes = 0; // 0: not UTF-8
};

Character decode(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80)
    return {first, 1};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes)
    return {};
  char32_t code = first & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xC0) != 0x80)
      return {};
    code = code << 6 | (next & 0x3F);
  }
  const bool legal = code >= kLeast[bytes] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  return {code, legal ? bytes : 0};
}

bool isHarmless(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool direction =
      code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return code == '\n' || code == '\t' || (!control && !direction);
}

void printToStderr(const char* kind, const std::string& message) {
  std::fputs(fmt::format("weft: {}: {}\n", kind, printable(message)).c_str(), stderr);
}

} // namespace

void openStandardFiles() {
  for (int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(file, F_GETFD) < 0)
      open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY); // the lowest that is free: this one
}

std::string printable(std::string_view text, bool colours) {
  std::string result;
  while (!text.empty()) {
    const Character character = decode(text);
    const auto colour = std::find_if(std::begin(kColours), std::end(kColours),
                                     [&](std::string_view sequence) { return text.starts_with(sequence); });
    size_t bytes = std::max(character.bytes, size_t{1});
    if (colours && colour != std::end(kColours))
      result += text.substr(0, bytes = colour->size());
    else if (character.bytes > 0 && isHarmless(character.code))
      result += text.substr(0, bytes);
    else if (bytes == 1)
      result += fmt::format("\\x{:02x}", static_cast<uint8_t>(text[0]));
    else
      result += fmt::format("\\u{:04x}", static_cast<uint32_t>(character.code));
    text.remove_prefix(bytes);
  }
  return result;
}

void printText(const std::string& text) {
  const std::string shown = printable(text, stdoutStyle().colour);
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size())
    throw Error(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
}

void printError(const std::string& message) {
  printToStderr("error", message);
}

void printWarning(const std::string& message) {
  printToStderr("warning", message);
}

} // namespace weft::tool
