// Tables as data, printed for a terminal, as JSON or as CSV.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weft::runtime {

// How text is shown.
struct Style {
  bool colour = false;
  size_t width = SIZE_MAX; // characters of a line; tables are cut to it where they can be
};

// What a reader sees, and the value that JSON and CSV have.
struct Cell {
  Cell(std::string shown) : text(std::move(shown)), value(text) {}
  Cell(const char* shown) : Cell(std::string(shown)) {}
  Cell(std::string shown, nlohmann::ordered_json exact) : text(std::move(shown)), value(std::move(exact)) {}

  std::string text;
  nlohmann::ordered_json value; // a string, number or boolean, or null for none
};

class Table {
public:
  enum class Align : uint8_t { left, right };
  struct Column {
    std::string title; // columns without one are for the reader only
    Align align = Align::right;
    size_t widest = 60;   // longer cells are cut, with dots
    std::string key = {}; // in JSON and CSV; by default the title in small letters, '_' for what is none
  };

  explicit Table(std::vector<Column> columns);
  // One cell per column.
  void row(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  // Two spaces in front of each line and between columns; no blanks at line ends. Titles are bold if `style.colour`.
  std::string format(const Style& style) const;
  // A list of one object for each row.
  nlohmann::ordered_json toJson() const;
  // RFC 4180, with one line of keys.
  std::string toCsv() const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// A heading above a table.
std::string heading(const std::string& text, const Style& style);

// 1234567 -> "1,234,567".
std::string grouped(uint64_t number);
// 0.5 -> "50.0 %".
std::string percent(double part);
// 1536 -> "1.5 KiB".
std::string binaryBytes(uint64_t bytes);

// JSON for people and files. Names from ONNX files may hold any bytes; JSON carries only UTF-8.
std::string jsonText(const nlohmann::ordered_json& json);

} // namespace weft::runtime
