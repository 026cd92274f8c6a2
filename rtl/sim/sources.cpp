#include "rtl/sim/sources.h"

#include "isa/support/embedded.h"
#include "isa/support/error.h"
#include "isa/support/file.h"

#include <cstdlib>
#include <fmt/format.h>

namespace weft::rtl {

namespace fs = std::filesystem;

EmbeddedFiles sourceFiles();

Sources readSources() {
  Sources sources;
  for (const EmbeddedFile& file : sourceFiles())
    sources.emplace(file.name, file.content);
  const char* folder = std::getenv("WEFT_RTL");
  if (!folder || !*folder)
    return sources;
  std::error_code error;
  if (!fs::is_regular_file(fs::path(folder) / "sim" / "weft_sim_top.sv", error))
    throw Error(fmt::format("the sources of the RTL are not in '{}': WEFT_RTL must name the folder 'rtl' of a project",
                            folder));
  std::erase_if(sources, [](const auto& file) { return file.first.ends_with(".sv") && file.first != kIsaPackage; });
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).generic_string();
    if (entry.path().extension() == ".sv" || sources.contains(name))
      sources[name] = readTextFile(entry.path());
  }
  return sources;
}

void writeSources(const Sources& sources, const fs::path& folder) {
  for (const auto& [name, content] : sources) {
    fs::create_directories((folder / name).parent_path());
    writeFile(folder / name, content);
  }
}

} // namespace weft::rtl
