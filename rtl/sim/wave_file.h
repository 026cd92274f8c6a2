// A waveform on its way to its place. The library that writes it wants a name, makes further files beside that, and
// does not look whether its writes succeed.
#pragma once

#include "isa/support/file.h"
#include "rtl/sim/subprocess.h"

namespace weft::rtl {

class WaveFile {
public:
  explicit WaveFile(const std::filesystem::path& output) : name_(output), output_(output), folder_(output_.folder()) {}

  // What the library is to write.
  std::filesystem::path path() const { return folder_.path() / "wave.fst"; }
  // After the library has closed it. Throws Error if the file is not complete or cannot be put in its place.
  void commit();

private:
  std::filesystem::path name_;
  OutputFile output_;
  Workspace folder_;
};

} // namespace weft::rtl
