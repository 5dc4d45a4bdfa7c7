#include "shared/platform/open_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "server/new_files.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

class OpenDirectory : public testing::Test {
  protected:
    static bool make_under_a_narrow_umask(const fs::path& directory) {
        const mode_t before = ::umask(0077);
        const bool is_new = make_open_directory(directory);
        ::umask(before);
        return is_new;
    }
    static unsigned mode_of(const fs::path& path) {
        return static_cast<unsigned>(fs::status(path).permissions());
    }

    tests::TemporaryDirectory directory_;
    const fs::path inner_ = directory_.path() / "outer/inner";
};

TEST_F(OpenDirectory, MayBeEnteredByAllWhateverTheUmaskIs) {
    EXPECT_TRUE(make_under_a_narrow_umask(inner_));
    EXPECT_EQ(mode_of(inner_), 0755U);
    EXPECT_EQ(mode_of(inner_.parent_path()), 0755U) << "the way to it, too";
}

TEST_F(OpenDirectory, StaysAsItIsWhereItIsThere) {
    fs::create_directory(directory_.path() / "private");
    fs::permissions(directory_.path() / "private", fs::perms::owner_all);
    EXPECT_FALSE(make_open_directory(directory_.path() / "private"));
    EXPECT_EQ(mode_of(directory_.path() / "private"), 0700U);
}

TEST_F(OpenDirectory, MayBeWrittenWithASlashAtItsEnd) {
    EXPECT_TRUE(make_under_a_narrow_umask(inner_ / ""));
    EXPECT_EQ(mode_of(inner_), 0755U);
    EXPECT_FALSE(make_open_directory(inner_ / ""));
}

TEST_F(OpenDirectory, IsWhereTheHomeAgentsNewFilesAre) {
    const mode_t before = ::umask(0077);
    server::NewFiles files;
    files.add_directory(inner_);
    ::umask(before);
    EXPECT_EQ(mode_of(inner_), 0755U) << "its daemon is not root";
}

TEST_F(OpenDirectory, IsNotMadeWhereAFileHasTheName) {
    directory_.write("outer", "text");
    EXPECT_THROW(make_open_directory(inner_), fs::filesystem_error);
}

}  // namespace
}  // namespace godwit::platform
