// What the command prints, on stdout and stderr. Names of nodes, tensors and files may hold anything: what would move
// the cursor of a terminal or hide text is shown as an escape, such as \x1b.
#pragma once

#include <fmt/format.h>
#include <string>

namespace weft::tool {

// Opens /dev/null in place of stdin, stdout and stderr that are closed, so that no other file becomes one of them;
// writing to these fails.
void openStandardFiles();

// The text with control characters (but line ends and tabs), marks of direction and what is no UTF-8 as escapes. With
// `colours` the sequences with which Weft colours its own tables stay.
std::string printable(std::string_view text, bool colours = false);

// Prints to stdout. Throws Error if that fails.
void printText(const std::string& text);
template <typename... Parts> void printOut(fmt::format_string<Parts...> format, Parts&&... parts) {
  printText(fmt::format(format, std::forward<Parts>(parts)...));
}

// Print "weft: error: <message>" and "weft: warning: <message>" to stderr, if it can be written.
void printError(const std::string& message);
void printWarning(const std::string& message);

} // namespace weft::tool
