#include "shared/platform/raw_tunnel_socket.hpp"

#include <array>
#include <numeric>

#include "shared/platform/tun_device.hpp"
#include "tests/platform/icmp_errors.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using wire::NextHeader;

class RawTunnel : public OnALink, public testing::WithParamInterface<NextHeader> {
  protected:
    RawTunnel() {
        far_.enter();
        far_socket_ = std::make_unique<RawTunnelSocket>(RawTunnelSocket::Options{GetParam()});
        far_errors_ = std::make_unique<IcmpErrors>();
        near_.enter();
        for (std::size_t i = 0; i < arrivals_.size(); ++i) {
            arrivals_[i].buffer = buffers_[i];
        }
    }

    [[nodiscard]] TunnelDeparture to_near(wire::BytesView payload) const {
        return {payload, {.local = far_address_, .remote = near_address_}};
    }

    std::unique_ptr<RawTunnelSocket> far_socket_;
    std::unique_ptr<IcmpErrors> far_errors_;
    std::array<std::array<std::uint8_t, 4096>, 4> buffers_{};
    std::array<TunnelArrival, 4> arrivals_;
};

wire::Bytes payload_of(std::size_t octets, std::uint8_t first = 0x80) {
    wire::Bytes payload(octets);
    std::iota(payload.begin(), payload.end(), first);
    return payload;
}

TEST_P(RawTunnel, CarriesPayloadsWithTheAddressesOfTheirPath) {
    RawTunnelSocket near_socket({GetParam()});
    const wire::Bytes sent = payload_of(100);
    TunnelDeparture departure = to_near(sent);
    departure.traffic_class = 0xb9;  // DSCP EF, ECN ECT(1)
    ASSERT_EQ(far_socket_->send(std::span(&departure, 1)), 1U);
    ASSERT_TRUE(becomes_readable(near_socket.descriptor()));
    ASSERT_EQ(near_socket.receive(arrivals_), 1U);
    EXPECT_THAT(arrivals_[0].payload, testing::ElementsAreArray(sent));
    EXPECT_EQ(arrivals_[0].path, (mobility::Path{.interface = interface_called("near"),
                                                 .local = near_address_,
                                                 .remote = far_address_}));
    EXPECT_EQ(arrivals_[0].traffic_class, 0xb9);
    EXPECT_FALSE(arrivals_[0].cut_off);
}

TEST_P(RawTunnel, MovesABatchInOrder) {
    RawTunnelSocket near_socket({GetParam()});
    EXPECT_TRUE(far_errors_->from(near_address_).empty());  // and the neighbours know each other
    const std::array payloads{payload_of(8, 1), payload_of(1000, 2), payload_of(64, 3)};
    const std::array departures{to_near(payloads[0]), to_near(payloads[1]), to_near(payloads[2])};
    ASSERT_EQ(far_socket_->send(departures), 3U);
    ASSERT_TRUE(becomes_readable(near_socket.descriptor()));
    ASSERT_EQ(near_socket.receive(arrivals_), 3U);
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        EXPECT_THAT(arrivals_[i].payload, testing::ElementsAreArray(payloads[i]));
    }
    EXPECT_EQ(near_socket.receive(arrivals_).error(), std::errc::operation_would_block);
}

TEST_P(RawTunnel, FragmentsWhatIsTooLongForTheLink) {
    RawTunnelSocket near_socket({GetParam()});
    run("ip link set near mtu 1280");
    far_.enter();
    run("ip link set far mtu 1280");
    const wire::Bytes sent = payload_of(1400);
    const TunnelDeparture departure = to_near(sent);
    ASSERT_EQ(far_socket_->send(std::span(&departure, 1)), 1U);
    ASSERT_TRUE(becomes_readable(near_socket.descriptor()));
    ASSERT_EQ(near_socket.receive(arrivals_), 1U);
    EXPECT_THAT(arrivals_[0].payload, testing::ElementsAreArray(sent));
}

TEST_P(RawTunnel, GoesOnWithShortOnesAfterOneThatIsTooLongForTheLink) {
    RawTunnelSocket near_socket({GetParam()});
    EXPECT_TRUE(far_errors_->from(near_address_).empty());  // and the neighbours know each other
    run("ip link set near mtu 1280");
    far_.enter();
    run("ip link set far mtu 1280");
    const std::array payloads{payload_of(100, 1), payload_of(1400, 2), payload_of(1300, 3),
                              payload_of(1240, 4)};
    std::vector<TunnelDeparture> departures;
    for (const wire::Bytes& payload : payloads) {
        departures.push_back(to_near(payload));
    }
    for (std::size_t next = 0; next < departures.size();) {
        const Transferred sent = far_socket_->send(std::span(departures).subspan(next));
        ASSERT_TRUE(sent);
        next += *sent;
    }
    for (std::size_t received = 0; received < payloads.size();) {
        ASSERT_TRUE(becomes_readable(near_socket.descriptor()));
        const Transferred count = near_socket.receive(std::span(arrivals_).subspan(received));
        ASSERT_TRUE(count);
        received += *count;
    }
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        EXPECT_THAT(arrivals_[i].payload, testing::ElementsAreArray(payloads[i]));
    }
}

TEST_P(RawTunnel, SendsWholePacketsAgainByAnotherInterface) {
    RawTunnelSocket near_socket({GetParam()});
    const TunDevice narrow("narrow", TunDevice::Offloading::off);
    run("ip link set narrow addrgenmode none mtu 1280 up; ip -6 route add 2001:db8::/64 dev narrow "
        "metric 9999");
    const wire::Bytes payload = payload_of(1400);
    const TunnelDeparture wide{payload, {.local = near_address_, .remote = far_address_}};
    TunnelDeparture by_narrow = wide;
    by_narrow.path.interface = narrow.interface();
    EXPECT_EQ(near_socket.send(std::span(&by_narrow, 1)), 1U);
    EXPECT_EQ(near_socket.send(std::span(&wide, 1)), 1U);
    ASSERT_TRUE(becomes_readable(far_socket_->descriptor()));
    ASSERT_EQ(far_socket_->receive(arrivals_), 1U);
    EXPECT_THAT(arrivals_[0].payload, testing::ElementsAreArray(payload));
}

// It is asked once for a batch, so it must be asked again for the next one.
TEST_P(RawTunnel, RefusesAnAddressFromWhichItHasSentOnceThatIsGone) {
    run("ip addr add 2001:db8::11 dev near nodad");
    RawTunnelSocket near_socket({GetParam()});
    const wire::Bytes payload = payload_of(20);
    const TunnelDeparture departure{payload,
                                    {.local = address("2001:db8::11"), .remote = far_address_}};
    EXPECT_EQ(near_socket.send(std::span(&departure, 1)), 1U);
    run("ip addr del 2001:db8::11 dev near");
    EXPECT_EQ(near_socket.send(std::span(&departure, 1)).error(), std::errc::invalid_argument);
    run("ip addr add 2001:db8::11 dev near nodad");
    EXPECT_EQ(near_socket.send(std::span(&departure, 1)), 1U);
}

TEST_P(RawTunnel, SendsMoreThanFitIntoOneCall) {
    RawTunnelSocket near_socket({GetParam()});
    const wire::Bytes payload = payload_of(20);
    const std::vector<TunnelDeparture> departures(RawTunnelSocket::max_batch + 1, to_near(payload));
    EXPECT_EQ(far_socket_->send(departures), RawTunnelSocket::max_batch);
}

TEST_P(RawTunnel, SaysWhenABufferWasTooShort) {
    RawTunnelSocket near_socket({GetParam()});
    const wire::Bytes sent = payload_of(100);
    const TunnelDeparture departure = to_near(sent);
    ASSERT_EQ(far_socket_->send(std::span(&departure, 1)), 1U);
    ASSERT_TRUE(becomes_readable(near_socket.descriptor()));
    arrivals_[0].buffer = std::span(buffers_[0]).first(60);
    ASSERT_EQ(near_socket.receive(arrivals_), 1U);
    EXPECT_TRUE(arrivals_[0].cut_off);
    EXPECT_EQ(arrivals_[0].payload.size(), 60U);
}

TEST_P(RawTunnel, SendsWhatCanBeSentUpToTheFirstThatCannot) {
    const wire::Bytes payload = payload_of(20);
    TunnelDeparture foreign = to_near(payload);
    foreign.path.local = address("2001:db8::77");
    const std::array departures{to_near(payload), foreign, to_near(payload)};
    EXPECT_EQ(far_socket_->send(departures), 1U);
    EXPECT_EQ(far_socket_->send(std::span(departures).subspan(1)).error(),
              std::errc::invalid_argument);
}

TEST_P(RawTunnel, HearsItsOwnAddressOnlyIfToldSo) {
    run("ip addr add 2001:db8::11 dev near nodad");
    RawTunnelSocket near_socket({.protocol = GetParam(), .local = address("2001:db8::11")});
    const wire::Bytes payload = payload_of(20);
    TunnelDeparture to_second = to_near(payload);
    to_second.path.remote = address("2001:db8::11");
    ASSERT_EQ(far_socket_->send(std::array{to_near(payload), to_second}), 2U);
    ASSERT_TRUE(becomes_readable(near_socket.descriptor()));
    ASSERT_EQ(near_socket.receive(arrivals_), 1U);
    EXPECT_EQ(arrivals_[0].path.local, address("2001:db8::11"));
}

TEST_P(RawTunnel, SendsByTheInterfacesOfThePathsThoughOthersHaveBetterRoutes) {
    const TunDevice worse("worse", TunDevice::Offloading::off);
    run("ip link set worse addrgenmode none up; ip -6 route add 2001:db8::/64 dev worse metric "
        "9999");
    RawTunnelSocket near_socket({GetParam()});
    const wire::Bytes payload = payload_of(20);
    const TunnelDeparture anyhow{payload, {.local = near_address_, .remote = far_address_}};
    TunnelDeparture pinned = anyhow;
    pinned.path.interface = worse.interface();
    const std::array departures{pinned, pinned, anyhow};
    EXPECT_EQ(near_socket.send(departures), 2U);
    EXPECT_EQ(near_socket.send(std::span(departures).subspan(2)), 1U);
    EXPECT_EQ(packets_in(worse, GetParam()), 2U);
    ASSERT_TRUE(becomes_readable(far_socket_->descriptor()));
    EXPECT_EQ(far_socket_->receive(arrivals_), 1U);
}

TEST_P(RawTunnel, SaysWhenThePathsInterfaceIsGone) {
    const wire::Bytes payload = payload_of(20);
    TunnelDeparture departure{payload, {.local = near_address_, .remote = far_address_}};
    departure.path.interface.value = 4711;
    EXPECT_EQ(RawTunnelSocket({GetParam()}).send(std::span(&departure, 1)).error(),
              std::errc::no_such_device);
}

TEST_P(RawTunnel, MarksWhatItSends) {
    run("ip -6 rule add not fwmark 191 unreachable pref 1");
    const wire::Bytes payload = payload_of(20);
    const std::array departures{
        TunnelDeparture{payload, {.local = near_address_, .remote = far_address_}}};
    EXPECT_FALSE(RawTunnelSocket({GetParam()}).send(departures));
    EXPECT_TRUE(RawTunnelSocket({.protocol = GetParam(), .mark = 191}).send(departures));
}

// RFC 4443 §3.4, code 1: a node answers a next header that it does not know.
TEST_P(RawTunnel, SilencesTheKernelWhileItIsOpen) {
    const wire::Bytes payload = payload_of(20);
    const std::array departures{to_near(payload)};
    ASSERT_EQ(far_socket_->send(departures), 1U);
    const std::vector<std::uint8_t> without_socket = far_errors_->from(near_address_);
    if (GetParam() == NextHeader::ipv6 && without_socket.empty()) {
        GTEST_SKIP() << "tunnel6 is loaded: the kernel knows this next header";
    }
    ASSERT_THAT(without_socket, testing::ElementsAre(parameter_problem));
    const RawTunnelSocket near_socket({GetParam()});
    ASSERT_EQ(far_socket_->send(departures), 1U);
    EXPECT_THAT(far_errors_->from(near_address_), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Protocols, RawTunnel, testing::Values(NextHeader::esp, NextHeader::ipv6),
                         [](const auto& protocol) {
                             return protocol.param == NextHeader::esp ? "Esp" : "Ipv6InIpv6";
                         });

}  // namespace
}  // namespace godwit::platform
