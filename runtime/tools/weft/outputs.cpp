#include "runtime/tools/weft/outputs.h"

#include "isa/support/error.h"
#include "isa/support/file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::tool {
namespace {

namespace fs = std::filesystem;

void checkPlace(const std::string& path) {
  const fs::path target = followLinks(path);
  const fs::path folder = target.has_parent_path() ? target.parent_path() : ".";
  auto fail = [&](const std::string& reason) { throw Error(fmt::format("cannot write '{}': {}", path, reason)); };
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status))
    fail("it is a directory");
  if (fs::exists(status)) {
    if (access(path.c_str(), W_OK) != 0)
      fail(std::strerror(errno));
    if (!fs::is_regular_file(status))
      return;
  }
  if (!fs::is_directory(folder, ignored))
    fail(fmt::format("there is no folder '{}'", folder.string()));
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    fail(fmt::format("its folder: {}", std::strerror(errno)));
}

// Whether two names are one plain file, or would become one.
bool isSame(const std::string& one, const std::string& other) {
  struct stat status[2];
  const bool exists[2] = {stat(one == "-" ? "/dev/stdin" : one.c_str(), &status[0]) == 0,
                          stat(other.c_str(), &status[1]) == 0};
  if (exists[0] && exists[1])
    return S_ISREG(status[0].st_mode) && status[0].st_dev == status[1].st_dev && status[0].st_ino == status[1].st_ino;
  auto place = [](const std::string& path) {
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(followLinks(path)), ignored);
  };
  return !exists[0] && !exists[1] && place(one) == place(other);
}

} // namespace

bool checkFiles(const std::vector<std::string>& inputs, const std::vector<Output>& outputs) {
  bool toStdout = false;
  std::vector<Output> seen;
  for (const Output& output : outputs) {
    if (output.path.empty())
      continue;
    const bool streams = output.path == "-";
    if (streams && !output.streams)
      throw Error(fmt::format("{} cannot be stdout ('-'): name a file, such as './-'", output.option));
    if (!streams)
      checkPlace(output.path);
    for (const std::string& input : inputs)
      if (!streams && !input.empty() && isSame(input, output.path))
        throw Error(
            fmt::format("cannot write '{}' ({}): it is an input of the same command", output.path, output.option));
    for (const Output& other : seen)
      if (streams ? other.path == "-" : other.path != "-" && isSame(other.path, output.path))
        throw Error(fmt::format("{} and {} both name '{}'", other.option, output.option, output.path));
    toStdout |= streams;
    seen.push_back(output);
  }
  return toStdout;
}

void checkTensorFile(const std::string& path, size_t tensors) {
  if (path.empty())
    return;
  const std::string extension = fs::path(path).extension().string();
  if (extension != ".npz" && extension != ".npy" && extension != ".pb")
    throw Error(fmt::format("cannot write '{}': outputs are written as .npz, .npy or .pb", path));
  if (extension != ".npz" && tensors != 1)
    throw Error(fmt::format("cannot write '{}': the program has {} outputs; write a .npz", path, tensors));
}

} // namespace weft::tool
