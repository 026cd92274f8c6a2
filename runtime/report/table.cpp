#include "runtime/report/table.h"

#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::runtime {
namespace {

// Characters, not bytes, of UTF-8 text: every byte that does not continue a character.
bool startsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}
size_t width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), startsCharacter));
}

std::string cut(const std::string& text, size_t widest) {
  if (width(text) <= widest)
    return text;
  size_t bytes = 0;
  for (size_t characters = 0; bytes < text.size(); ++bytes)
    if (startsCharacter(text[bytes]) && ++characters > widest - 2)
      break;
  return text.substr(0, bytes) + "..";
}

} // namespace

void Table::row(std::vector<std::string> cells) {
  WEFT_CHECK(cells.size() == columns_.size(), "a row needs one cell per column");
  for (size_t i = 0; i < cells.size(); ++i) {
    // Names come from files: what could steer a terminal does not reach it.
    std::replace_if(
        cells[i].begin(), cells[i].end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        ' ');
    cells[i] = cut(cells[i], columns_[i].widest);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::format(bool colour) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t widest = width(columns_[i].title);
    for (const auto& cells : rows_)
      widest = std::max(widest, width(cells[i]));
    widths.push_back(widest);
  }
  auto line = [&](auto cell) {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string padding(widths[i] - width(cell(i)), ' ');
      text += "  ";
      text += columns_[i].align == Align::left ? cell(i) + padding : padding + cell(i);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  std::string titles = line([&](size_t i) -> const std::string& { return columns_[i].title; });
  std::string text = colour ? fmt::format("\x1b[1m{}\x1b[0m\n", titles) : fmt::format("{}\n", titles);
  for (const auto& cells : rows_)
    text += fmt::format("{}\n", line([&](size_t i) -> const std::string& { return cells[i]; }));
  return text;
}

std::string grouped(uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (size_t place = digits.size(); place > 3; place -= 3)
    digits.insert(place - 3, 1, ',');
  return digits;
}

std::string percent(double part) {
  return fmt::format("{:.1f} %", 100 * part);
}

std::string binaryBytes(uint64_t bytes) {
  if (bytes < 1024)
    return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}) {
    if (value < 1024)
      break;
    value /= 1024;
    unit = next;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

} // namespace weft::runtime
