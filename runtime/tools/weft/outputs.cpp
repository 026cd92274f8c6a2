#include "runtime/tools/weft/outputs.h"

#include "isa/support/error.h"

#include <filesystem>
#include <fmt/format.h>

namespace weft::tool {

void checkFolder(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    throw Error(fmt::format("cannot write '{}': there is no folder '{}'", path, folder.string()));
}

void checkTensorFile(const std::string& path, size_t tensors) {
  if (path.empty())
    return;
  checkFolder(path);
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".npz" && extension != ".npy" && extension != ".pb")
    throw Error(fmt::format("cannot write '{}': outputs are written as .npz, .npy or .pb", path));
  if (extension != ".npz" && tensors != 1)
    throw Error(fmt::format("cannot write '{}': the program has {} outputs; write a .npz", path, tensors));
}

} // namespace weft::tool
