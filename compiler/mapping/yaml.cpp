// The mapping's YAML form.
#include "compiler/mapping/mapping.h"

#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

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
    if (group.pieces)
      out << YAML::Key << "input" << YAML::Value << "pieces";
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

Mapping parseMapping(const std::string& yaml, const std::string& origin) {
  Mapping mapping;
  try {
    YAML::Node root = YAML::Load(yaml);
    auto fail = [&](const YAML::Node& node, const std::string& reason) {
      throw Error(fmt::format("{}:{}: {}", origin, std::max(node.Mark().line, 0) + 1, reason));
    };
    if (!root.IsMap() || !root["groups"] || !root["groups"].IsSequence())
      fail(root, "a mapping is a map with `machine` and a sequence `groups`");
    if (root["machine"])
      mapping.machine = root["machine"].as<std::string>();
    for (const YAML::Node& entry : root["groups"]) {
      if (!entry.IsMap() || !entry["node"])
        fail(entry, "each group is a map with at least `node`");
      GroupMapping group;
      group.group = entry["node"].as<std::string>();
      for (const auto& field : entry) {
        auto key = field.first.as<std::string>();
        const YAML::Node& value = field.second;
        if (key == "node")
          continue;
        if (key == "weights") {
          auto text = value.as<std::string>();
          if (text != "resident" && text != "streamed")
            fail(value, fmt::format("weights is '{}', legal are resident, streamed", text));
          group.weights = text == "resident" ? WeightFlow::resident : WeightFlow::streamed;
        } else if (key == "input") {
          auto text = value.as<std::string>();
          if (text != "tiles" && text != "pieces")
            fail(value, fmt::format("input is '{}', legal are tiles, pieces", text));
          group.pieces = text == "pieces";
        } else if (key == "tile_rows") {
          group.tileRows = value.as<int64_t>();
        } else if (key == "tile_cols") {
          group.tileCols = value.as<int64_t>();
        } else if (key == "column_tiles") {
          group.columnTiles = value.as<int64_t>();
        } else if (key == "chunks") {
          if (!value.IsSequence() || value.size() != 3)
            fail(value, "chunks has three numbers");
          for (size_t i = 0; i < 3; ++i)
            group.chunks[i] = value[i].as<int64_t>();
        } else if (key == "buffers") {
          group.buffers = value.as<int64_t>();
        } else {
          fail(field.first,
               fmt::format("unknown field '{}'; known are node, weights, input, tile_rows, tile_cols, column_tiles, "
                           "chunks, buffers",
                           key));
        }
      }
      mapping.groups.push_back(group);
    }
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("{}:{}: {}", origin, error.mark.line + 1, error.msg));
  }
  return mapping;
}

} // namespace weft::mapping
