// Reading a machine description: YAML to a flat list of paths, then one strict check per field, then the checks between
// fields.
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "isa/machine/fields.h"
#include "isa/machine/machine.h"
#include "isa/support/error.h"

namespace weft {
namespace {

using machine_fields::forEach;
using machine_fields::isActive;
using machine_fields::Range;
using machine_fields::Role;

// A description is a page of text; anything much larger is something else.
constexpr size_t kMaxBytes = 64 * 1024;

struct Entry {
  std::string value; // for messages: text of a scalar, otherwise "a list", "a map"
  int line;          // from 1
  bool scalar;
  bool quoted;
};

// Accepts every event of the YAML parser.
struct IgnoreEvents : YAML::EventHandler {
  using Tag = std::string;
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const Tag&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const Tag&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const Tag&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Whether anything follows the first document. (YAML::LoadAll cannot be used: yaml-cpp 0.7 consumes nothing of a
// document that starts with a stray ',' and loops for ever.)
bool hasSecondDocument(const std::string& yaml) {
  std::istringstream stream(yaml);
  YAML::Parser parser(stream);
  IgnoreEvents ignore;
  return parser.HandleNextDocument(ignore) && parser.HandleNextDocument(ignore);
}

// The schema's keys: sections with their keys, and plain keys of the root (an empty list).
struct Schema {
  std::map<std::string, std::vector<std::string>> sections;
  std::vector<std::string> order;

  Schema() {
    Machine machine;
    forEach(machine, *this);
  }
  void add(std::string_view path) {
    const size_t dot = path.find('.');
    const std::string section(path.substr(0, dot));
    if (sections.find(section) == sections.end())
      order.push_back(section);
    std::vector<std::string>& keys = sections[section];
    if (dot != std::string_view::npos)
      keys.emplace_back(path.substr(dot + 1));
  }
  void text(std::string_view path, std::string&, Role) { add(path); }
  template <typename Int> void integer(std::string_view path, Int&, const Range&, Role) { add(path); }
  void real(std::string_view path, double&, double, double, Role) { add(path); }
  template <typename Enum> void choice(std::string_view path, Enum&, Role) { add(path); }
};

// A value as a message shows it: short, and free of control characters.
std::string shown(const std::string& value) {
  std::string text;
  for (char c : value.substr(0, 40))
    text += c >= ' ' && c <= '~' ? c : '?';
  return text + (value.size() > 40 ? "..." : "");
}

std::string list(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, ", "));
}

class Reader {
public:
  Reader(std::string_view yaml, const std::string& origin) : origin_(origin) {
    if (yaml.size() > kMaxBytes)
      throw Error(fmt::format("{}: {} bytes; a machine description has at most {}", origin, yaml.size(), kMaxBytes));
    try {
      const std::string text(yaml);
      const YAML::Node root = YAML::Load(text);
      if (!root.IsMap() || hasSecondDocument(text))
        throw Error(fmt::format("{}: not a machine description; expected one YAML map with the keys {}", origin,
                                list(schema_.order)));
      flatten(root);
    } catch (const YAML::Exception& error) {
      throw Error(fmt::format("{}:{}: not valid YAML: {}", origin, error.mark.line + 1, shown(error.msg)));
    }
  }

  // Reads every field into `machine`.
  void read(Machine& machine) {
    machine_ = &machine;
    forEach(machine, *this);
  }

  [[noreturn]] void fail(const std::string& path, const std::string& value, const std::string& legal) const {
    throw Error(fmt::format("{} is {}; legal: {}", where(path), value, legal));
  }

  // Visitor functions: the field's value from its entry; without one, the default stays or is an error.
  void text(std::string_view path, std::string& value, Role role) {
    const std::string legal = "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit";
    const Entry* entry = find(path, role, legal);
    if (!entry)
      return;
    const std::string& given = entry->value;
    auto alphanumeric = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    bool good = entry->scalar && !given.empty() && given.size() <= 64 && alphanumeric(given[0]);
    for (char c : given)
      good = good && (alphanumeric(c) || c == '.' || c == '_' || c == '-');
    if (!good)
      fail(std::string(path), entry->scalar ? "'" + shown(given) + "'" : given, legal);
    value = given;
  }

  template <typename Int> void integer(std::string_view path, Int& value, const Range& range, Role role) {
    const std::string legal =
        fmt::format("{} from {} to {}", range.powerOfTwo ? "a power of two" : "a whole number", range.low, range.high);
    const Entry* entry = find(path, role, legal);
    if (!entry)
      return;
    const std::string& given = entry->value;
    uint64_t number = 0;
    const auto [end, problem] = std::from_chars(given.data(), given.data() + given.size(), number);
    const bool parsed = entry->scalar && !entry->quoted && problem == std::errc() && end == given.data() + given.size();
    if (!parsed || number < range.low || number > range.high || (range.powerOfTwo && (number & (number - 1)) != 0))
      failEntry(path, *entry, legal);
    value = static_cast<Int>(number);
  }

  void real(std::string_view path, double& value, double low, double high, Role role) {
    const std::string legal = fmt::format("a number from {} to {}", low, high);
    const Entry* entry = find(path, role, legal);
    if (!entry)
      return;
    const std::string& given = entry->value;
    double number = 0;
    const auto [end, problem] = std::from_chars(given.data(), given.data() + given.size(), number);
    const bool parsed = entry->scalar && !entry->quoted && problem == std::errc() && end == given.data() + given.size();
    if (!parsed || !(number >= low && number <= high))
      failEntry(path, *entry, legal);
    value = number;
  }

  template <typename Enum> void choice(std::string_view path, Enum& value, Role role) {
    std::vector<std::string> names;
    for (int i = 0; i < choiceCount(value); ++i)
      names.emplace_back(name(static_cast<Enum>(i)));
    const Entry* entry = find(path, role, list(names));
    if (!entry)
      return;
    for (size_t i = 0; i < names.size(); ++i) {
      if (entry->scalar && entry->value == names[i]) {
        value = static_cast<Enum>(i);
        return;
      }
    }
    failEntry(path, *entry, list(names));
  }

private:
  static int choiceCount(DramModel) { return 2; }
  static int choiceCount(DramPreset) { return 3; }

  std::string where(const std::string& path) const {
    const auto found = entries_.find(path);
    return found == entries_.end() ? fmt::format("{}: {}", origin_, path)
                                   : fmt::format("{}:{}: {}", origin_, found->second.line, path);
  }

  [[noreturn]] void failEntry(std::string_view path, const Entry& entry, const std::string& legal) const {
    fail(std::string(path), entry.quoted ? "the text '" + shown(entry.value) + "'" : shown(entry.value), legal);
  }

  // The entry of a field, or null if it is absent and may be.
  const Entry* find(std::string_view path, Role role, const std::string& legal) const {
    const auto found = entries_.find(std::string(path));
    if (found != entries_.end())
      return &found->second;
    if (role != Role::optional && isActive(role, *machine_))
      throw Error(fmt::format("{}: {} is missing; legal: {}", origin_, path, legal));
    return nullptr;
  }

  // `line` is the key's: an empty value has the place of whatever follows it.
  void addEntry(const std::string& path, const YAML::Node& node, int line) {
    Entry entry{"", line, node.IsScalar(), false};
    if (node.IsScalar()) {
      entry.value = node.Scalar();
      entry.quoted = node.Tag() == "!";
    } else {
      entry.value = node.IsNull() ? "empty" : node.IsSequence() ? "a list" : "a map";
    }
    entries_[path] = entry;
  }

  // Checks the keys of one map and calls handle(key, value, line) for each.
  template <typename Handle>
  void eachKey(const YAML::Node& map, const std::string& prefix, const std::vector<std::string>& legal,
               Handle&& handle) {
    std::set<std::string> seen;
    for (const auto& item : map) {
      const int line = item.first.Mark().line + 1;
      if (!item.first.IsScalar())
        throw Error(fmt::format("{}:{}: a key is not plain text; legal keys{}: {}", origin_, line,
                                prefix.empty() ? "" : " of " + prefix, list(legal)));
      const std::string key = item.first.Scalar();
      const std::string path = prefix.empty() ? key : prefix + "." + key;
      bool known = false;
      for (const std::string& candidate : legal)
        known = known || candidate == key;
      if (!known)
        throw Error(fmt::format("{}:{}: unknown key '{}'; legal keys{}: {}", origin_, line, shown(path),
                                prefix.empty() ? "" : " of " + prefix, list(legal)));
      if (!seen.insert(key).second)
        throw Error(fmt::format("{}:{}: {} is given twice", origin_, line, path));
      handle(key, item.second, line);
    }
  }

  void flatten(const YAML::Node& root) {
    eachKey(root, "", schema_.order, [&](const std::string& key, const YAML::Node& value, int line) {
      const std::vector<std::string>& keys = schema_.sections.at(key);
      if (keys.empty()) {
        addEntry(key, value, line);
        return;
      }
      if (value.IsNull())
        return; // a section without keys: its fields are missing
      if (!value.IsMap()) {
        addEntry(key, value, line);
        fail(key, shown(entries_.at(key).value), "a map with the keys " + list(keys));
      }
      eachKey(value, key, keys, [&](const std::string& inner, const YAML::Node& node, int innerLine) {
        addEntry(key + "." + inner, node, innerLine);
      });
    });
  }

  std::string origin_;
  Schema schema_;
  std::map<std::string, Entry> entries_;
  const Machine* machine_ = nullptr;
};

// Checks between fields; the message names the field that does not fit the others.
void checkConsistency(const Machine& m, const Reader& reader) {
  auto requireMultiple = [&](const char* path, uint64_t value, uint64_t unit, const std::string& meaning) {
    if (value % unit != 0)
      reader.fail(path, fmt::format("{}", value), fmt::format("a multiple of {} ({})", unit, meaning));
  };
  const uint32_t longestBurst = std::min(256 * m.dma.busBytes, 4096u); // AXI4: 256 beats, within 4 KiB
  if (m.dma.burstBytes < m.dma.busBytes || m.dma.burstBytes > longestBurst)
    reader.fail("dma.burst_bytes", fmt::format("{}", m.dma.burstBytes),
                fmt::format("a power of two from {} (dma.bus_bytes) to {}", m.dma.busBytes, longestBurst));
  requireMultiple("scratchpad.bytes", m.scratchpad.bytes, uint64_t{m.scratchpad.banks} * m.lineBytes(),
                  fmt::format("scratchpad.banks * {}, the line: the largest of array.rows, array.cols, dma.bus_bytes",
                              m.lineBytes()));
  requireMultiple("accumulator.bytes", m.accumulator.bytes, uint64_t{m.accumulator.banks} * m.accumulatorRowBytes(),
                  "accumulator.banks * 4 * array.cols");
  requireMultiple("dram.bytes", m.dram.bytes, 4096, "a page");
}

} // namespace

Machine parseMachine(std::string_view yaml, const std::string& origin) {
  Machine machine;
  Reader reader(yaml, origin);
  reader.read(machine);
  checkConsistency(machine, reader);
  return machine;
}

} // namespace weft
