#include "server/home_plan.hpp"

#include <gmock/gmock.h>

#include "server/configuration.hpp"
#include "tests/runtime/host_shapes.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

using platform::PrefixAnswer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t random = 0x0123456789;

Host vps() {
    return Host()
        .has("2001:db8:1:2::5", 64)
        .goes_by("fe80::1")
        .has("203.0.113.7", 96 + 24)
        .goes_by("203.0.113.1");
}

HomePlan plan_of(const HostSurvey& survey, const Wishes& wishes = {}, Surroundings around = {}) {
    around.random = random;
    const auto plan = plan_home(survey, wishes, around);
    EXPECT_TRUE(plan) << plan.error();
    return plan.value_or(HomePlan());
}

TEST(HomePlan, GivesAddressesOfARoutedPrefix) {
    const HomePlan plan = plan_of(vps().survey(PrefixAnswer::delivered));
    EXPECT_EQ(plan.mode, HomeMode::routed);
    EXPECT_EQ(plan.prefix, prefix("2001:db8:1:2::/64"));
    EXPECT_EQ(plan.address, ip("2001:db8:1:2::5"));
    EXPECT_EQ(plan.home_link, std::nullopt);
}

TEST(HomePlan, AnswersForAddressesOnTheLink) {
    const HomePlan plan = plan_of(vps().survey(PrefixAnswer::answered));
    EXPECT_EQ(plan.mode, HomeMode::on_link);
    EXPECT_EQ(plan.home_link, "eth0");
}

TEST(HomePlan, TranslatesWhereThereIsNoPrefix) {
    const HomePlan plan = plan_of(vps().survey(PrefixAnswer::silent));
    EXPECT_EQ(plan.mode, HomeMode::nat);
    EXPECT_EQ(plan.prefix, prefix("fd89:6745:2301::/64"));
    EXPECT_EQ(plan.address, ip("2001:db8:1:2::5"));
}

TEST(HomePlan, LivesAtAnAddressOfItsOwnPrefixWhereThereIsIpv4Only) {
    const HomePlan plan = plan_of(
        Host().has("203.0.113.7", 96 + 24).goes_by("203.0.113.1").survey(PrefixAnswer::silent));
    EXPECT_EQ(plan.address, ip("fd89:6745:2301::1"));
    EXPECT_THAT(plan.endpoints, ElementsAre("203.0.113.7"));
}

TEST(HomePlan, NamesEveryAddressByWhichItIsReached) {
    EXPECT_THAT(plan_of(vps().survey(PrefixAnswer::silent)).endpoints,
                ElementsAre("2001:db8:1:2::5", "203.0.113.7"));
}

TEST(HomePlan, CannotKnowByWhichAddressItIsReachedBehindANat) {
    const auto survey =
        Host().has("10.0.0.7", 96 + 24).goes_by("10.0.0.1").survey(PrefixAnswer::silent);
    EXPECT_THAT(plan_home(survey, {}, {}).error(), HasSubstr("--endpoint"));
    EXPECT_THAT(plan_of(survey, {.endpoints = {"vps.example.org"}}).endpoints,
                ElementsAre("vps.example.org"));
}

TEST(HomePlan, ObeysTheAdministrator) {
    const HomePlan plan = plan_of(vps().survey(PrefixAnswer::delivered), {.mode = HomeMode::nat});
    EXPECT_EQ(plan.mode, HomeMode::nat);
    EXPECT_EQ(plan_of(vps().survey(PrefixAnswer::silent),
                      {.mode = HomeMode::routed, .prefix = prefix("2001:db8:7::/64")})
                  .prefix,
              prefix("2001:db8:7::/64"));
}

TEST(HomePlan, TakesANamedPrefixForRoutedWhereNoPacketHasShownIt) {
    const HostSurvey survey = vps().survey(PrefixAnswer::silent);
    const HomePlan plan = plan_of(survey, {.prefix = prefix("2001:db8:7::/64")});
    EXPECT_EQ(plan.mode, HomeMode::routed);
    EXPECT_EQ(plan.prefix, prefix("2001:db8:7::/64"));
    EXPECT_EQ(plan_of(survey, {.prefix = prefix("fd00:1::/64")}).mode, HomeMode::nat);
    const wire::Prefix own = wire::Prefix::around(*survey.uplink->address, 64);
    EXPECT_EQ(plan_of(survey, {.prefix = own}).mode, HomeMode::on_link) << "the link's neighbours";
}

TEST(HomePlan, TranslatesNoGlobalPrefix) {
    EXPECT_THAT(plan_home(vps().survey(PrefixAnswer::silent),
                          {.mode = HomeMode::nat, .prefix = prefix("2001:db8:7::/64")}, {})
                    .error(),
                HasSubstr("--mode routed or on-link"));
}

TEST(HomePlan, LeavesTheMachinesOfAnotherLinkTheirAddresses) {
    Host host = Host().has("2001:db8:1::2", 128).goes_by("fe80::1");
    host.has("2001:db8:2::1", 64, Host::docker0).network().links.back().is_running = true;
    const HomePlan plan = plan_of(host.survey(PrefixAnswer::delivered));
    EXPECT_EQ(plan.mode, HomeMode::on_link);
    EXPECT_EQ(plan.home_link, "docker0");
    EXPECT_EQ(plan.prefix, prefix("2001:db8:2::/64"));
    const auto named = named_candidate(host.network(), plan.prefix, *host.uplink());
    const auto silent = survey_host(host.uplink(), {{named, PrefixAnswer::silent}});
    EXPECT_EQ(plan_of(silent, {.prefix = plan.prefix}).home_link, "docker0");
}

TEST(HomePlan, WantsAPrefixForEveryModeButNat) {
    EXPECT_THAT(
        plan_home(vps().survey(PrefixAnswer::silent), {.mode = HomeMode::routed}, {}).error(),
        HasSubstr("--prefix"));
}

TEST(HomePlan, NeedsAWayOut) {
    EXPECT_THAT(plan_home(Host().survey(PrefixAnswer::silent), {}, {}).error(),
                HasSubstr("no way to the Internet"));
}

TEST(HomePlan, TakesAPoolThatNobodyUses) {
    const HostSurvey survey = vps().survey(PrefixAnswer::silent);
    EXPECT_EQ(plan_of(survey).ipv4_pool->text(), "10.19.0.0/24");
    const Surroundings around{.ipv4_in_use = {*wire::Prefix::parse_ipv4("10.0.0.0/8")}};
    EXPECT_EQ(plan_of(survey, {}, around).ipv4_pool->text(), "172.29.191.0/24");
}

TEST(HomePlan, TakesThePortsThatAreFree) {
    const HostSurvey survey = vps().survey(PrefixAnswer::silent);
    EXPECT_THAT(plan_of(survey).udp_ports, ElementsAre(4191, 443));
    EXPECT_THAT(plan_of(survey, {}, {.udp_ports_in_use = {443}}).udp_ports, ElementsAre(4191));
    EXPECT_THAT(plan_home(survey, {}, {.udp_ports_in_use = {443, 4191}}).error(),
                HasSubstr("in use"));
}

TEST(HomePlan, SaysWhatItFoundAndWhichPortsToOpen) {
    const HostSurvey survey = vps().survey(PrefixAnswer::answered);
    const std::string text = plan_text(survey, plan_of(survey));
    EXPECT_THAT(text, HasSubstr("Found: a prefix on this machine's link"));
    EXPECT_THAT(text, HasSubstr("open UDP 4191 and 443"));
}

class WrittenConfiguration : public testing::TestWithParam<PrefixAnswer> {
  protected:
    tests::TemporaryDirectory directory_;
};

TEST_P(WrittenConfiguration, IsReadAsItWasPlanned) {
    const HomePlan plan = plan_of(vps().survey(GetParam()));
    const Configuration read = read_configuration(
        directory_.write("ha.toml", configuration_text(plan, "/etc/godwit/ha.key")));
    EXPECT_EQ(read.address.address, plan.address);
    EXPECT_EQ(read.home_prefix, plan.prefix);
    EXPECT_EQ(read.home_mode, plan.mode);
    EXPECT_EQ(read.home_link, plan.home_link);
    EXPECT_EQ(read.ipv4_pool, plan.ipv4_pool);
    EXPECT_EQ(read.udp_ports, plan.udp_ports);
    EXPECT_EQ(read.endpoints, plan.endpoints);
    EXPECT_EQ(read.path_mtu, plan.path_mtu);
    EXPECT_EQ(read.private_key_file, "/etc/godwit/ha.key");
}

INSTANTIATE_TEST_SUITE_P(OfEveryKindOfHost, WrittenConfiguration,
                         testing::Values(PrefixAnswer::delivered, PrefixAnswer::answered,
                                         PrefixAnswer::asked, PrefixAnswer::silent));

}  // namespace
}  // namespace godwit::server
