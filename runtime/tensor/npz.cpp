// .npz by libzip.
#include "runtime/tensor/io.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <zip.h>

namespace weft {
namespace {

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Source = std::unique_ptr<zip_source_t, decltype(&zip_source_free)>;

// An archive in memory; `source` is kept, so that it can be read again.
Archive open(const Source& source, int flags, const std::string& where) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_keep(source.get());
  Archive archive(zip_open_from_source(source.get(), flags, &error), &zip_discard);
  if (!archive) {
    zip_source_free(source.get());
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw Error(fmt::format("{}: not a .npz file: {}", where, reason));
  }
  return archive;
}

Source sourceOf(std::span<const uint8_t> bytes) {
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr), &zip_source_free);
  if (!source)
    throw std::bad_alloc();
  return source;
}

std::vector<uint8_t> inflate(zip_t* archive, uint64_t index, uint64_t size, const std::string& member) {
  std::vector<uint8_t> content(size);
  std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(archive, index, 0), &zip_fclose);
  // One byte more than there should be: the checksum is compared at the end.
  uint8_t end = 0;
  if (!file || zip_fread(file.get(), content.data(), size) != static_cast<zip_int64_t>(size) ||
      zip_fread(file.get(), &end, 1) != 0)
    throw Error(fmt::format("{}: {}", member, file ? zip_file_strerror(file.get()) : zip_strerror(archive)));
  return content;
}

} // namespace

HostTensors parseNpz(std::span<const uint8_t> bytes, const std::string& where, const TensorCheck& check) {
  if (bytes.empty()) // to libzip an archive without members
    throw Error(fmt::format("{}: not a .npz file: it is empty", where));
  const Source source = sourceOf(bytes);
  const Archive archive = open(source, ZIP_RDONLY, where);
  HostTensors tensors;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
  for (zip_uint64_t index = 0; index < count; ++index) {
    zip_stat_t entry;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(archive.get(), index, 0, &entry) != 0 || (entry.valid & kNeeded) != kNeeded)
      throw Error(fmt::format("{}: the zip directory is damaged", where));
    std::string name = entry.name;
    const std::string member = fmt::format("{}: member '{}'", where, name);
    // Deflate cannot expand more than 1032 times, so a larger claim is a lie; believing it would allocate it.
    const uint64_t packed = std::min<uint64_t>(entry.comp_size, bytes.size());
    if (entry.size > packed * 1032 + 64)
      throw Error(fmt::format("{}: claims {} bytes from {} compressed ones", member, entry.size, packed));
    if (name.ends_with(".npy"))
      name.resize(name.size() - 4);
    if (check)
      check(name, entry.size);
    if (!tensors.emplace(name, parseNpy(inflate(archive.get(), index, entry.size, member), member)).second)
      throw Error(member + ": occurs twice");
  }
  return tensors;
}

std::vector<uint8_t> formatNpz(const HostTensors& tensors, bool compress) {
  if (tensors.empty()) // libzip writes no archive without members
    return {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  std::vector<std::vector<uint8_t>> contents; // until the archive is closed
  const Source source = sourceOf({});
  Archive archive = open(source, ZIP_CREATE | ZIP_TRUNCATE, "the new .npz file");
  for (const auto& [key, tensor] : tensors) {
    contents.push_back(formatNpy(tensor));
    Source content = sourceOf(contents.back());
    const zip_int64_t index = zip_file_add(archive.get(), (key + ".npy").c_str(), content.get(), ZIP_FL_ENC_UTF_8);
    if (index < 0)
      throw Error(fmt::format("tensor '{}' cannot be a member of a .npz file: {}", key, zip_strerror(archive.get())));
    content.release();
    const auto number = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive.get(), number, compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), number, 0, 0x21, 0); // 1980-01-01: the same tensors give the same bytes
  }
  if (zip_close(archive.get()) != 0)
    throw Error(fmt::format("cannot make a .npz file: {}", zip_strerror(archive.get())));
  archive.release();
  zip_stat_t size;
  zip_source_stat(source.get(), &size);
  std::vector<uint8_t> bytes(size.size);
  if (zip_source_open(source.get()) != 0 ||
      zip_source_read(source.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size()))
    throw Error("cannot make a .npz file");
  zip_source_close(source.get());
  return bytes;
}

} // namespace weft
