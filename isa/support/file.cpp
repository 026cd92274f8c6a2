#include "isa/support/file.h"

#include "isa/support/error.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

namespace weft {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

template <typename Buffer> Buffer readAll(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path))
    throw Error(fmt::format("cannot read '{}': it is a directory", path.string()));
  File file(std::fopen(path.c_str(), "rb"));
  if (!file)
    throw Error(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  Buffer buffer;
  char chunk[1 << 16];
  while (size_t count = std::fread(chunk, 1, sizeof chunk, file.get()))
    buffer.insert(buffer.end(), chunk, chunk + count);
  if (std::ferror(file.get()))
    throw Error(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  return buffer;
}

} // namespace

std::vector<uint8_t> readFile(const std::filesystem::path& path) { return readAll<std::vector<uint8_t>>(path); }
std::string readTextFile(const std::filesystem::path& path) { return readAll<std::string>(path); }

void writeFile(const std::filesystem::path& path, std::span<const uint8_t> content) {
  // A device or pipe (/dev/stdout) cannot be replaced by a rename; write to it directly.
  std::error_code ignored;
  bool special = std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  std::filesystem::path temporary = path;
  if (!special)
    temporary += fmt::format(".tmp{}", getpid());
  auto fail = [&] {
    int reason = errno;
    if (!special)
      std::filesystem::remove(temporary, ignored);
    throw Error(fmt::format("cannot write '{}': {}", path.string(), std::strerror(reason)));
  };
  File file(std::fopen(temporary.c_str(), "wb"));
  if (!file)
    fail();
  bool written = std::fwrite(content.data(), 1, content.size(), file.get()) == content.size();
  written = (std::fflush(file.get()) == 0) && written;
  file.reset();
  if (!written)
    fail();
  if (!special && std::rename(temporary.c_str(), path.c_str()) != 0)
    fail();
}

void writeFile(const std::filesystem::path& path, std::string_view content) {
  writeFile(path, std::span(reinterpret_cast<const uint8_t*>(content.data()), content.size()));
}

} // namespace weft
