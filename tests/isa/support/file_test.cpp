// Are outputs complete or not there, and do their names lead where the user's names do?
// (tests/runtime/cli/outputs_test.py asks that of the command.)
#include "isa/support/error.h"
#include "isa/support/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace weft {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
protected:
  void SetUp() override { fs::create_directory(folder); }
  void TearDown() override { fs::remove_all(folder); }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  const fs::path folder = fs::temp_directory_path() / ("weft_file." + std::to_string(getpid()));
  const fs::path file = folder / "x";
};

TEST_F(FileTest, WithoutCommitTheOlderFileStaysAndNothingElseRemains) {
  writeFile(file, "old");
  {
    OutputFile output(file);
    output.write("new");
    EXPECT_EQ(readTextFile(file), "old");
  }
  EXPECT_EQ(readTextFile(file), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(FileTest, CommitKeepsTheModeAndFollowsLinks) {
  writeFile(file, "old");
  fs::permissions(file, fs::perms(0600));
  fs::create_symlink("x", folder / "link");
  writeFile(folder / "link", "new");
  EXPECT_EQ(readTextFile(file), "new");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms(0600));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(files(), 2u);
}

TEST_F(FileTest, AFileOfSomebodyElsesMakingTakesTheOutputsPlaceAndMode) {
  writeFile(file, "old");
  fs::permissions(file, fs::perms(0600));
  OutputFile output(file);
  EXPECT_EQ(output.folder(), folder);
  writeFile(folder / "made", "new");
  output.commit(folder / "made");
  EXPECT_EQ(readTextFile(file), "new");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms(0600));
  EXPECT_EQ(files(), 1u);
}

TEST_F(FileTest, ADeviceIsWrittenTo) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  const std::string name = "/proc/self/fd/" + std::to_string(full); // where a mistake can replace nothing
  OutputFile output(name);
  output.write("x");
  try {
    output.commit();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "cannot write '" + name + "': No space left on device");
  }
  close(full);
}

TEST_F(FileTest, LinksMayLeadToNothingYetOrInCircles) {
  fs::create_symlink("second", folder / "first");
  fs::create_symlink(folder / "made", folder / "second");
  EXPECT_EQ(followLinks(folder / "first"), folder / "made");
  fs::create_symlink("circle", folder / "circle");
  EXPECT_THROW(OutputFile(folder / "circle").commit(), Error);
  EXPECT_THROW(OutputFile{folder}, Error);
}

} // namespace
} // namespace weft
