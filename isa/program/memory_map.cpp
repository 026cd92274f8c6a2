#include "isa/program/memory_map.h"

#include <iterator>

namespace weft {
namespace {

constexpr const char* kMemories[] = {"dram", "scratchpad", "accumulators"};
constexpr const char* kUses[] = {"input",       "output",         "activation",   "weights",      "parameters", "table",
                                 "input_tiles", "residual_tiles", "output_tiles", "partial_sums", "reserved"};

template <typename Enum, size_t count>
std::optional<Enum> find(const char* const (&names)[count], std::string_view wanted) {
  for (size_t i = 0; i < count; ++i)
    if (wanted == names[i])
      return static_cast<Enum>(i);
  return std::nullopt;
}

} // namespace

const char* name(MapMemory memory) {
  return kMemories[static_cast<size_t>(memory)];
}
const char* name(MapUse use) {
  return kUses[static_cast<size_t>(use)];
}
std::optional<MapMemory> mapMemoryFrom(std::string_view name) {
  return find<MapMemory>(kMemories, name);
}
std::optional<MapUse> mapUseFrom(std::string_view name) {
  return find<MapUse>(kUses, name);
}

bool isConstant(const MemoryRange& range) {
  return range.memory == MapMemory::dram &&
         (range.use == MapUse::weights || range.use == MapUse::parameters || range.use == MapUse::table);
}

} // namespace weft
