#include "runtime/api/provenance.h"

#include <fmt/format.h>

namespace weft::runtime {

std::vector<std::pair<std::string, std::string>> Provenance::fields() const {
  return {{"version", version},
          {"commit", commit},
          {"date", date},
          {"command", command},
          {"machine", machine},
          {"machine_hash", fmt::format("{:#018x}", machineHash)},
          {"program_hash", fmt::format("{:#018x}", programHash)},
          {"seed", seed ? fmt::format("{}", *seed) : ""}};
}

std::string Provenance::text() const {
  std::string text;
  for (const auto& [name, value] : fields())
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, value);
  return text;
}

} // namespace weft::runtime
