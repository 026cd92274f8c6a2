// Running other programs, in folders of their own.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace weft::rtl {

// Where a program of this name is on the PATH.
std::optional<std::filesystem::path> findProgram(const std::string& name);

// A private folder for files on the way to a result, and the programs that make them. However this process ends,
// SIGKILL included, its programs end with all that they have started, and the folder goes: a guard, a shell that waits
// for the end of a pipe, sees to it.
class Workspace {
public:
  // Makes the folder in `parent`. Throws Error if it cannot.
  explicit Workspace(const std::filesystem::path& parent);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Runs a program (found on the PATH) to its end, with TMPDIR in the folder. What it prints and its errors are added
  // to files in the folder (may be one). `meanwhile` (may be empty) is called some times a second; what it throws ends
  // the program. Returns whether the program succeeded; throws Error if it cannot be started.
  bool run(const std::vector<std::string>& command, const std::string& output, const std::string& errors,
           const std::function<void()>& meanwhile = {});

private:
  Workspace() = default;
  void tellGuard(const std::string& line) const;
  void end(pid_t program);

  std::filesystem::path path_;
  int pipe_ = -1; // to the guard
  pid_t guard_ = 0;
};

} // namespace weft::rtl
