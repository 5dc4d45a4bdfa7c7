#include <gtest/gtest.h>

#include <string>

#include "client/status.hpp"
#include "client/status_text.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

wire::Ipv6Address address(const char* text) {
    return *wire::Ipv6Address::parse(text);
}

std::string golden(const std::string& name) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/" + name);
}

Status unattached() {
    Status status;
    status.home_address = {address("2001:db8:f::9")};
    status.home_agent = {address("2001:db8:f::1")};
    return status;
}

Status registered() {
    Status status = unattached();
    status.state = State::registered;
    status.profile = "work";
    status.care_of_address = wire::CareOfAddress{address("2001:db8:b::20")};
    status.path = PathReport{.encapsulation = mobility::Encapsulation::udp,
                             .link = {.name = "wlan0", .kind = mobility::LinkKind::wifi},
                             .local = address("2001:db8:b::20"),
                             .remote = address("2001:db8:f::1"),
                             .remote_port = 4191,
                             .is_behind_nat = true};
    status.round_trip = 23'456us;
    status.warm_path = PathReport{.encapsulation = mobility::Encapsulation::ip6,
                                  .link = {.name = "eth0", .kind = mobility::LinkKind::wired},
                                  .local = address("2001:db8:a::20"),
                                  .remote = address("2001:db8:f::1")};
    status.moves.log.add({.home = status.home_address,
                          .from = {address("2001:db8:a::20")},
                          .to = {address("2001:db8:b::20")},
                          .cause = mobility::MoveCause::address_lost,
                          .without_link = 120'500us,
                          .first_sent = 250us,
                          .acknowledged = 41'337'042ns,
                          .first_received = std::nullopt,
                          .resent = 7,
                          .lost = 1});
    status.ipv4_home_address = wire::Ipv4Address::parse("10.19.0.2");
    status.binding = BindingReport{wire::SequenceNumber(17), 600s, 480s};
    status.tunnel = TunnelReport{mobility::Protection::sealed,
                                 security::Suite::aes_256_gcm,
                                 1420,
                                 {{1, 90}, {1'000'000, 1'204'000'000}}};
    status.dns = {.backend = "systemd-resolved",
                  .servers = {address("2001:db8:f::53"), address("::ffff:10.19.0.1")},
                  .domains = {"home.example", "~."}};
    status.lockdown = {.is_wanted = true, .is_in_force = true};
    status.network = {.prefixes = {wire::Prefix::parse("2001:db8:1:100::/64").value()},
                      .is_carried = true,
                      .refusal = std::nullopt};
    status.offloads.emplace();
    (*status.offloads)[runtime::Offload::tun_read_udp] = runtime::OffloadState::lacking;
    (*status.offloads)[runtime::Offload::tun_write_udp] = runtime::OffloadState::lacking;
    status.moves.handovers = 3;
    status.moves.last = HandoverReport{{address("2001:db8:a::20")},
                                       {address("2001:db8:b::20")},
                                       mobility::MoveCause::better_path,
                                       41'337'042ns};
    status.drops.add("bad-tag", 3);
    status.drops.add("replayed");
    status.health = {"the home agent runs without protection"};
    return status;
}

TEST(ClientStatus, HasEveryKeyWhenThereIsNothingToTell) {
    EXPECT_EQ(to_json(unattached()).dump(2) + "\n", golden("client_unattached.json"));
}

TEST(ClientStatus, TellsAllOfABinding) {
    EXPECT_EQ(to_json(registered()).dump(2) + "\n", golden("client_registered.json"));
}

TEST(ClientStatus, RemembersTheLastMovesAndCountsAll) {
    HandoverLog log;
    for (int number = 0; number < 20; ++number) {
        log.add({.acknowledged = std::chrono::milliseconds(number), .resent = 1});
    }
    log.add({.acknowledged = 6s});
    const auto told = log.to_json();
    EXPECT_EQ(told.at("records").size(), HandoverLog::remembered);
    EXPECT_EQ(told.at("records").back().at("acknowledged_ms"), 6000.0) << "the newest last";
    EXPECT_EQ(told.at("acknowledged_ms").at("count").at(0), 11) << "up to 10 ms, 10 ms too";
    EXPECT_EQ(told.at("acknowledged_ms").at("count").back(), 1) << "longer than all";
    EXPECT_EQ(told.at("resent"), 20);
}

TEST(ClientStatus, HasNullForTheAddressOfNowhere) {
    Status status = registered();
    status.moves.last->from = {};
    EXPECT_TRUE(to_json(status).at("handovers").at("last").at("from").is_null());
}

TEST(ClientStatus, HasNoPortWhereThePathIsNative) {
    Status status = registered();
    status.path->encapsulation = mobility::Encapsulation::ip6;
    EXPECT_TRUE(to_json(status).at("path").at("remote_port").is_null());
}

TEST(ClientStatus, WritesIpv4AddressesAsPeopleDo) {
    Status status = registered();
    status.path->local = address("::ffff:192.168.1.7");
    EXPECT_EQ(to_json(status).at("path").at("local"), "192.168.1.7");
    const wire::CareOfAddress from{address("::ffff:192.168.1.7")};
    const wire::CareOfAddress to{address("::ffff:10.0.0.9")};
    status.moves.last->from = from;
    status.moves.last->to = to;
    status.moves.log.add({.from = from, .to = to});
    const auto handovers = to_json(status).at("handovers");
    for (const auto& told : {handovers.at("last"), handovers.at("records").back()}) {
        EXPECT_EQ(told.at("from"), "192.168.1.7");
        EXPECT_EQ(told.at("to"), "10.0.0.9");
    }
}

TEST(ClientStatus, TellsOfACaptivePortalAndOfTheBrowserThatIsOut) {
    const runtime::WallTime since(1'795'572'425'123ms);
    Status status = unattached();
    status.portal =
        PortalReport{.url = "http://login.example/", .source = "redirect", .since = since};
    status.portal_open_until = since + 10min;
    EXPECT_EQ(to_json(status).at("portal").dump(),
              R"({"url":"http://login.example/","source":"redirect",)"
              R"("since":"2026-11-25T02:07:05.123Z"})");
    EXPECT_EQ(to_json(status).at("portal_open_until"), "2026-11-25T02:17:05.123Z");
    const std::string text = status_text(to_json(status));
    EXPECT_TRUE(
        text.contains("captive portal   this network leads to http://login.example/ "
                      "(redirect); to log in: godwit portal\n"))
        << text;
    EXPECT_TRUE(text.contains("browser outside  until 2026-11-25T02:17:05.123Z")) << text;
}

TEST(ClientStatus, TellsOfTheHomePrefixOnceThatIsKnown) {
    Status status = registered();
    EXPECT_FALSE(to_json(status).contains("home_prefix"));
    status.home_prefix = HomePrefixReport{.prefix = *wire::Prefix::parse("2001:db8:f::/64"),
                                          .preferred_until = {},
                                          .valid_until = runtime::WallTime(1'795'572'425'123ms)};
    EXPECT_EQ(to_json(status).at("home_prefix").dump(),
              R"({"prefix":"2001:db8:f::/64","preferred_until":null,)"
              R"("valid_until":"2026-11-25T02:07:05.123Z"})");
}

TEST(ClientStatus, IsReadThoughTheDaemonKnowsNothingOfCaptivePortals) {
    runtime::Json old = to_json(registered());
    old.erase("portal");
    old.erase("portal_open_until");
    EXPECT_EQ(status_text(old), status_text(to_json(registered())));
}

TEST(ClientStatus, NamesEachState) {
    for (const auto& [state, name] : {std::pair{State::unattached, "unattached"},
                                      {State::registering, "registering"},
                                      {State::registered, "registered"},
                                      {State::home, "home"},
                                      {State::revoked, "revoked"}}) {
        Status status;
        status.state = state;
        EXPECT_EQ(to_json(status).at("state"), name);
    }
}

TEST(ClientStatus, IsDownWhenItWasToldToBe) {
    Status status = unattached();
    status.state.reset();
    EXPECT_EQ(to_json(status).at("state"), "down");
}

TEST(ClientStatus, IsServedWhereItIsRegisteredOrAtHome) {
    for (const auto& [state, served] : {std::pair{std::optional(State::registered), true},
                                        {State::home, true},
                                        {State::registering, false},
                                        {State::unattached, false},
                                        {State::revoked, false},
                                        {std::nullopt, false}}) {
        Status status;
        status.state = state;
        EXPECT_EQ(is_served(to_json(status)), served) << state_name(state);
    }
}

TEST(ClientStatusText, SaysThatALockdownIsNotInForce) {
    Status status = unattached();
    status.lockdown.is_wanted = true;
    EXPECT_NE(status_text(to_json(status)).find("wanted, not in force"), std::string::npos);
}

TEST(ClientStatusText, IsAlignedAndEndsWithHealth) {
    EXPECT_EQ(status_text(to_json(registered())), golden("client_registered.txt"));
    EXPECT_EQ(status_text(to_json(unattached())), golden("client_unattached.txt"));
}

}  // namespace
}  // namespace godwit::client
