#include "client/configuration_source.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "client/keys.hpp"
#include "shared/security/key_file.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

constexpr auto here = "2001:db8:f::1";
constexpr auto there = "2001:db8:e::1";

class ProfilesToSwitchBetween : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(directory_.path() / "state");
        security::save(security::key_pair(1), directory_.path() / "mn.key");
    }
    void write(const std::string& name, const std::string& home_agent,
               const std::string& options) const {
        directory_.write(name + ".toml",
                         "home_address = \"2001:db8:f::9\"\nprivate_key_file = \"mn.key\"\n" +
                             options + "\n[home_agent]\naddress = \"" + home_agent +
                             "\"\npublic_key = \"" + security::key_pair(2).public_key().text() +
                             "\"\n");
    }
    // By a home agent's word, from the profile of this name.
    [[nodiscard]] std::optional<std::string> found_from(const std::string& name) const {
        const ConfigurationSource source(Profiles(directory_.path(), directory_.path() / "state"));
        const auto present = source.wanted(name);
        return source.profile_at({*wire::Ipv6Address::parse(there)}, present->configuration);
    }

    tests::TemporaryDirectory directory_;
};

TEST_F(ProfilesToSwitchBetween, AreThoseOfTheHomeAgentThatIsNamed) {
    write("work", here, "");
    EXPECT_EQ(found_from("work"), std::nullopt);
    write("other", there, "");
    EXPECT_EQ(found_from("work"), "other");
}

TEST_F(ProfilesToSwitchBetween, DoNotTakeTheLockdownAway) {
    write("work", here, "lockdown = true");
    write("other", there, "");
    EXPECT_EQ(found_from("work"), std::nullopt);
    write("safe", there, "lockdown = true");
    EXPECT_EQ(found_from("work"), "safe");
}

}  // namespace
}  // namespace godwit::client
