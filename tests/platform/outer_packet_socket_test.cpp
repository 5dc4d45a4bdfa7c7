#include "shared/platform/outer_packet_socket.hpp"

#include <array>
#include <numeric>

#include "shared/platform/raw_tunnel_socket.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

wire::Bytes payload_of(std::size_t octets) {
    wire::Bytes payload(octets);
    std::iota(payload.begin(), payload.end(), std::uint8_t{0x80});
    return payload;
}

class OuterPackets : public OnALink {};

TEST_F(OuterPackets, ComeInOnePieceToARawTunnelSocketThoughSentInFragments) {
    far_.enter();
    RawTunnelSocket far_socket({.protocol = wire::NextHeader::esp});
    near_.enter();
    const wire::Bytes sent = payload_of(3000);
    EXPECT_FALSE(
        OuterPacketSocket(0).send({.path = {.local = near_address_, .remote = far_address_},
                                   .payload = sent,
                                   .longest = 600}));
    std::array<std::uint8_t, 4096> buffer{};
    TunnelArrival arrival{.buffer = buffer};
    ASSERT_TRUE(becomes_readable(far_socket.descriptor()));
    ASSERT_EQ(far_socket.receive(std::span(&arrival, 1)), 1U);
    EXPECT_THAT(arrival.payload, testing::ElementsAreArray(sent));
    EXPECT_EQ(arrival.path.remote, near_address_);
}

TEST_F(OuterPackets, KeepTheirTrafficClassThoughSentInFragments) {  // RFC 3168 §5.3
    far_.enter();
    RawTunnelSocket far_socket({.protocol = wire::NextHeader::esp});
    near_.enter();
    const wire::Bytes sent = payload_of(3000);
    EXPECT_FALSE(
        OuterPacketSocket(0).send({.path = {.local = near_address_, .remote = far_address_},
                                   .payload = sent,
                                   .traffic_class = 0xba,
                                   .longest = 600}));
    std::array<std::uint8_t, 4096> buffer{};
    TunnelArrival arrival{.buffer = buffer};
    ASSERT_TRUE(becomes_readable(far_socket.descriptor()));
    ASSERT_EQ(far_socket.receive(std::span(&arrival, 1)), 1U);
    EXPECT_EQ(arrival.traffic_class, 0xba);
}

TEST_F(OuterPackets, LeaveFromOwnAddressesOnly) {
    const wire::Bytes sent = payload_of(30);
    OuterPacketSocket socket(0);
    EXPECT_EQ(
        socket.send({.path = {.local = far_address_, .remote = far_address_}, .payload = sent}),
        std::errc::invalid_argument);
}

TEST_F(OuterPackets, AreMarked) {
    run("ip -6 rule add not fwmark 191 unreachable pref 1");
    const wire::Bytes sent = payload_of(30);
    const OuterPacket packet{.path = {.local = near_address_, .remote = far_address_},
                             .payload = sent};
    EXPECT_TRUE(OuterPacketSocket(0).send(packet));
    EXPECT_FALSE(OuterPacketSocket(191).send(packet));
}

}  // namespace
}  // namespace godwit::platform
