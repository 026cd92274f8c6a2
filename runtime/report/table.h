// Aligned columns for the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::runtime {

class Table {
public:
  enum class Align : uint8_t { left, right };
  struct Column {
    std::string title;
    Align align = Align::right;
    size_t widest = 60; // longer cells are cut, with dots
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell per column.
  void row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // Two spaces in front of each line and between columns; no blanks at line ends. Titles are bold if `colour`.
  std::string format(bool colour) const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// 1234567 -> "1,234,567".
std::string grouped(uint64_t number);
// 0.5 -> "50.0 %".
std::string percent(double part);
// 1536 -> "1.5 KiB".
std::string binaryBytes(uint64_t bytes);

} // namespace weft::runtime
