// Reading untrusted JSON: access to the fields of one object, with errors that name the place, the field and what is
// legal.
#pragma once

#include "isa/support/error.h"

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace weft {

// Parses a text. Throws Error("<where>: not JSON").
inline nlohmann::ordered_json parseJson(const std::string& text, const std::string& where) {
  auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    throw Error(fmt::format("{}: not JSON", where));
  return json;
}

class JsonFields {
public:
  using Json = nlohmann::ordered_json;

  // `where` starts every message: the file and the path of the object in it. `object` must outlive this.
  JsonFields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object())
      fail("must be an object");
  }

  // An integer in [low, high].
  template <typename T>
  T integer(const char* key, T low = std::numeric_limits<T>::min(), T high = std::numeric_limits<T>::max()) const {
    return integerOf<T>(at(key), key, low, high);
  }
  bool has(const char* key) const { return object_.contains(key); }
  // A finite number that is not negative.
  double number(const char* key) const { return numberOf(at(key), key); }
  // Names to such numbers.
  std::vector<std::pair<std::string, double>> numbers(const char* key) const {
    std::vector<std::pair<std::string, double>> values;
    if (!at(key).is_object())
      fail(fmt::format("field '{}' must be an object", key));
    for (const auto& [name, value] : at(key).items())
      values.emplace_back(name, numberOf(value, key));
    return values;
  }
  bool boolean(const char* key) const {
    if (!at(key).is_boolean())
      fail(fmt::format("field '{}' must be true or false", key));
    return at(key).get<bool>();
  }
  std::string text(const char* key) const {
    if (!at(key).is_string())
      fail(fmt::format("field '{}' must be a string", key));
    return at(key).get<std::string>();
  }
  // A 64-bit hash: it travels as text since many JSON readers keep only 53 bits of a number.
  uint64_t hash(const char* key) const {
    const std::string value = text(key);
    if (value.size() != 18 || !value.starts_with("0x") ||
        value.find_first_not_of("0123456789abcdef", 2) != std::string::npos)
      fail(fmt::format("field '{}' must be 0x and 16 hexadecimal digits", key));
    return std::stoull(value.substr(2), nullptr, 16);
  }
  template <typename T> std::vector<T> integers(const char* key, T low, T high) const {
    std::vector<T> values;
    for (const Json& item : list(key))
      values.push_back(integerOf<T>(item, key, low, high));
    return values;
  }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> values;
    for (const Json& item : list(key)) {
      if (!item.is_string())
        fail(fmt::format("field '{}' must be a list of strings", key));
      values.push_back(item.get<std::string>());
    }
    return values;
  }
  // Names to counts.
  std::vector<std::pair<std::string, uint64_t>> counts(const char* key) const {
    std::vector<std::pair<std::string, uint64_t>> values;
    if (!at(key).is_object())
      fail(fmt::format("field '{}' must be an object", key));
    for (const auto& [name, value] : at(key).items())
      values.emplace_back(name, integerOf<uint64_t>(value, key, 0, std::numeric_limits<uint64_t>::max()));
    return values;
  }
  JsonFields object(const char* key) const { return {at(key), fmt::format("{}.{}", where_, key)}; }
  // read(JsonFields) of each object of a list.
  template <typename Read> auto objects(const char* key, Read read) const {
    std::vector<decltype(read(std::declval<const JsonFields&>()))> items;
    for (const Json& item : list(key))
      items.push_back(read(JsonFields(item, fmt::format("{}.{}[{}]", where_, key, items.size()))));
    return items;
  }

  // read(JsonFields) of each object of each list of a list.
  template <typename Read> auto lists(const char* key, Read read) const {
    std::vector<std::vector<decltype(read(std::declval<const JsonFields&>()))>> items;
    for (const Json& inner : list(key)) {
      if (!inner.is_array())
        fail(fmt::format("field '{}' must be a list of lists", key));
      const size_t number = items.size();
      auto& row = items.emplace_back();
      for (const Json& item : inner)
        row.push_back(read(JsonFields(item, fmt::format("{}.{}[{}][{}]", where_, key, number, row.size()))));
    }
    return items;
  }
  // Names to lists of integers.
  std::map<std::string, std::vector<int64_t>> integerLists(const char* key) const {
    std::map<std::string, std::vector<int64_t>> values;
    if (!at(key).is_object())
      fail(fmt::format("field '{}' must be an object", key));
    for (const auto& [name, inner] : at(key).items()) {
      if (!inner.is_array())
        fail(fmt::format("field '{}' must hold lists of integers", key));
      std::vector<int64_t>& row = values[name];
      for (const Json& item : inner)
        row.push_back(
            integerOf<int64_t>(item, key, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()));
    }
    return values;
  }

  const std::string& where() const { return where_; }
  [[noreturn]] void fail(const std::string& what) const { throw Error(fmt::format("{}: {}", where_, what)); }

private:
  const Json& at(const char* key) const {
    auto it = object_.find(key);
    if (it == object_.end())
      fail(fmt::format("field '{}' is missing", key));
    return *it;
  }
  const Json& list(const char* key) const {
    if (!at(key).is_array())
      fail(fmt::format("field '{}' must be a list", key));
    return at(key);
  }
  double numberOf(const Json& value, const char* key) const {
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
      fail(fmt::format("field '{}' must be a number that is not negative", key));
    return value.get<double>();
  }
  template <typename T> T integerOf(const Json& value, const char* key, T low, T high) const {
    bool fits = value.is_number_unsigned()  ? std::in_range<T>(value.get<uint64_t>())
                : value.is_number_integer() ? std::in_range<T>(value.get<int64_t>())
                                            : false;
    if (!fits || value.get<T>() < low || value.get<T>() > high)
      fail(fmt::format("field '{}' must be an integer from {} to {}", key, low, high));
    return value.get<T>();
  }

  const Json& object_;
  std::string where_;
};

} // namespace weft
