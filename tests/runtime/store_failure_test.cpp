// A disk that is full, that cannot be written, or that has lost what was on it: what can be made
// durable is, what cannot is refused, and the rest goes on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>

#include "server/clients/enrolled_clients.hpp"
#include "server/store/home_agent_store.hpp"
#include "tests/runtime/sample_clients.hpp"
#include "tests/runtime/small_disk.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using security::Tai64n;
using testing::HasSubstr;

Tai64n time(std::int64_t seconds) {
    return Tai64n::from(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(seconds)));
}

std::string fault_at_start(const std::filesystem::path& directory) {
    try {
        const HomeAgentStore store(directory);
        return "";
    } catch (const std::system_error& error) {
        return error.what();
    }
}

class StoreFailure : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path disk() const { return directory_.path() / "disk"; }
    [[nodiscard]] std::filesystem::path file() const { return disk() / "godwit-ha.sqlite"; }
    // Leaves not one octet.
    void fill() const {
        std::ofstream filler(disk() / "filler", std::ios::binary);
        const std::string block(4096, 'x');
        while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    void make_room() const { std::filesystem::remove(disk() / "filler"); }
    static std::unique_ptr<EnrolledClients> clients(Store& store) {
        return std::make_unique<EnrolledClients>(
            ClientsSettings{.addresses = {.prefix = wire::Prefix::parse("2001:db8:f::/64").value(),
                                          .home_agent = {home("2001:db8:f::1").address}},
                            .wall_clock = [] { return long_ago; },
                            .invite_line = [](const InviteWords& words) { return words.name; }},
            store, HomeAgentKeys(security::key_pair(2), store.keys(), long_ago));
    }

    tests::TemporaryDirectory directory_;
    security::PublicKey key_ = security::key_pair(3).public_key();
};

TEST_F(StoreFailure, RefusesOnAFullDiskAndRecovers) {
    const tests::SmallDisk disk(this->disk(), "1m");
    HomeAgentStore store(this->disk());
    ASSERT_TRUE(store.advance(security::only_key(), key_, time(1)));
    fill();
    // The log has pages to spare, which are written over first.
    std::int64_t seconds = 2;
    while (seconds < 1000 && store.advance(security::only_key(), key_, time(seconds))) {
        ++seconds;
    }
    EXPECT_EQ(store.failure().message(), "database or disk is full");
    EXPECT_FALSE(store.is_durable());
    EXPECT_TRUE(store.put_client(joined("laptop", "2001:db8:f::100", 3)));
    store.put_binding({.home = home("2001:db8:f::100")});
    store.write_bindings();  // goes on without
    make_room();
    EXPECT_TRUE(store.advance(security::only_key(), key_, time(seconds)))
        << "as if it had never been there";
    EXPECT_FALSE(store.failure());
    EXPECT_TRUE(store.clients().empty());
}

TEST_F(StoreFailure, LetsNobodyJoinOnAFullDisk) {
    const tests::SmallDisk disk(this->disk(), "1m");
    HomeAgentStore store(this->disk());
    const auto enrolled = clients(store);
    ASSERT_TRUE(enrolled->invite({.name = "laptop"}));
    const security::InviteId id = store.clients().at(0).invite->id;
    fill();
    std::size_t others = 0;
    while (others < 1000 && enrolled->invite({.name = "n" + std::to_string(others)})) {
        ++others;
    }
    EXPECT_EQ(enrolled->join(id, key_), std::unexpected(security::JoinRefusal::not_durable));
    EXPECT_EQ(enrolled->find("laptop")->state, ClientState::invited);
    EXPECT_EQ(enrolled->revoke("laptop").error().reason, Refusal::not_durable);
    EXPECT_EQ(enrolled->remove("laptop").error().reason, Refusal::not_durable);
    EXPECT_EQ(enrolled->rotate_key(1h).error().reason, Refusal::not_durable);
    EXPECT_EQ(enrolled->find("laptop")->state, ClientState::invited) << "nothing has changed";
    make_room();
    EXPECT_TRUE(enrolled->join(id, key_));
}

TEST_F(StoreFailure, DoesNotStartOnAReadOnlyFileSystem) {
    const tests::SmallDisk disk(this->disk(), "1m");
    EXPECT_EQ(fault_at_start(this->disk()), "");
    disk.make_read_only();
    EXPECT_THAT(fault_at_start(this->disk()),
                testing::AllOf(HasSubstr(file().string()), HasSubstr("readonly")));
}

TEST_F(StoreFailure, LeavesADamagedFileAsItIs) {
    {
        HomeAgentStore store(disk());
        for (std::uint8_t number = 1; number < 100; ++number) {
            ASSERT_FALSE(store.put_client(joined("client" + std::to_string(number),
                                                 "2001:db8:f::" + std::to_string(number), number)));
        }
    }
    std::string octets = tests::read_file(file());
    constexpr std::size_t page = 4096;
    ASSERT_GT(octets.size(), 4 * page);
    for (std::size_t place = page; place < octets.size(); place += page) {
        octets.replace(place, 64, std::string(64, '\xa5'));
    }
    std::ofstream(file(), std::ios::binary) << octets;
    EXPECT_THAT(fault_at_start(disk()),
                testing::AllOf(HasSubstr(file().string()), HasSubstr("damaged")));
    EXPECT_EQ(tests::read_file(file()), octets);
}

// Neither a crash nor a word of success for what is not there.
TEST_F(StoreFailure, RefusesWhenItsFileIsDamagedUnderIt) {
    HomeAgentStore store(disk());
    const auto enrolled = clients(store);
    ASSERT_TRUE(enrolled->invite({.name = "laptop"}));
    Database checkpointing(file());
    ASSERT_FALSE(checkpointing.run("PRAGMA wal_checkpoint(TRUNCATE)"));
    std::string octets = tests::read_file(file());
    for (std::size_t place = 0; place < octets.size(); place += 512) {
        octets.replace(place, 64, std::string(64, '\xa5'));
    }
    std::ofstream(file(), std::ios::binary | std::ios::in | std::ios::out) << octets;
    // Another program has written, so that nothing that was read before counts any more.
    static_cast<void>(checkpointing.run("DELETE FROM binding"));
    const auto outcome = enrolled->invite({.name = "phone"});
    if (outcome) {
        EXPECT_EQ(store.clients().size(), 2U);
    } else {
        EXPECT_EQ(outcome.error().reason, Refusal::not_durable);
        EXPECT_TRUE(store.failure());
    }
    EXPECT_TRUE(enrolled->find("laptop")) << "who is known stays so";
}

}  // namespace
}  // namespace godwit::server
