#include "shared/platform/signalling_socket.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

#include <array>

#include "shared/platform/socket_options.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/platform/signalling_fixture.hpp"

namespace godwit::platform {
namespace {

class SignallingSocketTest : public Signalling {
  protected:
    // The next packet that the near machine's socket hears.
    [[nodiscard]] wire::Bytes heard() {
        if (!becomes_readable(near_socket_.descriptor())) {
            return {};
        }
        const auto arrival = near_socket_.receive(buffer_);
        require("receive", arrival ? std::error_code{} : arrival.error());
        EXPECT_EQ(arrival->interface, interface_called("near"));
        return {arrival->packet.begin(), arrival->packet.end()};
    }

    // From the far machine, as it is.
    void send_frame(const wire::Bytes& packet, const std::array<std::uint8_t, 6>& link_layer) {
        far_.enter();
        const FileDescriptor link = open_socket(AF_PACKET, SOCK_DGRAM, 0);
        sockaddr_ll to{};
        to.sll_family = AF_PACKET;
        to.sll_protocol = htons(ETH_P_IPV6);
        to.sll_ifindex = static_cast<int>(interface_called("far").value);
        to.sll_halen = static_cast<unsigned char>(link_layer.size());
        std::ranges::copy(link_layer, std::begin(to.sll_addr));
        check_syscall("send a frame", ::sendto(link.number(), packet.data(), packet.size(), 0,
                                               reinterpret_cast<const sockaddr*>(&to), sizeof to));
        near_.enter();
    }

    [[nodiscard]] wire::Bytes from(const wire::Ipv6Address& source) const {
        return wire::SignallingPacket{
            .source = source, .destination = far_address_, .mobility_header = wire::Bytes(8)}
            .serialize();
    }
    [[nodiscard]] wire::Bytes to_far() const { return from(near_address_); }

    std::array<std::uint8_t, 4096> buffer_{};
    const SignallingSocket near_socket_{0};
    const SignallingGuard guard_{"godwit", to_near_};
};

TEST_F(SignallingSocketTest, HearsABindingUpdateWithAHomeAddressOption) {
    ASSERT_FALSE(far_socket_->send(binding_update(), {}));
    EXPECT_EQ(heard(), binding_update());
    EXPECT_THAT(far_errors_->from(near_address_), testing::IsEmpty());
}

TEST_F(SignallingSocketTest, HearsABindingAcknowledgementWithAType2RoutingHeader) {
    ASSERT_FALSE(far_socket_->send(binding_acknowledgement(), {}));
    EXPECT_EQ(heard(), binding_acknowledgement());
    EXPECT_THAT(far_errors_->from(near_address_), testing::IsEmpty());
}

TEST_F(SignallingSocketTest, HearsAMobilityHeaderRightBehindTheIpv6Header) {
    ASSERT_FALSE(far_socket_->send(plain_binding_update(), {}));
    EXPECT_EQ(heard(), plain_binding_update());
}

TEST_F(SignallingSocketTest, HearsNothingElse) {
    EXPECT_THAT(far_errors_->from(near_address_), testing::IsEmpty());  // an echo comes and goes
    EXPECT_EQ(near_socket_.receive(buffer_).error(), std::errc::operation_would_block);
}

TEST_F(SignallingSocketTest, DoesNotHearWhatThisMachineSends) {
    far_.enter();
    const SignallingSocket listener(0);
    near_.enter();
    ASSERT_FALSE(far_socket_->send(binding_update(), {}));
    EXPECT_EQ(heard(), binding_update());
    EXPECT_EQ(listener.receive(buffer_).error(), std::errc::operation_would_block);
}

TEST_F(SignallingSocketTest, LeavesOutWhatTheLinkHasPadded) {
    wire::Bytes padded = binding_update();
    padded.insert(padded.end(), 6, 0xaa);
    send_frame(padded, near_link_layer_);
    EXPECT_EQ(heard(), binding_update());
}

TEST_F(SignallingSocketTest, DoesNotHearFramesForOtherMachines) {
    run("ip link set near promisc on");
    send_frame(plain_binding_update(), {2, 0, 0, 0, 0, 0x77});
    send_frame(binding_update(), near_link_layer_);
    EXPECT_EQ(heard(), binding_update());
}

TEST_F(SignallingSocketTest, SendsByTheInterfaceItIsToldThoughAnotherHasABetterRoute) {
    const TunDevice worse("worse", TunDevice::Offloading::off);
    run("ip link set worse addrgenmode none up; ip -6 route add 2001:db8::/64 dev worse metric "
        "9999");
    EXPECT_FALSE(near_socket_.send(to_far(), worse.interface()));
    EXPECT_EQ(packets_in(worse, wire::NextHeader::mobility), 1U);
}

TEST_F(SignallingSocketTest, SendsByNoOtherInterfaceThanItIsTold) {
    EXPECT_EQ(near_socket_.send(to_far(), interface_called("lo")), std::errc::network_unreachable);
}

TEST_F(SignallingSocketTest, SendsFromAnAddressThatTheInterfaceDoesNotHaveYet) {
    EXPECT_FALSE(near_socket_.send(from(address("2001:db8::9")), interface_called("near")));
}

TEST_F(SignallingSocketTest, MarksWhatItSends) {
    run("ip -6 rule add not fwmark 191 unreachable pref 1");
    EXPECT_TRUE(near_socket_.send(to_far(), {}));
    EXPECT_FALSE(SignallingSocket(191).send(to_far(), {}));
}

}  // namespace
}  // namespace godwit::platform
