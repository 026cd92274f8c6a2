// Zip archives, as far as .npz needs them (APPNOTE.TXT 6.3.x, sections 4.3.7, 4.3.12 and 4.3.16). Sizes and offsets are
// taken from the central directory, and every one is checked before use.
#include "runtime/tensor/io.h"

#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <zlib.h>

namespace weft {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEndRecord = 0x06054b50;
constexpr size_t kLocalHeaderSize = 30;
constexpr size_t kCentralHeaderSize = 46;
constexpr size_t kEndRecordSize = 22;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr size_t kZipLimit = std::numeric_limits<uint32_t>::max();

uint32_t little(std::span<const uint8_t> bytes, size_t offset, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i-- > 0;)
    value = value << 8 | bytes[offset + i];
  return value;
}
uint32_t u16(std::span<const uint8_t> bytes, size_t offset) {
  return little(bytes, offset, 2);
}
uint32_t u32(std::span<const uint8_t> bytes, size_t offset) {
  return little(bytes, offset, 4);
}

void put(std::vector<uint8_t>& out, size_t value, size_t size) {
  for (size_t i = 0; i < size; ++i)
    out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

uint32_t checksum(std::span<const uint8_t> bytes) {
  return static_cast<uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

std::vector<uint8_t> inflateAll(std::span<const uint8_t> packed, size_t size, const std::string& where) {
  // Deflate cannot expand more than 1032 times, so a larger claim is a lie; believing it would allocate it.
  if (size > packed.size() * 1032 + 64)
    throw Error(fmt::format("{}: claims {} bytes from {} compressed ones", where, size, packed.size()));
  std::vector<uint8_t> result(size);
  // zlib wants somewhere to write even when nothing comes out.
  uint8_t nothing = 0;
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    throw Error(fmt::format("{}: zlib cannot start", where));
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = size == 0 ? &nothing : result.data();
  stream.avail_out = static_cast<uInt>(size);
  int status = inflate(&stream, Z_FINISH);
  bool complete = status == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!complete)
    throw Error(fmt::format("{}: the compressed data is damaged", where));
  return result;
}

std::vector<uint8_t> deflateAll(std::span<const uint8_t> bytes) {
  z_stream stream{};
  WEFT_CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK,
             "zlib cannot start");
  std::vector<uint8_t> result(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  int status = deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  WEFT_CHECK(status == Z_STREAM_END, "deflate did not finish");
  return result;
}

// The offset of the end-of-central-directory record: the last one whose comment reaches the end of the file.
size_t findEndRecord(std::span<const uint8_t> bytes, const std::string& where) {
  if (bytes.size() >= kEndRecordSize) {
    size_t last = bytes.size() - kEndRecordSize;
    size_t first = last > 0xffff ? last - 0xffff : 0;
    for (size_t offset = last + 1; offset-- > first;)
      if (u32(bytes, offset) == kEndRecord && offset + kEndRecordSize + u16(bytes, offset + 20) == bytes.size())
        return offset;
  }
  throw Error(fmt::format("{}: not a .npz file (no zip directory; it may be truncated)", where));
}

} // namespace

HostTensors parseNpz(std::span<const uint8_t> bytes, const std::string& where) {
  auto fail = [&](const std::string& message) { throw Error(fmt::format("{}: {}", where, message)); };
  if (bytes.size() > kZipLimit)
    fail(".npz files over 4 GiB are not supported");
  size_t end = findEndRecord(bytes, where);
  size_t count = u16(bytes, end + 10);
  size_t at = u32(bytes, end + 16);
  if (u16(bytes, end + 4) != 0 || u16(bytes, end + 6) != 0 || count == 0xffff || at == kZipLimit)
    fail("archives of several parts or in zip64 form are not supported");

  HostTensors tensors;
  for (; count > 0; --count) {
    if (at > end || end - at < kCentralHeaderSize || u32(bytes, at) != kCentralHeader)
      fail("the zip directory is damaged");
    uint32_t flags = u16(bytes, at + 8);
    uint32_t method = u16(bytes, at + 10);
    uint32_t crc = u32(bytes, at + 16);
    size_t packedSize = u32(bytes, at + 20);
    size_t size = u32(bytes, at + 24);
    size_t nameSize = u16(bytes, at + 28);
    size_t tail = nameSize + u16(bytes, at + 30) + u16(bytes, at + 32);
    size_t local = u32(bytes, at + 42);
    if (tail > end - at - kCentralHeaderSize)
      fail("the zip directory is damaged");
    std::string name(reinterpret_cast<const char*>(bytes.data()) + at + kCentralHeaderSize, nameSize);
    at += kCentralHeaderSize + tail;

    std::string member = fmt::format("{}: member '{}'", where, name);
    if (flags & 1)
      throw Error(member + ": is encrypted");
    if (packedSize == kZipLimit || size == kZipLimit || local == kZipLimit)
      throw Error(member + ": is in zip64 form, which is not supported");
    if (local > bytes.size() || bytes.size() - local < kLocalHeaderSize || u32(bytes, local) != kLocalHeader)
      throw Error(member + ": lies outside the file");
    size_t data = local + kLocalHeaderSize + u16(bytes, local + 26) + u16(bytes, local + 28);
    if (data > bytes.size() || packedSize > bytes.size() - data)
      throw Error(member + ": is truncated");
    auto packed = bytes.subspan(data, packedSize);

    std::vector<uint8_t> inflated;
    std::span<const uint8_t> content = packed;
    if (method == kDeflated) {
      inflated = inflateAll(packed, size, member);
      content = inflated;
    } else if (method != kStored || size != packedSize) {
      throw Error(fmt::format("{}: compression method {} is not supported; stored and deflated are", member, method));
    }
    if (checksum(content) != crc)
      throw Error(member + ": its checksum is wrong");
    if (name.ends_with(".npy"))
      name.resize(name.size() - 4);
    if (!tensors.emplace(name, parseNpy(content, member)).second)
      throw Error(member + ": occurs twice");
  }
  return tensors;
}

std::vector<uint8_t> formatNpz(const HostTensors& tensors, bool compress) {
  std::vector<uint8_t> out;
  std::vector<uint8_t> directory;
  if (tensors.size() >= 0xffff)
    throw Error(fmt::format("a .npz file holds at most 65534 tensors, not {}", tensors.size()));
  for (const auto& [key, tensor] : tensors) {
    std::string name = key + ".npy";
    if (name.size() > 0xffff)
      throw Error("a tensor's name is too long for a .npz file");
    std::vector<uint8_t> content = formatNpy(tensor);
    uint32_t crc = checksum(content);
    size_t size = content.size();
    if (size >= kZipLimit)
      throw Error(fmt::format("tensor '{}' has {} bytes; a .npz file holds less than 4 GiB", key, size));
    if (compress)
      content = deflateAll(content);
    if (out.size() + content.size() + directory.size() + kLocalHeaderSize + kCentralHeaderSize + 2 * name.size() +
            kEndRecordSize >=
        kZipLimit)
      throw Error("the tensors need more than the 4 GiB that a .npz file holds");

    // Local and central header share their middle: needed version, flags, method, time, date (1980-01-01), crc, sizes.
    std::vector<uint8_t> common;
    put(common, 20, 2);
    put(common, 0, 2);
    put(common, compress ? kDeflated : kStored, 2);
    put(common, 0, 2);
    put(common, 0x21, 2);
    put(common, crc, 4);
    put(common, content.size(), 4);
    put(common, size, 4);
    put(common, name.size(), 2);
    put(common, 0, 2);

    size_t local = out.size();
    put(out, kLocalHeader, 4);
    out.insert(out.end(), common.begin(), common.end());
    out.insert(out.end(), name.begin(), name.end());
    out.insert(out.end(), content.begin(), content.end());

    put(directory, kCentralHeader, 4);
    put(directory, 20, 2);
    directory.insert(directory.end(), common.begin(), common.end());
    put(directory, 0, 8); // comment, first part, attributes
    put(directory, 0, 2);
    put(directory, local, 4);
    directory.insert(directory.end(), name.begin(), name.end());
  }
  size_t directoryAt = out.size();
  out.insert(out.end(), directory.begin(), directory.end());
  put(out, kEndRecord, 4);
  put(out, 0, 4);
  put(out, tensors.size(), 2);
  put(out, tensors.size(), 2);
  put(out, directory.size(), 4);
  put(out, directoryAt, 4);
  put(out, 0, 2);
  return out;
}

} // namespace weft
