// Do tensor files round-trip, are files that other programs wrote understood, and is garbage refused without a crash?
#include "runtime/tensor/io.h"

#include "isa/support/file.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

namespace weft {
namespace {

using net::DType;

HostTensors samples() {
  return {{"a", makeTensor<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6})},
          {"bytes", makeTensor<int8_t>({4}, std::vector<int8_t>{-128, -1, 0, 127})},
          {"empty", makeTensor(DType::u8, {0, 5})},
          {"scalar", makeTensor<int64_t>({}, std::vector<int64_t>{-7})},
          {"zeros", makeTensor(DType::u16, {100, 100})}};
}

std::vector<uint8_t> npy(const std::string& header, const std::vector<uint8_t>& data) {
  std::string text = "\x93NUMPY\x01";
  text += {'\0', static_cast<char>(header.size()), '\0'};
  text += header;
  text.append(data.begin(), data.end());
  std::vector<uint8_t> bytes(text.begin(), text.end());
  return bytes;
}

template <typename Parse> void damageAndParse(const std::vector<uint8_t>& bytes, Parse parse) {
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 64)
    EXPECT_THROW(parse(std::vector<uint8_t>(bytes.begin(), bytes.begin() + static_cast<long>(size))), Error) << size;
  std::mt19937 random(1);
  for (int i = 0; i < 5000; ++i) {
    std::vector<uint8_t> damaged = bytes;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<uint8_t>(random() % 3 == 0 ? 0xff : random());
    try {
      parse(damaged);
    } catch (const Error&) {
    }
  }
}

TEST(Npy, RoundTrip) {
  for (const auto& [name, tensor] : samples())
    EXPECT_EQ(parseNpy(formatNpy(tensor), name), tensor) << name;
}

TEST(Npy, FortranOrderBecomesRowMajor) {
  // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) is stored column by column.
  auto bytes = npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", {1, 4, 2, 5, 3, 6});
  EXPECT_EQ(parseNpy(bytes, "t").data, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, ErrorsSayWhatIsSupported) {
  auto expectError = [](const std::string& header, const std::vector<uint8_t>& data, const std::string& part) {
    try {
      parseNpy(npy(header, data), "x.npy");
      FAIL() << "no error for " << header;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).find("x.npy: "), 0u);
    }
  };
  expectError("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", {0, 0, 0, 0}, "'>f4' is not supported");
  expectError("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", {}, "structured");
  expectError("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", {0, 0, 0, 0}, "float32 [2] needs 8");
  expectError("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", {}, "0 or more");
  expectError("{'descr': '<f4', 'shape': (1,), }", {0, 0, 0, 0}, "lacks");
  expectError("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 9), }", {}, "more elements");
}

TEST(Npy, GarbageNeverCrashes) {
  damageAndParse(formatNpy(samples().at("a")), [](const std::vector<uint8_t>& bytes) { parseNpy(bytes, "x"); });
}

TEST(Npz, RoundTripStoredAndDeflated) {
  for (bool compress : {false, true})
    EXPECT_EQ(parseNpz(formatNpz(samples(), compress), "x"), samples()) << compress;
  EXPECT_LT(formatNpz(samples(), true).size(), 4000u);
  EXPECT_TRUE(parseNpz(formatNpz({}), "x").empty());
}

TEST(Npz, ChecksumIsChecked) {
  std::vector<uint8_t> bytes = formatNpz({{"a", samples().at("a")}}, false);
  bytes[30 + 5 + 128] ^= 1; // the first byte after the local header, the name and the .npy header
  EXPECT_THROW(parseNpz(bytes, "x"), Error);
}

// A claim of gigabytes is refused by whoever knows what is wanted, before anything is inflated.
TEST(Npz, TensorsAreCheckedBeforeTheyAreInflated) {
  std::vector<uint8_t> bytes = formatNpz({{"a", makeTensor(net::DType::u8, {1 << 20})}});
  EXPECT_LT(bytes.size(), 4000u);
  std::string told;
  auto check = [&](const std::string& name, uint64_t size) {
    told = name + " " + std::to_string(size);
    throw Error("not wanted");
  };
  EXPECT_THROW(parseNpz(bytes, "x", check), Error);
  EXPECT_EQ(told, "a " + std::to_string((1 << 20) + 128));
}

TEST(Npz, SameTensorsSameBytes) {
  EXPECT_EQ(formatNpz(samples()), formatNpz(samples()));
}

TEST(Npz, GarbageNeverCrashes) {
  for (bool compress : {false, true})
    damageAndParse(formatNpz(samples(), compress), [](const std::vector<uint8_t>& bytes) { parseNpz(bytes, "x"); });
}

TEST(TensorProto, RoundTrip) {
  for (const auto& [name, tensor] : samples()) {
    NamedTensor read = parseTensorProto(formatTensorProto(tensor, name), "x");
    EXPECT_EQ(read.name, name);
    EXPECT_EQ(read.tensor, tensor);
  }
}

TEST(TensorProto, TypedFields) {
  // dims: 3, data_type: INT8 (3), int32_data: [-1, 0, 5], written by hand in protobuf's wire format.
  std::vector<uint8_t> bytes = {0x08, 3,    0x10, 3,    0x2a, 12,   0xff, 0xff, 0xff,
                                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,    0,    5};
  EXPECT_EQ(parseTensorProto(bytes, "x").tensor, makeTensor<int8_t>({3}, std::vector<int8_t>{-1, 0, 5}));
  bytes[1] = 4;
  EXPECT_THROW(parseTensorProto(bytes, "x"), Error);
}

TEST(TensorProto, GarbageNeverCrashes) {
  std::vector<uint8_t> bytes = formatTensorProto(samples().at("a"), "a");
  std::mt19937 random(1);
  for (int i = 0; i < 5000; ++i) {
    std::vector<uint8_t> damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
    damaged.resize(random() % 2 ? damaged.size() : random() % damaged.size());
    try {
      parseTensorProto(damaged, "x");
    } catch (const Error&) {
    }
  }
}

TEST(Files, ReadAndWriteByExtension) {
  auto folder = std::filesystem::temp_directory_path() / ("weft_io_test." + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  HostTensors one = {{"a", samples().at("a")}};
  for (const char* file : {"a.npy", "a.pb", "a.npz"}) {
    writeTensors(folder / file, one);
    EXPECT_EQ(readTensors(folder / file), one) << file;
  }
  EXPECT_THROW(writeTensors(folder / "b.npy", samples()), Error);
  EXPECT_THROW(writeTensors(folder / "b.txt", one), Error);
  EXPECT_THROW(readTensors(folder / "b.txt"), Error);
  EXPECT_THROW(readTensors(folder / "absent.npz"), Error);
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace weft
