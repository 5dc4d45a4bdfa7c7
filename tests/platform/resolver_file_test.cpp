#include "shared/platform/resolver_file.hpp"

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <thread>

#include "shared/platform/attempt.hpp"
#include "shared/platform/whole_file.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

const std::string found = "# by hand\nnameserver 192.0.2.53\noptions edns0\n";
const std::string ours = "nameserver 2001:db8:f::53\nsearch home.example\n";

wire::DomainName domain(const char* text) {
    return wire::DomainName::parse(text).value();
}

struct stat status_of(const fs::path& path) {
    struct stat status{};
    check_syscall("look at " + path.string(), ::lstat(path.c_str(), &status));
    return status;
}

class ResolverFileTest : public testing::Test {
  protected:
    [[nodiscard]] std::string content() const { return tests::read_file(path_); }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()));
    }

    tests::TemporaryDirectory directory_;
    fs::path path_ = directory_.write("resolv.conf", found);
    ResolverFile file_{path_};
};

TEST(ResolverFileText, NamesServersOfBothFamiliesAndOneListOfDomains) {
    EXPECT_EQ(resolver_file_text({address("2001:db8:f::53"), address("::ffff:10.19.0.1")},
                                 {domain("home.example"), domain("b.example")}),
              "nameserver 2001:db8:f::53\nnameserver 10.19.0.1\nsearch home.example b.example\n");
    EXPECT_EQ(resolver_file_text({address("2001:db8:f::53")}, {}), "nameserver 2001:db8:f::53\n");
}

TEST(ResolverFileText, IsNothingElse) {
    EXPECT_TRUE(is_resolver_file_text(ours));
    EXPECT_TRUE(is_resolver_file_text("nameserver 10.19.0.1\n"));
    for (const char* text :
         {"", "\n", "search home.example\n", "nameserver\n", "nameserver nobody\n",
          "nameserver 10.19.0.1", "nameserver 10.19.0.1\noptions rotate\n",
          "nameserver 10.19.0.1 # one\n", "nameserver 10.19.0.1\n\n", "nameserver  10.19.0.1\n",
          "nameserver 10.19.0.1\nsearch\n", "nameserver fe80::1%eth0\n",
          "nameserver 10.19.0.1\nsearch a/b\n"}) {
        EXPECT_FALSE(is_resolver_file_text(text)) << text;
    }
}

TEST_F(ResolverFileTest, StandsInTheFileBehindALineThatSaysWhoseItIs) {
    ASSERT_TRUE(file_.write(ours));
    EXPECT_TRUE(file_.is_ours());
    EXPECT_THAT(content(), StartsWith("# godwit "));
    EXPECT_THAT(content(), HasSubstr("\n" + ours));
    EXPECT_EQ(status_of(path_).st_mode & 07777U, 0644U) << "everybody can read it";
}

TEST_F(ResolverFileTest, PutsTheSameFileBack) {
    fs::permissions(path_, fs::perms::owner_read | fs::perms::group_read);
    const struct stat before = status_of(path_);
    ASSERT_TRUE(file_.write(ours));
    ASSERT_TRUE(file_.write("nameserver 2001:db8:f::54\n"));
    ASSERT_TRUE(file_.restore());
    const struct stat after = status_of(path_);
    EXPECT_EQ(content(), found);
    EXPECT_EQ(after.st_ino, before.st_ino);
    EXPECT_EQ(after.st_mode, before.st_mode);
    EXPECT_EQ(after.st_uid, before.st_uid);
    EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    EXPECT_EQ(files(), 1U) << "and nothing beside it";
}

TEST_F(ResolverFileTest, PutsBackWhatACrashHasLeft) {
    ASSERT_TRUE(file_.write(ours));
    ASSERT_TRUE(ResolverFile(path_).restore());
    EXPECT_EQ(content(), found);
    EXPECT_EQ(files(), 1U);
}

TEST_F(ResolverFileTest, PutsBackALongOne) {
    const std::string comments(2 * longest_text, '#');
    directory_.write("resolv.conf", comments);
    ASSERT_TRUE(file_.write(ours));
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(content(), comments);
}

TEST_F(ResolverFileTest, ForgetsWhatACrashHadPreparedBeforeItTookTheFilesPlace) {
    ASSERT_TRUE(file_.write(ours));
    const std::string written = content();
    ASSERT_TRUE(file_.restore());
    directory_.write("resolv.conf.before-godwit", written);
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(content(), found);
    EXPECT_EQ(files(), 1U);
}

TEST_F(ResolverFileTest, LeavesWhatSomebodyElseHasPutInItsPlace) {
    ASSERT_TRUE(file_.write(ours));
    fs::rename(directory_.write("theirs", "nameserver 192.0.2.99\n"), path_);
    EXPECT_FALSE(file_.is_ours());
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(content(), "nameserver 192.0.2.99\n");
    EXPECT_EQ(files(), 1U);
}

TEST_F(ResolverFileTest, LeavesWhatSomebodyElseHasAddedToIt) {
    ASSERT_TRUE(file_.write(ours));
    std::ofstream(path_, std::ios::app) << "nameserver 192.0.2.99\n";
    const std::string theirs = content();
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(content(), theirs);
}

TEST_F(ResolverFileTest, TakesWhatSomebodyElseHasWrittenForWhatWasThereBefore) {
    ASSERT_TRUE(file_.write(ours));
    std::ofstream(path_) << "nameserver 192.0.2.99\n";
    ASSERT_TRUE(file_.write(ours));
    EXPECT_TRUE(file_.is_ours());
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(content(), "nameserver 192.0.2.99\n");
}

TEST_F(ResolverFileTest, LeavesNoFileWhereThereWasNone) {
    fs::remove(path_);
    ASSERT_TRUE(file_.write(ours));
    EXPECT_TRUE(file_.is_ours());
    ASSERT_TRUE(file_.write("nameserver 2001:db8:f::54\n"));
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(files(), 0U);
}

TEST_F(ResolverFileTest, HasNothingToPutBackWhereThereIsNoFile) {
    fs::remove(path_);
    EXPECT_TRUE(file_.restore());
    EXPECT_EQ(files(), 0U);
}

TEST_F(ResolverFileTest, BringsTheFileBackWhereOursWasRemoved) {
    ASSERT_TRUE(file_.write(ours));
    fs::remove(path_);
    ASSERT_TRUE(file_.restore());
    EXPECT_EQ(content(), found);
}

TEST_F(ResolverFileTest, TouchesNoLinkSinceSomebodyElseKeepsIt) {
    fs::remove(path_);
    const auto target = directory_.write("stub-resolv.conf", found);
    fs::create_symlink(target, path_);
    const auto outcome = file_.write(ours);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error(), HasSubstr("is a link to " + target.string()));
    EXPECT_TRUE(fs::is_symlink(path_));
    EXPECT_EQ(tests::read_file(target), found);
    EXPECT_EQ(files(), 2U);
}

TEST_F(ResolverFileTest, LeavesALinkThatHasTakenItsPlace) {
    ASSERT_TRUE(file_.write(ours));
    fs::remove(path_);
    fs::create_symlink("stub-resolv.conf", path_);
    ASSERT_TRUE(file_.restore());
    EXPECT_TRUE(fs::is_symlink(path_));
    EXPECT_EQ(files(), 1U);
}

TEST_F(ResolverFileTest, TouchesNoDirectory) {
    fs::remove(path_);
    fs::create_directory(path_);
    EXPECT_FALSE(file_.write(ours));
    EXPECT_TRUE(file_.restore());
    EXPECT_TRUE(fs::is_directory(path_));
}

TEST_F(ResolverFileTest, SaysWhenItCannotBeReplacedAndLeavesNothing) {
    std::thread([&] {
        check_syscall("make a mount namespace", ::unshare(CLONE_NEWNS));
        run("mount --make-rprivate /; mount --bind " + path_.string() + " " + path_.string());
        const auto outcome = file_.write(ours);
        ASSERT_FALSE(outcome);
        EXPECT_THAT(outcome.error(), StartsWith("cannot replace " + path_.string()));
        EXPECT_EQ(content(), found);
        EXPECT_EQ(files(), 1U);
    }).join();
}

TEST_F(ResolverFileTest, SaysWhenItsFolderIsReadOnlyAndLeavesNothing) {
    std::thread([&] {
        check_syscall("make a mount namespace", ::unshare(CLONE_NEWNS));
        const std::string folder = directory_.path().string();
        run("mount --make-rprivate /; mount --bind " + folder + " " + folder +
            "; mount -o remount,bind,ro " + folder);
        EXPECT_FALSE(file_.may_be_written());
        EXPECT_FALSE(file_.write(ours));
        EXPECT_EQ(content(), found);
    }).join();
    EXPECT_TRUE(file_.may_be_written());
}

TEST_F(ResolverFileTest, ShowsTheServersOfThisNetworkWhileOursAreThere) {
    EXPECT_EQ(file_.of_this_network(), path_);
    ASSERT_TRUE(file_.write(ours));
    EXPECT_EQ(tests::read_file(file_.of_this_network()), found);
    std::ofstream(path_) << "nameserver 192.0.2.99\n";
    EXPECT_EQ(file_.of_this_network(), path_);
}

TEST(RegularFiles, AreNotWaitedForWhereTheyAreNone) {
    const tests::TemporaryDirectory directory;
    const fs::path pipe = directory.path() / "pipe";
    check_syscall("make a pipe", ::mkfifo(pipe.c_str(), 0600));
    EXPECT_EQ(read_regular_file(pipe), std::nullopt);
    EXPECT_EQ(read_regular_file(directory.path()), std::nullopt);
}

}  // namespace
}  // namespace godwit::platform
