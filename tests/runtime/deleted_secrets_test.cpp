// What the home agent's store deletes: keys, pre-shared keys and invites. Who finds the disk finds
// none of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/store/home_agent_store.hpp"
#include "server/store/sqlite.hpp"
#include "tests/runtime/sample_clients.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::server {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string octets_of_key_2(sizeof(security::KeyOctets), '\2');
const std::string octets_of_secret_9(sizeof(security::KeyOctets), '\11');

class DeletedSecrets : public testing::Test {
  protected:
    [[nodiscard]] HomeAgentStore open() const {
        return HomeAgentStore(directory_.path() / "state");
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
    // With the write-ahead log.
    [[nodiscard]] std::string files() const {
        return tests::read_file(file()) + tests::read_file(file().string() + "-wal");
    }
    // By a version that did not overwrite what it deleted, with all tables of this one.
    void leave_a_key_in_the_file() const {
        ASSERT_FALSE(open().put_keys(both_keys()));
        Database older(file());
        ASSERT_FALSE(
            older.run("PRAGMA secure_delete = OFF; DELETE FROM home_agent_key; "
                      "PRAGMA application_id = 0"));
    }

    tests::TemporaryDirectory directory_;
    StoredClient laptop_ = joined("laptop", "2001:db8:f::100", 3);
};

TEST_F(DeletedSecrets, LeavesNothingInTheFileOfAKeyThatIsOver) {
    ASSERT_FALSE(open().put_keys(both_keys()));
    ASSERT_THAT(files(), HasSubstr(octets_of_key_2));
    ASSERT_FALSE(open().put_keys(keys(4)));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2)));
}

TEST_F(DeletedSecrets, LeavesNothingInTheFilesOfAKeyThatIsOverWhileItIsOpen) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_keys(both_keys()));
    ASSERT_THAT(files(), HasSubstr(octets_of_key_2));
    ASSERT_FALSE(store.put_keys(keys(4)));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2)));
}

TEST_F(DeletedSecrets, LeavesNothingInTheFilesOfAKeyThatARestoreReplaces) {
    HomeAgentStore store = open();
    const auto backup = store.backup(keys(4));
    ASSERT_FALSE(store.put_keys(both_keys()));
    ASSERT_FALSE(store.replace(store.read_backup(backup.value()).value()));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2)));
}

// Another program looks into the file: the key is over all the same.
TEST_F(DeletedSecrets, DropsAKeyWhileTheFileIsBeingRead) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_keys(both_keys()));
    {
        Database reader(file());
        Statement reading(reader, "SELECT name FROM sqlite_schema");
        ASSERT_TRUE(reading.next().value());
        EXPECT_FALSE(store.put_keys(keys(4)));
        EXPECT_FALSE(store.failure());
    }
    EXPECT_FALSE(store.keys()->previous);
    ASSERT_FALSE(store.put_keys(keys(4)));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2))) << "the next time does it";
}

TEST_F(DeletedSecrets, LeavesNothingInTheFilesOfAKeyThatAnOlderVersionDropped) {
    ASSERT_FALSE(open().put_keys(both_keys()));
    {
        Database older(file());
        ASSERT_FALSE(
            older.run("PRAGMA secure_delete = OFF; DELETE FROM home_agent_key;"
                      "ALTER TABLE client DROP COLUMN network_prefixes; PRAGMA user_version = 4"));
    }
    ASSERT_THAT(files(), HasSubstr(octets_of_key_2));
    const HomeAgentStore store = open();
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2)));
}

// As killed between the new version's tables and what the one before has left of a key.
TEST_F(DeletedSecrets, LeavesNothingOfSuchAKeyThoughTheFirstStartWasCutShort) {
    leave_a_key_in_the_file();
    ASSERT_THAT(files(), HasSubstr(octets_of_key_2));
    const HomeAgentStore store = open();
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2)));
}

TEST_F(DeletedSecrets, LeavesNothingOfSuchAKeyThoughTheFileWasReadAtTheFirstStart) {
    leave_a_key_in_the_file();
    Database other(file());
    {
        Statement reading(other, "SELECT name FROM sqlite_schema");
        ASSERT_TRUE(reading.next().value());
        static_cast<void>(open());
    }
    ASSERT_THAT(files(), HasSubstr(octets_of_key_2));
    const HomeAgentStore store = open();
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_key_2)));
}

TEST_F(DeletedSecrets, LeavesNothingInTheFilesOfTheSecretsOfAClientThatIsRemoved) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    ASSERT_THAT(files(), HasSubstr(octets_of_secret_9));
    ASSERT_FALSE(store.remove_client(laptop_.home));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_secret_9)));
}

TEST_F(DeletedSecrets, LeavesNothingInTheFilesOfTheSecretsThatARevocationTakesAway) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(laptop_));
    StoredClient revoked{.home = laptop_.home, .name = laptop_.name, .created = long_ago};
    revoked.state = ClientState::revoked;
    ASSERT_FALSE(store.put_client(revoked));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_secret_9)));
}

TEST_F(DeletedSecrets, LeavesNothingInTheFilesOfAnInviteThatAnotherReplaces) {
    HomeAgentStore store = open();
    StoredClient phone = invited("phone", "2001:db8:f::101");
    ASSERT_FALSE(store.put_client(phone));
    ASSERT_THAT(files(), HasSubstr(octets_of_secret_9));
    phone.invite->id = {{8}};
    phone.invite->secret = security::preshared_key(5);
    ASSERT_FALSE(store.put_client(phone));
    EXPECT_THAT(files(), Not(HasSubstr(octets_of_secret_9)));
}

// Its handshake waits.
TEST_F(DeletedSecrets, FoldsNoLogIntoTheFileForWhoeverJoins) {
    HomeAgentStore store = open();
    ASSERT_FALSE(store.put_client(invited("laptop", "2001:db8:f::100")));
    const std::string log = file().string() + "-wal";
    const auto length = std::filesystem::file_size(log);
    ASSERT_FALSE(store.put_client(laptop_));
    EXPECT_GT(std::filesystem::file_size(log), length);
}

}  // namespace
}  // namespace godwit::server
