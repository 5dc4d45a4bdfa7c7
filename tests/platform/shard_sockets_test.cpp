// The kernel gives each shard's sockets what is of that shard.

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using mobility::Encapsulation;
using mobility::Path;
using mobility::SessionId;
using mobility::Shard;
using mobility::Shards;

constexpr int patience = 20'000;  // milliseconds

wire::Bytes sealed_by(std::uint32_t spi) {
    wire::Bytes payload;
    wire::Writer out(payload);
    out.integer(spi);
    payload.resize(40);
    return payload;
}

wire::Bytes in_clear(const wire::Ipv6Address& home) {
    wire::Bytes payload;
    wire::Writer out(payload);
    out.integer(std::uint32_t{0x60000000});
    out.integer(std::uint32_t{0x00003b40});
    out.bytes(home.octets);
    out.bytes(address("2001:db8:f::1").octets);
    return payload;
}

struct Room {
    std::array<std::array<std::uint8_t, 2048>, 4> buffers{};
    std::array<TunnelArrival, 4> arrivals;

    Room() {
        for (std::size_t i = 0; i < arrivals.size(); ++i) {
            arrivals[i].buffer = buffers[i];
        }
    }
};

class ShardSockets : public OnALink {
  protected:
    const Shards shards_{3};
    Room room_;
};

class UdpShardSockets : public ShardSockets, public testing::WithParamInterface<const char*> {
  protected:
    UdpShardSockets() {
        far_.enter();
        run("ip addr add 192.0.2.2/24 dev far");
        far_sockets_ = UdpTunnelSocket::for_shards({.port = 4191, .coalesced = true}, shards_);
        near_.enter();
        run("ip addr add 192.0.2.1/24 dev near");
    }

    // The number of the only shard whose socket it comes to.
    std::uint16_t shard_that_gets(const wire::Bytes& payload) {
        const bool is_ipv4 = address(GetParam()).mapped_ipv4().has_value();
        const TunnelDeparture departure{
            payload,
            {.encapsulation = Encapsulation::udp,
             .local = is_ipv4 ? address("::ffff:192.0.2.1") : near_address_,
             .remote = address(GetParam()),
             .remote_port = 4191}};
        EXPECT_EQ(near_socket_.send(std::span(&departure, 1)), 1U);
        std::vector<pollfd> polled;
        for (const UdpTunnelSocket& socket : far_sockets_) {
            for (const int descriptor : socket.descriptors()) {
                polled.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
            }
        }
        EXPECT_EQ(::poll(polled.data(), polled.size(), patience), 1);
        std::uint16_t gets = Shards::most;
        for (std::uint16_t number = 0; number < far_sockets_.size(); ++number) {
            if (const auto count = far_sockets_[number].receive(room_.arrivals); count == 1U) {
                gets = number;
            }
        }
        return gets;
    }
    void expect_each_to_its_own() {
        for (std::uint32_t spi = 0x80000000; spi < 0x80000006; ++spi) {
            EXPECT_EQ(shard_that_gets(sealed_by(spi)), shards_.of(SessionId{spi}).number);
        }
        for (int number = 1; number < 7; ++number) {
            const auto home = address(("2001:db8:f::" + std::to_string(number)).c_str());
            EXPECT_EQ(shard_that_gets(in_clear(home)), shards_.of(wire::HomeAddress{home}).number);
        }
        EXPECT_EQ(shard_that_gets(wire::Bytes(1, 0xff)), 0);
        EXPECT_EQ(shard_that_gets(wire::Bytes(40, 0x45)), 0);
    }
    // From the socket of each shard, by this interface.
    void send_from_each(mobility::InterfaceIndex interface) {
        const wire::Bytes payload = sealed_by(0x80000000);
        const bool is_ipv4 = address(GetParam()).mapped_ipv4().has_value();
        const TunnelDeparture departure{
            payload,
            {.encapsulation = Encapsulation::udp,
             .interface = interface,
             .local = address(GetParam()),
             .remote = is_ipv4 ? address("::ffff:192.0.2.1") : near_address_,
             .remote_port = near_socket_.port()}};
        for (UdpTunnelSocket& socket : far_sockets_) {
            EXPECT_EQ(socket.send(std::span(&departure, 1)), 1U);
            EXPECT_EQ(next_at_near().remote_port, 4191);
        }
    }
    Path next_at_near() {
        const auto [one, other] = near_socket_.descriptors();
        std::array polled{pollfd{.fd = one, .events = POLLIN, .revents = 0},
                          pollfd{.fd = other, .events = POLLIN, .revents = 0}};
        EXPECT_GT(::poll(polled.data(), polled.size(), patience), 0);
        EXPECT_EQ(near_socket_.receive(room_.arrivals), 1U);
        return room_.arrivals[0].path;
    }

    std::vector<UdpTunnelSocket> far_sockets_;
    UdpTunnelSocket near_socket_{(near_.enter(), UdpTunnelSocket::Options{})};
};

TEST_P(UdpShardSockets, HaveOnePort) {
    ASSERT_EQ(far_sockets_.size(), 3U);
    for (const UdpTunnelSocket& socket : far_sockets_) {
        EXPECT_EQ(socket.port(), 4191);
    }
    far_.enter();
    EXPECT_THROW(UdpTunnelSocket({.port = 4191}), std::system_error);
}

TEST_P(UdpShardSockets, HearWhatIsOfTheirShardAlone) {
    expect_each_to_its_own();
}

// A socket that is bound to an interface is otherwise preferred for what comes by it.
TEST_P(UdpShardSockets, HearItTooWhenOthersSendByAnInterface) {
    far_.enter();
    const auto interface = interface_called("far");
    near_.enter();
    send_from_each(interface);
    expect_each_to_its_own();
    send_from_each({});
    expect_each_to_its_own();
}

INSTANTIATE_TEST_SUITE_P(IpVersions, UdpShardSockets,
                         testing::Values("2001:db8::2", "::ffff:192.0.2.2"), [](const auto& far) {
                             return std::string(far.param).contains('.') ? "Ipv4" : "Ipv6";
                         });

class RawShardSockets : public ShardSockets {
  protected:
    std::vector<RawTunnelSocket> sockets_of(wire::NextHeader protocol) {
        far_.enter();
        std::vector<RawTunnelSocket> sockets;
        for (std::uint16_t number = 0; number < shards_.count(); ++number) {
            sockets.push_back(
                RawTunnelSocket({.protocol = protocol, .shards = shards_, .shard = {number}}));
        }
        near_.enter();
        return sockets;
    }
    void send(wire::NextHeader protocol, const wire::Bytes& payload) {
        const TunnelDeparture departure{payload, {.local = near_address_, .remote = far_address_}};
        EXPECT_EQ(RawTunnelSocket({protocol}).send(std::span(&departure, 1)), 1U);
    }
    void expect_at(std::vector<RawTunnelSocket>& sockets, std::uint16_t right) {
        ASSERT_TRUE(becomes_readable(sockets[right].descriptor()));
        for (std::uint16_t number = 0; number < sockets.size(); ++number) {
            const auto count = sockets[number].receive(room_.arrivals);
            EXPECT_EQ(count.value_or(0), number == right ? 1U : 0U) << number;
        }
    }
};

TEST_F(RawShardSockets, HearEspOfTheirShardAlone) {
    auto sockets = sockets_of(wire::NextHeader::esp);
    for (std::uint32_t spi = 0x80000000; spi < 0x80000006; ++spi) {
        send(wire::NextHeader::esp, sealed_by(spi));
        expect_at(sockets, shards_.of(SessionId{spi}).number);
    }
}

TEST_F(RawShardSockets, LeaveWhatIsPlainToTheFirst) {
    auto sockets = sockets_of(wire::NextHeader::ipv6);
    for (const char* home : {"2001:db8:f::1", "2001:db8:f::2", "2001:db8:f::3"}) {
        send(wire::NextHeader::ipv6, in_clear(address(home)));
        expect_at(sockets, 0);
    }
}

}  // namespace
}  // namespace godwit::platform
