// Do copies and parts share their bytes for as long as anybody holds them, and is what is made on demand made once?
#include "isa/support/shared_bytes.h"

#include <gtest/gtest.h>
#include <thread>

namespace weft {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(SharedBytes, CopiesAndPartsShareAndKeepAlive) {
  SharedBytes part;
  {
    const SharedBytes whole = Bytes{1, 2, 3, 4};
    const SharedBytes copy = whole;
    EXPECT_EQ(copy.data(), whole.data());
    part = copy.part(std::span(copy).subspan(1, 2));
    EXPECT_EQ(part.data(), whole.data() + 1);
  }
  EXPECT_EQ(part, (SharedBytes{2, 3}));
  EXPECT_EQ(part.size(), 2u);
  EXPECT_EQ(part[1], 3);
}

TEST(SharedBytes, LastHolderReleases) {
  auto owner = std::make_shared<const Bytes>(Bytes{1, 2});
  SharedBytes bytes(owner, *owner);
  EXPECT_EQ(bytes.data(), owner->data());
  const std::weak_ptr<const Bytes> watch = owner;
  owner.reset();
  EXPECT_FALSE(watch.expired());
  bytes = {};
  EXPECT_TRUE(watch.expired());
  EXPECT_TRUE(bytes.empty());
}

TEST(SharedBytes, AreMadeOnceWhenFirstRead) {
  int made = 0;
  const SharedBytes bytes(2, [&] {
    ++made;
    return Bytes{7, 8};
  });
  const SharedBytes copy = bytes;
  EXPECT_EQ(bytes.size(), 2u);
  EXPECT_EQ(made, 0);
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&copy] { EXPECT_EQ(copy[1], 8); });
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(bytes, copy);
  EXPECT_EQ(made, 1);
}

TEST(SharedBytes, CompareByContent) {
  EXPECT_EQ(SharedBytes(), SharedBytes(Bytes{}));
  EXPECT_NE(SharedBytes({1}), SharedBytes({2}));
  EXPECT_NE(SharedBytes({1}), SharedBytes({1, 1}));
}

} // namespace
} // namespace weft
