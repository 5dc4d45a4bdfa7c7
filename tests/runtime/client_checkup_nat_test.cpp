// Lockdown, clock, and what a NAT does.

#include "tests/runtime/healthy_client.hpp"

namespace godwit::client {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ClientCheckup, KnowsThatALockdownIsInForce) {
    EXPECT_THAT(text_after([](CheckupFacts& facts) { facts.system.is_locked_down = true; }),
                HasSubstr("ok     lockdown: in force"));
    EXPECT_THAT(text_after([](CheckupFacts& facts) {
                    facts.system.is_locked_down = true;
                    facts.daemon = {.status = std::nullopt, .silence = "no daemon"};
                }),
                HasSubstr("note   lockdown: in force, without a daemon"));
    EXPECT_EQ(fault_after([](CheckupFacts& facts) {
                  (*facts.daemon.status)["lockdown"]["wanted"] = true;
              }).what,
              "lockdown");
}

// An ordinary user's questions have no mark, and stay here.
TEST(ClientCheckup, BlamesNobodyForWhatALockdownHoldsBack) {
    CheckupFacts facts = healthy();
    facts.system.has_network_rights = false;
    facts.network.tunnel_round_trip.reset();
    facts.daemon.status.reset();
    facts.configuration.exists = false;
    facts.network.paths = all_paths(PathOutcome::not_sent);
    for (PathAsked& path : facts.network.paths) {
        path.answer.is_forbidden = true;
    }
    facts.network.names = {{.name = "ha.example.net", .addresses = {}, .reason = "timed out"}};
    EXPECT_FALSE(is_all_well(check_up_network(facts))) << "without a lockdown";
    facts.system.is_locked_down = true;
    const auto findings = check_up_network(facts);
    EXPECT_TRUE(is_all_well(findings)) << text_of(findings);
    EXPECT_THAT(text_of(findings), HasSubstr("not asked: the lockdown"));
    EXPECT_THAT(text_of(findings), HasSubstr("ha.example.net was not found: the lockdown"));
}

TEST(ClientCheckup, FindsAClockThatWasSetBack) {
    EXPECT_THAT(text_after([](CheckupFacts& facts) { facts.system.has_clock_gone_back = true; }),
                HasSubstr("note   clock: it was later at the last handshake"));
}

// Over IPv4 from one port to two of the home agent's; the second seen at this port.
std::string nat_seen(std::uint16_t first, std::optional<std::uint16_t> second) {
    CheckupFacts facts = healthy();
    const wire::Ipv6Address outside = test::ip("::ffff:198.51.100.7");
    facts.network.paths = {
        asked(Encapsulation::udp, "::ffff:192.168.3.7", "::ffff:203.0.113.2", 4191),
        asked(Encapsulation::udp, "::ffff:192.168.3.7", "::ffff:203.0.113.2", 443)};
    for (PathAsked& path : facts.network.paths) {
        path.answer.local_port = 5000;
    }
    facts.network.paths[0].answer.observed = {{.address = outside, .port = first}};
    if (second) {
        facts.network.paths[1].answer.observed = {{.address = outside, .port = *second}};
    }
    return text_of(check_up(facts));
}

TEST(ClientCheckup, TellsHowANatMaps) {
    EXPECT_THAT(nat_seen(6000, 6000),
                HasSubstr("NAT mapping: 192.168.3.7 port 5000 is seen as 198.51.100.7 port 6000 "
                          "from all 2 places"));
    EXPECT_THAT(nat_seen(6000, 6001),
                HasSubstr("198.51.100.7 port 6000 and 198.51.100.7 port 6001: another one for "
                          "each destination"));
    EXPECT_THAT(nat_seen(6000, std::nullopt), HasSubstr("one answer does not tell"));
}

TEST(ClientCheckup, TellsOfNoMappingWhereNothingIsChanged) {
    CheckupFacts facts = healthy();
    facts.network.paths[1].answer.local_port = 5000;
    facts.network.paths[1].answer.observed = {
        {.address = facts.network.paths[1].answer.path.local, .port = 5000}};
    EXPECT_THAT(text_of(check_up(facts)), Not(HasSubstr("NAT mapping")));
}

}  // namespace
}  // namespace godwit::client
