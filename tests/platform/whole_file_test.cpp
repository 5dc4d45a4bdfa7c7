#include "shared/platform/whole_file.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <iterator>
#include <thread>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/file_placement.hpp"
#include "tests/runtime/small_disk.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class WholeFile : public testing::Test {
  protected:
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()));
    }
    [[nodiscard]] unsigned mode() const {
        return static_cast<unsigned>(fs::status(file_).permissions());
    }

    tests::TemporaryDirectory directory_;
    const fs::path file_ = directory_.path() / "state";
    const fs::path target_ = directory_.write("target", "somebody's\n");
};

TEST_F(WholeFile, IsForItsOwnerAloneWhateverTheUmaskIs) {
    const mode_t before = ::umask(0);
    EXPECT_FALSE(write_new(file_, "text"));
    ::umask(before);
    EXPECT_EQ(mode(), owner_only);
    EXPECT_EQ(tests::read_file(file_), "text");
}

TEST_F(WholeFile, IsReadableByAllWhereItShallBeWhateverTheUmaskIs) {
    const mode_t before = ::umask(0077);
    EXPECT_FALSE(write_new(file_, "text", {.mode = readable}));
    ::umask(before);
    EXPECT_EQ(mode(), readable);
}

TEST_F(WholeFile, IsNeverOneThatIsThereAlready) {
    EXPECT_EQ(write_new(target_, "ours"), std::errc::file_exists);
    EXPECT_EQ(tests::read_file(target_), "somebody's\n");
    fs::create_symlink(directory_.path() / "nowhere", file_);
    EXPECT_EQ(write_new(file_, "ours"), std::errc::file_exists) << "nor is it behind a link";
    EXPECT_EQ(files(), 2U);
}

TEST_F(WholeFile, IsNotThereWhereItDoesNotFit) {
    std::thread([this] {
        const tests::SmallDisk disk(directory_.path() / "disk", "64k");
        const fs::path large = directory_.path() / "disk/large";
        EXPECT_EQ(write_new(large, std::string(1'000'000, 'x')), std::errc::no_space_on_device);
        EXPECT_EQ(replace_file(large, std::string(1'000'000, 'x')), std::errc::no_space_on_device);
        EXPECT_TRUE(fs::is_empty(directory_.path() / "disk"));
    }).join();
}

TEST_F(WholeFile, ReplacesALinkAndNotWhatItLeadsTo) {
    for (const char* link : {"state.new", "state"}) {
        fs::create_symlink(target_, directory_.path() / link);
        EXPECT_FALSE(replace_file(file_, "ours")) << link;
        EXPECT_EQ(tests::read_file(target_), "somebody's\n") << link;
        EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(file_))) << link;
        EXPECT_EQ(tests::read_file(file_), "ours") << link;
        EXPECT_EQ(files(), 2U) << link;
        fs::remove(file_);
    }
}

TEST_F(WholeFile, ReplacesAFileWithoutChangingWhatSomebodyReadsInIt) {
    directory_.write("state", "before");
    std::ifstream reader(file_);
    EXPECT_FALSE(replace_file(file_, "after", Sync::later));
    std::string read;
    std::getline(reader, read);
    EXPECT_EQ(read, "before");
    EXPECT_EQ(tests::read_file(file_), "after");
}

TEST_F(WholeFile, LeavesNothingBesideWhatItCannotReplace) {
    fs::create_directories(file_ / "folder");
    EXPECT_TRUE(replace_file(file_, "ours"));
    EXPECT_TRUE(fs::exists(file_ / "folder"));
    EXPECT_EQ(files(), 2U);
}

TEST_F(WholeFile, SaysWhatToDoWhereThePersonsFileIsThere) {
    create_private(file_, "secret");
    EXPECT_EQ(mode(), owner_only);
    try {
        create_private(file_, "another");
        FAIL() << "it has been written over";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(file_.string() + " exists already"));
    }
    EXPECT_EQ(tests::read_file(file_), "secret");
    EXPECT_THROW(create_private(directory_.path() / "none/file", ""), std::system_error);
}

TEST_F(WholeFile, IsReadWholeOrNotAtAll) {
    const std::string text(longest_text, 'x');
    directory_.write("state", text);
    EXPECT_EQ(read_regular_file(file_), text);
    directory_.write("state", text + 'y');
    EXPECT_EQ(read_regular_file(file_), std::nullopt);
    EXPECT_EQ(read_regular_file(file_, 3 * longest_text), text + 'y');
    EXPECT_EQ(read_regular_file(target_, 10), std::nullopt);
    EXPECT_EQ(read_regular_file(target_, 11), "somebody's\n");
}

TEST_F(WholeFile, IsGivenToNobodyThroughALink) {
    fs::create_symlink(target_, file_);
    EXPECT_THROW(give_to_owner_of(directory_.path(), file_), std::system_error);
    EXPECT_NO_THROW(give_to_owner_of(directory_.path(), target_));
    EXPECT_NO_THROW(give_to_owner_of(directory_.path() / "none", target_)) << "there is nobody";
}

TEST_F(WholeFile, IsOpenToEverybodyIfItIsASocketAndNoLink) {
    const FileDescriptor socket(check_syscall("make a socket", ::socket(AF_UNIX, SOCK_STREAM, 0)));
    sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
    file_.string().copy(&name.sun_path[0], sizeof name.sun_path - 1);
    const mode_t before = ::umask(0077);
    const int outcome = ::bind(socket.number(), reinterpret_cast<sockaddr*>(&name), sizeof name);
    ::umask(before);
    check_syscall("bind a socket", outcome);
    EXPECT_EQ(mode(), 0700U);
    open_to_everybody(file_);
    EXPECT_EQ(mode(), 0666U);

    const auto link = directory_.path() / "link";
    fs::create_symlink(target_, link);
    fs::permissions(target_, fs::perms(0600));
    EXPECT_THROW(open_to_everybody(link), std::system_error);
    EXPECT_THROW(open_to_everybody(target_), std::system_error);
    EXPECT_EQ(fs::status(target_).permissions(), fs::perms(0600));
}

}  // namespace
}  // namespace godwit::platform
