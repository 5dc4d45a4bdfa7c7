#include "shared/platform/masquerade.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "server/home_network.hpp"
#include "shared/platform/interface_config.hpp"
#include "tests/platform/ipv4_datagram.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const wire::Prefix pool = wire::Prefix::parse_ipv4("10.64.0.0/16").value();

wire::Bytes datagram_to(wire::Ipv4Address destination) {
    return ipv4_datagram({{10, 64, 0, 9}}, destination, 999, 7);
}

// The home agent, with 192.0.2.1 on another device, behind which lies the Internet.
class Masquerading : public InNamespace {
  protected:
    Masquerading() {
        run("ip addr add 192.0.2.1/24 dev outside; ip link set outside up; ip link set tunnel up;"
            "ip route add default dev outside");
    }

    [[nodiscard]] server::HomeNetworkSettings settings() const {
        return {.home_prefix = wire::Prefix::parse("2001:db8:f::/64").value(),
                .tunnel = tunnel_.interface(),
                .sysctl_journal = directory_.path() / "journal",
                .ipv4_pool = pool};
    }

    // The source of the first IPv4 packet that has come to this device; empty: none has.
    static std::string source_on(const TunDevice& device) {
        std::array<std::uint8_t, 2048> packet{};
        while (device.read(packet)) {
            if (packet[0] == 0x45) {
                return wire::Ipv4Address{{packet[12], packet[13], packet[14], packet[15]}}.text();
            }
        }
        return "";
    }

    void expect_masqueraded() const {
        ASSERT_TRUE(tunnel_.write(datagram_to({{198, 51, 100, 1}})));
        EXPECT_EQ(source_on(outside_), "192.0.2.1");
        ASSERT_TRUE(tunnel_.write(datagram_to({{10, 64, 0, 8}})));
        EXPECT_EQ(source_on(tunnel_), "10.64.0.9") << "from one mobile node to another";
    }

    const TunDevice outside_{"outside"};
    const TunDevice tunnel_{"tunnel"};
    const tests::TemporaryDirectory directory_;
    const runtime::Log log_{runtime::LogLevel::error};
};

TEST_F(Masquerading, ChangesTheSourceOfWhatLeavesThePool) {
    run("echo 1 > /proc/sys/net/ipv4/ip_forward; ip route add 10.64.0.0/16 dev tunnel");
    {
        const Masquerade masquerade("godwit_ha", pool, tunnel_.interface());
        expect_masqueraded();
    }
    EXPECT_THAT(run("nft list tables"), IsEmpty());
    ASSERT_TRUE(tunnel_.write(datagram_to({{198, 51, 100, 2}})));
    EXPECT_EQ(source_on(outside_), "10.64.0.9");
}

TEST_F(Masquerading, ReplacesTheTableThatAKilledRunLeft) {
    const auto killed = [this] {
        const Masquerade masquerade("godwit_ha", wire::Prefix::parse_ipv4("10.0.0.0/8").value(),
                                    tunnel_.interface());
        std::raise(SIGKILL);
    };
    EXPECT_EXIT(killed(), testing::KilledBySignal(SIGKILL), "");
    ASSERT_THAT(run("nft list ruleset"), HasSubstr("10.0.0.0/8"));
    const Masquerade masquerade("godwit_ha", pool, tunnel_.interface());
    EXPECT_THAT(run("nft list ruleset"), HasSubstr("10.64.0.0/16"));
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("10.0.0.0/8")));
}

TEST_F(Masquerading, LivesBesideTheGuardOfTheSameName) {
    const Masquerade masquerade("godwit_ha", pool, tunnel_.interface());
    run("nft add table ip6 godwit_ha; nft delete table ip6 godwit_ha");
    EXPECT_THAT(run("nft list tables"), HasSubstr("table ip godwit_ha"));
}

TEST_F(Masquerading, IsWhatAHomeNetworkWithAPoolDoes) {
    const server::HomeNetwork network(settings(), log_);
    EXPECT_THAT(run("ip -4 addr show dev tunnel"), HasSubstr("10.64.0.1/32"));
    EXPECT_THAT(run("ip -4 route"),
                HasSubstr("10.64.0.0/16 dev tunnel proto 193 scope link src 10.64.0.1 metric 1"));
    expect_masqueraded();
}

TEST_F(Masquerading, IsLeftOutWhereThePoolIsRouted) {
    server::HomeNetworkSettings routed = settings();
    routed.masquerade = false;
    const server::HomeNetwork network(routed, log_);
    ASSERT_TRUE(tunnel_.write(datagram_to({{198, 51, 100, 1}})));
    EXPECT_EQ(source_on(outside_), "10.64.0.9");
}

TEST_F(Masquerading, LeavesNothingOfAHomeNetwork) {
    const auto everything = [] {
        return run(
            "ip -4 addr; ip -4 route show table all type unicast; nft list ruleset;"
            "cat /proc/sys/net/ipv4/ip_forward");
    };
    const std::string before = everything();
    {
        const server::HomeNetwork network(settings(), log_);
        EXPECT_NE(everything(), before);
    }
    EXPECT_EQ(everything(), before);
}

TEST(HomeNetwork, HasTheFirstAddressOfItsPool) {
    const auto gateway = [](const char* text) {
        return server::gateway_of(wire::Prefix::parse_ipv4(text).value()).mapped_ipv4()->text();
    };
    EXPECT_EQ(gateway("10.64.0.0/16"), "10.64.0.1");
    EXPECT_EQ(gateway("192.0.2.4/30"), "192.0.2.5");
    EXPECT_EQ(gateway("192.0.2.4/31"), "192.0.2.4");
    EXPECT_EQ(gateway("192.0.2.4/32"), "192.0.2.4");
}

}  // namespace
}  // namespace godwit::platform
