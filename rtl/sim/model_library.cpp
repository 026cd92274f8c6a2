#include "rtl/sim/model_library.h"

#include "isa/support/error.h"
#include "isa/support/file.h"
#include "rtl/sim/sources.h"
#include "rtl/sim/subprocess.h"
#include "simulator/cycle/events.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace weft::rtl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "model.so";
constexpr const char* kSeal = "seal"; // says what the library has to be
constexpr const char* kLog = "build.log";
constexpr const char* kFolder = "rtl"; // of the sources, in a workspace

fs::path cacheFolder() {
  auto variable = [](const char* name) { return fs::path(std::getenv(name) ? std::getenv(name) : ""); };
  if (fs::path own = variable("WEFT_CACHE"); !own.empty())
    return own / "rtl";
  if (fs::path user = variable("XDG_CACHE_HOME"); !user.empty())
    return user / "weft" / "rtl";
  if (fs::path home = variable("HOME"); !home.empty())
    return home / ".cache" / "weft" / "rtl";
  throw Error("there is no folder for compiled models: set WEFT_CACHE to one");
}

// What the hardware sees of a machine: everything but the DRAM's timing, clock, technology and name.
std::string parameters(Machine machine) {
  machine.name = "core";
  machine.clockMhz = 1;
  const uint64_t bytes = machine.dram.bytes;
  machine.dram = {};
  machine.dram.bytes = bytes;
  machine.technology = {};
  return toSystemVerilog(machine);
}

// The processor for which -march=native compiles: the cache may be on a disk that several hosts share.
std::string processor() {
  std::string text;
  try {
    const std::string all = readTextFile("/proc/cpuinfo");
    for (const char* key : {"model name", "flags"})
      if (size_t begin = all.find(key); begin != std::string::npos)
        text += all.substr(begin, all.find('\n', begin) - begin);
  } catch (const Error&) {
    text = "unknown";
  }
  return text;
}

template <typename Bytes> uint64_t hashOf(const Bytes& bytes) {
  return dataHash(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::string lastLines(const std::string& text, size_t lines) {
  size_t begin = text.size();
  for (size_t i = 0; i < lines && begin != std::string::npos && begin > 0; ++i)
    begin = text.rfind('\n', begin - 1);
  return begin == std::string::npos ? text : text.substr(begin);
}

using Meanwhile = std::function<void()>;

// Everything that goes into a library.
class Recipe {
public:
  Recipe(const Machine& machine, const LibraryVariant& variant)
      : sources_(readSources()), parameters_(parameters(machine)), variant_(variant) {
    for (const char* program : {"verilator", "make", "g++"})
      if (!findProgram(program))
        throw Error(
            fmt::format("the RTL is compiled for each machine: '{}' is needed for that and not on the PATH", program));
    std::erase_if(sources_, [](const auto& file) { return file.first.starts_with("tools/"); });
  }

  // The library's name in the cache.
  std::string key() const {
    Workspace workspace(temporaryFolder());
    workspace.run({"verilator", "--version"}, "version", "version");
    std::string text = readTextFile(workspace.path() / "version") + processor() + parameters_;
    for (const std::string& option : options())
      text += option + '\n';
    for (const auto& [name, content] : sources_)
      text += name + '\n' + content;
    return fmt::format("{:016x}", hashOf(text));
  }

  // Builds the library in a workspace; the messages are kept in the file `log` if that fails.
  void build(Workspace& workspace, const fs::path& log, const Meanwhile& meanwhile) const {
    writeSources(sources_, workspace.path() / kFolder);
    writeFile(workspace.path() / kFolder / "weft_params_pkg.sv", parameters_);
    std::vector<std::string> command = options();
    command.insert(command.begin(), {"env", "--chdir=" + workspace.path().string()});
    if (workspace.run(command, kLog, kLog, meanwhile))
      return;
    const std::string messages = readTextFile(workspace.path() / kLog);
    writeFile(log, messages);
    throw Error(
        fmt::format("the RTL could not be compiled:{}\n(all messages: {})", lastLines(messages, 12), log.string()));
  }

private:
  std::vector<std::string> options() const {
    std::vector<std::string> command;
    std::istringstream words(
        "verilator --cc --exe --build -j 2 -O3 --unroll-count 2048 --unroll-stmts 100000 --output-split 20000 "
        "--top-module weft_sim_top --prefix Vweft_sim_top -Wno-fatal -Wno-lint -Wno-style "
        "-CFLAGS -fPIC -CFLAGS -march=native -CFLAGS -std=c++17 "
        "-CFLAGS -DVL_USER_STOP -CFLAGS -DVL_USER_FATAL -LDFLAGS -shared -LDFLAGS -Wl,-Bsymbolic");
    for (std::string word; words >> word;)
      command.push_back(word);
    command.push_back("-MAKEFLAGS");
    const char* level = std::getenv("WEFT_RTL_OPT");
    if (!level || !*level)
      level = variant_.wave ? "-O1" : "-O3"; // much code writes waveforms
    command.push_back(fmt::format("OPT_FAST={}", level));
    // What assertions are there to find, registers that begin with any value find too.
    for (const char* word :
         {variant_.assertions ? "--assert" : "--noassert", "--x-assign", variant_.assertions ? "unique" : "fast",
          "--x-initial", variant_.assertions ? "unique" : "fast"})
      command.push_back(word);
    if (variant_.wave)
      for (const char* word : {"--trace-fst", "-CFLAGS", "-DWEFT_RTL_WAVE"})
        command.push_back(word);
    if (variant_.coverage)
      for (const char* word : {"--coverage-line", "--coverage-user", "-CFLAGS", "-DWEFT_RTL_COVERAGE"})
        command.push_back(word);
    // All paths are relative to the workspace: messages of assertions name the design's files.
    const fs::path rtl = kFolder, sim = rtl / "sim";
    std::set<fs::path> folders;
    for (const auto& [name, content] : sources_)
      folders.insert((rtl / name).parent_path());
    for (const fs::path& folder : folders)
      command.insert(command.end(), {"-y", folder.string()});
    for (const fs::path& file : {rtl / kIsaPackage, rtl / "weft_params_pkg.sv", rtl / "weft_pkg.sv",
                                 sim / "weft_sim_top.sv", sim / "public.vlt", fs::path("..") / sim / "glue.cpp"})
      command.push_back(file.string());
    for (const std::string& part :
         {std::string("--Mdir"), std::string("obj"), std::string("-CFLAGS"),
          fmt::format("-I{}", (fs::path("..") / sim).string()), std::string("-o"), fmt::format("../{}", kLibrary)})
      command.push_back(part);
    return command;
  }

  Sources sources_;
  std::string parameters_;
  LibraryVariant variant_;
};

// How long a build takes, in words.
const char* duration(const Machine& machine) {
  return machine.macsPerCycle() <= 32 * 32 ? "about a minute" : "many minutes for a large array";
}

// Held by one process at a time; released when the process ends, however it ends.
class FileLock {
public:
  FileLock(const fs::path& path, const Meanwhile& meanwhile)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)) {
    while (file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR)) {
      meanwhile();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (file_ < 0)
      throw Error(
          fmt::format("cannot keep compiled models in '{}': {}", path.parent_path().string(), std::strerror(errno)));
  }
  ~FileLock() { close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

private:
  int file_;
};

// Whether nobody but this user and root can have made or changed a file or folder.
bool isOurs(const struct stat& status) {
  return (status.st_uid == geteuid() || status.st_uid == 0) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::string seal(const std::string& key, const std::vector<uint8_t>& library) {
  return fmt::format("{} {} {:016x}\n", key, library.size(), hashOf(library));
}

// Loads the library from the folder in which it is kept. Null if it is not there, is not what its seal says, or can be
// the work of somebody else.
const Interface* loadKept(const fs::path& folder, const std::string& key) {
  struct stat status;
  for (const fs::path& path : {folder, folder / kSeal, folder / kLibrary})
    if (lstat(path.c_str(), &status) != 0 || !isOurs(status))
      return nullptr;
  // Stays open: what was looked at is what is loaded, and the loader knows libraries by their names.
  const int file = open((folder / kLibrary).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const std::string opened = fmt::format("/proc/self/fd/{}", file);
  void* handle = nullptr;
  try {
    if (file >= 0 && seal(key, readFile(opened)) == readTextFile(folder / kSeal))
      handle = dlopen(opened.c_str(), RTLD_NOW | RTLD_LOCAL);
  } catch (const Error&) { // cannot be read
  }
  using Entry = const Interface* (*)();
  auto entry = handle ? reinterpret_cast<Entry>(dlsym(handle, kInterfaceSymbol)) : nullptr;
  if (!handle && file >= 0)
    close(file);
  if (handle && (!entry || entry()->version != kInterfaceVersion))
    throw Error("the RTL in the folder that WEFT_RTL names does not fit this program");
  return entry ? entry() : nullptr;
}

// Where to build: make knows no names with spaces and other special characters.
fs::path buildFolder(const fs::path& cache) {
  for (const fs::path& folder : {fs::absolute(cache), temporaryFolder()})
    if (std::all_of(folder.native().begin(), folder.native().end(),
                    [](unsigned char c) { return std::isalnum(c) || std::strchr("/._+,@-", c); }))
      return folder;
  return "/tmp";
}

// Builds the library `key` and keeps it in place of what is there.
void buildIn(const fs::path& cache, const std::string& key, const Recipe& recipe, const Meanwhile& meanwhile) {
  const fs::path folder = cache / key;
  Workspace workspace(cache);
  const fs::path made = workspace.path() / "kept";
  fs::create_directory(made);
  {
    Workspace building(buildFolder(cache));
    recipe.build(building, cache / (key + ".log"), meanwhile);
    fs::copy_file(building.path() / kLibrary, made / kLibrary);
  }
  writeFile(made / kSeal, seal(key, readFile(made / kLibrary)));
  for (const fs::path& path : {made, made / kLibrary, made / kSeal})
    fs::permissions(path, fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove);
  if (fs::exists(fs::symlink_status(folder)))
    fs::rename(folder, workspace.path() / "older");
  fs::rename(made, folder);
}

} // namespace

const Interface& modelLibrary(const Machine& machine, const LibraryVariant& variant,
                              const std::function<void(const std::string&)>& building) {
  // Looked at once in a process: to find the key takes longer than many a run.
  static std::mutex mutex;
  static std::map<std::string, const Interface*> loaded;
  std::lock_guard<std::mutex> guard(mutex);
  const fs::path cache = cacheFolder();
  const Interface*& library =
      loaded[fmt::format("{}{}{}{}\n{}\n{}", parameters(machine), variant.wave, variant.assertions, variant.coverage,
                         std::getenv("WEFT_RTL") ? std::getenv("WEFT_RTL") : "", cache.string())];
  auto meanwhile = [&] {
    if (building)
      building(fmt::format("building the RTL of {} (once, {})", machine.name, duration(machine)));
  };
  try {
    if (library)
      return *library;
    const Recipe recipe(machine, variant);
    const std::string key = recipe.key();
    if ((library = loadKept(cache / key, key)))
      return *library;
    meanwhile();
    fs::create_directories(cache);
    const FileLock lock(cache / (key + ".lock"), meanwhile);
    if ((library = loadKept(cache / key, key))) // another process has built it
      return *library;
    buildIn(cache, key, recipe, meanwhile);
    if (!(library = loadKept(cache / key, key)))
      throw Error(fmt::format("what is compiled cannot be kept in '{}'", cache.string()));
    return *library;
  } catch (const fs::filesystem_error& error) {
    throw Error(fmt::format("cannot keep compiled models in '{}': {}", cache.string(), error.what()));
  }
}

} // namespace weft::rtl
