// ECN and DSCP from one end of a tunnel to the other (RFC 6040, RFC 2983).

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <tuple>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/wire/traffic_class.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;
using wire::Ecn;
using wire::OuterDscp;

enum class Toward : std::uint8_t { home_agent, mobile_node };

constexpr std::array every_ecn{Ecn::not_ect, Ecn::ect_0, Ecn::ect_1, Ecn::ce};
constexpr std::uint8_t expedited = 0xb8;  // DSCP 46
constexpr auto* own_ipv4 = "192.0.2.9";
constexpr auto* other_ipv4 = "192.0.2.1";

std::uint8_t with(Ecn ecn, std::uint8_t dscp = expedited) {
    return static_cast<std::uint8_t>(dscp | static_cast<unsigned>(ecn));
}

wire::Bytes ipv6_packet(Toward toward, std::uint8_t traffic_class) {
    const bool is_up = toward == Toward::home_agent;
    wire::Bytes packet(60, 0xab);
    wire::Ipv6Header{.traffic_class = traffic_class,
                     .flow_label = 0xfedcb,
                     .payload_length = 20,
                     .source = is_up ? home.address : correspondent,
                     .destination = is_up ? correspondent : home.address}
        .write(std::span(packet).first<wire::Ipv6Header::size>());
    return packet;
}

wire::Bytes ipv4_packet(Toward toward, std::uint8_t traffic_class) {
    const bool is_up = toward == Toward::home_agent;
    wire::Bytes packet(60, 0xab);
    wire::Ipv4Header{.type_of_service = traffic_class,
                     .total_length = 60,
                     .source = test::ipv4(is_up ? own_ipv4 : other_ipv4),
                     .destination = test::ipv4(is_up ? other_ipv4 : own_ipv4)}
        .write(std::span(packet).first<wire::Ipv4Header::size>());
    return packet;
}

// A tunnel in one direction, sealed or plain, and IPv6 or IPv4 inside.
using Kind = std::tuple<Toward, bool, bool>;

class TunnelCongestion : public testing::TestWithParam<Kind> {
  protected:
    TunnelCongestion() { open(OuterDscp::zero); }

    void open(OuterDscp dscp) {
        const auto sending = is_up ? LookUpBy::inner_source : LookUpBy::inner_destination;
        const auto receiving = is_up ? LookUpBy::inner_destination : LookUpBy::inner_source;
        outbound =
            std::make_unique<OutboundTunnels>(sending, test::home_agent, ResendLimits{}, dscp);
        inbound = std::make_unique<InboundTunnels>(receiving, test::home_agent);
        auto tunnel = std::make_unique<OutboundTunnel>(home, is_up ? test::from_a : test::to_a);
        if (is_sealed) {
            tunnel->seal = OutboundSeal{.session = test::session_of(sending_keys),
                                        .sealer = security::EspSealer(sending_keys)};
            inbound->admit(std::make_unique<SealedTunnel>(
                home, security::EspOpener(test::other_end(sending_keys))));
        } else {
            inbound->admit_plain(
                std::make_unique<PlainTunnel>(home, is_up ? test::to_a : test::from_a));
        }
        outbound->direct(test::noon, std::move(tunnel));
        outbound->carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4(own_ipv4), home));
        inbound->carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4(own_ipv4), home));
    }

    [[nodiscard]] wire::Bytes packet(std::uint8_t traffic_class) const {
        return is_ipv4 ? ipv4_packet(toward, traffic_class) : ipv6_packet(toward, traffic_class);
    }
    std::expected<Outgoing, DropReason> send(const wire::Bytes& inner) {
        test::put(*buffer, inner);
        return outbound->encapsulate(test::noon, *buffer);
    }
    std::expected<wire::Bytes, DropReason> receive(const Outgoing& outgoing, Ecn outer) {
        wire::Bytes octets(outgoing.bytes.begin(), outgoing.bytes.end());
        const auto incoming = inbound->decapsulate(is_up ? test::to_a : test::from_a,
                                                   outgoing.next_header, octets, outer);
        if (!incoming) {
            return std::unexpected(incoming.error());
        }
        return wire::Bytes(incoming->inner.begin(), incoming->inner.end());
    }

    const Toward toward = std::get<0>(GetParam());
    const bool is_up = toward == Toward::home_agent;
    const bool is_sealed = std::get<1>(GetParam());
    const bool is_ipv4 = std::get<2>(GetParam());
    const security::TunnelKeys sending_keys =
        is_up ? test::mobile_node_keys() : test::home_agent_keys();
    std::unique_ptr<OutboundTunnels> outbound;
    std::unique_ptr<InboundTunnels> inbound;
    std::unique_ptr<PacketBuffer> buffer = std::make_unique<PacketBuffer>();
};

INSTANTIATE_TEST_SUITE_P(EachKind, TunnelCongestion,
                         testing::Combine(testing::Values(Toward::home_agent, Toward::mobile_node),
                                          testing::Bool(), testing::Bool()));

TEST_P(TunnelCongestion, ShowsTheInnerEcnOutsideAndNoDscp) {  // RFC 6040 §4.1
    for (const Ecn ecn : every_ecn) {
        const auto outgoing = send(packet(with(ecn)));
        ASSERT_TRUE(outgoing);
        EXPECT_EQ(outgoing->traffic_class, with(ecn, 0));
    }
}

TEST_P(TunnelCongestion, ShowsTheDscpIfItIsToBeCopied) {
    open(OuterDscp::copied);
    for (const Ecn ecn : every_ecn) {
        EXPECT_EQ(send(packet(with(ecn)))->traffic_class, with(ecn));
    }
}

TEST_P(TunnelCongestion, IsTakenInByFigure4) {  // RFC 6040 §4.2
    for (const Ecn inner : every_ecn) {
        for (const Ecn outer : every_ecn) {
            const auto outgoing = send(packet(with(inner)));
            ASSERT_TRUE(outgoing);
            const auto arrived = receive(*outgoing, outer);
            const auto wanted = wire::decapsulated(inner, outer);
            if (wanted) {
                ASSERT_TRUE(arrived);
                EXPECT_EQ(*arrived, packet(with(*wanted)));
            } else {
                EXPECT_EQ(arrived.error(), DropReason::congestion);
            }
        }
    }
}

TEST_P(TunnelCongestion, ShowsWhatWasMarkedBeforeItWasSent) {
    auto inner = packet(with(Ecn::ect_0));
    ASSERT_TRUE(wire::mark_congestion(inner));
    const auto outgoing = send(inner);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->traffic_class, with(Ecn::ce, 0));
    EXPECT_EQ(receive(*outgoing, Ecn::ce), packet(with(Ecn::ce)));
}

class SealedTunnelCongestion : public TunnelCongestion {};

INSTANTIATE_TEST_SUITE_P(EachKind, SealedTunnelCongestion,
                         testing::Combine(testing::Values(Toward::home_agent, Toward::mobile_node),
                                          testing::Values(true), testing::Bool()));

TEST_P(SealedTunnelCongestion, DropsForGoodWhatItDropsForItsMark) {
    const auto outgoing = send(packet(with(Ecn::not_ect)));
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(receive(*outgoing, Ecn::ce).error(), DropReason::congestion);
    EXPECT_EQ(receive(*outgoing, Ecn::not_ect).error(), DropReason::replayed)
        << "sent again after a move it would undo the sign";
}

TEST_P(SealedTunnelCongestion, SendsAgainWithTheTrafficClassOfTheFirstTime) {
    open(OuterDscp::copied);
    for (const Ecn ecn : every_ecn) {
        ASSERT_TRUE(send(packet(with(ecn))));
    }
    outbound->move(test::noon, home, is_up ? test::from_b : test::to_b);
    outbound->resend(test::noon, home,
                     {{.spi = sending_keys.outbound_spi, .highest = 0, .gaps = {}}});
    for (const Ecn ecn : every_ecn) {
        const auto again = outbound->next_resent(test::noon);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->traffic_class, with(ecn));
    }
}

class MessageInATunnel : public TunnelCongestion {};

INSTANTIATE_TEST_SUITE_P(EachKind, MessageInATunnel,
                         testing::Combine(testing::Values(Toward::home_agent, Toward::mobile_node),
                                          testing::Bool(), testing::Values(false)));

TEST_P(MessageInATunnel, IsNotEctAndComesInWhateverRoutersSay) {
    const auto own = is_up ? test::message_packet(home.address, test::home_agent.address)
                           : test::message_packet(test::home_agent.address, home.address);
    const auto outgoing = outbound->message(home, own, 0, *buffer);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->traffic_class, 0);
    const auto next_header = is_sealed ? wire::NextHeader::esp : wire::NextHeader::ipv6;
    Outgoing arriving = *outgoing;
    arriving.next_header = next_header;
    EXPECT_EQ(receive(arriving, Ecn::ce), own);
}

TEST_P(SealedTunnelCongestion, HasNothingOutsideOfWhatHasNothingInside) {
    EXPECT_EQ(outbound->dummy(home, *buffer)->traffic_class, 0);
}

}  // namespace
}  // namespace godwit::datapath
