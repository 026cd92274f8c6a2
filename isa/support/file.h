// Whole-file input and output. Writers never leave half a file: they write to a temporary name and rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// Reads a whole file. Throws Error (naming the path and the reason) if it cannot.
std::vector<uint8_t> readFile(const std::filesystem::path& path);
std::string readTextFile(const std::filesystem::path& path);

// Replaces `path` by `content` atomically. Throws Error and leaves any older file untouched on failure.
void writeFile(const std::filesystem::path& path, std::span<const uint8_t> content);
void writeFile(const std::filesystem::path& path, std::string_view content);

} // namespace weft
