// weft version.
#include "runtime/api/device.h"
#include "runtime/tools/weft/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::tool {

void addVersion(CLI::App& app, Action& action) {
  app.add_subcommand("version", "Print the version and the devices of this build")->callback([&action] {
    action = [](const Common&) {
      printOut("weft {}\ndevices: {}\n", WEFT_VERSION, fmt::join(runtime::deviceNames(), ", "));
      return kOk;
    };
  });
}

} // namespace weft::tool
