#include "isa/program/declared_tensor.h"

#include "isa/support/error.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <regex>
#include <sstream>

namespace weft {
namespace {

DeclaredTensor parse(const std::string& text, uint32_t address, const std::string& origin) {
  constexpr size_t kLongest = 1000; // std::regex recurses
  static const std::regex form(R"((input|output) (\S+) (\w+)\s*\[\s*([0-9, ]+)\])");
  std::smatch part;
  const bool matches = text.size() <= kLongest && std::regex_match(text, part, form);
  const auto type = matches ? net::dtypeFrom(part[3].str()) : std::nullopt;
  if (!type)
    throw Error(fmt::format("{}: '{}' declares no tensor: a symbol and a type such as uint8[1,16] are needed; element "
                            "types have NumPy's names (int8, uint8, int32, float32, ...)",
                            origin, text.substr(0, kLongest)));
  DeclaredTensor tensor{part[2], part[1] == "input", *type, {}, address};
  std::stringstream extents(part[4]);
  uint64_t bytes = net::byteSize(*type);
  for (std::string field; std::getline(extents, field, ',');) {
    uint32_t extent = 0;
    if (!(std::istringstream(field) >> extent) || extent == 0 || (bytes *= extent) > UINT32_MAX)
      throw Error(
          fmt::format("{}: tensor '{}': extents are from 1 on, and all of it less than 4 GiB", origin, tensor.name));
    tensor.shape.push_back(extent);
  }
  return tensor;
}

} // namespace

std::vector<DeclaredTensor> parseDeclaredTensors(std::span<const uint8_t> section, const std::string& origin) {
  std::vector<DeclaredTensor> tensors;
  for (size_t at = 0; at < section.size();) {
    uint32_t address = 0;
    const auto end = at + sizeof address < section.size()
                         ? std::find(section.begin() + static_cast<ptrdiff_t>(at + sizeof address), section.end(), 0)
                         : section.end();
    if (end == section.end())
      throw Error(fmt::format("{}: malformed program: a declared tensor is cut off", origin));
    std::memcpy(&address, section.data() + at, sizeof address);
    DeclaredTensor tensor =
        parse({section.begin() + static_cast<ptrdiff_t>(at + sizeof address), end}, address, origin);
    for (const DeclaredTensor& other : tensors)
      if (other.name == tensor.name && other.input == tensor.input)
        throw Error(fmt::format("{}: tensor '{}' is declared twice", origin, tensor.name));
    tensors.push_back(std::move(tensor));
    at = static_cast<size_t>(end - section.begin()) + 1;
  }
  return tensors;
}

} // namespace weft
