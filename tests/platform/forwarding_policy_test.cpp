#include "server/forwarding_policy.hpp"

#include <gmock/gmock.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>

#include "server/home_network.hpp"
#include "shared/platform/network_events.hpp"
#include "shared/wire/checksum.hpp"
#include "tests/platform/policies_fixture.hpp"
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

// RFC 4443 §3.1, code 4.
wire::Bytes port_unreachable(const wire::Ipv6Address& source, const wire::Ipv6Address& destination,
                             const wire::Bytes& about) {
    wire::Bytes message{1, 4, 0, 0, 0, 0, 0, 0};
    message.insert(message.end(), about.begin(), about.end());
    const std::uint16_t checksum =
        wire::upper_layer_checksum({source, destination}, wire::NextHeader::icmpv6, message);
    message[2] = static_cast<std::uint8_t>(checksum >> 8U);
    message[3] = static_cast<std::uint8_t>(checksum);
    wire::Bytes packet{0x60, 0, 0, 0, 0, static_cast<std::uint8_t>(message.size()), 58, 64};
    packet.insert(packet.end(), source.octets.begin(), source.octets.end());
    packet.insert(packet.end(), destination.octets.begin(), destination.octets.end());
    packet.insert(packet.end(), message.begin(), message.end());
    return packet;
}

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

// Connections are tracked for the phone's sake, the laptop's too.
TEST_F(Policies, HoldForWhatTheClientHadOpenBefore) {
    apply(phone_, {.clients = false});
    const wire::Ipv6Address host = address("2001:db8:c::1");
    const wire::Bytes sent = ipv6_datagram(laptop_.home.address, host, 9, 7);
    const wire::Bytes answer = ipv6_datagram(host, laptop_.home.address, 7, 9);
    ASSERT_TRUE(tunnel_.write(sent));
    ASSERT_TRUE(arrives(outside_, sent));
    ASSERT_TRUE(outside_.write(answer));
    ASSERT_TRUE(arrives(tunnel_, answer)) << "from here on the connection is established";
    apply(laptop_, {.internet = false});
    ASSERT_TRUE(tunnel_.write(sent));
    EXPECT_FALSE(arrives(outside_, sent));
    apply(laptop_, {});
    ASSERT_TRUE(tunnel_.write(sent));
    EXPECT_TRUE(arrives(outside_, sent));
}

TEST_F(Policies, LetErrorsAboutWhatOthersSendThrough) {
    apply(laptop_, {.internet = false});
    const wire::Ipv6Address host = address("2001:db8:c::1");
    const wire::Bytes question = ipv6_datagram(host, laptop_.home.address, 7, 9);
    ASSERT_TRUE(outside_.write(question));
    ASSERT_TRUE(arrives(tunnel_, question));
    const wire::Bytes error = port_unreachable(laptop_.home.address, host, question);
    ASSERT_TRUE(tunnel_.write(error));
    EXPECT_TRUE(arrives(outside_, error));
}

TEST_F(Policies, AreForgottenWithTheirClient) {
    apply(laptop_, {.internet = false, .clients = false});
    EXPECT_FALSE(policy_->forget(laptop_.home));
    EXPECT_FALSE(policy_->forget(laptop_.home));
    EXPECT_THAT(run("nft list ruleset"), Not(HasSubstr("fd00:9::9")));
    EXPECT_TRUE(reaches_phone());
}

// The kernel says of each transaction that there is another generation of all tables.
int transactions_in(const std::function<void()>& change) {
    constexpr std::uint32_t group = 1U << (NFNLGRP_NFTABLES - 1U);
    constexpr unsigned generation = (unsigned{NFNL_SUBSYS_NFTABLES} << 8U) | NFT_MSG_NEWGEN;
    int transactions = 0;
    NetworkEvents events(
        group,
        [&](const nlmsghdr& event) {
            transactions += int{event.nlmsg_type == generation};
            return false;
        },
        NETLINK_NETFILTER);
    change();
    events.take();
    return transactions;
}

// Each transaction waits for the kernel: thousands, one by one, would hold up everything else.
TEST_F(Policies, ChangeOnceForAllWhoGoAndWhoCome) {
    apply(laptop_, {.internet = false});
    const server::PolicedClient fresh{.home = {address("fd00:9::b")},
                                      .ipv4 = laptop_.ipv4,
                                      .policy = {.internet = false, .prefixes = {}}};
    const std::array gone{laptop_.home, phone_.home, wire::HomeAddress{address("fd00:9::c")}};
    EXPECT_EQ(transactions_in([&] { EXPECT_FALSE(policy_->apply({&fresh, 1}, gone)); }), 1);
    const std::string written = run("nft list ruleset");
    EXPECT_THAT(written, HasSubstr("fd00:9::b"));
    EXPECT_THAT(written, Not(HasSubstr("fd00:9::9")));
    EXPECT_THAT(written, Not(HasSubstr("fd00:9::a")));
}

TEST_F(Policies, AreThoseOfWhoComesWithTheAddressOfWhoGoes) {
    apply(laptop_, {.internet = false});
    server::PolicedClient another = laptop_;
    another.policy = {.clients = false, .prefixes = {}};
    EXPECT_FALSE(policy_->apply({&another, 1}, {&laptop_.home, 1}));
    EXPECT_TRUE(reaches_internet());
    EXPECT_FALSE(reaches_phone());
}

std::vector<server::PolicedClient> thousands_of_restricted() {
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
    return many;
}

TEST_F(Policies, MayBeThousandsAndOneMoreIsAddedAtOnce) {
    const auto many = thousands_of_restricted();
    ASSERT_FALSE(policy_->apply(many));
    apply(laptop_, {.internet = false});
    EXPECT_FALSE(reaches_internet());
    EXPECT_FALSE(policy_->forget(many.at(7).home));
}

// Where a socket's buffer does not hold them all. The rules are those of one client: nobody stays
// shut in, as all are while the sets fill.
void have_thousands_in_an_unprivileged_container() {
    enter_a_user_namespace();
    const NetworkNamespace inside;
    const auto rules = [] { return run("nft list chain inet godwit_ha forwarded"); };
    const auto many = thousands_of_restricted();
    const runtime::Log log(runtime::LogLevel::error);
    ForwardingPolicy policy({.tunnel = interface_called("lo"), .masqueraded = {}, .home_link = {}},
                            log);
    EXPECT_FALSE(policy.apply({&many.front(), 1}));
    const std::string of_one = rules();
    EXPECT_FALSE(policy.apply(many));
    EXPECT_EQ(rules(), of_one);
    run("nft flush ruleset");
    EXPECT_FALSE(policy.forget(many.front().home)) << "all is put back";
    EXPECT_EQ(rules(), of_one);
    const std::string last = many.back().home.text();
    for (const char* set : {"clients", "kept_from_internet", "reachable"}) {
        EXPECT_THAT(run("nft list set inet godwit_ha " + std::string(set)), HasSubstr(last)) << set;
    }
    EXPECT_THAT(policy.health(), IsEmpty());
}

TEST(PoliciesInAContainer, MayBeThousandsToo) {
    const auto in_a_process_of_its_own = [] {
        have_thousands_in_an_unprivileged_container();
        std::_Exit(testing::Test::HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(in_a_process_of_its_own(), testing::ExitedWithCode(0), "");
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
