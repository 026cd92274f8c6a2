#include "compiler/rtlib/rtlib.h"

#include "isa/support/embedded.h"

namespace weft {

EmbeddedFiles runtimeObjects();

std::vector<LinkObject> runtimeLibrary() {
  std::vector<LinkObject> objects;
  for (const EmbeddedFile& file : runtimeObjects())
    objects.push_back({"runtime library (" + std::string(file.name.substr(0, file.name.find('.'))) + ")",
                       {file.content.begin(), file.content.end()}});
  return objects;
}

} // namespace weft
