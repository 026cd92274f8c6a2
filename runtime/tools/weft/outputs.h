// Checks of output paths before long work, so that hours are not lost to a misspelt folder.
#pragma once

#include <string>

namespace weft::tool {

// Throws Error if the folder that `path` names does not exist. An empty path is none.
void checkFolder(const std::string& path);

// The same, and throws if the extension is none that writeTensors knows, or if it holds one tensor and there are more.
void checkTensorFile(const std::string& path, size_t tensors);

} // namespace weft::tool
