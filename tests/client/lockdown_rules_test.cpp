#include "client/core/lockdown_rules.hpp"

#include <gmock/gmock.h>

#include "client/core/excluded_programs.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using test::ip;
using testing::HasSubstr;
using testing::Not;

LockdownScope full_tunnel() {
    return {.tunnel = "godwit0",
            .routes = {{{}, 0}, {wire::Ipv6Address::mapped({}), 96}},
            .exclude = {},
            .home = test::home,
            .home_agent = test::home_agent,
            .ports = {4191, 443}};
}

LockdownScope split_tunnel() {
    LockdownScope scope = full_tunnel();
    scope.routes = {wire::Prefix::parse("2001:db8:1::/48").value()};
    return scope;
}

const LockdownFindings findings{.endpoints = {ip("2001:db8:e::2"), ip("::ffff:203.0.113.2")},
                                .ipv4_home = wire::Ipv4Address{{10, 64, 0, 9}}};

TEST(LockdownRules, LetOutTheTunnelWhatALinkNeedsAndNothingElse) {
    EXPECT_EQ(lockdown_chains(full_tunnel(), findings), R"(  chain leaving {
    type filter hook output priority filter; policy drop
    oifname { "lo", "godwit0" } accept
    meta mark 0x418f accept
    meta mark 0x418e accept
    meta mark 0x4191 ip6 daddr 2001:db8:f::1 meta l4proto { 4, 41, 50, 135 } accept
    meta mark 0x4191 ip6 daddr { 2001:db8:f::1, 2001:db8:e::2 } udp dport { 4191, 443 } accept
    meta mark 0x4191 ip daddr { 203.0.113.2 } udp dport { 4191, 443 } accept
    meta mark 0x4191 ip6 daddr { 2001:db8:f::1, 2001:db8:e::2 } tcp dport 80 accept
    meta mark 0x4191 ip daddr { 203.0.113.2 } tcp dport 80 accept
    meta mark 0x4191 meta l4proto { tcp, udp } th dport 53 accept
    icmpv6 type { 133-137 } ip6 hoplimit 255 accept
    icmpv6 type { 130-132, 143 } ip6 hoplimit 1 accept
    meta nfproto ipv4 udp sport 68 udp dport 67 accept
    ip6 saddr fe80::/10 ip6 daddr { fe80::/10, ff02::1:2 } udp sport 546 udp dport 547 accept
    ip6 saddr 2001:db8:f::9/128 drop
    ip saddr 10.64.0.9/32 drop
  }
  chain arriving {
    type filter hook input priority filter; policy drop
    iifname { "lo", "godwit0" } accept
    meta mark 0x418f accept
    meta mark 0x418e accept
    ip6 saddr 2001:db8:f::1 meta l4proto { 4, 41, 50, 135 } accept
    ip6 saddr { 2001:db8:f::1, 2001:db8:e::2 } udp sport { 4191, 443 } accept
    ip saddr { 203.0.113.2 } udp sport { 4191, 443 } accept
    icmpv6 type { 133-137 } ip6 hoplimit 255 accept
    icmpv6 type { 130-132, 143 } ip6 hoplimit 1 accept
    meta nfproto ipv4 udp dport 68 udp sport 67 accept
    ip6 saddr fe80::/10 udp dport 546 udp sport 547 accept
    ip6 daddr 2001:db8:f::9/128 drop
    ip daddr 10.64.0.9/32 drop
    ct state established,related accept
  }
  chain passing {
    type filter hook forward priority filter; policy drop
    oifname "godwit0" accept
    meta mark 0x418f accept
    ct direction reply ct state established,related accept
  }
)");
}

TEST(LockdownRules, LetOutWhatIsExcludedButNotWithAHomeAddress) {
    LockdownScope scope = full_tunnel();
    scope.exclude = {wire::Prefix::parse_ipv4("192.168.0.0/16").value(),
                     wire::Prefix::parse("fd00::/8").value()};
    EXPECT_THAT(lockdown_chains(scope, findings), HasSubstr(R"(
    ip saddr 10.64.0.9/32 drop
    ip daddr 192.168.0.0/16 accept
    ip6 daddr fd00::/8 accept
  }
)"));
}

TEST(LockdownRules, HoldOnlyItsRoutesOfASplitTunnel) {
    EXPECT_THAT(lockdown_chains(split_tunnel(), findings), HasSubstr(R"(
    ip saddr 10.64.0.9/32 drop
    ip6 daddr 2001:db8:1::/48 drop
    meta nfproto ipv6 accept
    meta nfproto ipv4 accept
  }
)"));
}

TEST(LockdownRules, LetExcludedProgramsOutWhereThereAreAny) {
    LockdownScope scope = full_tunnel();
    EXPECT_THAT(lockdown_chains(scope, findings), Not(HasSubstr("0x4190")));
    scope.has_excluded_programs = true;
    EXPECT_THAT(lockdown_chains(scope, findings),
                testing::AllOf(HasSubstr("    meta mark 0x4190 accept\n    ip6 saddr"),
                               HasSubstr("    ct mark 0x4190 accept\n    ip6 daddr")));
}

TEST(LockdownRules, KnowTheHomeAgentsAddressBeforeItsNameIsFound) {
    const std::string chains = lockdown_chains(full_tunnel(), {});
    EXPECT_THAT(chains, HasSubstr("ip6 daddr { 2001:db8:f::1 } udp dport"));
    EXPECT_THAT(chains, Not(HasSubstr(" ip daddr")));
}

TEST(HomeLinkRules, MarkWhatGoesByTheHomeLink) {
    EXPECT_THAT(home_link_chains(7), HasSubstr(R"(  chain leaving {
    type filter hook output priority filter - 1
    oif 7 meta mark set 0x418f
  }
)"));
}

TEST(ExcludedPrograms, AreMarkedByTheDepthAndThePathOfTheirCgroup) {
    EXPECT_EQ(excluded_program_chains({"system.slice/web.service"}, "godwit0"),
              R"(  chain choosing {
    type route hook output priority mangle
    oifname "lo" return
    ct direction original socket cgroupv2 level 2 "system.slice/web.service" meta mark set 16784 ct mark set 16784
  }
  chain answers {
    type filter hook prerouting priority mangle
    ct direction reply ct mark 16784 meta mark set 16784
  }
  chain leaving {
    type nat hook postrouting priority srcnat
    meta mark 16784 oifname != "godwit0" masquerade
  }
)");
}

LockdownScope with_network() {
    LockdownScope scope = full_tunnel();
    scope.network_prefixes = {wire::Prefix::parse("2001:db8:1:100::/64").value()};
    return scope;
}

// From one line to another of the chain; npos does not come after anything.
testing::AssertionResult come_in_this_order(const std::string& text,
                                            const std::vector<std::string>& lines) {
    std::size_t at = 0;
    for (const std::string& line : lines) {
        at = text.find(line, at);
        if (at == std::string::npos) {
            return testing::AssertionFailure() << line << " is not there, or too early";
        }
    }
    return testing::AssertionSuccess();
}

TEST(LockdownRules, LetWhatIsBehindThisMachineOutThroughTheTunnelAlone) {
    LockdownScope scope = with_network();
    scope.exclude = {wire::Prefix::parse("fd00::/8").value()};
    const std::string chains = lockdown_chains(scope, findings);
    EXPECT_TRUE(
        come_in_this_order(chains.substr(chains.find("chain passing")),
                           {"oifname \"godwit0\" accept", "meta mark 0x418f accept",
                            "iifname \"godwit0\" ip6 daddr 2001:db8:1:100::/64 accept",
                            "ip6 saddr 2001:db8:1:100::/64 drop",
                            "ct direction reply ct state established,related accept",
                            "ip6 daddr 2001:db8:1:100::/64 drop", "ip6 daddr fd00::/8 accept"}));
}

TEST(LockdownRules, KeepThisMachinesOwnAddressesOfItsNetworkInside) {
    LockdownScope scope = split_tunnel();
    scope.network_prefixes = with_network().network_prefixes;
    const std::string chains = lockdown_chains(scope, findings);
    const std::string own = "ip6 saddr 2001:db8:1:100::/64 ip6 daddr 2001:db8:1:100::/64";
    EXPECT_TRUE(come_in_this_order(
        chains,
        {"chain leaving", own + " accept", "ip6 saddr 2001:db8:1:100::/64 drop",
         "meta nfproto ipv6 accept", "chain arriving", own + " ct state established,related accept",
         "ip6 daddr 2001:db8:1:100::/64 drop", "ct state established,related accept"}));
}

}  // namespace
}  // namespace godwit::client
