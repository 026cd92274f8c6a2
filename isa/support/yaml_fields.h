// Reading untrusted YAML: access to the fields of one mapping, with errors that name file, line and field.
#pragma once

#include "isa/support/error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <yaml-cpp/yaml.h>

namespace weft {

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
  YamlFields(YAML::Node node, std::string origin)
      : YamlFields(std::move(node), std::move(origin), std::make_shared<Asked>()) {}

  // Throws if a mapping that was read, here or within, has a key that nothing asked for, or one twice. Call it on the
  // document after everything is read.
  void checkKeys() const { checkKeys(node_); }

  bool has(const char* key) const { return at(key).IsDefined(); }
  std::string text(const char* key) const { return textOf(need(key), key); }
  // One of these texts; its place among them.
  size_t choice(const char* key, const std::vector<std::string>& legal) const {
    const std::string given = text(key);
    for (size_t i = 0; i < legal.size(); ++i)
      if (given == legal[i])
        return i;
    fail(need(key), fmt::format("'{}' is '{}'; legal are {}", key, given, fmt::join(legal, ", ")));
  }
  double number(const char* key, double low, double high) const { return numberOf(need(key), key, low, high); }
  int64_t integer(const char* key, int64_t low, int64_t high) const { return integerOf(need(key), key, low, high); }
  // Ascending or not; every number in [low, high].
  std::vector<double> numbers(const char* key, double low, double high) const {
    return numbersOf(need(key), key, low, high);
  }
  YamlFields object(const char* key) const { return {need(key), fmt::format("{}: {}", origin_, key), asked_}; }
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
    return items(key, [&](const YAML::Node& item) { return read(YamlFields(item, origin_, asked_)); });
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
  int64_t integerOf(const YAML::Node& node, const char* key, int64_t low, int64_t high) const {
    int64_t value = 0;
    if (!node.IsScalar() || !YAML::convert<int64_t>::decode(node, value) || value < low || value > high)
      fail(node, fmt::format("'{}' must be a whole number from {} to {}", key, low, high));
    return value;
  }
  std::string textOf(const YAML::Node& node, const char* key) const {
    if (!node.IsScalar() || node.Scalar().empty())
      fail(node, fmt::format("'{}' must be a text", key));
    return node.Scalar();
  }
  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw Error(fmt::format("{}:{}: {}", origin_, node.IsDefined() ? std::max(node.Mark().line, 0) + 1 : 0, what));
  }
  const YAML::Node& node() const { return node_; }
  // "file:line", where the mapping begins.
  std::string place() const { return fmt::format("{}:{}", origin_, node_.Mark().line + 1); }

private:
  // The keys that each mapping of the document was asked for, by the mapping's place.
  using Asked = std::map<int, std::vector<std::string>>;

  YamlFields(YAML::Node node, std::string origin, std::shared_ptr<Asked> asked)
      : node_(std::move(node)), origin_(std::move(origin)), asked_(std::move(asked)) {
    if (!node_.IsMap())
      fail(node_, "must be a mapping");
  }

  void checkKeys(const YAML::Node& node) const {
    if (node.IsSequence())
      for (const YAML::Node& item : node)
        checkKeys(item);
    if (!node.IsMap())
      return;
    const std::vector<std::string>& legal = (*asked_)[node.Mark().pos];
    std::vector<std::string> seen;
    for (const auto& item : node) {
      const YAML::Node& key = item.first;
      const std::string name = key.IsScalar() ? key.Scalar() : "";
      if (std::find(legal.begin(), legal.end(), name) == legal.end())
        fail(key, fmt::format("unknown key '{}'; known are {}", name, fmt::join(legal, ", ")));
      if (std::find(seen.begin(), seen.end(), name) != seen.end())
        fail(key, fmt::format("'{}' is given twice", name));
      seen.push_back(name);
      checkKeys(item.second);
    }
  }

  YAML::Node at(const char* key) const {
    std::vector<std::string>& keys = (*asked_)[node_.Mark().pos];
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      keys.emplace_back(key);
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
  std::shared_ptr<Asked> asked_;
};

} // namespace weft
