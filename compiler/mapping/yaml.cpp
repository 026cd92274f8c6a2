// The mapping's YAML form.
#include "compiler/mapping/mapping.h"

#include "isa/support/yaml_fields.h"

namespace weft::mapping {

const char* name(WeightFlow flow) {
  return flow == WeightFlow::resident ? "resident" : "streamed";
}
const char* name(InputFlow flow) {
  return flow == InputFlow::feature ? "feature" : "windows";
}

std::string toYaml(const Mapping& mapping) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "machine" << YAML::Value << mapping.machine;
  out << YAML::Key << "groups" << YAML::Value << YAML::BeginSeq;
  for (const GroupMapping& group : mapping.groups) {
    out << YAML::BeginMap;
    out << YAML::Key << "node" << YAML::Value << group.group;
    out << YAML::Key << "weights" << YAML::Value << name(group.weights);
    out << YAML::Key << "input" << YAML::Value << (group.pieces ? "pieces" : "tiles");
    out << YAML::Key << "tile_rows" << YAML::Value << group.tileRows;
    out << YAML::Key << "tile_cols" << YAML::Value << group.tileCols;
    out << YAML::Key << "column_tiles" << YAML::Value << group.columnTiles;
    out << YAML::Key << "chunks" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (int64_t chunk : group.chunks)
      out << chunk;
    out << YAML::EndSeq;
    out << YAML::Key << "buffers" << YAML::Value << group.buffers;
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

namespace {

struct Field {
  const char* key;
  void (*read)(const YamlFields& in, const char* key, GroupMapping& group);
  void (*copy)(GroupMapping& to, const GroupMapping& from);
};

template <auto member> void copy(GroupMapping& to, const GroupMapping& from) {
  to.*member = from.*member;
}

constexpr int64_t kMost = int64_t{1} << 40; // no extent is larger

template <auto member> constexpr Field number(const char* name) {
  return {name,
          [](const YamlFields& in, const char* key, GroupMapping& group) { group.*member = in.integer(key, 0, kMost); },
          copy<member>};
}

constexpr Field kFields[] = {
    {"weights",
     [](const YamlFields& in, const char* key, GroupMapping& group) {
       group.weights = in.choice(key, {"resident", "streamed"}) == 0 ? WeightFlow::resident : WeightFlow::streamed;
     },
     copy<&GroupMapping::weights>},
    {"input",
     [](const YamlFields& in, const char* key, GroupMapping& group) {
       group.pieces = in.choice(key, {"tiles", "pieces"}) == 1;
     },
     copy<&GroupMapping::pieces>},
    number<&GroupMapping::tileRows>("tile_rows"),
    number<&GroupMapping::tileCols>("tile_cols"),
    number<&GroupMapping::columnTiles>("column_tiles"),
    {"chunks",
     [](const YamlFields& in, const char* key, GroupMapping& group) {
       const auto chunks = in.items(key, [&](const YAML::Node& item) { return in.integerOf(item, key, 0, kMost); });
       if (chunks.size() != group.chunks.size())
         in.fail(in.node(), "'chunks' must be three numbers");
       std::copy(chunks.begin(), chunks.end(), group.chunks.begin());
     },
     copy<&GroupMapping::chunks>},
    number<&GroupMapping::buffers>("buffers"),
};

GroupMapping groupOf(const YamlFields& in) {
  GroupMapping group;
  group.group = in.text("node");
  group.place = in.place();
  for (const Field& field : kFields)
    if (in.has(field.key)) {
      field.read(in, field.key, group);
      group.given.emplace_back(field.key);
    }
  return group;
}

} // namespace

bool isPartial(const GroupMapping& group) {
  return !group.place.empty() && group.given.size() < std::size(kFields);
}

GroupMapping completed(const GroupMapping& group, GroupMapping chosen) {
  for (const Field& field : kFields)
    if (std::find(group.given.begin(), group.given.end(), field.key) != group.given.end())
      field.copy(chosen, group);
  return chosen;
}

Mapping parseMapping(const std::string& yaml, const std::string& origin) {
  const YamlFields in(parseYaml(yaml, origin), origin);
  Mapping mapping;
  mapping.origin = origin;
  if (in.has("machine"))
    mapping.machine = in.text("machine");
  mapping.groups = in.objects("groups", groupOf);
  in.checkKeys();
  return mapping;
}

} // namespace weft::mapping
