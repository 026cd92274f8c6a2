// Files that are part of the program: weft_embed() in CMakeLists.txt makes a function of this type of them, so that an
// installed program needs nothing beside it.
#pragma once

#include <span>
#include <string_view>

namespace weft {

struct EmbeddedFile {
  std::string_view name; // relative to the folder that weft_embed() names, with '/'
  std::string_view content;
};

// Sorted by name, unless the call of weft_embed() says otherwise.
using EmbeddedFiles = std::span<const EmbeddedFile>;

} // namespace weft
