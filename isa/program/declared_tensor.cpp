#include "isa/program/declared_tensor.h"

#include "isa/support/error.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <sstream>

namespace weft {
namespace {

DeclaredTensor parse(const std::string& text, uint32_t address, const std::string& origin) {
  constexpr size_t kShown = 1000; // characters in a message
  // Role, symbol, type, extents: "input x uint8[1, 16]".
  std::istringstream words(text);
  std::string role, symbol, element, extents;
  words >> role >> symbol >> std::ws;
  std::getline(words, element, '[');
  std::getline(words, extents, ']');
  element.erase(element.find_last_not_of(' ') + 1);
  const bool matches = (role == "input" || role == "output") && words && !words.eof() && words.peek() == EOF &&
                       extents.find_first_not_of("0123456789, ") == std::string::npos &&
                       extents.find_first_of("0123456789") != std::string::npos;
  const auto type = matches ? net::dtypeFrom(element) : std::nullopt;
  if (!type)
    throw Error(fmt::format("{}: '{}' declares no tensor: a symbol and a type such as uint8[1,16] are needed; element "
                            "types have NumPy's names (int8, uint8, int32, float32, ...)",
                            origin, text.substr(0, kShown)));
  DeclaredTensor tensor{symbol, role == "input", *type, {}, address};
  std::istringstream fields(extents);
  uint64_t bytes = net::byteSize(*type);
  for (std::string field; std::getline(fields, field, ',');) {
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
