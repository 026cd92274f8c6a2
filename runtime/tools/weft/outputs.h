// Checks of the files of a command line before any work, so that hours are not lost to a misspelt folder and no input
// to a misplaced name.
#pragma once

#include <string>
#include <vector>

namespace weft::tool {

// A file to write, and the option that names it. An empty path is none; "-" is stdout, for what is one text or file.
struct Output {
  const char* option;
  std::string path;
  bool streams = true; // may be "-"
};

// `inputs` are all names that may be files to read. Throws Error if an output cannot be made (its folder does not exist
// or it must not be written), or is the same file as an input or another output. Returns whether stdout is one of the
// outputs: nothing else is to be printed there.
bool checkFiles(const std::vector<std::string>& inputs, const std::vector<Output>& outputs);

// Throws if the extension is none that writeTensors knows, or if it holds one tensor and there are more.
void checkTensorFile(const std::string& path, size_t tensors);

} // namespace weft::tool
