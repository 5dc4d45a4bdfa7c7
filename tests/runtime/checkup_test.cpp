#include "server/checkup.hpp"

#include <gmock/gmock.h>

#include <iterator>

#include "tests/runtime/host_shapes.hpp"

namespace godwit::server {
namespace {

using platform::PrefixAnswer;
using testing::HasSubstr;

Configuration configuration() {
    Configuration settings;
    settings.private_key_file = "/etc/godwit/ha.key";
    settings.home_prefix = prefix("2001:db8:f::/64");
    settings.udp_ports = {4191, 443};
    settings.ipv4_pool = wire::Prefix::parse_ipv4("10.19.0.0/24");
    return settings;
}

CheckupFacts healthy() {
    return {.service_user = "godwit-ha",
            .key = platform::FileOwner{"godwit-ha", 0600},
            .daemon = DaemonWord{.health = {}, .has_heard_anybody = true},
            .daemon_silence = {},
            .udp_ports = {443, 4191, 53},
            .ipv6_forwarding = "1",
            .ipv4_forwarding = "1",
            .accept_ra = "2",
            .learned_its_router = true,
            .has_nftables_table = true,
            .state_directory = platform::FileOwner{"godwit-ha", 0700},
            .free_octets = 1ULL << 30U,
            .now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25),
            .prefix = ProbedPrefix{{prefix("2001:db8:f::/64"), false, "the command line"},
                                   PrefixAnswer::delivered}};
}

// What is wrong, and the only thing that is.
Finding only_fault(const Configuration& settings, const CheckupFacts& facts) {
    const auto findings = check_up(settings, facts);
    std::vector<Finding> faults;
    std::ranges::copy_if(findings, std::back_inserter(faults), [](const Finding& finding) {
        return finding.verdict == runtime::Verdict::wrong;
    });
    EXPECT_EQ(faults.size(), 1) << text_of(findings);
    EXPECT_FALSE(is_all_well(findings));
    return faults.empty() ? Finding() : faults.front();
}

template <class Change>
Finding fault_after(Change change) {
    CheckupFacts facts = healthy();
    change(facts);
    return only_fault(configuration(), facts);
}

TEST(Checkup, NamesOffloadsThatAreOffAsNoFault) {
    CheckupFacts facts = healthy();
    facts.daemon->offloads = "without udp_gro: slower than one by one";
    const auto findings = check_up(configuration(), facts);
    EXPECT_TRUE(is_all_well(findings));
    EXPECT_THAT(text_of(findings), HasSubstr("offloads: without udp_gro: slower than one by one"));
}

TEST(Checkup, FindsNothingWrongWithAHealthyHomeAgent) {
    const auto findings = check_up(configuration(), healthy());
    EXPECT_TRUE(is_all_well(findings)) << text_of(findings);
    EXPECT_THAT(text_of(findings), testing::Not(HasSubstr("remedy")));
}

TEST(Checkup, FindsAKeyThatOthersCanRead) {
    const Finding fault = fault_after([](CheckupFacts& facts) { facts.key->mode = 0640; });
    EXPECT_EQ(fault.what, "key");
    EXPECT_EQ(fault.remedy, "chmod 600 /etc/godwit/ha.key");
}

TEST(Checkup, FindsAKeyThatTheServiceCannotRead) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.key->user = "root"; }).remedy,
              "chown godwit-ha: /etc/godwit/ha.key");
}

TEST(Checkup, FindsThatTheKeyIsGone) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.key.reset(); }).text,
                HasSubstr("cannot be found"));
}

TEST(Checkup, SaysOnlyThatTheDaemonIsDownWhereItIs) {
    const Finding fault = fault_after([](CheckupFacts& facts) {
        facts.daemon.reset();
        facts.daemon_silence = "no daemon answers";
        facts.udp_ports.clear();
        facts.ipv6_forwarding = "0";
        facts.has_nftables_table = false;
    });
    EXPECT_EQ(fault.what, "daemon");
    EXPECT_EQ(fault.text, "no daemon answers");
}

TEST(Checkup, PassesOnWhatTheDaemonSaysOfItsHealth) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.daemon->health = {"disk full"}; }).text,
              "disk full");
}

TEST(Checkup, FindsAPortThatNobodyHears) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.udp_ports = {4191}; }).text,
              "nobody hears UDP 443");
}

TEST(Checkup, FindsThatForwardingWasTurnedOff) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.ipv6_forwarding = "0"; }).text,
                HasSubstr("net.ipv6.conf.all.forwarding is 0"));
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.ipv4_forwarding = "0"; }).text,
                HasSubstr("net.ipv4.ip_forward is 0"));
}

TEST(Checkup, FindsThatTheDefaultRouteWillBeLost) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.accept_ra = "1"; }).what,
              "default route");
}

TEST(Checkup, AsksNoAcceptRaOfAConfiguredDefaultRoute) {
    CheckupFacts facts = healthy();
    facts.accept_ra = "0";
    facts.learned_its_router = false;
    EXPECT_TRUE(is_all_well(check_up(configuration(), facts)));
}

TEST(Checkup, FindsThatTheTableIsGone) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.has_nftables_table = false; }).what,
              "nftables");
}

TEST(Checkup, FindsAStoreThatCannotBeWritten) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.state_directory.reset(); }).what,
              "store");
    EXPECT_THAT(
        fault_after([](CheckupFacts& facts) { facts.state_directory->user = "root"; }).remedy,
        HasSubstr("chown"));
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.free_octets = 1U << 20U; }).text,
                HasSubstr("1 MiB free"));
}

TEST(Checkup, FindsAClockThatIsOffByYears) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.now = {}; }).text, HasSubstr("1970"));
}

TEST(Checkup, FindsThatThePrefixIsNotRoutedHere) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) {
                    facts.prefix->answer = PrefixAnswer::answered;
                }).remedy,
                HasSubstr("on-link"));
    EXPECT_THAT(
        fault_after([](CheckupFacts& facts) { facts.prefix->answer = PrefixAnswer::silent; }).text,
        HasSubstr("nothing comes back"));
}

class CheckupOnLink : public testing::Test {
  protected:
    CheckupOnLink() {
        settings_.home_link = "eth0";
        facts_.has_home_link = true;
        facts_.is_prefix_on_link = true;
        facts_.prefix->answer = PrefixAnswer::answered;
    }

    Configuration settings_ = configuration();
    CheckupFacts facts_ = healthy();
};

TEST_F(CheckupOnLink, FindsNothingWrongWhereTheRouterTakesOurAnswers) {
    EXPECT_TRUE(is_all_well(check_up(settings_, facts_)));
}

TEST_F(CheckupOnLink, FindsThatTheInterfaceIsGone) {
    facts_.has_home_link = false;
    EXPECT_THAT(only_fault(settings_, facts_).text, HasSubstr("no interface eth0"));
}

TEST_F(CheckupOnLink, FindsThatThePrefixHasChanged) {
    facts_.is_prefix_on_link = false;
    EXPECT_THAT(only_fault(settings_, facts_).text, HasSubstr("any more"));
}

TEST_F(CheckupOnLink, FindsThatTheRouterTakesNoAnswers) {
    facts_.prefix->answer = PrefixAnswer::asked;
    EXPECT_THAT(only_fault(settings_, facts_).remedy, HasSubstr("nat"));
}

TEST(Checkup, NamesThePortsToOpenUntilSomebodyHasBeenHeard) {
    CheckupFacts facts = healthy();
    facts.daemon->has_heard_anybody = false;
    const auto findings = check_up(configuration(), facts);
    EXPECT_TRUE(is_all_well(findings));
    EXPECT_THAT(text_of(findings), HasSubstr("open UDP 4191 and 443"));
}

}  // namespace
}  // namespace godwit::server
