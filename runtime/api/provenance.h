// Where figures come from: carried from the command line into everything that a run writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::runtime {

struct Provenance {
  std::string version, commit; // of weft
  std::string date;            // of the run: 2026-01-31T12:00:00Z
  std::string command;         // line, quoted for a shell
  std::string machine;         // name
  uint64_t machineHash = 0;
  uint64_t programHash = 0;     // FNV-1a of the program file
  std::optional<uint64_t> seed; // of random inputs

  // Every field by its name in reports: hashes as 0x and 16 digits, no seed as an empty text.
  std::vector<std::pair<std::string, std::string>> fields() const;
  // The same as "version: 0.1.0; commit: ...".
  std::string text() const;
};

} // namespace weft::runtime
