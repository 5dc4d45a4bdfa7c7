// Clients, keys and backups in the home agent's store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/store/home_agent_store.hpp"
#include "server/store/sqlite.hpp"
#include "tests/runtime/sample_clients.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::server {
namespace {

using security::Tai64n;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Tai64n time(std::int64_t seconds) {
    return Tai64n::from(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(seconds)));
}

class ClientStore : public testing::Test {
  protected:
    [[nodiscard]] HomeAgentStore open(const std::string& name = "state") const {
        return HomeAgentStore(directory_.path() / name);
    }
    static std::vector<std::string> texts(HomeAgentStore& store) {
        std::vector<std::string> texts;
        for (const StoredClient& client : store.clients()) {
            texts.push_back(text_of(client));
        }
        return texts;
    }
    static StoredKeys keys(std::uint8_t current) {
        return {.key_file = security::key_pair(2).public_key(),
                .current = security::key_pair(current)};
    }
    static StoredKeys both_keys() {
        StoredKeys both = keys(4);
        both.previous = security::key_pair(2);
        return both;
    }
    [[nodiscard]] std::filesystem::path file() const {
        return directory_.path() / "state" / "godwit-ha.sqlite";
    }
    // Of old_peer() at later(9), as versions before had it.
    void put_handshake_without_its_key() const {
        Database(file()).require("INSERT INTO handshake VALUES (x'" + std::string(62, '0') +
                                     "01', zeroblob(32), x'" + std::string(22, '0') + "09')",
                                 "make it an old one");
    }
    static security::PublicKey old_peer() {
        security::PublicKey peer;
        peer.octets.back() = 1;
        return peer;
    }
    static Tai64n later(std::uint8_t octet) {
        Tai64n last;
        last.octets.back() = octet;
        return last;
    }
    // What went wrong with a backup; "" if nothing did.
    [[nodiscard]] std::string fault_of(const std::string& backup) const {
        const auto content = open().read_backup(backup);
        return content ? "" : content.error();
    }

    tests::TemporaryDirectory directory_;
    StoredClient laptop_ = joined("laptop", "2001:db8:f::100", 3);
};

TEST_F(ClientStore, RemembersAllOfAClient) {
    laptop_.ipv4 = wire::Ipv4Address{{10, 19, 0, 2}};
    laptop_.policy = {.internet = false,
                      .clients = true,
                      .prefixes = {wire::Prefix::parse("2001:db8:1::/48").value(),
                                   wire::Prefix::parse_ipv4("192.0.2.0/24").value()},
                      .rates = {.up = mobility::BitRate(), .down = mobility::BitRate{20'000'000}},
                      .network_prefixes = {wire::Prefix::parse("2001:db8:1:100::/64").value(),
                                           wire::Prefix::parse("2001:db8:2::/56").value()}};
    const StoredClient phone = invited("phone", "2001:db8:f::101");
    ASSERT_FALSE(open().put_client(laptop_));
    ASSERT_FALSE(open().put_client(phone));
    EXPECT_TRUE(open().has_networks());
    HomeAgentStore store = open();
    EXPECT_THAT(texts(store), ElementsAre(text_of(laptop_), text_of(phone)));
    EXPECT_THAT(store.ipv4_home_addresses(), ElementsAre(std::pair(laptop_.home, *laptop_.ipv4)));
}

TEST_F(ClientStore, PutsAClientInPlaceOfTheOneWithItsHomeAddress) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    StoredClient changed = invited("old-laptop", "2001:db8:f::100");
    changed.state = ClientState::revoked;
    changed.invite.reset();
    ASSERT_FALSE(store.put_client(changed));
    EXPECT_THAT(texts(store), ElementsAre(text_of(changed)));
}

TEST_F(ClientStore, TakesOverAFileInWhichClientsHaveNoRates) {
    ASSERT_FALSE(open().put_client(laptop_));
    {
        Database older(directory_.path() / "state/godwit-ha.sqlite");
        ASSERT_FALSE(
            older.run("ALTER TABLE client DROP COLUMN rate_up;"
                      "ALTER TABLE client DROP COLUMN rate_down;"
                      "ALTER TABLE client DROP COLUMN network_prefixes;"
                      "PRAGMA user_version = 3"));
    }
    HomeAgentStore store = open();
    EXPECT_THAT(texts(store), ElementsAre(text_of(laptop_)));
    EXPECT_FALSE(store.has_networks());
    laptop_.policy.rates.up = mobility::BitRate{64'000};
    ASSERT_FALSE(store.put_client(laptop_));
    EXPECT_THAT(texts(store), ElementsAre(text_of(laptop_)));
}

TEST_F(ClientStore, HasNoTwoClientsWhoseNamesDifferInCapitalsOnly) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    EXPECT_TRUE(store.put_client(invited("Laptop", "2001:db8:f::101")));
    EXPECT_THAT(texts(store), ElementsAre(text_of(laptop_))) << "nothing has changed";
}

TEST_F(ClientStore, ForgetsARemovedClientButNotWhenItsKeyWasUsed) {
    HomeAgentStore store = open();
    laptop_.ipv4 = wire::Ipv4Address{{10, 19, 0, 2}};
    ASSERT_FALSE(store.put_client(laptop_));
    ASSERT_TRUE(store.advance(security::only_key(), *laptop_.key, time(5)));
    ASSERT_FALSE(store.remove_client(laptop_.home));
    EXPECT_THAT(texts(store), IsEmpty());
    EXPECT_THAT(store.ipv4_home_addresses(), IsEmpty());
    EXPECT_FALSE(store.advance(security::only_key(), *laptop_.key, time(5)));
}

TEST_F(ClientStore, RemembersTheKeysThatAreInPlaceOfTheKeyFile) {
    EXPECT_FALSE(open().keys());
    StoredKeys stored = keys(4);
    stored.previous = security::key_pair(2);
    stored.previous_until = long_ago;
    ASSERT_FALSE(open().put_keys(stored));
    const auto found = open().keys();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->key_file, stored.key_file);
    EXPECT_EQ(found->current.public_key(), stored.current.public_key());
    EXPECT_EQ(found->previous->public_key(), stored.previous->public_key());
    EXPECT_EQ(found->previous_until, long_ago);
}

TEST_F(ClientStore, CountsNoHandshakesUnderAKeyThatServesNoMore) {
    HomeAgentStore store = open();
    const security::PublicKey& laptop = *laptop_.key;
    const auto both = [](std::uint8_t used, std::uint8_t other) {
        return security::ServingKeys{.used = security::key_pair(used).public_key(),
                                     .other = security::key_pair(other).public_key()};
    };
    EXPECT_TRUE(store.advance(security::only_key(2), laptop, time(9)));
    StoredKeys following = keys(4);
    following.previous = security::key_pair(2);
    ASSERT_FALSE(store.put_keys(following));
    EXPECT_FALSE(store.advance(both(4, 2), laptop, time(8))) << "it may have waited on the path";
    EXPECT_TRUE(store.advance(both(4, 2), laptop, time(10)));
    EXPECT_TRUE(store.advance(both(2, 4), laptop, time(99)));
    EXPECT_FALSE(store.advance(both(4, 2), laptop, time(11)));
    ASSERT_FALSE(store.put_keys(keys(4)));
    EXPECT_FALSE(store.advance(security::only_key(4), laptop, time(10)));
    EXPECT_TRUE(store.advance(security::only_key(4), laptop, time(11)));
}

TEST_F(ClientStore, CountsHandshakesOfWhichTheKeyWasNotNotedUnderAllUntilTheNextIsOver) {
    HomeAgentStore store = open();
    put_handshake_without_its_key();
    const security::PublicKey peer = old_peer();
    EXPECT_FALSE(store.advance(security::only_key(2), peer, later(9)));
    StoredKeys following = keys(4);
    following.previous = security::key_pair(2);
    ASSERT_FALSE(store.put_keys(following));
    EXPECT_FALSE(store.advance(security::only_key(2), peer, later(9)));
    EXPECT_TRUE(store.advance(security::only_key(4), peer, later(8)));
    ASSERT_FALSE(store.put_keys(keys(4)));
    EXPECT_TRUE(store.advance(security::only_key(4), peer, later(9)));
    EXPECT_FALSE(store.advance(security::only_key(2), peer, later(9))) << "should it come back";
}

TEST_F(ClientStore, GivesAllBackFromABackup) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    ASSERT_TRUE(store.advance(security::only_key(), *laptop_.key, time(5)));
    const auto backup = store.backup(keys(4));
    ASSERT_TRUE(backup) << backup.error().message();

    HomeAgentStore other = open("other");
    ASSERT_FALSE(other.put_client(invited("phone", "2001:db8:f::101")));
    const auto content = other.read_backup(*backup);
    ASSERT_TRUE(content) << content.error();
    EXPECT_EQ(content->keys->current.public_key(), security::key_pair(4).public_key());
    ASSERT_FALSE(other.replace(*content));
    EXPECT_THAT(texts(other), ElementsAre(text_of(laptop_)));
    EXPECT_FALSE(other.advance(security::only_key(), *laptop_.key, time(5)))
        << "handshakes of before the backup";
    EXPECT_TRUE(other.advance(security::only_key(), *laptop_.key, time(6)));
}

TEST_F(ClientStore, KeepsTheLaterTimeOfAHandshakeWhenItIsRestored) {
    HomeAgentStore store = open();
    ASSERT_TRUE(store.advance(security::only_key(), *laptop_.key, time(5)));
    const auto backup = store.backup(keys(4));
    ASSERT_TRUE(store.advance(security::only_key(), *laptop_.key, time(7)));
    ASSERT_FALSE(store.replace(store.read_backup(backup.value()).value()));
    EXPECT_FALSE(store.advance(security::only_key(), *laptop_.key, time(7)));
}

// The backup brings back a key that has served no more since, and knows only of what was before it.
TEST_F(ClientStore, RefusesAHandshakeFromBetweenABackupAndARotationAfterTheRestore) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    const security::PublicKey& laptop = *laptop_.key;
    ASSERT_TRUE(store.advance(security::only_key(2), laptop, time(5)));
    const auto backup = store.backup(keys(2));
    ASSERT_TRUE(store.advance(security::only_key(2), laptop, time(7)));
    StoredKeys following = keys(4);
    following.previous = security::key_pair(2);
    ASSERT_FALSE(store.put_keys(following));
    ASSERT_FALSE(store.put_keys(keys(4)));
    ASSERT_FALSE(store.replace(store.read_backup(backup.value()).value()));
    const security::ServingKeys restored{.used = security::key_pair(2).public_key(),
                                         .other = security::key_pair(4).public_key()};
    EXPECT_FALSE(store.advance(restored, laptop, time(7)));
    EXPECT_TRUE(store.advance(restored, laptop, time(8)));
}

// It was made under either, since the older version came to its end in the grace of a rotation.
TEST_F(ClientStore, NotesAHandshakeOfWhichTheKeyWasNotNotedUnderBothThatServed) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_keys(both_keys()));
    put_handshake_without_its_key();
    ASSERT_FALSE(store.put_keys(keys(4)));
    for (const auto key : {std::uint8_t{2}, std::uint8_t{4}}) {
        EXPECT_FALSE(store.advance(security::only_key(key), old_peer(), later(9))) << int{key};
        EXPECT_TRUE(store.advance(security::only_key(key), old_peer(), later(10))) << int{key};
    }
}

TEST_F(ClientStore, TakesTheFileItselfForABackupWithoutKeys) {
    {
        HomeAgentStore store = open();
        ASSERT_FALSE(store.put_client(laptop_));
    }
    const auto content =
        open("other").read_backup(tests::read_file(directory_.path() / "state/godwit-ha.sqlite"));
    ASSERT_TRUE(content) << content.error();
    EXPECT_FALSE(content->keys);
    EXPECT_EQ(content->clients.size(), 1U);
}

TEST_F(ClientStore, SaysWhatIsWrongWithABackup) {
    const std::string backup = open().backup(keys(4)).value();
    EXPECT_EQ(fault_of(backup), "");
    EXPECT_EQ(fault_of(""), "this is no backup of a home agent");
    EXPECT_EQ(fault_of(std::string(200, 'x')), "this is no backup of a home agent");
    EXPECT_THAT(fault_of(backup.substr(0, backup.size() / 2)), HasSubstr("is damaged"));
    Database newer = Database::of(backup);
    ASSERT_FALSE(newer.run("PRAGMA user_version = 99"));
    EXPECT_THAT(fault_of(newer.serialize()), HasSubstr("by a newer version"));
    Database other = Database::in_memory();
    ASSERT_FALSE(other.run("CREATE TABLE song (title TEXT)"));
    EXPECT_THAT(fault_of(other.serialize()), HasSubstr("no backup of a home agent"));
    Database foreign = Database::of(backup);
    ASSERT_FALSE(foreign.run("CREATE TRIGGER t AFTER DELETE ON client BEGIN SELECT 1; END"));
    EXPECT_THAT(fault_of(foreign.serialize()), HasSubstr("no backup of a home agent"));
}

TEST_F(ClientStore, SurvivesBackupsWithAnOctetChanged) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    const std::string backup = store.backup(keys(4)).value();
    std::size_t refused = 0;
    for (std::size_t place = 0; place < backup.size(); place += 97) {
        std::string damaged = backup;
        damaged[place] = static_cast<char>(damaged[place] ^ 0x55);
        refused += store.read_backup(damaged) ? 0U : 1U;  // it may be read, and must not crash
    }
    EXPECT_GT(refused, 0U);
    EXPECT_THAT(texts(store), ElementsAre(text_of(laptop_)));
}

}  // namespace
}  // namespace godwit::server
