// The reference data of the energy model, which is not part of the repository.
#pragma once

#include "isa/support/file.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace weft::test {

// A file of the folder `energy` in WEFT_DATA, or else in shared/data beside the repository.
inline std::filesystem::path energyData(const std::string& file) {
  const char* folder = std::getenv("WEFT_DATA");
  return std::filesystem::path(folder ? folder : WEFT_DEFAULT_DATA) / "energy" / file;
}

using CsvRow = std::map<std::string, std::string>; // by column
inline std::vector<CsvRow> readCsv(const std::filesystem::path& path) {
  std::istringstream file(readTextFile(path));
  auto cells = [](const std::string& line) {
    std::vector<std::string> values;
    std::istringstream text(line.substr(0, line.find('\r')));
    for (std::string value; std::getline(text, value, ',');)
      values.push_back(value);
    return values;
  };
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> titles = cells(line);
  std::vector<CsvRow> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> values = cells(line);
    CsvRow& row = rows.emplace_back();
    for (size_t i = 0; i < titles.size() && i < values.size(); ++i)
      row[titles[i]] = values[i];
  }
  return rows;
}

} // namespace weft::test

// Ends the test, by name, if the data is not there.
#define WEFT_NEEDS(path)                                                                                               \
  if (!std::filesystem::exists(path))                                                                                  \
  GTEST_SKIP() << (path) << " is not there (WEFT_DATA names the folder that holds 'energy')"
