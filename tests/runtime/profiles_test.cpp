#include "client/profiles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>

#include "tests/runtime/small_disk.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto home_agent_address = "2001:db8:f::1";

std::string configuration_at(const std::string& address, std::uint8_t key) {
    return "home_address = \"2001:db8:f::9\"\nprivate_key_file = \"k\"\n[home_agent]\naddress = "
           "\"" +
           address + "\"\npublic_key = \"" + security::key_pair(key).public_key().text() + "\"\n";
}

class ProfilesTest : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(directory_.path() / "etc");
        fs::create_directory(directory_.path() / "state");
    }
    void write(const std::string& name) const {
        directory_.write("etc/" + name, configuration_at(home_agent_address, 2));
    }
    [[nodiscard]] std::string choice() const {
        return tests::read_file(directory_.path() / "state/profile");
    }
    [[nodiscard]] std::ptrdiff_t files_of_state() const {
        const fs::directory_iterator files(directory_.path() / "state");
        return std::distance(begin(files), end(files));
    }
    void choose(const std::string& name) const { profiles_.choose(name)->commit(); }

    tests::TemporaryDirectory directory_;
    Profiles profiles_{directory_.path() / "etc", directory_.path() / "state"};
};

TEST_F(ProfilesTest, AreTheConfigurationsInTheDirectoryButThatOfTheHomeAgent) {
    for (const char* name : {"work.toml", "mn.toml", "ha.toml", "mn.key", "mn.toml.new-1",
                             ".hidden.toml", "-x.toml", "a b.toml", "toml"}) {
        write(name);
    }
    fs::create_directory(directory_.path() / "etc/folder.toml");
    EXPECT_THAT(profiles_.names(), ElementsAre("mn", "work"));
}

TEST_F(ProfilesTest, AreNoneWhereThereIsNoDirectory) {
    EXPECT_THAT(Profiles("/proc/nowhere", "/proc/nowhere").names(), IsEmpty());
    EXPECT_FALSE(Profiles("/proc/nowhere", "/proc/nowhere").active());
}

TEST(ProfileName, IsOfLettersDigitsAndThreeSigns) {
    for (const char* right : {"mn", "a", "7", "vps.example.org", "My-Home_2"}) {
        EXPECT_TRUE(is_profile_name(right)) << right;
    }
    EXPECT_TRUE(is_profile_name(std::string(63, 'a')));
    for (const char* wrong : {"", "ha", ".", "..", ".a", "-a", "_a", "a/b", "../etc/passwd", "a b",
                              "a\nb", "ä", "a:b"}) {
        EXPECT_FALSE(is_profile_name(wrong)) << wrong;
        EXPECT_FALSE(Profiles("/", "/").has(wrong)) << wrong;
    }
    EXPECT_FALSE(is_profile_name(std::string(64, 'a')));
}

TEST_F(ProfilesTest, HaveNoActiveOneWithoutAChoiceAmongSeveral) {
    EXPECT_FALSE(profiles_.active());
    write("home.toml");
    EXPECT_EQ(profiles_.active(), "home") << "the only one needs no choice";
    write("work.toml");
    EXPECT_FALSE(profiles_.active());
    write("mn.toml");
    EXPECT_EQ(profiles_.active(), "mn") << "the configuration that has always been there";
}

TEST_F(ProfilesTest, HaveTheActiveOneThatWasChosen) {
    write("mn.toml");
    write("work.toml");
    choose("work");
    EXPECT_EQ(profiles_.active(), "work");
    choose("mn");
    EXPECT_EQ(profiles_.active(), "mn");
    choose("work");
    fs::remove(profiles_.file("work"));
    EXPECT_EQ(profiles_.active(), "mn") << "what was chosen is not there";
}

TEST_F(ProfilesTest, HaveNoActiveOneOnceTheActiveOneHasBeenLeft) {
    write("mn.toml");
    write("work.toml");
    profiles_.choose_none_after("mn")->commit();
    EXPECT_EQ(profiles_.active(), "mn") << "it is still there";
    fs::remove(profiles_.file("mn"));
    EXPECT_FALSE(profiles_.active()) << "not even the only one";
    profiles_.choose_none()->commit();
    write("mn.toml");
    EXPECT_FALSE(profiles_.active()) << "nor a later one of its name";
    profiles_.rename("work", "office");
    EXPECT_FALSE(profiles_.active());
    choose("office");
    EXPECT_EQ(profiles_.active(), "office");
}

TEST_F(ProfilesTest, ChooseNothingWithoutCommit) {
    write("mn.toml");
    write("work.toml");
    choose("mn");
    {
        const auto draft = profiles_.choose("work");
    }
    EXPECT_EQ(profiles_.active(), "mn");
    EXPECT_EQ(files_of_state(), 1);
}

TEST_F(ProfilesTest, PassOverAChoiceThatIsNone) {
    write("mn.toml");
    write("work.toml");
    for (const char* text : {"", "\n", "nobody\n", "../etc/work\n", "\xff\xfe", "ha\n"}) {
        directory_.write("state/profile", text);
        EXPECT_EQ(profiles_.active(), "mn") << text;
    }
}

TEST_F(ProfilesTest, KeepTheActiveOneThroughARename) {
    write("mn.toml");
    write("work.toml");
    profiles_.rename("mn", "home");
    EXPECT_EQ(profiles_.active(), "home");
    EXPECT_EQ(choice(), "home\n");
    profiles_.rename("work", "office");
    EXPECT_EQ(profiles_.active(), "home");
    EXPECT_THAT(profiles_.names(), ElementsAre("home", "office"));
}

TEST_F(ProfilesTest, KeepTheActiveOneWhereARenameWasInterrupted) {
    write("mn.toml");
    write("work.toml");
    directory_.write("state/profile", "office\nwork\n");
    EXPECT_EQ(profiles_.active(), "work") << "before the file has its new name";
    fs::rename(profiles_.file("work"), profiles_.file("office"));
    EXPECT_EQ(profiles_.active(), "office") << "and after";
}

TEST_F(ProfilesTest, StayWhatTheyAreWhereARenameFails) {
    write("mn.toml");
    write("work.toml");
    choose("work");
    fs::create_directory(profiles_.file("office"));
    EXPECT_THROW(profiles_.rename("work", "office"), std::system_error);
    fs::remove(profiles_.file("office"));
    write("office.toml");
    EXPECT_EQ(profiles_.active(), "work") << "and not a later one of the other name";
    EXPECT_EQ(choice(), "work\n");
}

TEST_F(ProfilesTest, AreNotActiveUnaskedBecauseSomebodyWasInterrupted) {
    write("mn.toml");
    write("work.toml");
    const auto come = [this](const std::string& text, const std::string& name) {
        directory_.write("state/profile", text);
        profiles_.settle_choice();
        write(name + ".toml");
        const auto active = profiles_.active();
        fs::remove(profiles_.file(name));
        return active;
    };
    EXPECT_EQ(come("office\nwork\n", "office"), "work") << "before the file had its new name";
    EXPECT_EQ(come("work\nhome\n", "home"), "work") << "after it";
    EXPECT_EQ(come("office\n-\n", "office"), std::nullopt) << "of leaving";
    EXPECT_EQ(come("office\nhome\n", "office"), "mn") << "neither is there any more";
    EXPECT_EQ(come("work\n", "office"), "work");
    EXPECT_EQ(choice(), "work\n");
}

TEST_F(ProfilesTest, AreRenamedToANameThatWasLeftInTheChoice) {
    write("mn.toml");
    write("work.toml");
    directory_.write("state/profile", "office\nmn\n");
    profiles_.rename("work", "office");
    EXPECT_EQ(profiles_.active(), "mn");
}

TEST_F(ProfilesTest, AreFoundByTheirHomeAgent) {
    directory_.write("etc/a.toml", configuration_at("2001:db8:1::1", 2));
    directory_.write("etc/b.toml", configuration_at("2001:db8:2::1", 3));
    directory_.write("etc/c.toml", "nonsense");
    const auto at = [&](std::uint8_t key, const char* address) {
        return profiles_.at(security::key_pair(key).public_key(),
                            {*wire::Ipv6Address::parse(address)});
    };
    EXPECT_THAT(at(2, "2001:db8:9::1"), ElementsAre("a"));
    EXPECT_THAT(at(9, "2001:db8:2::1"), ElementsAre("b")) << "its key has changed";
    EXPECT_THAT(at(9, "2001:db8:9::1"), IsEmpty());
}

TEST_F(ProfilesTest, HaveFreeNamesMadeOfTheHomeAgentsHost) {
    EXPECT_EQ(profiles_.free_name("vps.example.org", "laptop"), "vps.example.org");
    EXPECT_EQ(profiles_.free_name("2001:db8::5", "laptop"), "laptop");
    EXPECT_EQ(profiles_.free_name("192.0.2.1", "laptop"), "laptop");
    EXPECT_EQ(profiles_.free_name("192.0.2.1", "ha"), "profile");
    write("vps.example.org.toml");
    EXPECT_EQ(profiles_.free_name("vps.example.org", "laptop"), "vps.example.org-2");
    write("vps.example.org-2.toml");
    EXPECT_EQ(profiles_.free_name("vps.example.org", "laptop"), "vps.example.org-3");
    const std::string longest(63, 'a');
    write(longest + ".toml");
    EXPECT_EQ(profiles_.free_name(longest, "laptop"), std::string(61, 'a') + "-2");
}

TEST_F(ProfilesTest, AreShownWithWhatIsWrongOfThem) {
    write("mn.toml");
    directory_.write("etc/work.toml", "lifetime = 1\n");
    const runtime::Json shown = to_json(profiles_, profiles_.active());
    EXPECT_EQ(shown.at("active"), "mn");
    EXPECT_EQ(shown.at("/profiles/0/home_address"_json_pointer), "2001:db8:f::9");
    EXPECT_TRUE(shown.at("/profiles/0/trouble"_json_pointer).is_null());
    EXPECT_TRUE(shown.at("/profiles/1/home_address"_json_pointer).is_null());
    EXPECT_THAT(shown.at("/profiles/1/trouble"_json_pointer).get<std::string>(),
                testing::HasSubstr("work.toml"));
}

// What fills the disk cannot be undone for this process: the last of these tests.
TEST_F(ProfilesTest, StayAsTheyWereOnAFullDisk) {
    const tests::SmallDisk disk(directory_.path() / "state", "16k");
    write("mn.toml");
    write("work.toml");
    choose("work");
    std::ofstream(directory_.path() / "state/filler") << std::string(1 << 16, 'x');
    EXPECT_THROW(profiles_.choose("mn"), std::system_error);
    EXPECT_EQ(profiles_.active(), "work");
    EXPECT_EQ(choice(), "work\n");
    EXPECT_EQ(files_of_state(), 2);
}

}  // namespace
}  // namespace godwit::client
