#include "shared/platform/udp_tunnel_socket.hpp"

#include <netinet/in.h>
#include <poll.h>

#include <array>
#include <numeric>

#include "shared/platform/outer_packet_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "tests/platform/icmp_errors.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using mobility::Encapsulation;
using mobility::Path;

wire::Bytes payload_of(std::size_t octets, std::uint8_t first = 0x80) {
    wire::Bytes payload(octets);
    std::iota(payload.begin(), payload.end(), first);
    return payload;
}

// The two machines have a second address each, by either IP version.
struct Addresses {
    const char* near;
    const char* far;
    const char* near_too;
    const char* prefix;
    const char* name;
};

class UdpTunnel : public OnALink, public testing::WithParamInterface<Addresses> {
  protected:
    UdpTunnel() {
        far_.enter();
        run("ip addr add 192.0.2.2/24 dev far");
        far_socket_ = std::make_unique<UdpTunnelSocket>(UdpTunnelSocket::Options{.port = 4191});
        near_.enter();
        run("ip addr add 192.0.2.1/24 dev near; ip addr add 192.0.2.11/24 dev near;"
            "ip addr add 2001:db8::11/64 dev near nodad");
        for (std::size_t i = 0; i < arrivals_.size(); ++i) {
            arrivals_[i].buffer = buffers_[i];
        }
    }

    [[nodiscard]] Path from_near() const {
        return {.encapsulation = Encapsulation::udp,
                .local = address(GetParam().near),
                .remote = address(GetParam().far),
                .remote_port = 4191};
    }

    // How many have arrived, once any has.
    std::size_t receive(UdpTunnelSocket& socket) {
        const auto [one, other] = socket.descriptors();
        std::array polled{pollfd{.fd = one, .events = POLLIN, .revents = 0},
                          pollfd{.fd = other, .events = POLLIN, .revents = 0}};
        constexpr int patience = 20'000;  // milliseconds
        EXPECT_GT(::poll(polled.data(), polled.size(), patience), 0);
        return socket.receive(arrivals_).value_or(0);
    }

    static Transferred send(UdpTunnelSocket& socket, const Path& path, wire::BytesView payload) {
        const TunnelDeparture departure{.payload = payload, .path = path, .traffic_class = 0};
        return socket.send(std::span(&departure, 1));
    }

    std::unique_ptr<UdpTunnelSocket> far_socket_;
    std::array<std::array<std::uint8_t, 4096>, 4> buffers_{};
    std::array<TunnelArrival, 4> arrivals_;
};

TEST_P(UdpTunnel, CarriesPayloadsWithTheAddressesAndPortsOfTheirPath) {
    UdpTunnelSocket near_socket({});
    const wire::Bytes sent = payload_of(100);
    TunnelDeparture departure{sent, from_near(), 0xb9};  // DSCP EF, ECN ECT(1)
    ASSERT_EQ(near_socket.send(std::span(&departure, 1)), 1U);
    ASSERT_EQ(receive(*far_socket_), 1U);
    EXPECT_THAT(arrivals_[0].payload, testing::ElementsAreArray(sent));
    far_.enter();
    EXPECT_EQ(arrivals_[0].path, (Path{.encapsulation = Encapsulation::udp,
                                       .interface = interface_called("far"),
                                       .local = address(GetParam().far),
                                       .remote = address(GetParam().near),
                                       .local_port = 4191,
                                       .remote_port = near_socket.port()}));
    EXPECT_EQ(arrivals_[0].traffic_class, 0xb9);
    EXPECT_FALSE(arrivals_[0].cut_off);
}

TEST_P(UdpTunnel, AnswersFromTheAddressThatWasAsked) {
    UdpTunnelSocket near_socket({});
    Path path = from_near();
    path.local = address(GetParam().near_too);
    ASSERT_EQ(send(near_socket, path, payload_of(10)), 1U);
    ASSERT_EQ(receive(*far_socket_), 1U);
    ASSERT_EQ(send(*far_socket_, arrivals_[0].path, payload_of(20)), 1U);
    ASSERT_EQ(receive(near_socket), 1U);
    EXPECT_EQ(arrivals_[0].path.local, address(GetParam().near_too));
    EXPECT_EQ(arrivals_[0].path.remote, address(GetParam().far));
    EXPECT_EQ(arrivals_[0].path.remote_port, 4191);
}

TEST_P(UdpTunnel, HearsAnswersBoundToAnInterfaceOrNot) {
    UdpTunnelSocket near_socket({});
    Path path = from_near();
    for (const auto interface : {interface_called("near"), mobility::InterfaceIndex{}}) {
        path.interface = interface;
        ASSERT_EQ(send(near_socket, path, payload_of(10)), 1U);
        ASSERT_EQ(receive(*far_socket_), 1U);
        ASSERT_EQ(send(*far_socket_, arrivals_[0].path, payload_of(20)), 1U);
        ASSERT_EQ(receive(near_socket), 1U);
        EXPECT_EQ(arrivals_[0].payload.size(), 20U);
        EXPECT_EQ(arrivals_[0].path.interface, interface_called("near"));
    }
}

TEST_P(UdpTunnel, MovesABatchInOrder) {
    UdpTunnelSocket near_socket({});
    ASSERT_EQ(send(near_socket, from_near(), payload_of(1)), 1U);
    ASSERT_EQ(receive(*far_socket_), 1U);  // and the neighbours know each other
    const std::array payloads{payload_of(8, 1), payload_of(1000, 2), payload_of(64, 3)};
    const std::array departures{TunnelDeparture{payloads[0], from_near()},
                                TunnelDeparture{payloads[1], from_near()},
                                TunnelDeparture{payloads[2], from_near()}};
    ASSERT_EQ(near_socket.send(departures), 3U);
    ASSERT_EQ(receive(*far_socket_), 3U);
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        EXPECT_THAT(arrivals_[i].payload, testing::ElementsAreArray(payloads[i]));
    }
    EXPECT_EQ(far_socket_->receive(arrivals_).error(), std::errc::operation_would_block);
}

TEST_P(UdpTunnel, FragmentsWhatIsTooLongForTheLink) {
    run("ip link set near mtu 1280");
    UdpTunnelSocket near_socket({});
    const wire::Bytes sent = payload_of(1400);
    ASSERT_EQ(send(near_socket, from_near(), sent), 1U);
    ASSERT_EQ(receive(*far_socket_), 1U);
    EXPECT_THAT(arrivals_[0].payload, testing::ElementsAreArray(sent));
}

TEST_P(UdpTunnel, SendsByTheInterfaceOfThePathThoughOthersHaveBetterRoutes) {
    const TunDevice worse("worse", TunDevice::Offloading::off);
    run(std::string("ip link set worse addrgenmode none up; ip route add ") + GetParam().prefix +
        " dev worse metric 9999");
    UdpTunnelSocket near_socket({});
    Path pinned = from_near();
    pinned.interface = worse.interface();
    const wire::Bytes payload = payload_of(20);
    const std::array departures{TunnelDeparture{payload, pinned}, TunnelDeparture{payload, pinned},
                                TunnelDeparture{payload, from_near()}};
    EXPECT_EQ(near_socket.send(departures), 2U);
    EXPECT_EQ(near_socket.send(std::span(departures).subspan(2)), 1U);
    ASSERT_EQ(receive(*far_socket_), 1U);
    const bool is_ipv4 = address(GetParam().far).mapped_ipv4().has_value();
    std::array<std::uint8_t, 2048> packet{};
    int through_the_worse = 0;
    while (worse.read(packet)) {
        const bool is_ours = packet[0] >> 4U == (is_ipv4 ? 4U : 6U);
        through_the_worse += is_ours && packet[is_ipv4 ? 9 : 6] == IPPROTO_UDP ? 1 : 0;
    }
    EXPECT_EQ(through_the_worse, 2);
}

TEST_P(UdpTunnel, SaysThatItDoesNotHaveTheAddressOfAPath) {
    UdpTunnelSocket near_socket({});
    Path foreign = from_near();
    foreign.local = address(GetParam().far);
    const bool is_ipv4 = address(GetParam().far).mapped_ipv4().has_value();
    EXPECT_EQ(send(near_socket, foreign, payload_of(20)).error(),
              is_ipv4 ? std::errc::network_unreachable : std::errc::invalid_argument);
}

TEST_P(UdpTunnel, GoesOnAfterUnreachablePorts) {
    UdpTunnelSocket near_socket({});
    Path closed = from_near();
    closed.remote_port = 4;
    for (int tries = 0; tries < 3; ++tries) {
        ASSERT_EQ(send(near_socket, closed, payload_of(10)), 1U);
    }
    EXPECT_THAT(IcmpErrors().from(far_address_), testing::_);  // they have come in by now
    ASSERT_EQ(send(near_socket, from_near(), payload_of(10)), 1U);
    ASSERT_EQ(receive(*far_socket_), 1U);
    ASSERT_EQ(send(*far_socket_, arrivals_[0].path, payload_of(20)), 1U);
    EXPECT_EQ(receive(near_socket), 1U);
}

TEST_P(UdpTunnel, GetsDatagramsInOnePieceThatWereSentInFragments) {
    OuterPacketSocket near_socket(0);
    const wire::Bytes sent = payload_of(3000);
    EXPECT_FALSE(near_socket.send(
        {.path = from_near(), .local_port = 1234, .payload = sent, .longest = 600}));
    ASSERT_EQ(receive(*far_socket_), 1U);
    EXPECT_THAT(arrivals_[0].payload, testing::ElementsAreArray(sent));
    EXPECT_EQ(arrivals_[0].path.remote, address(GetParam().near));
    EXPECT_EQ(arrivals_[0].path.remote_port, 1234);
}

TEST_P(UdpTunnel, GetsProbesThatFitTheLinkAndNoOthers) {
    OuterPacketSocket near_socket(0);
    const std::size_t headers = address(GetParam().far).mapped_ipv4() ? 28 : 48;
    const wire::Bytes fitting = payload_of(1500 - headers);
    const wire::Bytes longer = payload_of(1501 - headers);
    Path path = from_near();
    path.interface = interface_called("near");
    EXPECT_EQ(near_socket.send({.path = path, .payload = longer, .dont_fragment = true}),
              std::errc::message_size);
    EXPECT_FALSE(near_socket.send({.path = path, .payload = fitting, .dont_fragment = true}));
    ASSERT_EQ(receive(*far_socket_), 1U);
    EXPECT_EQ(arrivals_[0].payload.size(), fitting.size());
}

class CoalescedUdpTunnel : public UdpTunnel {
  protected:
    CoalescedUdpTunnel() {
        far_.enter();
        far_socket_.reset();
        far_socket_ = std::make_unique<UdpTunnelSocket>(
            UdpTunnelSocket::Options{.port = 4191, .coalesced = true});
        near_.enter();
        for (std::size_t i = 0; i < arrivals_.size(); ++i) {
            arrivals_[i].buffer = std::span(room_).subspan(i * UdpTunnelSocket::longest_arrival,
                                                           UdpTunnelSocket::longest_arrival);
        }
        EXPECT_EQ(send(near_socket_, from_near(), payload_of(1)), 1U);
        EXPECT_EQ(receive(*far_socket_), 1U);  // and the neighbours know each other
    }

    // Payloads of these lengths, sent by one call.
    void send_of(const std::vector<std::size_t>& lengths) {
        for (const std::size_t length : lengths) {
            sent_.push_back(payload_of(length, static_cast<std::uint8_t>(sent_.size())));
        }
        std::vector<TunnelDeparture> departures;
        for (const wire::Bytes& payload : sent_) {
            departures.push_back({payload, from_near()});
        }
        EXPECT_EQ(near_socket_.send(departures), departures.size());
    }
    // All that has arrived, cut into what was sent.
    std::vector<wire::Bytes> received() {
        std::vector<wire::Bytes> payloads;
        while (payloads.size() < sent_.size()) {
            const std::size_t count = receive(*far_socket_);
            for (const TunnelArrival& arrival : std::span(arrivals_).first(count)) {
                ++arrived_;
                const auto whole = std::span(arrival.payload);
                const std::size_t each =
                    arrival.segment_size != 0 ? arrival.segment_size : whole.size();
                for (std::size_t at = 0; at < whole.size(); at += each) {
                    const auto piece = whole.subspan(at, std::min(each, whole.size() - at));
                    payloads.emplace_back(piece.begin(), piece.end());
                }
            }
        }
        return payloads;
    }

    UdpTunnelSocket near_socket_{{}};
    std::vector<wire::Bytes> sent_;
    std::size_t arrived_ = 0;

  private:
    wire::Bytes room_ = wire::Bytes(4 * UdpTunnelSocket::longest_arrival);
};

TEST_P(CoalescedUdpTunnel, MovesManyOfOneLengthAsOne) {
    send_of({1400, 1400, 1400, 1400, 300});
    EXPECT_EQ(received(), sent_);
    EXPECT_EQ(arrived_, 1U);
}

TEST_P(CoalescedUdpTunnel, KeepsTheOrderOfDifferentLengths) {
    send_of({100, 100, 200, 200, 200, 50, 60, 60, 1400, 1});
    EXPECT_EQ(received(), sent_);
}

TEST_P(CoalescedUdpTunnel, MovesMoreThanOneMayHold) {
    send_of(std::vector<std::size_t>(200, 1400));
    EXPECT_EQ(received(), sent_);
    EXPECT_LT(arrived_, 20U);
}

TEST_P(CoalescedUdpTunnel, SendsEachAloneWhereTheLinkIsShorter) {
    run("ip link set near mtu 1280");
    send_of(std::vector<std::size_t>(5, 1400));
    EXPECT_EQ(received(), sent_);
}

TEST_P(CoalescedUdpTunnel, GoesOnAsOneAfterARefusalForAnotherReason) {
    Path foreign = from_near();
    foreign.local = address(GetParam().far);
    const wire::Bytes payload = payload_of(20);
    const std::vector departures(2, TunnelDeparture{payload, foreign});
    EXPECT_FALSE(near_socket_.send(departures));
    send_of(std::vector<std::size_t>(5, 1400));
    EXPECT_EQ(received(), sent_);
    EXPECT_EQ(arrived_, 1U);
}

TEST_P(CoalescedUdpTunnel, SendsEachAloneWhereNobodyWantsSegments) {
    near_socket_ = UdpTunnelSocket({.in_segments = false});
    EXPECT_FALSE(near_socket_.is_in_segments());
    send_of(std::vector<std::size_t>(5, 1400));
    EXPECT_EQ(received(), sent_);
    EXPECT_FALSE(near_socket_.refuses_segments());
}

TEST_P(CoalescedUdpTunnel, SaysWhatTheKernelKnowsAndThatTheInterfaceTakesIt) {
    EXPECT_TRUE(far_socket_->is_coalesced());
    EXPECT_FALSE(near_socket_.is_coalesced());
    EXPECT_TRUE(near_socket_.is_in_segments());
    run("ip link set near mtu 1280");
    send_of(std::vector<std::size_t>(5, 1400));
    EXPECT_EQ(received(), sent_);
    EXPECT_FALSE(near_socket_.refuses_segments()) << "it takes shorter ones";
}

TEST_P(CoalescedUdpTunnel, PassesInterfacesWithoutChecksumOffload) {
    run("ethtool -K near tx off");
    send_of(std::vector<std::size_t>(5, 1400));
    EXPECT_EQ(received(), sent_);
}

INSTANTIATE_TEST_SUITE_P(IpVersions, CoalescedUdpTunnel,
                         testing::Values(Addresses{"2001:db8::1", "2001:db8::2", "2001:db8::11",
                                                   "2001:db8::/64", "Ipv6"},
                                         Addresses{"::ffff:192.0.2.1", "::ffff:192.0.2.2",
                                                   "::ffff:192.0.2.11", "192.0.2.0/24", "Ipv4"}),
                         [](const auto& addresses) { return addresses.param.name; });

INSTANTIATE_TEST_SUITE_P(IpVersions, UdpTunnel,
                         testing::Values(Addresses{"2001:db8::1", "2001:db8::2", "2001:db8::11",
                                                   "2001:db8::/64", "Ipv6"},
                                         Addresses{"::ffff:192.0.2.1", "::ffff:192.0.2.2",
                                                   "::ffff:192.0.2.11", "192.0.2.0/24", "Ipv4"}),
                         [](const auto& addresses) { return addresses.param.name; });

class UdpPort : public OnALink {};

TEST_F(UdpPort, IsTheOneAskedFor) {
    EXPECT_EQ(UdpTunnelSocket({.port = 4191}).port(), 4191);
}

TEST_F(UdpPort, IsAnyThatIsFree) {
    const UdpTunnelSocket one({});
    const UdpTunnelSocket other({});
    EXPECT_NE(one.port(), 0);
    EXPECT_NE(one.port(), other.port());
}

TEST_F(UdpPort, IsNotShared) {
    const UdpTunnelSocket first({.port = 4191});
    EXPECT_THROW(UdpTunnelSocket({.port = 4191}), std::system_error);
}

}  // namespace
}  // namespace godwit::platform
