#include "runtime/tensor/io.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace weft {
namespace {

using net::DType;

struct Descriptor {
  DType type;
  std::string_view text;
};
constexpr Descriptor kDescriptors[] = {{DType::f32, "<f4"}, {DType::f64, "<f8"}, {DType::f16, "<f2"},
                                       {DType::s8, "|i1"},  {DType::u8, "|u1"},  {DType::s16, "<i2"},
                                       {DType::u16, "<u2"}, {DType::s32, "<i4"}, {DType::u32, "<u4"},
                                       {DType::s64, "<i8"}, {DType::u64, "<u8"}, {DType::boolean, "|b1"}};
constexpr std::string_view kMagic = "\x93NUMPY";

struct Header {
  std::optional<DType> type;
  std::optional<bool> fortranOrder;
  std::optional<net::Shape> shape;
};

// Parses the header: a Python dict literal with the keys descr (string), fortran_order (bool) and shape (tuple).
class HeaderParser {
public:
  HeaderParser(std::string_view headerText, const std::string& fileName) : text(headerText), where(fileName) {}

  Header parse() {
    Header header;
    expect('{');
    while (!accept('}')) {
      std::string_view key = string();
      expect(':');
      if (key == "descr")
        header.type = type();
      else if (key == "fortran_order")
        header.fortranOrder = boolean();
      else if (key == "shape")
        header.shape = shape();
      else
        fail(fmt::format("unknown key '{}' in the .npy header", key));
      if (!accept(',') && peek() != '}')
        fail("malformed .npy header");
    }
    if (!header.type || !header.fortranOrder || !header.shape)
      fail("the .npy header lacks one of descr, fortran_order and shape");
    return header;
  }

private:
  [[noreturn]] void fail(const std::string& message) const { throw Error(fmt::format("{}: {}", where, message)); }

  char peek() {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\t'))
      text.remove_prefix(1);
    return text.empty() ? '\0' : text.front();
  }
  bool accept(char c) {
    if (text.empty() || peek() != c)
      return false;
    text.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(fmt::format("malformed .npy header: '{}' expected", c));
  }
  std::string_view string() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      fail("malformed .npy header: a string expected (structured types are not supported)");
    size_t end = text.find(quote, 1);
    if (end == std::string_view::npos)
      fail("malformed .npy header: a string without end");
    std::string_view value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return value;
  }
  DType type() {
    std::string_view descr = string();
    for (const Descriptor& known : kDescriptors) {
      // One-byte types may be marked '|', '<' or '='.
      bool oneByte = net::byteSize(known.type) == 1;
      if (descr == known.text ||
          (oneByte && descr.size() == 3 && descr.substr(1) == known.text.substr(1) && descr[0] != '>'))
        return known.type;
    }
    fail(fmt::format("the element type '{}' is not supported; supported are little-endian float16/32/64, bool and "
                     "integers of 8 to 64 bits",
                     descr));
  }
  bool boolean() {
    peek();
    for (auto [word, value] : {std::pair("True", true), std::pair("False", false)}) {
      if (text.starts_with(word)) {
        text.remove_prefix(std::strlen(word));
        return value;
      }
    }
    fail("malformed .npy header: True or False expected");
  }
  net::Shape shape() {
    net::Shape extents;
    expect('(');
    while (!accept(')')) {
      peek();
      int64_t extent = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
      if (error != std::errc() || extent < 0)
        fail("malformed .npy header: the shape must hold numbers of 0 or more");
      text.remove_prefix(static_cast<size_t>(end - text.data()));
      extents.push_back(extent);
      if (!accept(',') && peek() != ')')
        fail("malformed .npy header: the shape must be a tuple");
    }
    return extents;
  }

  std::string_view text;
  const std::string& where;
};

// From Fortran order (first index fastest) to C order.
std::vector<uint8_t> toRowMajor(std::span<const uint8_t> source, const net::Shape& shape, size_t elementSize) {
  std::vector<uint8_t> result(source.size());
  std::vector<int64_t> index(shape.size(), 0);
  for (size_t offset = 0; offset < source.size(); offset += elementSize) {
    size_t target = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      target = target * static_cast<size_t>(shape[d]) + static_cast<size_t>(index[d]);
    std::memcpy(&result[target * elementSize], &source[offset], elementSize);
    for (size_t d = 0; d < shape.size() && ++index[d] == shape[d]; ++d)
      index[d] = 0;
  }
  return result;
}

} // namespace

HostTensor parseNpy(std::span<const uint8_t> bytes, const std::string& where) {
  auto fail = [&](const std::string& message) { throw Error(fmt::format("{}: {}", where, message)); };
  if (bytes.size() < 10 || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    fail("not a .npy file (it does not start with \\x93NUMPY)");
  unsigned version = bytes[6];
  if (version < 1 || version > 3)
    fail(fmt::format(".npy format version {} is not supported; 1 to 3 are", version));
  // The header's length has 2 bytes in version 1 and 4 from version 2 on.
  size_t lengthBytes = version == 1 ? 2 : 4;
  size_t start = 8 + lengthBytes;
  if (bytes.size() < start)
    fail("the .npy file is truncated");
  size_t length = 0;
  for (size_t i = lengthBytes; i-- > 0;)
    length = length << 8 | bytes[8 + i];
  if (length > bytes.size() - start)
    fail("the .npy file is truncated in its header");

  std::string_view text(reinterpret_cast<const char*>(bytes.data()) + start, length);
  Header header = HeaderParser(text, where).parse();
  auto data = bytes.subspan(start + length);
  HostTensor tensor{*header.type, std::move(*header.shape), {}};
  int64_t count = 0;
  try {
    count = net::elementCount(tensor.shape);
  } catch (const Error& error) {
    fail(error.what());
  }
  size_t expected = static_cast<size_t>(count) * net::byteSize(tensor.type);
  if (data.size() != expected)
    fail(fmt::format("the .npy file holds {} bytes of data; {} needs {}", data.size(),
                     describe(tensor.type, tensor.shape), expected));
  if (*header.fortranOrder && tensor.shape.size() > 1)
    tensor.data = toRowMajor(data, tensor.shape, net::byteSize(tensor.type));
  else
    tensor.data.assign(data.begin(), data.end());
  return tensor;
}

std::vector<uint8_t> formatNpy(const HostTensor& tensor) {
  const auto* known = std::find_if(std::begin(kDescriptors), std::end(kDescriptors),
                                   [&](const Descriptor& item) { return item.type == tensor.type; });
  if (known == std::end(kDescriptors))
    throw Error(fmt::format("NumPy files cannot hold {} tensors", net::name(tensor.type)));
  std::string shape;
  for (int64_t extent : tensor.shape)
    shape += fmt::format("{},{}", extent, tensor.shape.size() > 1 ? " " : "");
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", known->text, shape);
  // NumPy aligns the data to 64 bytes.
  size_t total = (10 + header.size() + 1 + 63) / 64 * 64;
  header.resize(total - 10 - 1, ' ');
  header += '\n';
  WEFT_CHECK(header.size() < 0x10000, "rank too large for a .npy header");

  std::string prefix(kMagic);
  prefix += {'\1', '\0', static_cast<char>(header.size()), static_cast<char>(header.size() >> 8)};
  prefix += header;
  std::vector<uint8_t> bytes(total + tensor.data.size());
  std::copy(prefix.begin(), prefix.end(), bytes.begin());
  std::copy(tensor.data.begin(), tensor.data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(total));
  return bytes;
}

} // namespace weft
