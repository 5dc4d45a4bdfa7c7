#include "server/new_files.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <stdexcept>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

namespace fs = std::filesystem;

const auto right = [](const fs::path&) {};

class NewFilesTest : public testing::Test {
  protected:
    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(directory_.path() / name).rdbuf();
        return text.str();
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(directory_.path()), {}));
    }

    tests::TemporaryDirectory directory_;
    const fs::path file_ = directory_.path() / "ha.toml";
    const fs::path key_ = directory_.path() / "ha.key";
};

TEST_F(NewFilesTest, AreThereOnceTheyAreKept) {
    NewFiles files;
    files.add_key(key_, "no such user");
    files.add_text(file_, "text", right);
    files.keep();
    EXPECT_EQ(text_of("ha.toml"), "text");
    EXPECT_EQ(this->files(), 2);
}

TEST_F(NewFilesTest, AreGoneUnlessTheyAreKept) {
    {
        NewFiles files;
        files.add_directory(directory_.path() / "new");
        files.add_key(directory_.path() / "new/ha.key", "no such user");
        files.add_text(directory_.path() / "new/ha.toml", "text", right);
    }
    EXPECT_EQ(files(), 0);
}

TEST_F(NewFilesTest, AreGoneWhereTheTextIsWrong) {
    const auto wrong = [](const fs::path&) { throw std::runtime_error("wrong"); };
    const auto attempt = [&] {
        NewFiles files;
        files.add_key(key_, "no such user");
        files.add_text(file_, "text", wrong);
    };
    EXPECT_THROW(attempt(), std::runtime_error);
    EXPECT_EQ(files(), 0);
}

TEST_F(NewFilesTest, KeepWhatTheyReplaceUnderAnotherName) {
    directory_.write("ha.toml", "before");
    NewFiles files;
    files.add_text(file_, "after", right);
    files.keep();
    EXPECT_EQ(text_of("ha.toml"), "after");
    EXPECT_EQ(text_of("ha.toml.old"), "before");
}

TEST_F(NewFilesTest, PutBackWhatTheyReplacedUnlessTheyAreKept) {
    directory_.write("ha.toml", "before");
    {
        NewFiles files;
        files.add_text(file_, "after", right);
    }
    EXPECT_EQ(text_of("ha.toml"), "before");
    EXPECT_EQ(files(), 1);
}

TEST_F(NewFilesTest, LeaveAKeyThatIsThere) {
    directory_.write("ha.key", "a key");
    {
        NewFiles files;
        files.add_key(key_, "no such user");
    }
    EXPECT_EQ(text_of("ha.key"), "a key");
}

}  // namespace
}  // namespace godwit::server
