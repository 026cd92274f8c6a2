// Descriptions with one line changed, for the tests of the machine parser.
#pragma once

#include <string>

#include "isa/machine/machine.h"
#include "isa/support/error.h"

namespace weft::test {

// edge-16 in the canonical order of toYaml: line 1 is the name, line 2 the clock.
inline std::string baseText() {
  return toYaml(loadMachine("edge-16"));
}

// Start and end (after the newline) of the line of a field, given by its path.
inline std::pair<size_t, size_t> lineOf(const std::string& text, const std::string& path) {
  const size_t dot = path.find('.');
  size_t start = 0;
  if (dot != std::string::npos)
    start = text.find("\n" + path.substr(0, dot) + ":\n");
  const std::string key = dot == std::string::npos ? path + ":" : "  " + path.substr(dot + 1) + ":";
  start = text.compare(start, key.size(), key) == 0 ? start : text.find("\n" + key, start) + 1;
  WEFT_CHECK(text.compare(start, key.size(), key) == 0, "no line for " + path);
  return {start, text.find('\n', start) + 1};
}

// The base description with another text as the value of a field.
inline std::string with(const std::string& path, const std::string& value, std::string text = baseText()) {
  const auto [start, end] = lineOf(text, path);
  const size_t colon = text.find(':', start);
  return text.replace(colon + 1, end - colon - 2, " " + value);
}

inline std::string without(const std::string& path, std::string text = baseText()) {
  const auto [start, end] = lineOf(text, path);
  return text.erase(start, end - start);
}

} // namespace weft::test
