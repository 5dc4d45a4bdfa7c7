#include "shared/platform/file_placement.hpp"

#include <gtest/gtest.h>

#include <system_error>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

class FilePlacement : public testing::Test {
  protected:
    tests::TemporaryDirectory directory_;
    const std::filesystem::path file_ = directory_.write("file", "new\n");
    const std::filesystem::path place_ = directory_.path() / "place";
};

TEST_F(FilePlacement, MovesAFileToANameThatIsFree) {
    EXPECT_TRUE(place_new(file_, place_));
    EXPECT_EQ(tests::read_file(place_), "new\n");
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(FilePlacement, LeavesWhatHasTheNameAlready) {
    directory_.write("place", "old\n");
    EXPECT_FALSE(place_new(file_, place_));
    EXPECT_EQ(tests::read_file(place_), "old\n");
    EXPECT_EQ(tests::read_file(file_), "new\n");
}

TEST_F(FilePlacement, TakesALinkThatLeadsNowhereForANameThatIsTaken) {
    std::filesystem::create_symlink("nowhere", place_);
    EXPECT_FALSE(place_new(file_, place_));
    EXPECT_TRUE(std::filesystem::is_symlink(place_));
}

TEST_F(FilePlacement, SaysWhyAFileIsNotInItsPlace) {
    EXPECT_THROW(place_new(directory_.path() / "absent", place_), std::system_error);
}

}  // namespace
}  // namespace godwit::platform
