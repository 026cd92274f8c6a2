#include "rtl/sim/subprocess.h"

#include "isa/support/error.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace weft::rtl {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

// Each line of its input is the process group that runs now, or empty. At the end of the input it ends the group, with
// time to tidy up, and removes the folder.
constexpr const char* kGuard = R"(trap '' INT TERM HUP
while read -r line; do group=$line; done
if [ -n "$group" ] && kill -TERM -- "-$group" 2>/dev/null; then
  for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 -- "-$group" 2>/dev/null || break; sleep 0.2; done
  kill -KILL -- "-$group" 2>/dev/null
fi
rm -rf -- "$1" || { sleep 0.5; rm -rf -- "$1"; })";

// How a program begins: as leader of a process group, with the signals' default effects.
class Attributes {
public:
  Attributes() {
    posix_spawnattr_init(&value_);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&value_, &all);
    posix_spawnattr_setsigmask(&value_, &none);
    posix_spawnattr_setpgroup(&value_, 0);
    posix_spawnattr_setflags(&value_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() { posix_spawnattr_destroy(&value_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &value_; }

private:
  posix_spawnattr_t value_;
};

class Files {
public:
  Files() { posix_spawn_file_actions_init(&value_); }
  ~Files() { posix_spawn_file_actions_destroy(&value_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  posix_spawn_file_actions_t* get() { return &value_; }
  void openRead(int file, const char* path) { posix_spawn_file_actions_addopen(&value_, file, path, O_RDONLY, 0); }
  void openWrite(int file, const char* path) {
    posix_spawn_file_actions_addopen(&value_, file, path, O_WRONLY | O_CREAT | O_APPEND, 0666);
  }

private:
  posix_spawn_file_actions_t value_;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environmentWith(const fs::path& temporary) {
  std::vector<std::string> result{"TMPDIR=" + temporary.string()};
  for (char** entry = environ; *entry; ++entry)
    if (!std::string_view(*entry).starts_with("TMPDIR="))
      result.emplace_back(*entry);
  return result;
}

pid_t start(const std::vector<std::string>& command, const std::vector<std::string>& environment, Files& files) {
  pid_t process = 0;
  const int error = posix_spawnp(&process, command[0].c_str(), files.get(), Attributes().get(),
                                 pointers(command).data(), pointers(environment).data());
  if (error != 0)
    throw Error(fmt::format("cannot run '{}': {}", command[0], std::strerror(error)));
  return process;
}

// The exit status if the program has ended.
std::optional<int> poll(pid_t program) {
  int status = 0;
  const pid_t ended = waitpid(program, &status, WNOHANG);
  if (ended < 0 && errno != EINTR)
    throw Error(fmt::format("lost track of a program: {}", std::strerror(errno)));
  return ended == program ? std::optional(status) : std::nullopt;
}

} // namespace

std::optional<fs::path> findProgram(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string folders = path ? path : "";
  for (size_t begin = 0; begin <= folders.size();) {
    size_t end = std::min(folders.find(':', begin), folders.size());
    fs::path candidate = fs::path(folders.substr(begin, end - begin)) / name;
    std::error_code ignored;
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, ignored))
      return candidate;
    begin = end + 1;
  }
  return std::nullopt;
}

Workspace::Workspace(const fs::path& parent) : Workspace() {
  std::string name = fs::absolute(parent) / ".weft-XXXXXX";
  if (!mkdtemp(name.data()))
    throw Error(fmt::format("cannot make a folder in '{}': {}", parent.string(), std::strerror(errno)));
  path_ = name;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  pipe_ = ends[1];
  Files files;
  posix_spawn_file_actions_adddup2(files.get(), ends[0], STDIN_FILENO);
  for (int file : {STDOUT_FILENO, STDERR_FILENO})
    files.openWrite(file, "/dev/null");
  guard_ = start({"sh", "-c", kGuard, "weft-guard", path_}, environmentWith(path_), files);
  close(ends[0]);
}

Workspace::~Workspace() {
  std::error_code ignored;
  if (!path_.empty())
    fs::remove_all(path_, ignored);
  if (pipe_ >= 0)
    close(pipe_);
  if (guard_ > 0) {
    kill(-guard_, SIGKILL);
    waitpid(guard_, nullptr, 0);
  }
}

void Workspace::tellGuard(const std::string& line) const {
  [[maybe_unused]] const ssize_t written = write(pipe_, line.data(), line.size()); // it waits for nothing else
}

bool Workspace::run(const std::vector<std::string>& command, const std::string& output, const std::string& errors,
                    const std::function<void()>& meanwhile) {
  Files files;
  files.openRead(STDIN_FILENO, "/dev/null");
  files.openWrite(STDOUT_FILENO, (path_ / output).c_str());
  files.openWrite(STDERR_FILENO, (path_ / errors).c_str());
  const pid_t program = start(command, environmentWith(path_), files);
  tellGuard(fmt::format("{}\n", program));
  std::optional<int> status;
  try {
    for (auto pause = 1ms; !(status = poll(program)); pause = std::min(2 * pause, 100ms)) {
      if (meanwhile)
        meanwhile();
      std::this_thread::sleep_for(pause);
    }
  } catch (...) {
    end(program);
    throw;
  }
  kill(-program, SIGKILL); // what it left behind
  tellGuard("\n");
  return WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
}

// Ends the program and all that it has started; asks first, so that it can tidy up.
void Workspace::end(pid_t program) {
  kill(-program, SIGTERM);
  bool ended = false;
  for (int i = 0; i < 20 && !ended; ++i) {
    std::this_thread::sleep_for(100ms);
    ended = waitpid(program, nullptr, WNOHANG) == program;
  }
  kill(-program, SIGKILL);
  if (!ended)
    waitpid(program, nullptr, 0);
  tellGuard("\n");
}

} // namespace weft::rtl
