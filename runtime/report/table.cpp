#include "runtime/report/table.h"

#include "isa/support/error.h"

#include <algorithm>
#include <cctype>
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

std::string keyOf(const std::string& title) {
  std::string key;
  for (char c : title)
    if (std::isalnum(static_cast<unsigned char>(c)))
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!key.empty() && key.back() != '_')
      key += '_';
  return key;
}

// A cell of text. A spreadsheet would compute one that begins like a formula.
std::string quoted(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string result = "\"";
  for (char c : text) {
    if (c == '"')
      result += '"';
    result += c;
  }
  return result + '"';
}

std::string csvText(const nlohmann::ordered_json& value) {
  return value.is_null()           ? ""
         : value.is_string()       ? quoted(value.get<std::string>())
         : value.is_number_float() ? fmt::format("{}", value.get<double>())
                                   : value.dump();
}

} // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_)
    if (column.key.empty())
      column.key = keyOf(column.title);
}

void Table::row(std::vector<Cell> cells) {
  WEFT_CHECK(cells.size() == columns_.size(), "a row needs one cell per column");
  for (Cell& cell : cells)
    // Names come from files: what could steer a terminal does not reach it.
    std::replace_if(
        cell.text.begin(), cell.text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        ' ');
  rows_.push_back(std::move(cells));
}

std::string Table::format(const Style& style) const {
  constexpr size_t kGap = 2, kNarrow = 12;
  std::vector<size_t> widths;
  size_t total = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t widest = width(columns_[i].title);
    for (const auto& cells : rows_)
      widest = std::max(widest, std::min(width(cells[i].text), columns_[i].widest));
    widths.push_back(widest);
    total += widest + kGap;
  }
  // The widest columns of text give way.
  while (total > style.width) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i)
      if (columns_[i].align == Align::left && widths[i] > std::max(kNarrow, width(columns_[i].title)) &&
          (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == widths.size())
      break;
    --widths[widest];
    --total;
  }
  auto line = [&](auto textOf) {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = cut(textOf(i), widths[i]);
      const std::string padding(widths[i] - width(cell), ' ');
      text += "  ";
      text += columns_[i].align == Align::left ? cell + padding : padding + cell;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  std::string titles = line([&](size_t i) { return columns_[i].title; });
  std::string text = style.colour ? fmt::format("\x1b[1m{}\x1b[0m\n", titles) : fmt::format("{}\n", titles);
  for (const auto& cells : rows_)
    text += fmt::format("{}\n", line([&](size_t i) { return cells[i].text; }));
  return text;
}

nlohmann::ordered_json Table::toJson() const {
  auto list = nlohmann::ordered_json::array();
  for (const auto& cells : rows_) {
    nlohmann::ordered_json& item = list.emplace_back(nlohmann::ordered_json::object());
    for (size_t i = 0; i < cells.size(); ++i)
      if (!columns_[i].key.empty())
        item[columns_[i].key] = cells[i].value;
  }
  return list;
}

std::string Table::toCsv() const {
  std::string text;
  auto line = [&](auto cell) {
    for (size_t i = 0; i < columns_.size(); ++i)
      text += fmt::format("{}{}", i == 0 ? "" : ",", cell(i));
    text += "\r\n";
  };
  line([&](size_t i) { return quoted(columns_[i].key); });
  for (const auto& cells : rows_)
    line([&](size_t i) { return csvText(cells[i].value); });
  return text;
}

std::string heading(const std::string& text, const Style& style) {
  return style.colour ? fmt::format("\n\x1b[1;36m{}\x1b[0m\n", text) : fmt::format("\n{}\n", text);
}

std::string jsonText(const nlohmann::ordered_json& json) {
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
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
