#include "tests/runtime/healthy_client.hpp"

namespace godwit::client {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ClientCheckup, FindsNothingWrongWhereAllIsWell) {
    const auto findings = check_up(healthy());
    EXPECT_TRUE(is_all_well(findings)) << text_of(findings);
    EXPECT_THAT(text_of(findings), Not(HasSubstr("remedy")));
    EXPECT_THAT(text_of(findings), Not(HasSubstr("note")));
}

TEST(ClientCheckup, TellsEachPathWithItsRoundTrip) {
    const std::string text = text_of(check_up(healthy()));
    EXPECT_THAT(text, HasSubstr("ok     path: ip6 over wlan0, 2001:db8:a::2 to 2001:db8:f::1: "
                                "20.5 ms\n"));
    EXPECT_THAT(text, HasSubstr("ok     path: udp over wlan0, 192.168.3.7 to 203.0.113.2 port "
                                "4191: 20.5 ms, in use\n"));
}

TEST(ClientCheckup, TellsOfTheNatAndTheMtuOfThePathInUse) {
    const std::string text = text_of(check_up(healthy()));
    EXPECT_THAT(text, HasSubstr("NAT: the home agent sees another address or port"));
    EXPECT_THAT(text, HasSubstr("MTU: 1438 octets"));
}

TEST(ClientCheckup, FindsThatThereIsNoConfiguration) {
    const Finding fault = fault_after([](CheckupFacts& facts) {
        facts.configuration = {.file = "/etc/godwit/mn.toml", .exists = false};
        facts.daemon = {.silence = "no daemon answers"};
    });
    EXPECT_EQ(fault.what, "configuration");
    EXPECT_THAT(fault.remedy, HasSubstr("godwit join"));
}

TEST(ClientCheckup, FindsAConfigurationThatIsWrong) {
    const Finding fault = fault_after([](CheckupFacts& facts) {
        facts.configuration = {.file = "mn.toml", .trouble = "mn.toml:1:1: lifetime: ..."};
    });
    EXPECT_EQ(fault.text, "mn.toml:1:1: lifetime: ...");
}

TEST(ClientCheckup, SaysWhatAnOrdinaryUserCannotLookAt) {
    CheckupFacts facts = healthy();
    facts.configuration = {.file = "mn.toml", .is_readable = false};
    facts.system.has_network_rights = false;
    const auto findings = check_up(facts);
    EXPECT_TRUE(is_all_well(findings)) << text_of(findings);
    EXPECT_THAT(text_of(findings), HasSubstr("note   configuration: not looked at"));
    EXPECT_THAT(text_of(findings), HasSubstr("note   rights:"));
}

TEST(ClientCheckup, FindsAKeyThatOthersCanRead) {
    const Finding fault =
        fault_after([](CheckupFacts& facts) { facts.configuration.key->mode = 0644; });
    EXPECT_EQ(fault.remedy, "chmod 600 /etc/godwit/mn.key");
}

TEST(ClientCheckup, TellsNoSecondFaultOfAKeyFile) {
    fault_after([](CheckupFacts& facts) {
        facts.configuration.key->mode = 0644;
        facts.configuration.keys_trouble = "it is open to others";
    });
}

TEST(ClientCheckup, FindsAKeyThatTheServiceCannotRead) {
    EXPECT_EQ(
        fault_after([](CheckupFacts& facts) { facts.configuration.key->user = "root"; }).remedy,
        "chown godwit: /etc/godwit/mn.key");
}

TEST(ClientCheckup, FindsThatAKeyIsGoneOrIsNone) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.configuration.key.reset(); }).text,
                HasSubstr("cannot be found"));
    EXPECT_EQ(
        fault_after([](CheckupFacts& facts) { facts.configuration.keys_trouble = "no key"; }).text,
        "no key");
}

TEST(ClientCheckup, FindsThatTheKernelHasNoTunAndNoIpv6) {
    EXPECT_EQ(
        fault_after([](CheckupFacts& facts) { facts.system.tun_trouble = "there is none"; }).what,
        "TUN driver");
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.system.disable_ipv6 = "1"; }).text,
                HasSubstr("disable_ipv6 is 1"));
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.system.disable_ipv6.reset(); }).text,
                HasSubstr("this kernel has none"));
}

TEST(ClientCheckup, FindsAClockThatIsOffByYears) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) { facts.system.now = {}; }).text,
                HasSubstr("1970"));
}

TEST(ClientCheckup, FindsAnotherVpnThatTakesEverything) {
    for (const wire::Prefix& everything :
         {wire::Prefix{{}, 0}, wire::Prefix{{}, 1}, wire::Prefix::parse_ipv4("0.0.0.0/1").value(),
          wire::Prefix::parse_ipv4("0.0.0.0/0").value()}) {
        EXPECT_THAT(fault_after([&](CheckupFacts& facts) {
                        facts.system.network.routes.push_back(
                            {.destination = everything, .interface = tun0, .metric = 50});
                    }).text,
                    HasSubstr("tun0 takes everything"));
    }
}

TEST(ClientCheckup, LeavesAVpnAloneThatTakesWhatIsItsOwn) {
    CheckupFacts facts = healthy();
    facts.system.network.routes = {
        {.destination = wire::Prefix{{}, 0}, .interface = wlan0, .metric = 100},
        {.destination = wire::Prefix{{}, 0}, .interface = tun0, .metric = 200},
        {.destination = test::home_prefix, .interface = tun0}};
    EXPECT_TRUE(faults(facts).empty()) << text_of(check_up(facts));
}

TEST(ClientCheckup, FindsRulesThatComeBeforeOurs) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) {
                    facts.system.rules_before_ours = {{.priority = 100, .table = 77}};
                }).text,
                HasSubstr("priority 100, table 77"));
}

TEST(ClientCheckup, FindsTheHomeAddressElsewhere) {
    const auto put_on = [](mobility::InterfaceIndex interface) {
        return [interface](CheckupFacts& facts) {
            facts.system.network.links.push_back({.index = {9}, .name = "godwit0"});
            facts.system.network.addresses.push_back(
                {.interface = interface, .address = test::home.address});
        };
    };
    EXPECT_THAT(fault_after(put_on(wlan0)).text, HasSubstr("is on wlan0 too"));
    CheckupFacts facts = healthy();
    put_on(mobility::InterfaceIndex{9})(facts);
    EXPECT_TRUE(faults(facts).empty()) << "that is its place";
}

TEST(ClientCheckup, FindsThatTheDaemonDoesNotRun) {
    const Finding fault = fault_after([](CheckupFacts& facts) {
        facts.daemon = {.status = std::nullopt, .silence = "no daemon answers"};
        facts.network.tunnel_round_trip.reset();
    });
    EXPECT_EQ(fault.what, "daemon");
    EXPECT_EQ(fault.text, "no daemon answers");
}

TEST(ClientCheckup, PassesOnWhatTheDaemonSaysOfItsHealth) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) {
                  (*facts.daemon.status)["health"] = {"disk full"};
              }).text,
              "disk full");
}

TEST(ClientCheckup, NamesOffloadsThatAreOffAsNoFault) {
    const std::string text = text_after([](CheckupFacts& facts) {
        (*facts.daemon.status)["offloads"] = {{"udp_gro", false},
                                              {"reasons", {{"udp_gro", "slower than one by one"}}}};
    });
    EXPECT_THAT(text, HasSubstr("note   offloads: without udp_gro: slower than one by one"));
    EXPECT_THAT(text, Not(HasSubstr("wrong")));
}

TEST(ClientCheckup, TakesADaemonThatIsDownAsToldForNoFault) {
    const std::string text = text_after(
        [](CheckupFacts& facts) { (*facts.daemon.status)["state"] = std::string(down_state); });
    EXPECT_THAT(text, HasSubstr("note   daemon: it runs, and was told to be down"));
    EXPECT_THAT(text, Not(HasSubstr("wrong")));
}

TEST(ClientCheckup, TakesAPathThatIsSilentBesideOthersForNoFault) {
    const std::string text = text_after([](CheckupFacts& facts) {
        facts.network.paths[0].answer = {.path = facts.network.paths[0].answer.path,
                                         .outcome = PathOutcome::silent};
    });
    EXPECT_THAT(text, HasSubstr("note   path: ip6 over wlan0"));
    EXPECT_THAT(text, Not(HasSubstr("wrong")));
}

class NothingAnswers : public testing::Test {
  protected:
    NothingAnswers() {
        facts_.daemon.status->at("state") = name(State::registering);
        facts_.network.paths = all_paths(PathOutcome::silent);
        facts_.network.tunnel_round_trip.reset();
    }
    [[nodiscard]] Finding only_fault() const {
        const auto found = faults(facts_);
        EXPECT_EQ(found.size(), 1) << text_of(check_up(facts_));
        return found.empty() ? Finding() : found.front();
    }

    CheckupFacts facts_ = healthy();
};

TEST_F(NothingAnswers, NamesThePortsToOpen) {
    EXPECT_EQ(only_fault().what, "home agent");
    EXPECT_THAT(only_fault().remedy, HasSubstr("UDP 4191 and 443"));
}

TEST_F(NothingAnswers, SaysThatTheProgramDoesNotRunWhereItsMachineAnswers) {
    facts_.network.paths[1].answer.outcome = PathOutcome::refused;
    EXPECT_EQ(only_fault().text, "nothing answers by any path") << "the other port is silent";
    facts_.network.paths[2].answer.outcome = PathOutcome::refused;
    EXPECT_THAT(only_fault().text, HasSubstr("nothing hears at its ports"));
}

TEST_F(NothingAnswers, FindsACaptivePortalByANameThatCannotBe) {
    facts_.network.invented = {test::ip("::ffff:10.0.0.1")};
    EXPECT_EQ(only_fault().what, "captive portal");
    EXPECT_THAT(only_fault().text, HasSubstr("10.0.0.1"));
}

TEST_F(NothingAnswers, FindsACaptivePortalByARedirection) {
    facts_.network.web = platform::WebAnswer{302, "http://login.example/"};
    EXPECT_EQ(only_fault().what, "captive portal");
    EXPECT_THAT(only_fault().text, HasSubstr("http://login.example/"));
    facts_.network.web = platform::WebAnswer{200, ""};
    EXPECT_EQ(only_fault().what, "home agent") << "a page is no portal";
}

TEST_F(NothingAnswers, SaysOfACaptivePortalWhatTheDaemonKnows) {
    (*facts_.daemon.status)["portal"] = {{"url", "http://login.example/"}, {"source", "dhcp"}};
    EXPECT_EQ(only_fault().what, "captive portal");
    EXPECT_THAT(only_fault().text, HasSubstr("(dhcp) that its portal is http://login.example/"));
    EXPECT_EQ(only_fault().remedy, "godwit portal");
}

TEST_F(NothingAnswers, DoubtsACaptivePortalAtTheHomeAgentsAddress) {
    facts_.network.paths = {asked(Encapsulation::udp, "::ffff:192.168.3.7", "::ffff:203.0.113.2",
                                  4191, PathOutcome::silent)};
    Json& portal = (*facts_.daemon.status)["portal"];
    portal = {{"url", "http://203.0.113.2/login"}, {"source", "redirect"}};
    EXPECT_THAT(only_fault().text, testing::StartsWith("perhaps this network"));
    EXPECT_THAT(only_fault().remedy, HasSubstr("unless that is the home agent's own"));
    portal["url"] = "http://203.0.113.20/login";
    EXPECT_EQ(only_fault().remedy, "godwit portal");
}

TEST_F(NothingAnswers, SaysNothingOfTheHomeAgentWhereNothingCouldBeAsked) {
    facts_.network.paths = {
        asked(Encapsulation::ip6, "2001:db8:a::2", "2001:db8:f::1", 0, PathOutcome::not_asked)};
    EXPECT_TRUE(faults(facts_).empty());
}

TEST_F(NothingAnswers, BlamesNobodyWhoseAnswersTheKernelDrops) {
    facts_.network.paths = {all_paths(PathOutcome::silent).back()};
    facts_.network.paths[0].is_answer_filtered = true;
    EXPECT_TRUE(faults(facts_).empty());
    EXPECT_THAT(text_of(check_up(facts_)), HasSubstr("rp_filter is 1"));
}

TEST(ClientCheckup, FindsThatTheTunnelIsDead) {
    EXPECT_EQ(
        fault_after([](CheckupFacts& facts) { facts.network.tunnel_round_trip.reset(); }).what,
        "tunnel");
}

TEST(ClientCheckup, FindsThatNoLinkLeadsOut) {
    EXPECT_EQ(fault_after([](CheckupFacts& facts) { facts.network.paths.clear(); }).what, "paths");
}

TEST(ClientCheckup, NotesThatANetworkHasNoIpv6) {
    const std::string text =
        text_after([](CheckupFacts& facts) { facts.network.paths = {all_paths().back()}; });
    EXPECT_THAT(text, HasSubstr("note   IPv6: this network gives none"));
    EXPECT_THAT(text, Not(HasSubstr("wrong")));
}

TEST(ClientCheckup, WantsNoPathsOnTheHomeLink) {
    CheckupFacts facts = healthy();
    facts.daemon.status->at("state") = name(State::home);
    facts.network.paths.clear();
    EXPECT_TRUE(faults(facts).empty()) << text_of(check_up(facts));
}

TEST(ClientCheckup, FindsThatTheHomeAgentsNameIsNotKnown) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) {
                    facts.network.names = {{.name = "ha.example.net", .reason = "not found"}};
                }).text,
                HasSubstr("ha.example.net has no address: not found"));
    EXPECT_THAT(text_after([](CheckupFacts& facts) {
                    facts.network.names.push_back({.name = "old.example.net", .reason = "gone"});
                }),
                HasSubstr("note   name: old.example.net"));
}

TEST(ClientCheckup, FindsANameServerOfTheHomeThatIsSilent) {
    EXPECT_THAT(fault_after([](CheckupFacts& facts) {
                    facts.network.name_servers = {{.server = "2001:db8:f::53", .silence = ""},
                                                  {.server = "2001:db8:f::54", .silence = "late"}};
                }).text,
                HasSubstr("2001:db8:f::54 does not answer: late"));
}

TEST(ClientCheckup, SaysForProgramsWhatItSaysForPeople) {
    const Json document = runtime::to_json(std::vector<Finding>{
        runtime::well("a", "b"), runtime::note("c", "d"), runtime::wrong("e", "f", "g")});
    EXPECT_EQ(document.at("well"), false);
    EXPECT_EQ(document.at("findings").at(1).at("verdict"), "note");
    EXPECT_EQ(document.at("findings").at(1).at("well"), true);
    EXPECT_EQ(document.at("findings").at(2).at("remedy"), "g");
}

}  // namespace
}  // namespace godwit::client
