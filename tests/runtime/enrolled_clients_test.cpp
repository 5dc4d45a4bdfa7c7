// How clients are invited, join, change and go.

#include "tests/runtime/enrolled_clients_fixture.hpp"

namespace godwit::server {
namespace {

using security::JoinRefusal;

class EnrolledClientsTest : public Enrolled {};
const security::PublicKey key_of_laptop = security::key_pair(3).public_key();

TEST_F(EnrolledClientsTest, GivesAnInvitedClientAddressesOfItsOwn) {
    const auto invite = clients_->invite({.name = "laptop", .valid_for = 1h});
    ASSERT_TRUE(invite) << invite.error().text;
    EXPECT_EQ(invite->line, "line for laptop");
    EXPECT_EQ(invite->home, home("2001:db8:f::100"));
    EXPECT_EQ(invite->expires, now_ + 1h);
    const Client client = clients_->find("laptop").value();
    EXPECT_EQ(client.state, ClientState::invited);
    EXPECT_EQ(client.ipv4, (wire::Ipv4Address{{10, 19, 0, 3}})) << "the first is configured";
    EXPECT_EQ(client.invite_expires, now_ + 1h);
    EXPECT_THAT(witness_.told, ElementsAre("invited laptop"));
}

TEST_F(EnrolledClientsTest, TakesTheHomeAddressThatSomebodyWants) {
    ASSERT_TRUE(clients_->invite({.name = "laptop", .home = home("2001:db8:f::abc")}));
    EXPECT_EQ(clients_->find("laptop")->home, home("2001:db8:f::abc"));
}

TEST_F(EnrolledClientsTest, RefusesHomeAddressesThatNobodyCanHave) {
    const auto refusal = [&](const char* address) {
        return refusal_of(clients_->invite({.name = "laptop", .home = home(address)}));
    };
    EXPECT_EQ(refusal("2001:db8:e::1"), Refusal::address_outside_prefix);
    EXPECT_EQ(refusal("2001:db8:f::1"), Refusal::address_reserved);
    EXPECT_EQ(refusal("2001:db8:f::"), Refusal::address_reserved);
    EXPECT_EQ(refusal("2001:db8:f:0:fdff:ffff:ffff:fffe"), Refusal::address_reserved);
    EXPECT_EQ(refusal("2001:db8:f::9"), Refusal::address_taken) << "in the configuration file";
    EXPECT_EQ(clients_->find("laptop"), std::nullopt);
}

TEST_F(EnrolledClientsTest, RefusesNamesThatAreTakenOrNone) {
    invite("laptop");
    const auto refusal = [&](const std::string& name) {
        return refusal_of(clients_->invite({.name = name}));
    };
    EXPECT_EQ(refusal("LapTop"), Refusal::name_taken);
    EXPECT_EQ(refusal("Server"), Refusal::name_taken) << "in the configuration file";
    for (const std::string& name : {std::string(), std::string("-a"), std::string("a b"),
                                    std::string("a/b"), std::string("ä"), std::string(64, 'a')}) {
        EXPECT_EQ(refusal(name), Refusal::bad_name) << name;
    }
    EXPECT_TRUE(clients_->invite({.name = std::string(63, 'a')}));
}

TEST_F(EnrolledClientsTest, RefusesInvitesWithoutATime) {
    EXPECT_EQ(refusal_of(clients_->invite({.name = "a", .valid_for = 0s})), Refusal::bad_duration);
    EXPECT_EQ(refusal_of(clients_->invite({.name = "a", .valid_for = 367 * 24h})),
              Refusal::bad_duration);
}

TEST_F(EnrolledClientsTest, TiesTheKeyThatJoinsToTheClient) {
    const auto id = invite("laptop");
    ASSERT_NE(clients_->secret(id), nullptr);
    EXPECT_TRUE(security::is_equal(clients_->secret(id)->octets(), secret_));
    const auto peer = clients_->join(id, key_of_laptop);
    EXPECT_EQ(peer, mobility::PeerId{1}) << "behind the configured one";
    EXPECT_EQ(state("laptop"), ClientState::enabled);
    EXPECT_EQ(clients_->find("laptop")->key, key_of_laptop);
    EXPECT_EQ(clients_->find("laptop")->joined, now_);
    EXPECT_EQ(clients_->find("laptop")->invite_expires, std::nullopt);
    EXPECT_THAT(witness_.told, ElementsAre("invited laptop", "joined laptop 1"));
}

TEST_F(EnrolledClientsTest, AnswersTheSameKeyTheSameAgain) {
    const auto id = invite("laptop");
    const auto peer = clients_->join(id, key_of_laptop);
    now_ += 100h;  // the invite has expired since
    EXPECT_EQ(clients_->join(id, key_of_laptop), peer);
    restart();
    EXPECT_EQ(clients_->join(id, key_of_laptop), peer);
}

TEST_F(EnrolledClientsTest, RefusesToLetSomebodyJoin) {
    const auto id = invite("laptop");
    EXPECT_EQ(clients_->secret({}), nullptr);
    EXPECT_EQ(clients_->join({}, key_of_laptop), std::unexpected(JoinRefusal::unknown_invite));
    now_ += 24h;
    EXPECT_EQ(clients_->join(id, key_of_laptop), std::unexpected(JoinRefusal::expired_invite));
    now_ -= 1s;
    ASSERT_TRUE(clients_->join(id, key_of_laptop));
    EXPECT_EQ(clients_->join(id, security::key_pair(4).public_key()),
              std::unexpected(JoinRefusal::spent_invite));
    ASSERT_TRUE(clients_->set_enabled("laptop", false));
    EXPECT_EQ(clients_->join(id, key_of_laptop), std::unexpected(JoinRefusal::client_disabled));
}

TEST_F(EnrolledClientsTest, IsAllThereAfterARestart) {
    join("laptop", 3);
    const auto id = invite("phone");
    const auto before = clients_->all().size();
    restart();
    EXPECT_EQ(clients_->all().size(), before);
    ASSERT_EQ(clients_->peers().size(), 1U);
    EXPECT_EQ(clients_->peers().at(0).key, key_of_laptop);
    EXPECT_EQ(clients_->joined().at(0).name, "laptop");
    EXPECT_TRUE(clients_->join(id, security::key_pair(4).public_key()));
}

TEST_F(EnrolledClientsTest, VoidsTheInviteBeforeAnother) {
    const auto first = invite("laptop");
    ASSERT_TRUE(clients_->invite_again("laptop", 1h));
    EXPECT_EQ(clients_->join(first, key_of_laptop), std::unexpected(JoinRefusal::unknown_invite));
    EXPECT_TRUE(clients_->join(invite_, key_of_laptop));
    EXPECT_EQ(refusal_of(clients_->invite_again("laptop", 1h)), Refusal::wrong_state);
}

TEST_F(EnrolledClientsTest, RenamesAClientAndItsInvite) {
    const auto id = invite("laptop");
    ASSERT_TRUE(clients_->rename("Laptop", "desk"));
    EXPECT_EQ(clients_->find("laptop"), std::nullopt);
    EXPECT_TRUE(clients_->join(id, key_of_laptop));
    ASSERT_TRUE(clients_->rename("desk", "Desk")) << "its own name in other letters";
    EXPECT_EQ(clients_->find("desk")->name, "Desk");
    EXPECT_EQ(refusal_of(clients_->rename("desk", "server")), Refusal::name_taken);
    EXPECT_EQ(refusal_of(clients_->rename("desk", "../etc")), Refusal::bad_name);
    restart();
    EXPECT_EQ(clients_->find("desk")->name, "Desk");
}

TEST_F(EnrolledClientsTest, DisablesAndEnablesWhoHasJoined) {
    join("laptop", 3);
    ASSERT_TRUE(clients_->set_enabled("laptop", false));
    EXPECT_EQ(state("laptop"), ClientState::disabled);
    ASSERT_TRUE(clients_->set_enabled("laptop", false)) << "once more changes nothing";
    ASSERT_TRUE(clients_->set_enabled("laptop", true));
    EXPECT_THAT(witness_.told, ElementsAre("invited laptop", "joined laptop 1", "disabled laptop 1",
                                           "enabled laptop 1"));
    invite("phone");
    EXPECT_EQ(refusal_of(clients_->set_enabled("phone", false)), Refusal::wrong_state);
}

TEST_F(EnrolledClientsTest, TakesAwayTheKeyOfARevokedClient) {
    join("laptop", 3);
    ASSERT_TRUE(clients_->revoke("laptop"));
    EXPECT_EQ(state("laptop"), ClientState::revoked);
    EXPECT_EQ(clients_->find("laptop")->key, std::nullopt);
    EXPECT_EQ(clients_->secret(invite_), nullptr);
    EXPECT_EQ(witness_.told.back(), "revoked laptop 1");
    restart();
    EXPECT_THAT(clients_->peers(), IsEmpty());
    ASSERT_TRUE(clients_->invite_again("laptop", 1h));
    EXPECT_EQ(clients_->join(invite_, key_of_laptop), mobility::PeerId{1});
    EXPECT_EQ(clients_->find("laptop")->home, home("2001:db8:f::100")) << "as before";
}

TEST_F(EnrolledClientsTest, NeverUsesANumberOfAPeerAgain) {
    EXPECT_EQ(join("laptop", 3), mobility::PeerId{1});
    ASSERT_TRUE(clients_->remove("laptop"));
    EXPECT_EQ(witness_.told.back(), "removed laptop 1");
    EXPECT_EQ(join("laptop", 3), mobility::PeerId{2});
    EXPECT_EQ(clients_->find("laptop")->home, home("2001:db8:f::100")) << "the address was free";
    EXPECT_EQ(clients_->find("laptop")->ipv4, (wire::Ipv4Address{{10, 19, 0, 3}}));
}

TEST_F(EnrolledClientsTest, KicksWhoHasAKey) {
    join("laptop", 3);
    ASSERT_TRUE(clients_->kick("laptop"));
    EXPECT_EQ(witness_.told.back(), "kicked laptop");
    EXPECT_TRUE(clients_->kick("server")) << "it may be configured";
    invite("phone");
    EXPECT_EQ(refusal_of(clients_->kick("phone")), Refusal::wrong_state);
}

TEST_F(EnrolledClientsTest, LeavesTheConfigurationFileAlone) {
    EXPECT_EQ(refusal_of(clients_->rename("server", "x")), Refusal::is_configured);
    EXPECT_EQ(refusal_of(clients_->set_enabled("server", false)), Refusal::is_configured);
    EXPECT_EQ(refusal_of(clients_->set_policy("server", {})), Refusal::is_configured);
    EXPECT_EQ(refusal_of(clients_->revoke("server")), Refusal::is_configured);
    EXPECT_EQ(refusal_of(clients_->remove("server")), Refusal::is_configured);
    EXPECT_EQ(refusal_of(clients_->invite_again("server", 1h)), Refusal::is_configured);
}

TEST_F(EnrolledClientsTest, KnowsNothingOfOthers) {
    EXPECT_EQ(refusal_of(clients_->rename("nobody", "x")), Refusal::no_such_client);
    EXPECT_EQ(refusal_of(clients_->revoke("nobody")), Refusal::no_such_client);
    EXPECT_EQ(refusal_of(clients_->kick("nobody")), Refusal::no_such_client);
}

TEST_F(EnrolledClientsTest, RemembersAPolicy) {
    invite("laptop");
    const ClientPolicy policy{.internet = false,
                              .clients = true,
                              .prefixes = {},
                              .rates = {.up = mobility::BitRate{64'000}, .down = {}}};
    ASSERT_TRUE(clients_->set_policy("laptop", policy));
    restart();
    EXPECT_EQ(clients_->find("laptop")->policy, policy);
}

TEST_F(EnrolledClientsTest, SaysThatAPolicyIsNotInForceAndKeepsIt) {
    invite("laptop");
    const ClientPolicy policy{.internet = false, .prefixes = {}};
    witness_.failure = std::make_error_code(std::errc::no_such_file_or_directory);
    EXPECT_EQ(refusal_of(clients_->set_policy("laptop", policy)), Refusal::not_in_force);
    EXPECT_EQ(clients_->find("laptop")->policy, policy);
    witness_.failure = {};
    EXPECT_TRUE(clients_->set_policy("laptop", policy));
}

TEST_F(EnrolledClientsTest, ListsAllByName) {
    invite("Zebra");
    invite("ant");
    std::vector<std::string> names;
    for (const Client& client : clients_->all()) {
        names.push_back(client.name);
    }
    EXPECT_THAT(names, ElementsAre("ant", "server", "Zebra"));
}

TEST_F(EnrolledClientsTest, DoesNotStartWithAClientThatIsConfiguredToo) {
    join("laptop", 3);
    const std::vector<Client> before = configured_;
    for (Client clash :
         {Client{.name = "LAPTOP", .home = home("2001:db8:f::8")},
          Client{.name = "other", .home = home("2001:db8:f::100")},
          Client{.name = "other", .home = home("2001:db8:f::8"), .key = key_of_laptop}}) {
        configured_ = {std::move(clash)};
        EXPECT_THROW(restart(), std::runtime_error);
    }
    configured_ = before;
    restart();
}

TEST_F(EnrolledClientsTest, SaysThatClientsAreOutsideThePrefix) {
    EXPECT_THAT(clients_->health(), IsEmpty());
    ASSERT_FALSE(store_->put_client(joined("laptop", "2001:db8:e::100", 3)));
    restart();
    EXPECT_THAT(clients_->health(), ElementsAre(testing::HasSubstr("outside home_prefix")));
}

TEST_F(EnrolledClientsTest, RotatesItsKey) {
    const auto next = clients_->rotate_key(24h);
    ASSERT_TRUE(next) << next.error().text;
    EXPECT_EQ(witness_.key, *next);
    EXPECT_EQ(clients_->next_deadline(), now_ + 24h);
    EXPECT_EQ(refusal_of(clients_->rotate_key(24h)), Refusal::wrong_state) << "one at a time";
    restart();
    EXPECT_EQ(clients_->keys().current.public_key(), *next);
    EXPECT_EQ(clients_->keys().previous->public_key(), security::key_pair(2).public_key());
    now_ += 24h;
    clients_->on_deadline(now_);
    EXPECT_EQ(witness_.told.back(), "previous key over");
    EXPECT_EQ(clients_->next_deadline(), std::nullopt);
    restart();
    EXPECT_EQ(clients_->keys().current.public_key(), *next);
    EXPECT_FALSE(clients_->keys().previous);
}

// Who takes the disk of a home agent finds no key that serves no more.
TEST_F(EnrolledClientsTest, KeepsNoPreviousKeyWhoseTimeWasOverBeforeItStarted) {
    ASSERT_TRUE(clients_->rotate_key(24h));
    const security::PublicKey current = clients_->keys().current.public_key();
    now_ += 23h;
    restart();
    EXPECT_TRUE(store_->keys()->previous);
    now_ += 1h;
    restart();
    EXPECT_FALSE(store_->keys()->previous);
    EXPECT_EQ(store_->keys()->current.public_key(), current);
}

TEST_F(EnrolledClientsTest, FollowsAKeyFileThatHasBeenReplaced) {
    ASSERT_TRUE(clients_->rotate_key(24h));
    const HomeAgentKeys replaced(security::key_pair(5), store_->keys(), now_);
    EXPECT_EQ(replaced.public_key(), security::key_pair(5).public_key());
    EXPECT_TRUE(replaced.has_passed_over_stored());
}

class NetworksOfClients : public Enrolled {
  protected:
    NetworksOfClients() {
        configured_.at(0).policy.network_prefixes = {prefix("2001:db8:5::/64")};
        restart();
        invite("laptop");
        invite("phone");
    }
    static wire::Prefix prefix(const char* text) { return wire::Prefix::parse(text).value(); }
    Outcome<void> give(const char* name, const char* network) {
        ClientPolicy policy;
        policy.network_prefixes = {prefix(network)};
        return clients_->set_policy(name, policy);
    }
};

TEST_F(NetworksOfClients, AreKept) {
    ASSERT_TRUE(give("laptop", "2001:db8:7::/64"));
    restart();
    EXPECT_THAT(clients_->find("laptop")->policy.network_prefixes,
                ElementsAre(prefix("2001:db8:7::/64")));
}

TEST_F(NetworksOfClients, AreOfOneClientEach) {
    ASSERT_TRUE(give("laptop", "2001:db8:7::/64"));
    EXPECT_TRUE(give("laptop", "2001:db8:7::/60")) << "in place of what it had";
    EXPECT_EQ(refusal_of(give("phone", "2001:db8:7:1::/64")), Refusal::address_taken);
    EXPECT_EQ(refusal_of(give("phone", "2001:db8:5::/48")), Refusal::address_taken)
        << "it is that of one in the configuration";
    EXPECT_EQ(refusal_of(clients_->invite(
                  {.name = "train",
                   .policy = {.prefixes = {}, .network_prefixes = {prefix("2001:db8:7::/64")}}})),
              Refusal::address_taken);
    EXPECT_TRUE(give("phone", "2001:db8:8::/64"));
}

TEST_F(NetworksOfClients, AreNeitherOfTheHomePrefixNorOfNobody) {
    for (const char* wrong : {"2001:db8:f::/64", "2001:db8:f:0:1::/80", "2001:db8::/32", "::/0",
                              "fe80::/64", "ff3e::/64"}) {
        EXPECT_EQ(refusal_of(give("laptop", wrong)), Refusal::bad_order) << wrong;
    }
}

TEST_F(NetworksOfClients, GoWithOnePairOfWorkersOnly) {
    carries_networks_ = false;
    restart();
    EXPECT_EQ(refusal_of(give("laptop", "2001:db8:7::/64")), Refusal::wrong_state);
    EXPECT_TRUE(clients_->set_policy("laptop", {}));
}

TEST_F(NetworksOfClients, MayNotBecomeThoseOfTheConfigurationToo) {
    ASSERT_TRUE(give("laptop", "2001:db8:7::/64"));
    configured_.at(0).policy.network_prefixes = {prefix("2001:db8:7::/56")};
    EXPECT_THROW(restart(), std::runtime_error);
}

TEST_F(NetworksOfClients, OfABackupAreJudgedToo) {
    ASSERT_TRUE(give("laptop", "2001:db8:7::/64"));
    const std::string backup = clients_->backup().value();
    ASSERT_TRUE(clients_->restore(backup));
    configured_.at(0).policy.network_prefixes = {prefix("2001:db8:7::/56")};
    ASSERT_TRUE(clients_->set_policy("laptop", {}));
    restart();
    EXPECT_EQ(refusal_of(clients_->restore(backup)), Refusal::bad_backup);
}

}  // namespace
}  // namespace godwit::server
