#include "isa/support/file.h"

#include "isa/support/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <random>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace weft {
namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

template <typename Buffer> Buffer readAll(const fs::path& path) {
  const bool fromStdin = path == "-";
  auto fail = [&](const char* reason) {
    throw Error(fmt::format("cannot read {}: {}", fromStdin ? "stdin" : fmt::format("'{}'", path.string()), reason));
  };
  std::error_code ignored;
  if (!fromStdin && fs::is_directory(path, ignored))
    fail("it is a directory");
  const std::unique_ptr<std::FILE, Closer> file(fromStdin ? fdopen(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "rb")
                                                          : std::fopen(path.c_str(), "rbe"));
  if (!file)
    fail(std::strerror(errno));
  Buffer buffer;
  char chunk[1 << 16];
  while (size_t count = std::fread(chunk, 1, sizeof chunk, file.get()))
    buffer.insert(buffer.end(), chunk, chunk + count);
  if (std::ferror(file.get()))
    fail(std::strerror(errno));
  return buffer;
}

std::optional<struct stat> statusOf(const fs::path& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? std::optional(status) : std::nullopt;
}

// stdout or stderr if that is what the path leads to, else -1.
int ownDescriptor(const fs::path& path) {
  if (path == "-")
    return STDOUT_FILENO;
  const std::optional<struct stat> wanted = statusOf(path);
  if (!wanted || S_ISCHR(wanted->st_mode)) // a terminal or /dev/null can be opened again
    return -1;
  for (int own : {STDOUT_FILENO, STDERR_FILENO})
    if (struct stat status;
        fstat(own, &status) == 0 && status.st_dev == wanted->st_dev && status.st_ino == wanted->st_ino)
      return own;
  return -1;
}

// A new name that nobody can guess.
fs::path freshName(const fs::path& folder) {
  std::random_device random;
  return folder / fmt::format(".weft-{:08x}{:08x}", random(), random());
}

} // namespace

std::vector<uint8_t> readFile(const fs::path& path) {
  return readAll<std::vector<uint8_t>>(path);
}
std::string readTextFile(const fs::path& path) {
  return readAll<std::string>(path);
}

fs::path temporaryFolder() {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  if (error)
    throw Error("there is no folder for temporary files: set TMPDIR to one");
  return folder;
}

fs::path followLinks(fs::path path) {
  constexpr int kMostLinks = 40; // as in the kernel
  for (int i = 0; i < kMostLinks; ++i) {
    std::error_code none;
    const fs::path next = fs::read_symlink(path, none);
    if (none)
      break;
    path = path.parent_path() / next; // an absolute one stays as it is
  }
  return path;
}

OutputFile::OutputFile(const fs::path& path) : OutputFile() {
  path_ = path;
  const std::optional<struct stat> status = statusOf(path);
  if (!status && errno != ENOENT)
    fail(errno);
  if (status && S_ISDIR(status->st_mode))
    fail(EISDIR);
  int file = -1;
  if (const int own = ownDescriptor(path); own >= 0) {
    std::fflush(own == STDOUT_FILENO ? stdout : stderr);
    file = fcntl(own, F_DUPFD_CLOEXEC, 3);
  } else if (status && !S_ISREG(status->st_mode)) {
    file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    target_ = followLinks(path);
    openPlain();
    return;
  }
  if (file < 0 || !(file_ = fdopen(file, "wb")))
    fail(errno);
}

void OutputFile::openPlain() {
  // A file without a name vanishes with this process, however it ends.
  int file = access("/proc/self/fd", X_OK) == 0 ? open(folder().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666) : -1;
  nameless_ = file >= 0;
  if (!nameless_) {
    const fs::path name = freshName(folder());
    file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0)
      temporary_ = name;
  }
  if (file < 0 || !(file_ = fdopen(file, "wb")))
    fail(errno);
  if (const std::optional<struct stat> older = statusOf(target_)) {
    [[maybe_unused]] const int owned = fchown(file, older->st_uid, older->st_gid); // which only root can
    if (fchmod(file, older->st_mode & 07777) != 0)
      fail(errno);
  }
}

OutputFile::~OutputFile() {
  if (file_)
    std::fclose(file_);
  if (!temporary_.empty())
    unlink(temporary_.c_str());
}

fs::path OutputFile::folder() const {
  if (target_.empty())
    return temporaryFolder();
  return target_.has_parent_path() ? target_.parent_path() : fs::path(".");
}

void OutputFile::fail(int reason) const {
  throw Error(fmt::format("cannot write {}: {}", path_ == "-" ? "to stdout" : fmt::format("'{}'", path_.string()),
                          std::strerror(reason)));
}

void OutputFile::write(std::span<const uint8_t> content) {
  if (std::fwrite(content.data(), 1, content.size(), file_) != content.size())
    fail(errno);
}

void OutputFile::write(std::string_view content) {
  write(std::span(reinterpret_cast<const uint8_t*>(content.data()), content.size()));
}

void OutputFile::commit() {
  if (std::fflush(file_) != 0)
    fail(errno);
  if (nameless_) {
    const fs::path name = freshName(folder());
    if (linkat(AT_FDCWD, fmt::format("/proc/self/fd/{}", fileno(file_)).c_str(), AT_FDCWD, name.c_str(),
               AT_SYMLINK_FOLLOW) != 0)
      fail(errno);
    temporary_ = name;
  }
  place();
}

void OutputFile::commit(const fs::path& file) {
  struct stat status;
  if (!target_.empty() && fstat(fileno(file_), &status) == 0) {
    [[maybe_unused]] const int owned = chown(file.c_str(), status.st_uid, status.st_gid);
    if (chmod(file.c_str(), status.st_mode & 07777) == 0 && std::rename(file.c_str(), target_.c_str()) == 0)
      return;
  }
  const std::vector<uint8_t> content = readFile(file);
  write(content);
  commit();
}

void OutputFile::place() {
  const int closed = std::fclose(std::exchange(file_, nullptr));
  if (closed != 0 || (!target_.empty() && std::rename(temporary_.c_str(), target_.c_str()) != 0))
    fail(errno);
  temporary_.clear();
}

void writeFile(const fs::path& path, std::span<const uint8_t> content) {
  OutputFile file(path);
  file.write(content);
  file.commit();
}

void writeFile(const fs::path& path, std::string_view content) {
  writeFile(path, std::span(reinterpret_cast<const uint8_t*>(content.data()), content.size()));
}

} // namespace weft
