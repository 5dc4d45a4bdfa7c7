#include "server/host_survey.hpp"

#include <gmock/gmock.h>

#include "tests/runtime/host_shapes.hpp"

namespace godwit::server {
namespace {

using platform::PrefixAnswer;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

Host vps() {
    return Host()
        .has("2001:db8:1:2::5", 64)
        .goes_by("fe80::1")
        .has("203.0.113.7", 128)
        .goes_by("203.0.113.1");
}

auto of(const std::string& text) {
    return Field(&PrefixCandidate::prefix, prefix(text));
}

TEST(HostSurvey, FindsAPrefixThatIsRoutedHere) {
    const HostSurvey survey = vps().survey(PrefixAnswer::delivered);
    EXPECT_EQ(survey.found, HostCase::routed);
    EXPECT_EQ(survey.prefix, prefix("2001:db8:1:2::/64"));
    EXPECT_THAT(survey.reasons, ElementsAre(HasSubstr("is routed here")));
}

TEST(HostSurvey, FindsAPrefixOnTheLink) {
    const HostSurvey survey = vps().survey(PrefixAnswer::answered);
    EXPECT_EQ(survey.found, HostCase::on_link);
    EXPECT_EQ(survey.prefix, prefix("2001:db8:1:2::/64"));
    EXPECT_THAT(survey.reasons, ElementsAre(HasSubstr("is on-link")));
}

TEST(HostSurvey, TakesAPrefixWhoseRouterTakesNoAnswersForSingleAddresses) {
    const HostSurvey survey = vps().survey(PrefixAnswer::asked);
    EXPECT_EQ(survey.found, HostCase::single);
    EXPECT_EQ(survey.prefix, std::nullopt);
    EXPECT_THAT(survey.reasons, ElementsAre(HasSubstr("nothing came after")));
}

TEST(HostSurvey, TakesASilentPrefixForSingleAddresses) {
    const HostSurvey survey = vps().survey(PrefixAnswer::silent);
    EXPECT_EQ(survey.found, HostCase::single);
    EXPECT_THAT(survey.reasons, ElementsAre(HasSubstr("answers no pings")));
}

TEST(HostSurvey, FindsASingleAddress) {
    const Host host = Host().has("2001:db8:1:2::5", 128).goes_by("fe80::1");
    EXPECT_THAT(host.candidates(), IsEmpty());
    const HostSurvey survey = host.survey(PrefixAnswer::silent);
    EXPECT_EQ(survey.found, HostCase::single);
    EXPECT_THAT(survey.reasons, ElementsAre(HasSubstr("stands alone")));
}

TEST(HostSurvey, FindsIpv4Only) {
    const Host host = Host().has("203.0.113.7", 96 + 24).goes_by("203.0.113.1");
    EXPECT_EQ(host.survey(PrefixAnswer::silent).found, HostCase::ipv4_only);
    EXPECT_EQ(host.uplink()->ipv4, wire::Ipv4Address::parse("203.0.113.7"));
}

TEST(HostSurvey, TakesAnAddressWithoutADefaultRouteForIpv4Only) {
    const Host host =
        Host().has("2001:db8::5", 64).has("203.0.113.7", 96 + 24).goes_by("203.0.113.1");
    EXPECT_EQ(host.survey(PrefixAnswer::silent).found, HostCase::ipv4_only);
}

TEST(HostSurvey, FindsThatThereIsNoWayOut) {
    EXPECT_EQ(Host().has("2001:db8::5", 64).survey(PrefixAnswer::silent).found, HostCase::offline);
    EXPECT_EQ(Host().survey(PrefixAnswer::silent).found, HostCase::offline);
}

TEST(HostSurvey, TriesAFreeSubnetOfALargerPrefixFirst) {
    const Host host = Host().has("2001:db8:1::5", 56).goes_by("fe80::1");
    EXPECT_THAT(host.candidates(), ElementsAre(of("2001:db8:1:1::/64"), of("2001:db8:1::/64")));
}

TEST(HostSurvey, TriesNoSubnetThatIsRoutedOn) {
    Host host = Host().has("2001:db8:1::5", 56).goes_by("fe80::1");
    host.network().routes.push_back(
        {.destination = prefix("2001:db8:1::/56"), .interface = Host::eth0, .gateway = {}});
    host.network().routes.push_back(
        {.destination = prefix("2001:db8:1:1::/64"), .interface = Host::docker0, .gateway = {}});
    EXPECT_THAT(host.candidates(), ElementsAre(of("2001:db8:1:2::/64"), of("2001:db8:1::/64")));
    host.network().routes.back().interface = Host::lo;
    EXPECT_THAT(host.candidates(), ElementsAre(of("2001:db8:1:1::/64"), of("2001:db8:1::/64")));
}

TEST(HostSurvey, TakesSingleAddressesWhereOtherMachinesMayBe) {
    Host host = Host().has("2001:db8:1::2", 128).goes_by("fe80::1");
    host.has("2001:db8:2::1", 56, Host::docker0).network().links.back().is_running = true;
    EXPECT_THAT(host.candidates(), ElementsAre(of("2001:db8:2::/64")));
    const HostSurvey survey = host.survey(PrefixAnswer::delivered);
    EXPECT_EQ(survey.found, HostCase::on_link);
    EXPECT_EQ(survey.shared_link, "docker0");
    platform::Link& link = host.network().links.back();
    link.driver = "dummy";
    EXPECT_EQ(host.survey(PrefixAnswer::delivered).found, HostCase::routed);
    link.driver = "bridge";
    link.is_running = false;
    EXPECT_EQ(host.survey(PrefixAnswer::delivered).found, HostCase::on_link) << "not yet started";
    link.driver = "wireguard";
    EXPECT_THAT(host.candidates(), testing::IsEmpty());
}

TEST(HostSurvey, TakesAWholePrefixRatherThanSingleAddresses) {
    Host host = Host().has("2001:db8:1::2", 56).goes_by("fe80::1");
    host.has("2001:db8:2::1", 64, Host::docker0).network().links.back().is_running = true;
    const HostSurvey survey = host.survey(PrefixAnswer::delivered);
    EXPECT_EQ(survey.found, HostCase::routed);
    EXPECT_EQ(survey.shared_link, std::nullopt);
}

TEST(HostSurvey, CountsSubnetsBeyondAnOctet) {
    Host host = Host().has("2001:db8:1:ff::5", 55).goes_by("fe80::1");
    EXPECT_THAT(host.candidates(), ElementsAre(of("2001:db8:1::/64"), of("2001:db8:1:ff::/64")));
    host = Host().has("2001:db8:1::5", 63).has("2001:db8:1:1::5", 63).goes_by("fe80::1");
    EXPECT_THAT(host.candidates(), ElementsAre(of("2001:db8:1::/64"), of("2001:db8:1:1::/64")));
}

TEST(HostSurvey, HopesForAPrefixElsewhereThanOnTheUplinkFirst) {
    const Host host =
        vps().has("2001:db8:9::1", 64, Host::lo).has("2001:db8:8::1", 64, Host::docker0);
    EXPECT_THAT(host.candidates(),
                ElementsAre(of("2001:db8:9::/64"), of("2001:db8:8::/64"), of("2001:db8:1:2::/64")));
}

TEST(HostSurvey, PrefersWhatIsRoutedToWhatIsOnTheLink) {
    const Host host = vps().has("2001:db8:9::1", 64, Host::lo);
    const auto candidates = host.candidates();
    const HostSurvey survey = survey_host(
        host.uplink(),
        {{candidates.at(1), PrefixAnswer::answered}, {candidates.at(0), PrefixAnswer::delivered}});
    EXPECT_EQ(survey.found, HostCase::routed);
    EXPECT_EQ(survey.prefix, prefix("2001:db8:9::/64"));
}

TEST(HostSurvey, TakesNoPrefixOfAnotherLinkForOneOnTheUplink) {
    const Host host =
        Host().has("2001:db8:1::5", 128).goes_by("fe80::1").has("2001:db8:8::1", 64, Host::docker0);
    EXPECT_EQ(host.survey(PrefixAnswer::answered).found, HostCase::single);
}

TEST(HostSurvey, LooksAtNoUniqueLocalOrLinkLocalAddress) {
    const Host host =
        Host().has("2001:db8:1::5", 128).goes_by("fe80::1").has("fd00::1", 64).has("fe80::5", 64);
    EXPECT_THAT(host.candidates(), IsEmpty());
    EXPECT_EQ(host.uplink()->address, ip("2001:db8:1::5"));
}

TEST(HostSurvey, LooksAtNoDuplicateAddress) {
    Host host = Host().has("2001:db8:1::5", 64).goes_by("fe80::1");
    host.last_address().duplicate = true;
    EXPECT_EQ(host.uplink()->address, std::nullopt);
}

TEST(HostSurvey, PrefersTheAddressThatStays) {
    Host host = Host().has("2001:db8:1::dead", 64);
    host.last_address().temporary = true;
    host.has("2001:db8:1::a", 64).last_address().permanent = false;
    host.has("2001:db8:1::b", 64).has("2001:db8:1::c", 64).last_address().deprecated = true;
    EXPECT_EQ(host.goes_by("fe80::1").uplink()->address, ip("2001:db8:1::b"));
}

TEST(HostSurvey, TakesTheDefaultRouteOfTheLeastMetric) {
    const Host host = vps().goes_by("fe80::2", 10);
    EXPECT_EQ(host.uplink()->router, ip("fe80::2"));
}

TEST(HostSurvey, TriesAPrefixByAnAddressOfIt) {
    constexpr int tries = 256;  // by random numbers
    for (const char* text : {"2001:db8:1::/48", "2001:db8:1:2::/64", "2001:db8:1:2:3::/80",
                             "2001:db8::f:8000/113", "2001:db8::f:0/112", "2001:db8::4/127"}) {
        const wire::Prefix tried = prefix(text);
        for (int i = 0; i < tries; ++i) {
            const wire::Ipv6Address address = unused_address(tried, {});
            EXPECT_TRUE(tried.contains(address)) << text << " " << address.text();
            EXPECT_NE(address, tried.address) << "the routers' anycast address";
        }
    }
    EXPECT_NE(unused_address(prefix("2001:db8:1:2:3::/80"), {}),
              unused_address(prefix("2001:db8:1:2:3::/80"), {}));
    EXPECT_EQ(unused_address(prefix("2001:db8::4/128"), {}), ip("2001:db8::4"));
}

TEST(HostSurvey, TriesAPrefixByNoAddressThatIsKnown) {
    constexpr int tries = 256;  // by random numbers
    Host host = Host().has("2001:db8::5", 126).goes_by("2001:db8::6");
    for (int i = 0; i < tries; ++i) {
        EXPECT_EQ(unused_address(prefix("2001:db8::4/126"), host.network()), ip("2001:db8::7"));
    }
    EXPECT_EQ(unused_address(prefix("2001:db8::4/127"), host.network()), ip("2001:db8::4"))
        << "there is no other";
}

TEST(HostSurvey, KnowsPrivateIpv4Addresses) {
    for (const char* address : {"10.0.0.1", "172.31.0.1", "192.168.3.4", "100.64.0.9"}) {
        EXPECT_TRUE(is_private(*wire::Ipv4Address::parse(address))) << address;
    }
    EXPECT_FALSE(is_private(*wire::Ipv4Address::parse("203.0.113.7")));
}

}  // namespace
}  // namespace godwit::server
