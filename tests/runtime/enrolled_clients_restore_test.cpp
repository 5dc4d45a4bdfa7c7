// A backup in place of all that there is.

#include "tests/runtime/enrolled_clients_fixture.hpp"

namespace godwit::server {
namespace {

class Restore : public Enrolled {
  protected:
    void forget_what_was_told() { witness_.told.clear(); }
};

TEST_F(Restore, BringsBackWhoWasRemoved) {
    join("laptop", 3);
    const std::string backup = clients_->backup().value();
    ASSERT_TRUE(clients_->remove("laptop"));
    forget_what_was_told();
    const auto outcome = clients_->restore(backup);
    ASSERT_TRUE(outcome) << outcome.error().text;
    EXPECT_EQ(state("laptop"), ClientState::enabled);
    EXPECT_THAT(witness_.told, ElementsAre("peer 2", "restored laptop 2"));
    restart();
    EXPECT_EQ(clients_->find("laptop")->home, home("2001:db8:f::100"));
}

TEST_F(Restore, LetsWhoIsThereGoOn) {
    join("laptop", 3);
    const std::string backup = clients_->backup().value();
    ASSERT_TRUE(clients_->rename("laptop", "desk"));
    forget_what_was_told();
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_THAT(witness_.told, ElementsAre("restored laptop 1")) << "with the number it had";
}

TEST_F(Restore, TellsOfEverybodyAtOnceOnceTheOthersAreGone) {
    join("laptop", 3);
    join("phone", 4);
    const std::string backup = clients_->backup().value();
    join("tablet", 5);
    forget_what_was_told();
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_THAT(witness_.told,
                ElementsAre("removed tablet 3", "restored laptop 1", "restored phone 2"));
    EXPECT_EQ(witness_.restores, 1) << "what was one's may be another's";
}

// What is done for each change by itself takes long for thousands.
TEST_F(Restore, TellsOfAllWhoAreGoneTogether) {
    const std::string backup = clients_->backup().value();
    join("laptop", 3);
    join("phone", 4);
    invite("tablet");
    forget_what_was_told();
    witness_.single_changes = 0;
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_THAT(witness_.told, testing::UnorderedElementsAre("removed laptop 1", "removed phone 2",
                                                             "removed tablet"));
    EXPECT_EQ(witness_.single_changes, 0);
    EXPECT_EQ(witness_.restores, 1);
}

TEST_F(Restore, EndsWhoIsNotInTheBackup) {
    const std::string backup = clients_->backup().value();
    join("laptop", 3);
    forget_what_was_told();
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_THAT(witness_.told, ElementsAre("removed laptop 1"));
    EXPECT_EQ(clients_->find("laptop"), std::nullopt);
    EXPECT_EQ(join("laptop", 3), mobility::PeerId{2}) << "its addresses are free";
}

TEST_F(Restore, EndsTheKeyThatHasJoinedSince) {
    const auto id = invite("laptop");
    const std::string backup = clients_->backup().value();
    ASSERT_TRUE(clients_->join(id, security::key_pair(3).public_key()));
    forget_what_was_told();
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_THAT(witness_.told, ElementsAre("removed laptop 1", "restored laptop"));
    EXPECT_EQ(state("laptop"), ClientState::invited);
    EXPECT_TRUE(clients_->join(id, security::key_pair(4).public_key()));
}

TEST_F(Restore, ChangesNothingForABadBackup) {
    join("laptop", 3);
    const std::string backup = clients_->backup().value();
    forget_what_was_told();
    EXPECT_EQ(refusal_of(clients_->restore("garbage")), Refusal::bad_backup);
    EXPECT_EQ(refusal_of(clients_->restore(backup.substr(0, 5000))), Refusal::bad_backup);
    EXPECT_THAT(witness_.told, IsEmpty());
    EXPECT_EQ(state("laptop"), ClientState::enabled);
}

TEST_F(Restore, RefusesClientsThatTheConfigurationHas) {
    join("laptop", 3);
    const std::string backup = clients_->backup().value();
    ASSERT_TRUE(clients_->remove("laptop"));
    configured_.push_back({.name = "other", .home = home("2001:db8:f::100")});
    restart();
    const auto outcome = clients_->restore(backup);
    EXPECT_EQ(refusal_of(outcome), Refusal::bad_backup);
    EXPECT_THAT(outcome.error().text, testing::HasSubstr("\"other\" in the configuration file"));
}

TEST_F(Restore, GivesAnotherIpv4AddressForOneThatTheConfigurationHas) {
    join("laptop", 3);
    const std::string backup = clients_->backup().value();
    ASSERT_TRUE(clients_->remove("laptop"));
    configured_.push_back({.name = "other",
                           .home = home("2001:db8:f::8"),
                           .ipv4 = wire::Ipv4Address{{10, 19, 0, 3}}});
    restart();
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_EQ(clients_->find("laptop")->ipv4, (wire::Ipv4Address{{10, 19, 0, 4}}));
}

TEST_F(Restore, TakesTheHomeAgentsKeyAlong) {
    ASSERT_TRUE(clients_->rotate_key(24h));
    const auto key = clients_->keys().current.public_key();
    const std::string backup = clients_->backup().value();

    std::filesystem::remove_all(directory_.path() / "state");  // another machine
    restart();
    EXPECT_NE(clients_->keys().current.public_key(), key);
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_EQ(witness_.key, key);
    restart();
    EXPECT_EQ(clients_->keys().current.public_key(), key);
    EXPECT_EQ(clients_->keys().previous->public_key(), security::key_pair(2).public_key())
        << "that of the backup, since nobody has joined here";
}

TEST_F(Restore, ServesThoseWhoFollowedALaterKey) {
    join("laptop", 3);
    const std::string backup = clients_->backup().value();
    const auto later = clients_->rotate_key(24h).value();
    ASSERT_TRUE(clients_->restore(backup));
    EXPECT_EQ(clients_->keys().current.public_key(), security::key_pair(2).public_key());
    EXPECT_EQ(clients_->keys().previous->public_key(), later);
    EXPECT_EQ(clients_->next_deadline(), now_ + EnrolledClients::grace_after_restore);
}

}  // namespace
}  // namespace godwit::server
