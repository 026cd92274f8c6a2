// Files: whole inputs, and outputs that exist complete or not at all. The name `-` is stdin or stdout.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// Reads a whole file. Throws Error (naming the path and the reason) if it cannot.
std::vector<uint8_t> readFile(const std::filesystem::path& path);
std::string readTextFile(const std::filesystem::path& path);

// The folder for temporary files. Throws Error if there is none.
std::filesystem::path temporaryFolder();

// Where a file of this name is made: symbolic links are followed, the last may lead to nothing yet.
std::filesystem::path followLinks(std::filesystem::path path);

// An output. What is there already decides how it is written: a device, a FIFO and a file that is this process's stdout
// or stderr are written to as they are; anything else is made beside its place, without a name where the file system
// can do that, and put there by commit(), with the mode and owner of the file that it replaces. Before that an older
// file is untouched, and without it nothing remains. All functions throw Error, naming the path and the reason.
class OutputFile {
public:
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const uint8_t> content);
  void write(std::string_view content);
  void commit();
  // Makes `file`, which somebody else wrote, the output; nothing has been written. Moves it where that can be done.
  void commit(const std::filesystem::path& file);
  // The folder in which the output is made; the folder for temporary files if it is no plain file.
  std::filesystem::path folder() const;

private:
  OutputFile() = default;
  [[noreturn]] void fail(int reason) const;
  void openPlain();
  void place();

  std::filesystem::path path_;
  std::filesystem::path target_;    // where a plain file is put; empty: written to as it is
  std::filesystem::path temporary_; // that exists and is to be removed
  std::FILE* file_ = nullptr;
  bool nameless_ = false;
};

// Makes `content` the content of the output `path`.
void writeFile(const std::filesystem::path& path, std::span<const uint8_t> content);
void writeFile(const std::filesystem::path& path, std::string_view content);

} // namespace weft
