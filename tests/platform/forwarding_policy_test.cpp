#include "server/forwarding_policy.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "server/home_network.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/wire/checksum.hpp"
#include "tests/platform/ipv4_datagram.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/platform/run_until.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using server::ForwardingPolicy;
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

    const TunDevice outside_{"outside", TunDevice::Offloading::off};
    const TunDevice tunnel_{"tunnel", TunDevice::Offloading::off};
    const tests::TemporaryDirectory directory_;
    const runtime::Log log_{runtime::LogLevel::error};
    const server::HomeLink::OnDisputed nobody_ = [](const auto&) {};  // there is no home link
};

TEST_F(Masquerading, ChangesTheSourceOfWhatLeavesThePool) {
    run("echo 1 > /proc/sys/net/ipv4/ip_forward; ip route add 10.64.0.0/16 dev tunnel");
    {
        const ForwardingPolicy policy(
            {.tunnel = tunnel_.interface(), .masqueraded = {pool}, .home_link = {}}, log_);
        expect_masqueraded();
    }
    EXPECT_THAT(run("nft list tables"), IsEmpty());
    ASSERT_TRUE(tunnel_.write(datagram_to({{198, 51, 100, 2}})));
    EXPECT_EQ(source_on(outside_), "10.64.0.9");
}

TEST_F(Masquerading, ReplacesTheTableThatAKilledRunLeft) {
    const auto killed = [this] {
        const ForwardingPolicy policy(
            {.tunnel = tunnel_.interface(),
             .masqueraded = {wire::Prefix::parse_ipv4("10.0.0.0/8").value()},
             .home_link = {}},
            log_);
        std::raise(SIGKILL);
    };
    EXPECT_EXIT(killed(), testing::KilledBySignal(SIGKILL), "");
    ASSERT_THAT(run("nft list ruleset"), HasSubstr("10.0.0.0/8"));
    const ForwardingPolicy policy(
        {.tunnel = tunnel_.interface(), .masqueraded = {pool}, .home_link = {}}, log_);
    EXPECT_THAT(run("nft list ruleset"), HasSubstr("10.64.0.0/16"));
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("10.0.0.0/8")));
}

TEST_F(Masquerading, LivesBesideTheGuardOfTheSameName) {
    const ForwardingPolicy policy(
        {.tunnel = tunnel_.interface(), .masqueraded = {pool}, .home_link = {}}, log_);
    run("nft add table ip6 godwit_ha; nft delete table ip6 godwit_ha");
    EXPECT_THAT(run("nft list tables"), HasSubstr("table inet godwit_ha"));
}

TEST_F(Masquerading, IsWhatAHomeNetworkWithAPoolDoes) {
    const server::HomeNetwork network(settings(), log_, nobody_);
    EXPECT_THAT(run("ip -4 addr show dev tunnel"), HasSubstr("10.64.0.1/32"));
    EXPECT_THAT(run("ip -4 route"),
                HasSubstr("10.64.0.0/16 dev tunnel proto 193 scope link src 10.64.0.1 metric 1"));
    expect_masqueraded();
}

TEST_F(Masquerading, IsLeftOutWhereThePoolIsRouted) {
    server::HomeNetworkSettings routed = settings();
    routed.masquerade = false;
    const server::HomeNetwork network(routed, log_, nobody_);
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
        const server::HomeNetwork network(settings(), log_, nobody_);
        EXPECT_NE(everything(), before);
    }
    EXPECT_EQ(everything(), before);
}

// A laptop and a phone, whose packets leave the tunnel, and a host of the Internet.
class Policies : public InNamespace {
  protected:
    Policies() {
        run("ip link set outside up; ip link set tunnel up; "
            "echo 1 > /proc/sys/net/ipv4/ip_forward; "
            "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; "
            "ip route add 10.64.0.0/16 dev tunnel; ip route add default dev outside; "
            "ip route add fd00:9::/64 dev tunnel; ip -6 route add default dev outside");
        policy_.emplace(
            server::ForwardingSettings{
                .tunnel = tunnel_.interface(), .masqueraded = {}, .home_link = {}},
            log_);
        apply(laptop_, {});
        apply(phone_, {});
    }

    void apply(server::PolicedClient client, const server::ClientPolicy& policy) {
        client.policy = policy;
        EXPECT_FALSE(policy_->apply({&client, 1}));
    }
    static bool arrives(const TunDevice& device, const wire::Bytes& sent) {
        std::array<std::uint8_t, 2048> packet{};
        bool found = false;
        while (const auto length = device.read(packet)) {
            found = found || (*length == sent.size() && packet[0] == sent[0]);
        }
        return found;
    }
    // Of the laptop's, to these two, over either family.
    [[nodiscard]] bool reaches_internet(std::uint8_t last = 1) const {
        return reaches(outside_, {{198, 51, 100, last}}, "2001:db8:c::" + std::to_string(last));
    }
    [[nodiscard]] bool reaches_phone() const {
        return reaches(tunnel_, phone_.ipv4.value(), phone_.home.text());
    }
    [[nodiscard]] bool reaches(const TunDevice& device, wire::Ipv4Address ipv4,
                               const std::string& ipv6) const {
        const wire::Bytes four = ipv4_datagram(laptop_.ipv4.value(), ipv4, 999, 7);
        const wire::Bytes six = ipv6_datagram(laptop_.home.address, address(ipv6.c_str()));
        EXPECT_TRUE(tunnel_.write(four));
        const bool by_ipv4 = arrives(device, four);
        EXPECT_TRUE(tunnel_.write(six));
        const bool by_ipv6 = arrives(device, six);
        EXPECT_EQ(by_ipv4, by_ipv6);
        return by_ipv6;
    }
    static wire::Bytes ipv6_datagram(const wire::Ipv6Address& source,
                                     const wire::Ipv6Address& destination, std::uint8_t from = 9,
                                     std::uint8_t to = 7) {
        wire::Bytes packet{0x60, 0, 0, 0, 0, 9, 17, 64};
        packet.insert(packet.end(), source.octets.begin(), source.octets.end());
        packet.insert(packet.end(), destination.octets.begin(), destination.octets.end());
        wire::Bytes udp{0, from, 0, to, 0, 9, 0, 0, 42};
        const std::uint16_t checksum =
            wire::upper_layer_checksum({source, destination}, wire::NextHeader::udp, udp);
        udp[6] = static_cast<std::uint8_t>(checksum >> 8U);
        udp[7] = static_cast<std::uint8_t>(checksum);
        packet.insert(packet.end(), udp.begin(), udp.end());
        return packet;
    }

    const server::PolicedClient laptop_{
        .home = {address("fd00:9::9")}, .ipv4 = wire::Ipv4Address{{10, 64, 0, 9}}, .policy = {}};
    const server::PolicedClient phone_{
        .home = {address("fd00:9::a")}, .ipv4 = wire::Ipv4Address{{10, 64, 0, 10}}, .policy = {}};
    const TunDevice outside_{"outside", TunDevice::Offloading::off};
    const TunDevice tunnel_{"tunnel", TunDevice::Offloading::off};
    const runtime::Log log_{runtime::LogLevel::error};
    std::optional<ForwardingPolicy> policy_;
};

TEST_F(Policies, LetEverybodyGoEverywhereUntilTheySayOtherwise) {
    EXPECT_TRUE(reaches_internet());
    EXPECT_TRUE(reaches_phone());
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("ct state"))) << "nothing need be tracked";
}

TEST_F(Policies, KeepAClientFromTheInternet) {
    apply(laptop_, {.internet = false});
    EXPECT_FALSE(reaches_internet());
    EXPECT_TRUE(reaches_phone());
    apply(laptop_, {});
    EXPECT_TRUE(reaches_internet());
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("ct state")));
}

TEST_F(Policies, KeepAClientFromTheOthers) {
    apply(laptop_, {.clients = false});
    EXPECT_TRUE(reaches_internet());
    EXPECT_FALSE(reaches_phone());
}

TEST_F(Policies, LetAClientHaveListedPrefixesAllTheSame) {
    apply(laptop_, {.internet = false,
                    .prefixes = {wire::Prefix::parse_ipv4("198.51.100.0/31").value(),
                                 wire::Prefix::parse_ipv4("198.51.100.1/32").value(),
                                 wire::Prefix::parse("2001:db8:c::/127").value(),
                                 wire::Prefix::parse("2001:db8:c::1/128").value()}});
    EXPECT_TRUE(reaches_internet(1));
    EXPECT_FALSE(reaches_internet(2));
}

TEST_F(Policies, AreEachClientsOwn) {
    apply(phone_, {.internet = false, .clients = false});
    EXPECT_TRUE(reaches_internet());
    EXPECT_TRUE(reaches_phone());
}

TEST_F(Policies, LetAnswersThrough) {
    apply(laptop_, {.internet = false});
    const wire::Ipv6Address host = address("2001:db8:c::1");
    ASSERT_TRUE(outside_.write(ipv6_datagram(host, laptop_.home.address, 7, 9)));
    EXPECT_TRUE(arrives(tunnel_, ipv6_datagram(host, laptop_.home.address, 7, 9)));
    ASSERT_TRUE(tunnel_.write(ipv6_datagram(laptop_.home.address, host, 9, 7)));
    EXPECT_TRUE(arrives(outside_, ipv6_datagram(laptop_.home.address, host, 9, 7)));
}

TEST_F(Policies, AreForgottenWithTheirClient) {
    apply(laptop_, {.internet = false, .clients = false});
    EXPECT_FALSE(policy_->forget(laptop_.home));
    EXPECT_FALSE(policy_->forget(laptop_.home));
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("fd00:9::9")));
    EXPECT_TRUE(reaches_phone());
}

TEST_F(Policies, MayBeThousandsAndOneMoreIsAddedAtOnce) {
    std::vector<server::PolicedClient> many;
    for (std::uint16_t number = 0; number < 5000; ++number) {
        wire::HomeAddress home{address("fd00:9::1:0:0")};
        home.address.octets[14] = static_cast<std::uint8_t>(number >> 8U);
        home.address.octets[15] = static_cast<std::uint8_t>(number);
        many.push_back({.home = home,
                        .ipv4 = {},
                        .policy = {.internet = false,
                                   .prefixes = {wire::Prefix::parse("2001:db8:c::/64").value()}}});
    }
    ASSERT_FALSE(policy_->apply(many));
    apply(laptop_, {.internet = false});
    EXPECT_FALSE(reaches_internet());
    EXPECT_FALSE(policy_->forget(many.at(7).home));
}

// While somebody else changes nftables, until it is as before.
class PoliciesUnderMeddling : public Policies {
  protected:
    PoliciesUnderMeddling() { apply(laptop_, {.internet = false}); }
    void TearDown() override { policy_.reset(); }  // ahead of the loop
    void expect_repair_after(const std::string& meddling) {
        const std::string wanted = run("nft list ruleset");
        run(meddling);
        ASSERT_NE(run("nft list ruleset"), wanted) << meddling << ": has changed nothing";
        policy_->watch(loop_);
        loop_.on_deadline([this] { return policy_->next_deadline(); },
                          [this] { policy_->on_deadline(); });
        tests::run_until(loop_, [&] { return run("nft list ruleset") == wanted; });
        EXPECT_EQ(run("nft list ruleset"), wanted) << meddling;
        EXPECT_FALSE(reaches_internet());
        EXPECT_THAT(policy_->health(), IsEmpty());
    }

    runtime::EventLoop loop_;
};

TEST_F(PoliciesUnderMeddling, AreBackAfterAFlush) {
    expect_repair_after("nft flush ruleset");
}

TEST_F(PoliciesUnderMeddling, AreBackAfterAClientIsTakenOut) {
    expect_repair_after("nft flush set inet godwit_ha kept_from_internet");
}

TEST_F(PoliciesUnderMeddling, AreAllInForceWithTheNextOneAfterAFlush) {
    run("nft flush ruleset");
    ASSERT_TRUE(reaches_internet());
    apply(phone_, {.clients = false});
    EXPECT_FALSE(reaches_internet());
    EXPECT_THAT(policy_->health(), IsEmpty());
}

TEST_F(PoliciesUnderMeddling, SayWhileTheyAreNotInForce) {
    run("nft flush ruleset");
    const server::PolicedClient phone{phone_.home, phone_.ipv4, {.clients = false, .prefixes = {}}};
    {
        NftablesTable somebody("inet godwit_ha", NftablesTable::End::with_process);
        somebody.replace("");
        EXPECT_TRUE(policy_->apply({&phone, 1}));
        EXPECT_THAT(policy_->health(), testing::ElementsAre(HasSubstr("inet godwit_ha")));
        EXPECT_TRUE(policy_->next_deadline()) << "it is tried again";
    }
    EXPECT_FALSE(policy_->apply({&phone, 1}));
    EXPECT_THAT(policy_->health(), IsEmpty());
    EXPECT_FALSE(reaches_internet());
}

TEST_F(PoliciesUnderMeddling, AreNotWrittenAgainForWhatOthersDoElsewhere) {
    policy_->watch(loop_);
    run("nft add table ip6 godwit_ha; nft add table inet others");
    loop_.context().poll();
    EXPECT_FALSE(policy_->next_deadline());
    run("nft add chain inet godwit_ha theirs");
    loop_.context().poll();
    EXPECT_TRUE(policy_->next_deadline());
}

constexpr auto behind_laptop = "fd00:1::5";
constexpr auto behind_phone = "fd00:2::5";

class PoliciesOfNetworks : public Policies {
  protected:
    PoliciesOfNetworks() {
        run("ip route add fd00:1::/64 dev tunnel; ip route add fd00:2::/64 dev tunnel");
    }

    void apply_to_laptop(server::ClientPolicy policy) {
        policy.network_prefixes = {wire::Prefix::parse("fd00:1::/64").value()};
        apply(laptop_, policy);
    }
    [[nodiscard]] bool passes(const std::string& from, const std::string& to,
                              const TunDevice& device) const {
        const wire::Bytes packet = ipv6_datagram(address(from.c_str()), address(to.c_str()));
        EXPECT_TRUE(tunnel_.write(packet));
        return arrives(device, packet);
    }
};

TEST_F(PoliciesOfNetworks, HoldForWhatIsBehindAClient) {
    apply_to_laptop({});
    EXPECT_TRUE(passes(behind_laptop, "2001:db8:c::1", outside_));
    apply_to_laptop(
        {.internet = false, .prefixes = {wire::Prefix::parse("2001:db8:d::/48").value()}});
    EXPECT_FALSE(passes(behind_laptop, "2001:db8:c::1", outside_));
    EXPECT_TRUE(passes(behind_laptop, "2001:db8:d::1", outside_)) << "may be reached all the same";
    EXPECT_TRUE(passes(behind_laptop, phone_.home.text(), tunnel_)) << "clients may";
    apply_to_laptop({.clients = false, .prefixes = {}});
    EXPECT_FALSE(passes(behind_laptop, phone_.home.text(), tunnel_));
    EXPECT_TRUE(passes(behind_laptop, "2001:db8:c::1", outside_));
}

TEST_F(PoliciesOfNetworks, TakeWhatIsBehindAnotherClientForThatClient) {
    apply(phone_,
          {.prefixes = {}, .network_prefixes = {wire::Prefix::parse("fd00:2::/64").value()}});
    apply_to_laptop({.clients = false, .prefixes = {}});
    EXPECT_FALSE(passes(laptop_.home.text(), behind_phone, tunnel_));
    EXPECT_FALSE(passes(behind_laptop, behind_phone, tunnel_));
    apply_to_laptop({.internet = false, .prefixes = {}});
    EXPECT_TRUE(passes(laptop_.home.text(), behind_phone, tunnel_)) << "it is a client";
}

TEST_F(PoliciesOfNetworks, AreGoneWithTheClient) {
    apply(phone_, {.internet = false, .prefixes = {}});
    apply_to_laptop({.internet = false, .prefixes = {}});
    EXPECT_THAT(run("nft list ruleset"), HasSubstr("fd00:1::/64"));
    EXPECT_FALSE(policy_->forget(laptop_.home));
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("fd00:1::/64")));
}

}  // namespace
}  // namespace godwit::platform
