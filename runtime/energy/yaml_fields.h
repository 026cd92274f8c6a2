// Reading untrusted YAML: access to the fields of one mapping, with errors that name file, line and field.
#pragma once

#include "isa/support/error.h"

#include <cmath>
#include <fmt/format.h>
#include <string>
#include <vector>
#include <yaml-cpp/yaml.h>

namespace weft::energy {

// Parses a document. Throws Error("<origin>:<line>: ...").
inline YAML::Node parseYaml(const std::string& text, const std::string& origin) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("{}:{}: not YAML: {}", origin, error.mark.line + 1, error.msg));
  }
}

class YamlFields {
public:
  // `origin` starts every message.
  YamlFields(YAML::Node node, std::string origin) : node_(std::move(node)), origin_(std::move(origin)) {
    if (!node_.IsMap())
      fail(node_, "must be a mapping");
  }

  bool has(const char* key) const { return at(key).IsDefined(); }
  std::string text(const char* key) const { return textOf(need(key), key); }
  double number(const char* key, double low, double high) const { return numberOf(need(key), key, low, high); }
  // Ascending or not; every number in [low, high].
  std::vector<double> numbers(const char* key, double low, double high) const {
    return numbersOf(need(key), key, low, high);
  }
  YamlFields object(const char* key) const { return {need(key), fmt::format("{}: {}", origin_, key)}; }
  // read(node) of each item of a list that is not empty.
  template <typename Read> auto items(const char* key, Read read) const {
    const YAML::Node list = need(key);
    if (!list.IsSequence() || list.size() == 0)
      fail(list, fmt::format("'{}' must be a list with at least one item", key));
    std::vector<decltype(read(list[0]))> values;
    for (const YAML::Node& item : list)
      values.push_back(read(item));
    return values;
  }
  template <typename Read> auto objects(const char* key, Read read) const {
    return items(key, [&](const YAML::Node& item) { return read(YamlFields(item, origin_)); });
  }

  std::vector<double> numbersOf(const YAML::Node& list, const char* key, double low, double high) const {
    if (!list.IsSequence() || list.size() == 0)
      fail(list, fmt::format("'{}' must be a list of numbers", key));
    std::vector<double> values;
    for (const YAML::Node& item : list)
      values.push_back(numberOf(item, key, low, high));
    return values;
  }
  double numberOf(const YAML::Node& node, const char* key, double low, double high) const {
    double value = 0;
    if (!node.IsScalar() || !YAML::convert<double>::decode(node, value) || !std::isfinite(value) || value < low ||
        value > high)
      fail(node, fmt::format("'{}' must be a number from {:g} to {:g}", key, low, high));
    return value;
  }
  std::string textOf(const YAML::Node& node, const char* key) const {
    if (!node.IsScalar() || node.Scalar().empty())
      fail(node, fmt::format("'{}' must be a text", key));
    return node.Scalar();
  }
  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw Error(fmt::format("{}:{}: {}", origin_, node.IsDefined() ? node.Mark().line + 1 : 0, what));
  }
  const YAML::Node& node() const { return node_; }

private:
  YAML::Node at(const char* key) const {
    const YAML::Node& constant = node_; // looking up does not insert
    return constant[key];
  }
  YAML::Node need(const char* key) const {
    YAML::Node value = at(key);
    if (!value.IsDefined())
      fail(node_, fmt::format("field '{}' is missing", key));
    return value;
  }

  YAML::Node node_;
  std::string origin_;
};

} // namespace weft::energy
