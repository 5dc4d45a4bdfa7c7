// Prefixes behind home addresses in the tables of the data plane: RFC 3963 §6.5.

#include "shared/datapath/network_prefixes.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "shared/datapath/flow_hash.hpp"
#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;
using test::ip;

const wire::HomeAddress other_home{ip("2001:db8:f::a")};
const wire::Ipv6Address behind = ip("2001:db8:1:100::5");

wire::Prefix prefix(std::string_view text) {
    return wire::Prefix::parse(text).value();
}
std::unique_ptr<NetworkPrefix> of(const wire::HomeAddress& of, std::string_view text) {
    return std::make_unique<NetworkPrefix>(prefix(text), of);
}

TEST(NetworkPrefixTable, FindsWhoIsInFrontByTheLongestPrefix) {
    NetworkPrefixes table;
    EXPECT_TRUE(table.empty());
    table.insert(of(home, "2001:db8:1::/48"));
    table.insert(of(other_home, "2001:db8:1:100::/64"));
    EXPECT_FALSE(table.empty());
    EXPECT_EQ(table.home_of(behind), other_home);
    EXPECT_EQ(table.home_of(ip("2001:db8:1:101::5")), home);
    EXPECT_EQ(table.home_of(ip("2001:db8:2::5")), std::nullopt);
}

TEST(NetworkPrefixTable, ForgetsWhatIsRemovedAndItsLength) {
    NetworkPrefixes table;
    table.insert(of(home, "2001:db8:1::/48"));
    table.insert(of(home, "2001:db8:2::/48"));
    EXPECT_NE(table.remove(home, prefix("2001:db8:1::/48")), nullptr);
    EXPECT_EQ(table.home_of(behind), std::nullopt);
    EXPECT_EQ(table.home_of(ip("2001:db8:2::5")), home) << "of the same length";
    EXPECT_NE(table.remove(home, prefix("2001:db8:2::/48")), nullptr);
    EXPECT_TRUE(table.empty());
    EXPECT_EQ(table.remove(home, prefix("2001:db8:2::/48")), nullptr);
}

TEST(NetworkPrefixTable, GivesAPrefixToWhomItIsSaidLast) {
    NetworkPrefixes table;
    table.insert(of(home, "2001:db8:1:100::/64"));
    const auto before = table.insert(of(other_home, "2001:db8:1:100::/64"));
    ASSERT_NE(before, nullptr);
    EXPECT_EQ(before->home, home);
    EXPECT_EQ(table.remove(home, prefix("2001:db8:1:100::/64")), nullptr) << "it is not his";
    EXPECT_EQ(table.home_of(behind), other_home);
    EXPECT_NE(table.remove(other_home, prefix("2001:db8:1:100::/64")), nullptr);
    EXPECT_TRUE(table.empty());
    EXPECT_EQ(table.home_of(behind), std::nullopt);
}

class NetworkBehindAMobileNode : public testing::Test {
  protected:
    NetworkBehindAMobileNode() {
        const auto keys = test::mobile_node_keys();
        node_.direct(test::noon, std::make_unique<OutboundTunnel>(
                                     home, test::from_a,
                                     OutboundSeal{.session = test::session_of(keys),
                                                  .sealer = security::EspSealer(keys)}));
        agent_.admit(
            std::make_unique<SealedTunnel>(home, security::EspOpener(test::home_agent_keys())));
    }

    std::expected<Outgoing, DropReason> send(wire::BytesView packet) {
        test::put(*buffer_, packet);
        return node_.encapsulate(test::noon, *buffer_);
    }
    // Sealed by the mobile node, whatever its own tables say of it.
    wire::Bytes sealed(wire::BytesView packet) {
        PacketBuffer buffer;
        test::put(buffer, packet);
        const auto bytes = *sealer_.seal(buffer.whole(), security::esp_headroom, packet.size(),
                                         wire::NextHeader::ipv6);
        return {bytes.begin(), bytes.end()};
    }
    std::expected<Incoming, DropReason> receive(wire::BytesView packet) {
        received_ = sealed(packet);
        return agent_.decapsulate(test::to_a, wire::NextHeader::esp, received_);
    }

    const wire::Bytes uplink_ = test::inner_packet(behind, correspondent);
    OutboundTunnels node_{LookUpBy::inner_source, test::home_agent};
    InboundTunnels agent_{LookUpBy::inner_destination, test::home_agent};
    security::EspSealer sealer_{test::mobile_node_keys()};
    wire::Bytes received_;
    std::unique_ptr<PacketBuffer> buffer_ = std::make_unique<PacketBuffer>();
};

TEST_F(NetworkBehindAMobileNode, SendsThroughItsTunnel) {
    EXPECT_EQ(send(uplink_).error(), DropReason::no_binding);
    node_.carry_prefix(of(home, "2001:db8:1:100::/64"));
    EXPECT_TRUE(send(uplink_));
    EXPECT_EQ(send(test::inner_packet(ip("2001:db8:1:101::5"), correspondent)).error(),
              DropReason::no_binding);
    EXPECT_TRUE(send(test::inner_packet(home.address, correspondent)));
    node_.end_prefix(home, prefix("2001:db8:1:100::/64"));
    EXPECT_EQ(send(uplink_).error(), DropReason::no_binding);
}

TEST_F(NetworkBehindAMobileNode, IsReachedByTheHomeAgentsTunnel) {
    OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::to_a));
    test::put(*buffer_, test::inner_packet(correspondent, behind));
    EXPECT_EQ(agent.encapsulate(test::noon, *buffer_).error(), DropReason::no_binding);
    agent.carry_prefix(of(home, "2001:db8:1:100::/64"));
    const auto outgoing = agent.encapsulate(test::noon, *buffer_);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->tunnel->home, home);
    agent.close(home);
    EXPECT_EQ(agent.encapsulate(test::noon, *buffer_).error(), DropReason::no_binding);
}

TEST_F(NetworkBehindAMobileNode, IsTakenOnlyFromTheTunnelOfWhoIsInFront) {  // §9
    EXPECT_EQ(receive(uplink_).error(), DropReason::inner_address);
    agent_.carry_prefix(of(other_home, "2001:db8:1:100::/64"));
    EXPECT_EQ(receive(uplink_).error(), DropReason::inner_address) << "it is another's";
    agent_.carry_prefix(of(home, "2001:db8:1:100::/64"));
    EXPECT_TRUE(receive(uplink_));
    EXPECT_TRUE(receive(test::inner_packet(home.address, correspondent)));
    EXPECT_EQ(receive(test::inner_packet(ip("2001:db8:1:101::5"), correspondent)).error(),
              DropReason::inner_address);
    EXPECT_EQ(receive(test::inner_packet(other_home.address, correspondent)).error(),
              DropReason::inner_address);
}

TEST_F(NetworkBehindAMobileNode, NeverSpeaksForIt) {
    node_.carry_prefix(of(home, "2001:db8:1:100::/64"));
    agent_.carry_prefix(of(home, "2001:db8:1:100::/64"));
    const wire::Bytes message = test::message_packet(behind, test::home_agent.address);
    EXPECT_EQ(send(message).error(), DropReason::not_tunnelled);
    EXPECT_EQ(receive(message).error(), DropReason::inner_address);
    const auto own = receive(test::message_packet(home.address, test::home_agent.address));
    ASSERT_TRUE(own);
    EXPECT_EQ(own->content, Incoming::Content::message);
}

TEST_F(NetworkBehindAMobileNode, IsTakenFromAPlainTunnelToo) {
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.admit_plain(std::make_unique<PlainTunnel>(home, test::to_a));
    wire::Bytes packet = uplink_;
    const auto take = [&] { return agent.decapsulate(test::to_a, wire::NextHeader::ipv6, packet); };
    EXPECT_EQ(take().error(), DropReason::no_binding);
    agent.carry_prefix(of(home, "2001:db8:1:100::/64"));
    EXPECT_TRUE(take());
    EXPECT_EQ(agent.decapsulate(test::to_b, wire::NextHeader::ipv6, packet).error(),
              DropReason::outer_source);
}

TEST_F(NetworkBehindAMobileNode, HasTheShareOfWhoIsInFrontInAFairQueue) {
    NetworkPrefixes networks;
    const FlowHash hash(LookUpBy::inner_destination, 8290, &networks);
    const auto host = [&](const wire::Ipv6Address& to) {
        return hash.of(test::inner_packet(correspondent, to)).host;
    };
    EXPECT_NE(host(behind), host(home.address));
    networks.insert(of(home, "2001:db8:1:100::/64"));
    EXPECT_EQ(host(behind), host(home.address));
    EXPECT_EQ(host(ip("2001:db8:1:100::6")), host(home.address));
    EXPECT_NE(host(other_home.address), host(home.address));
}

}  // namespace
}  // namespace godwit::datapath
