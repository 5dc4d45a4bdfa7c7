#include "client/profile_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "client/configuration.hpp"
#include "client/joined_files.hpp"
#include "client/keys.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/status_document.hpp"
#include "shared/security/key_file.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;
using runtime::Json;
using testing::HasSubstr;
using testing::Not;

class ProfileDocumentTest : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(directory_.path() / "b");
        security::save(security::key_pair(1), directory_.path() / "mn.key");
        security::save(security::preshared_key(9), directory_.path() / "mn.psk");
        directory_.write("mn.toml", configuration());
    }
    static std::string configuration() {
        return "# für daheim\nhome_address = \"2001:db8:f::9\"\nprivate_key_file = \"mn.key\"\n"
               "lifetime = 300  # short\n\n[home_agent]\naddress = \"2001:db8:f::1\"\n"
               "public_key = \"" +
               security::key_pair(2).public_key().text() +
               "\"\npreshared_key_file = \"mn.psk\"\nports = [443]\n";
    }
    [[nodiscard]] std::string exported(WithKeys with_keys) const {
        return ProfileDocument::of("work", directory_.path() / "mn.toml", with_keys).text();
    }
    // What is in the way of taking this text up; empty: nothing. Nothing is written then.
    [[nodiscard]] std::string fault_of(const std::string& text) const {
        const auto document = ProfileDocument::parse(text);
        if (!document) {
            return document.error();
        }
        try {
            JoinedFiles files(directory_.path() / "b/work.toml");
            files.stage(*document);
        } catch (const std::runtime_error& fault) {
            return fault.what();
        }
        return "";
    }
    [[nodiscard]] std::string fault_with(const std::string& key, const Json& value) const {
        Json document = Json::parse(exported(WithKeys::yes));
        document[key] = value;
        return fault_of(document.dump());
    }
    std::optional<security::PublicKey> take_up(const std::string& text,
                                               Existing existing = Existing::kept) const {
        JoinedFiles files(directory_.path() / "b/work.toml");
        const auto document = ProfileDocument::parse(text);
        const auto key = files.stage(document.value());
        EXPECT_TRUE(files.commit(existing));
        return key;
    }

    tests::TemporaryDirectory directory_;
};

TEST_F(ProfileDocumentTest, HasNoSecretUnlessAsked) {
    const std::string text = exported(WithKeys::no);
    EXPECT_THAT(text, Not(HasSubstr(tests::read_file(directory_.path() / "mn.key").substr(0, 44))));
    EXPECT_THAT(text, Not(HasSubstr(tests::read_file(directory_.path() / "mn.psk").substr(0, 44))));
    EXPECT_THAT(text, HasSubstr(security::key_pair(1).public_key().text()));
    EXPECT_THAT(text, HasSubstr("lifetime = 300  # short"));
}

TEST_F(ProfileDocumentTest, MakesTheSameProfileElsewhere) {
    EXPECT_EQ(take_up(exported(WithKeys::yes)), security::key_pair(1).public_key());
    const Configuration taken = read_configuration(directory_.path() / "b/work.toml");
    const Keys keys = load_keys(taken);
    EXPECT_EQ(keys.own->public_key(), security::key_pair(1).public_key());
    EXPECT_TRUE(security::is_equal(keys.preshared.octets(), security::preshared_key(9).octets()));
    EXPECT_EQ(taken.lifetime, wire::Lifetime(75));
    EXPECT_THAT(tests::read_file(directory_.path() / "b/work.toml"),
                HasSubstr("# für daheim\nhome_address"));
    for (const char* key : {"b/work.key", "b/work.psk"}) {
        EXPECT_EQ(fs::status(directory_.path() / key).permissions(), fs::perms(0600)) << key;
    }
}

TEST_F(ProfileDocumentTest, MakesANewKeyWhereItHasNone) {
    const auto key = take_up(exported(WithKeys::no));
    ASSERT_TRUE(key);
    EXPECT_NE(key, security::key_pair(1).public_key());
    const Configuration taken = read_configuration(directory_.path() / "b/work.toml");
    EXPECT_EQ(load_keys(taken).own->public_key(), key);
    EXPECT_FALSE(taken.home_agent.preshared_key_file);
    EXPECT_EQ(taken.home_agent.ports, std::vector<std::uint16_t>{443});
}

TEST_F(ProfileDocumentTest, WritesOverNoKey) {
    directory_.write("b/work.key", "somebody's\n");
    take_up(exported(WithKeys::yes));
    EXPECT_EQ(tests::read_file(directory_.path() / "b/work.key"), "somebody's\n");
    EXPECT_EQ(read_configuration(directory_.path() / "b/work.toml").private_key_file,
              directory_.path() / "b/work-2.key");
}

TEST_F(ProfileDocumentTest, IsToldWhenItIsOfAnotherVersion) {
    EXPECT_EQ(fault_with("godwit_profile", 2),
              "this export is of version 2, and this program reads version 1; update this program");
    EXPECT_THAT(fault_with("godwit_profile", 0), HasSubstr("of version 0"));
    EXPECT_THAT(fault_with("godwit_profile", "1"), HasSubstr("of version \"1\""));
}

TEST_F(ProfileDocumentTest, IsToldWhenItIsDamaged) {
    const std::string key = security::key_pair(4).public_key().text();
    const std::vector<std::pair<const char*, Json>> damages{
        {"private_key", key},
        {"private_key", "short"},
        {"private_key", 7},
        {"preshared_key", ""},
        {"public_key", nullptr},
        {"public_key", key},
        {"public_key", "AAAA"},
        {"name", "../ha"},
        {"name", nullptr},
        {"configuration", "text"},
        {"configuration", {"lifetime = 1"}},
        {"configuration", {1, 2}},
        {"configuration", {"home_address = \"2001:db8:f::zz\""}},
        {"colour", "blue"}};
    for (const auto& [name, value] : damages) {
        const std::string fault = fault_with(name, value);
        EXPECT_NE(fault, "") << name << " " << value;
        EXPECT_THAT(fault, Not(HasSubstr(".godwit-join"))) << name << " " << value;
        EXPECT_TRUE(fs::is_empty(directory_.path() / "b")) << name << " " << value;
    }
}

TEST_F(ProfileDocumentTest, IsToldWhereverItIsCutOff) {
    const std::string text = exported(WithKeys::yes);
    for (std::size_t length = 0; length + 2 < text.size(); length += 13) {
        EXPECT_NE(fault_of(text.substr(0, length)), "") << length;
    }
    EXPECT_THAT(fault_of(text.substr(0, text.size() / 2)), HasSubstr("is damaged"));
    EXPECT_THAT(fault_of(""), HasSubstr("no export of a profile"));
    EXPECT_THAT(fault_of("godwit://vps/laptop#AQ"), HasSubstr("no export of a profile"));
    EXPECT_THAT(fault_of(std::string(max_profile_document + 1, ' ') + text),
                testing::AnyOf(HasSubstr("no export"), HasSubstr("is damaged")));
    EXPECT_TRUE(fs::is_empty(directory_.path() / "b"));
}

TEST_F(ProfileDocumentTest, ReplacesAConfigurationAndItsKeysTogether) {
    take_up(exported(WithKeys::yes));
    take_up(exported(WithKeys::no), Existing::replaced);
    EXPECT_FALSE(fs::exists(directory_.path() / "b/work.key")) << "the one before had it";
    EXPECT_FALSE(fs::exists(directory_.path() / "b/work.psk"));
    EXPECT_NO_THROW(load_keys(read_configuration(directory_.path() / "b/work.toml")));
}

}  // namespace
}  // namespace godwit::client
