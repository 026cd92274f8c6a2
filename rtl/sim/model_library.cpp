#include "rtl/sim/model_library.h"

#include "isa/support/error.h"
#include "isa/support/file.h"
#include "rtl/sim/isa_package.h"
#include "rtl/sim/subprocess.h"
#include "simulator/cycle/events.h"

#include <algorithm>
#include <cerrno>
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
#include <unistd.h>

namespace weft::rtl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "model.so";
constexpr const char* kLog = "build.log";
constexpr int kAttempts = 3; // at a build, if the sources change meanwhile

fs::path sourceFolder() {
  const char* folder = std::getenv("WEFT_RTL");
  return folder && *folder ? folder : WEFT_RTL_FOLDER;
}

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

std::string lastLines(const std::string& text, size_t lines) {
  size_t begin = text.size();
  for (size_t i = 0; i < lines && begin != std::string::npos && begin > 0; ++i)
    begin = text.rfind('\n', begin - 1);
  return begin == std::string::npos ? text : text.substr(begin);
}

// Everything that goes into a library.
class Recipe {
public:
  Recipe(const Machine& machine, const LibraryVariant& variant)
      : folder_(sourceFolder()), parameters_(parameters(machine)), variant_(variant) {
    std::error_code error;
    if (!fs::is_regular_file(folder_ / "sim" / "weft_sim_top.sv", error))
      throw Error(fmt::format("the sources of the RTL are not in '{}': set WEFT_RTL to the folder 'rtl' of the project",
                              folder_.string()));
    for (const char* program : {"verilator", "make", "g++"})
      if (!findProgram(program))
        throw Error(
            fmt::format("the RTL is compiled for each machine: '{}' is needed for that and not on the PATH", program));
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_))
      if (entry.path().extension() == ".sv")
        sources_.push_back(entry.path());
    std::sort(sources_.begin(), sources_.end());
  }

  // The library's name in the cache.
  std::string key(const fs::path& scratch) const {
    const fs::path version = scratch / fmt::format(".version.{}", getpid());
    runProgram({"verilator", "--version"}, version);
    std::string text = readTextFile(version) + processor() + parameters_ + kIsaPackage;
    fs::remove(version);
    for (const std::string& option : options("", ""))
      text += option + '\n';
    for (const fs::path& source : sources_)
      text += source.filename().string() + '\n' + readTextFile(source);
    for (const char* file : {"glue.cpp", "interface.h", "public.vlt"})
      text += readTextFile(folder_ / "sim" / file);
    return fmt::format("{:016x}", dataHash(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }

  // Builds the library in an empty folder.
  void build(const fs::path& folder) const {
    writeFile(folder / "weft_isa_pkg.sv", std::string_view(kIsaPackage));
    writeFile(folder / "weft_params_pkg.sv", parameters_);
    if (runProgram(options(folder_, folder), folder / kLog))
      return;
    const std::string log = readTextFile(folder / kLog);
    throw Error(fmt::format("the RTL could not be compiled:{}\n(all messages: {})", lastLines(log, 12),
                            (folder / kLog).string()));
  }

private:
  std::vector<std::string> options(const fs::path& sources, const fs::path& output) const {
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
    if (sources.empty()) // for the key, which does not depend on folders
      return command;
    std::set<fs::path> folders;
    for (const fs::path& source : sources_)
      folders.insert(source.parent_path());
    for (const fs::path& folder : folders) {
      command.push_back("-y");
      command.push_back(fs::absolute(folder).string());
    }
    const fs::path sim = fs::absolute(sources) / "sim";
    for (const fs::path& file :
         {output / "weft_isa_pkg.sv", output / "weft_params_pkg.sv", fs::absolute(sources) / "weft_pkg.sv",
          sim / "weft_sim_top.sv", sim / "public.vlt", sim / "glue.cpp"})
      command.push_back(file.string());
    for (const std::string& part : {std::string("--Mdir"), (output / "obj").string(), std::string("-CFLAGS"),
                                    fmt::format("-I{}", sim.string()), std::string("-o"), (output / kLibrary).string()})
      command.push_back(part);
    return command;
  }

  fs::path folder_;
  std::string parameters_;
  LibraryVariant variant_;
  std::vector<fs::path> sources_;
};

// How long a build takes, in words.
const char* duration(const Machine& machine) {
  return machine.macsPerCycle() <= 32 * 32 ? "about a minute" : "many minutes for a large array";
}

// Held by one process at a time; released when the process ends, however it ends.
class FileLock {
public:
  explicit FileLock(const fs::path& path) : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (file_ < 0 || flock(file_, LOCK_EX) != 0)
      throw Error(fmt::format("cannot lock '{}': {}", path.string(), std::strerror(errno)));
  }
  ~FileLock() { close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

private:
  int file_;
};

const Interface& load(const fs::path& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    throw Error(fmt::format("cannot load '{}': {}", library.string(), dlerror()));
  using Entry = const Interface* (*)();
  auto entry = reinterpret_cast<Entry>(dlsym(handle, kInterfaceSymbol));
  if (!entry || entry()->version != kInterfaceVersion)
    throw Error(fmt::format("the RTL in '{}' does not fit this program", sourceFolder().string()));
  return *entry();
}

// Builds the library `key` unless another process has. False if the sources changed meanwhile: nothing is kept then.
bool buildIn(const fs::path& cache, const std::string& key, const Recipe& recipe, const std::function<void()>& begins) {
  const FileLock lock(cache / (key + ".lock"));
  const fs::path folder = cache / key;
  if (fs::exists(folder / kLibrary))
    return true;
  begins();
  const fs::path scratch = cache / (key + ".building");
  fs::remove_all(scratch);
  fs::create_directories(scratch);
  recipe.build(scratch);
  if (recipe.key(cache) != key)
    return false;
  fs::remove_all(scratch / "obj");
  fs::remove_all(folder);
  fs::rename(scratch, folder);
  return true;
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
                         sourceFolder().string(), cache.string())];
  auto begins = [&] {
    if (building)
      building(fmt::format("building the RTL of {} (once, {})", machine.name, duration(machine)));
  };
  try {
    fs::create_directories(cache);
    for (int attempt = 0; !library; ++attempt) {
      if (attempt == kAttempts)
        throw Error(
            fmt::format("the sources of the RTL in '{}' change while they are compiled", sourceFolder().string()));
      const Recipe recipe(machine, variant);
      const std::string key = recipe.key(cache);
      const fs::path file = cache / key / kLibrary;
      if (fs::exists(file) || buildIn(cache, key, recipe, begins))
        library = &load(file);
    }
    return *library;
  } catch (const fs::filesystem_error& error) {
    throw Error(fmt::format("cannot keep compiled models in '{}': {}", cache.string(), error.what()));
  }
}

} // namespace weft::rtl
