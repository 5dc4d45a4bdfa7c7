#include "server/store/home_agent_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "server/store/sqlite.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using security::Tai64n;

wire::Ipv6Address address(const char* text) {
    return *wire::Ipv6Address::parse(text);
}

Tai64n time(std::int64_t nanoseconds) {
    return Tai64n::from(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(nanoseconds)));
}

class Store : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path file() const {
        return directory_.path() / "state" / "godwit-ha.sqlite";
    }
    HomeAgentStore open() const { return HomeAgentStore(directory_.path() / "state"); }

    security::PublicKey one_{{1}};
    security::PublicKey other_{{2}};
    tests::TemporaryDirectory directory_;
    StoredBinding binding_{{address("2001:db8:f::9")},
                           {address("2001:db8:a::20")},
                           mobility::Encapsulation::ip6,
                           address("2001:db8:a::21"),
                           std::chrono::sys_seconds(1000s),
                           address("2001:db8:f::1"),
                           4191,
                           61234};
};

// Who takes the disk finds the home agent's keys, pre-shared keys and invites: for all other octets
// that there is a column for, it is known what they are.
TEST_F(Store, HasItsOwnKeysPreSharedKeysAndInvitesForItsOnlySecrets) {
    (void)open();
    Database database(file());
    Statement columns(
        database,
        "SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p "
        "WHERE m.type = 'table' AND p.type = 'BLOB' ORDER BY 1");
    std::vector<std::string> secret;
    const std::set<std::string> known{
        "binding.care_of_address",
        "binding.home_address",
        "binding.local",
        "binding.remote",
        "client.home_address",
        "client.public_key",
        "handshake.home_agent_key",
        "handshake.public_key",
        "handshake.time",
        "home_agent_key.key_file",
        "invite.client",
        "invite.id",
        "invite.spent_by",
        "ipv4_home_address.home_address",
        "ipv4_home_address.ipv4",
    };
    while (columns.next().value()) {
        if (!known.contains(columns.text(0))) {
            secret.push_back(columns.text(0));
        }
    }
    EXPECT_THAT(secret, testing::ElementsAre("client.preshared_key", "home_agent_key.current",
                                             "home_agent_key.previous", "invite.secret"));
}

// The store of a home agent that makes sessions.
class StoredHandshakes : public security::Conversation {
  protected:
    // Of all files, the log too.
    [[nodiscard]] std::string octets_on_disk() const {
        std::string all;
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path() / "state")) {
            std::ifstream file(entry.path(), std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all;
    }
    [[nodiscard]] bool is_on_disk(wire::BytesView octets) const {
        return octets_on_disk().contains(std::string(octets.begin(), octets.end()));
    }

    tests::TemporaryDirectory directory_;
    HomeAgentStore store_{directory_.path() / "state"};
    security::HomeAgentAuthenticator storing_{home_agent_credentials(), store_};
};

TEST_F(StoredHandshakes, LeaveNoKeyOfTheirSessionOnTheDisk) {
    const auto opened = storing_.open(path_of_home_agent(), to_home_agent(start_handshake(1)));
    const auto session = security::handshake_session(opened);
    ASSERT_TRUE(storing_.seal(from_home_agent(acknowledgement(1), mobility::InHandshake{session})));
    const auto keys = storing_.take_tunnel_keys(session);
    ASSERT_TRUE(keys);
    EXPECT_TRUE(is_on_disk(security::key_pair(1).public_key().octets)) << "whose it was";
    EXPECT_FALSE(is_on_disk(keys->inbound.key));
    EXPECT_FALSE(is_on_disk(keys->outbound.key));
}

TEST_F(Store, TakesOnlyNewerHandshakesOfAKey) {
    HomeAgentStore store = open();
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(1'000'000'255)));
    EXPECT_FALSE(store.advance(security::only_key(), one_, time(1'000'000'255)))
        << "the same one again";
    EXPECT_FALSE(store.advance(security::only_key(), one_, time(1'000'000'254)));
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(1'000'000'256)));
    EXPECT_FALSE(store.failure());
}

TEST_F(Store, PutsABatchOfHandshakesOnRecordAtOnce) {
    HomeAgentStore store = open();
    Database reader(file());
    const auto on_record = [&reader] {
        Statement count(reader, "SELECT count(*) FROM handshake");
        return count.next().value() ? count.number(0) : -1;
    };
    store.begin_batch();
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(1)));
    EXPECT_TRUE(store.advance(security::only_key(), other_, time(1)));
    EXPECT_FALSE(store.advance(security::only_key(), other_, time(1))) << "the same one again";
    EXPECT_EQ(on_record(), 0);
    EXPECT_TRUE(store.commit_batch());
    EXPECT_EQ(on_record(), 2);
}

TEST_F(Store, ForgetsABatchThatACrashCutsShort) {
    {
        HomeAgentStore store = open();
        store.begin_batch();
        EXPECT_TRUE(store.advance(security::only_key(), one_, time(1)));
    }
    EXPECT_TRUE(open().advance(security::only_key(), one_, time(1)))
        << "nobody was told that it was taken";
}

TEST_F(Store, TakesNoHandshakeOfABatchThatCannotBegin) {
    HomeAgentStore store = open();
    Database other(file());
    ASSERT_FALSE(other.run("BEGIN IMMEDIATE"));
    store.begin_batch();
    EXPECT_FALSE(store.advance(security::only_key(), one_, time(1)));
    EXPECT_TRUE(store.failure());
    EXPECT_TRUE(store.commit_batch()) << "there is nothing in it";
    ASSERT_FALSE(other.run("ROLLBACK"));
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(1)));
}

TEST_F(Store, KeepsKeysApart) {
    HomeAgentStore store = open();
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(2)));
    EXPECT_TRUE(store.advance(security::only_key(), other_, time(1)));
}

TEST_F(Store, RemembersHandshakesAcrossARestart) {
    EXPECT_TRUE(open().advance(security::only_key(), one_, time(5)));
    HomeAgentStore store = open();
    EXPECT_FALSE(store.advance(security::only_key(), one_, time(5)));
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(6)));
}

TEST_F(Store, HasWrittenAHandshakeBeforeItAnswers) {
    HomeAgentStore store = open();
    ASSERT_TRUE(store.advance(security::only_key(), one_, time(5)));
    Database reader(file());
    Statement select(reader, "SELECT time FROM handshake");
    ASSERT_EQ(select.next(), true);
    EXPECT_TRUE(std::ranges::equal(select.octets(0), time(5).octets));
}

TEST_F(Store, RefusesAHandshakeThatItCannotWrite) {
    HomeAgentStore store = open();
    ASSERT_TRUE(store.advance(security::only_key(), one_, time(4)));
    Database other_program(file());
    ASSERT_FALSE(other_program.run("BEGIN IMMEDIATE"));
    EXPECT_FALSE(store.advance(security::only_key(), one_, time(5)));
    EXPECT_EQ(store.failure().message(), "database is locked");
    ASSERT_FALSE(other_program.run("ROLLBACK"));
    EXPECT_TRUE(store.advance(security::only_key(), one_, time(5)))
        << "as if it had never been there";
    EXPECT_FALSE(store.failure());
}

TEST_F(Store, RemembersBindingsAcrossARestart) {
    open().put_binding(binding_);
    EXPECT_THAT(open().bindings(std::chrono::sys_seconds(999s)), testing::ElementsAre(binding_));
}

TEST_F(Store, WritesTheBindingsOfATurnTogether) {
    HomeAgentStore store = open();
    Database other_program(file());
    Statement count(other_program, "SELECT count(*) FROM binding");
    const auto written = [&] {
        EXPECT_TRUE(count.next().value());
        const std::int64_t number = count.number(0);
        EXPECT_FALSE(count.next().value());
        return number;
    };
    store.put_binding(binding_);
    store.put_binding({.home = {address("2001:db8:f::a")}});
    EXPECT_EQ(written(), 0);
    store.write_bindings();
    EXPECT_EQ(written(), 2);
    store.remove_binding(binding_.home);
    store.write_bindings();
    EXPECT_EQ(written(), 1);
    EXPECT_FALSE(store.failure());
}

TEST_F(Store, HasOneBindingForAHomeAddress) {
    HomeAgentStore store = open();
    store.put_binding(binding_);
    binding_.care_of = {address("2001:db8:b::20")};
    store.put_binding(binding_);
    EXPECT_THAT(store.bindings({}), testing::ElementsAre(binding_));
}

TEST_F(Store, ForgetsRemovedBindings) {
    HomeAgentStore store = open();
    store.put_binding(binding_);
    store.remove_binding(binding_.home);
    store.remove_binding(binding_.home);
    EXPECT_FALSE(store.failure());
    EXPECT_THAT(store.bindings({}), testing::IsEmpty());
}

TEST_F(Store, ForgetsExpiredBindings) {
    HomeAgentStore store = open();
    store.put_binding(binding_);
    EXPECT_THAT(store.bindings(binding_.expires), testing::IsEmpty());
    EXPECT_THAT(store.bindings({}), testing::IsEmpty()) << "for good";
}

TEST_F(Store, CountsItsStarts) {  // RFC 5847 §3.4
    EXPECT_EQ(open().count_restart(), 1U);
    EXPECT_EQ(open().count_restart(), 2U);
}

TEST_F(Store, RemembersIpv4HomeAddresses) {
    const std::map<wire::HomeAddress, wire::Ipv4Address> first{
        {binding_.home, {{10, 19, 0, 2}}}, {{address("2001:db8:f::a")}, {{10, 19, 0, 3}}}};
    const std::map<wire::HomeAddress, wire::Ipv4Address> second{{binding_.home, {{10, 19, 0, 3}}}};
    EXPECT_THAT(open().ipv4_home_addresses(), testing::IsEmpty());
    EXPECT_FALSE(open().put_ipv4_home_addresses(first));
    EXPECT_EQ(open().ipv4_home_addresses(), first);
    EXPECT_FALSE(open().put_ipv4_home_addresses(second));
    EXPECT_EQ(open().ipv4_home_addresses(), second);
}

TEST_F(Store, TakesOverAFileOfTheFirstVersion) {
    open().put_binding(binding_);
    {
        Database older(file());
        ASSERT_FALSE(older.run(
            "ALTER TABLE binding DROP COLUMN local; ALTER TABLE binding DROP COLUMN local_port;"
            "ALTER TABLE binding DROP COLUMN remote_port; DROP TABLE ipv4_home_address;"
            "DROP TABLE restart; DROP TABLE invite; DROP TABLE client;"
            "DROP TABLE home_agent_key; PRAGMA user_version = 1"));
    }
    StoredBinding without_ports = binding_;
    without_ports.local = {};
    without_ports.local_port = 0;
    without_ports.remote_port = 0;
    EXPECT_THAT(open().bindings({}), testing::ElementsAre(without_ports));
}

TEST_F(Store, KeepsItsDirectoryToItself) {
    open();
    EXPECT_EQ(std::filesystem::status(file().parent_path()).permissions(),
              std::filesystem::perms::owner_all);
}

TEST_F(Store, KeepsItsFilesToItself) {
    const HomeAgentStore store = open();
    for (const char* end : {"", "-wal", "-shm"}) {
        EXPECT_EQ(std::filesystem::status(file().string() + end).permissions(),
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << end;
    }
}

// Root may run in a folder of the service's user, who may have put it there.
TEST_F(Store, RefusesAFileThatIsALink) {
    std::filesystem::create_directories(file().parent_path());
    const auto elsewhere = directory_.write("elsewhere", "");
    const auto before = std::filesystem::status(elsewhere).permissions();
    std::filesystem::create_symlink(elsewhere, file());
    EXPECT_THROW(open(), std::system_error);
    EXPECT_EQ(std::filesystem::status(elsewhere).permissions(), before);
    EXPECT_EQ(tests::read_file(elsewhere), "");
}

TEST_F(Store, MayHaveALinkToItsDirectory) {
    std::filesystem::create_directory(directory_.path() / "disk");
    std::filesystem::create_directory_symlink(directory_.path() / "disk", file().parent_path());
    EXPECT_NO_THROW(open());
}

TEST_F(Store, RefusesADamagedFile) {
    std::filesystem::create_directories(file().parent_path());
    directory_.write("state/godwit-ha.sqlite", "this is not a database, but long enough for one");
    try {
        open();
        FAIL() << "opened";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("state file " + file().string()));
        EXPECT_THAT(error.what(), testing::HasSubstr("file is not a database"));
    }
    EXPECT_EQ(tests::read_file(file()), "this is not a database, but long enough for one");
}

TEST_F(Store, RefusesAFileOfANewerVersion) {
    open();
    {
        Database newer(file());
        ASSERT_FALSE(newer.run("PRAGMA user_version = 99"));
    }
    try {
        open();
        FAIL() << "opened";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("was written by a newer version"));
    }
}

TEST_F(Store, SaysWhatItTriedWhenItHasNoDirectory) {
    directory_.write("state", "a file in its place");
    try {
        open();
        FAIL() << "opened";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), testing::StartsWith("make state_directory "));
    }
}

}  // namespace
}  // namespace godwit::server
