#include "shared/platform/tun_steering.hpp"

#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/platform/interface_config.hpp"
#include "tests/platform/bpf_machines.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using mobility::Shard;
using mobility::Shards;

const wire::Prefix pool = wire::Prefix::parse_ipv4("10.19.0.0/24").value();

wire::Ipv6Address home(int number) {
    return address(
        ("2001:db8:f::" + std::to_string(number) + ":" + std::to_string(7 * number)).c_str());
}

wire::Bytes packet_to(const wire::Ipv6Address& destination) {
    wire::Bytes packet;
    wire::Writer out(packet);
    out.integer(std::uint32_t{0x60000000});
    out.integer(std::uint32_t{0x00003b40});
    out.bytes(address("2001:db8:c::1").octets);
    out.bytes(destination.octets);
    return packet;
}

wire::Bytes ipv4_packet_to(std::uint8_t host) {
    wire::Bytes packet(20, 0);
    packet[0] = 0x45;
    packet[16] = 10;
    packet[17] = 19;
    packet[19] = host;
    return packet;
}

// The kernel takes 16 bits of the result.
std::uint16_t queue_of(const wire::Bytes& packet, std::span<const std::uint8_t> places,
                       Shards shards) {
    const auto program = tun_steering_program(Ipv4Places{.map = 3, .pool_bits = 8});
    const auto result = static_cast<std::uint16_t>(run_extended(program, packet, places));
    return static_cast<std::uint16_t>(result % shards.count());
}

TEST(TunSteeringProgram, FindsTheShardOfAHomeAddress) {
    const std::array<std::uint8_t, 256> places{};
    for (const std::size_t count : {1U, 2U, 3U, 16U}) {
        const Shards shards(count);
        for (int number = 1; number < 100; ++number) {
            EXPECT_EQ(queue_of(packet_to(home(number)), places, shards),
                      shards.of(wire::HomeAddress{home(number)}).number);
        }
    }
}

TEST(TunSteeringProgram, FindsTheShardOfAnIpv4HomeAddressWhereItIsSaid) {
    std::array<std::uint8_t, 256> places{};
    places[5] = 2;
    EXPECT_EQ(queue_of(ipv4_packet_to(5), places, Shards(3)), 2);
    EXPECT_EQ(queue_of(ipv4_packet_to(6), places, Shards(3)), 0);
}

TEST(TunSteeringProgram, GivesAllElseToTheFirstShard) {
    const std::array<std::uint8_t, 256> places{};
    EXPECT_EQ(queue_of(wire::Bytes{}, places, Shards(3)), 0);
    EXPECT_EQ(queue_of(wire::Bytes(40, 0x20), places, Shards(3)), 0);
    wire::Bytes cut_off = packet_to(home(9));
    cut_off.resize(39);
    EXPECT_EQ(queue_of(cut_off, places, Shards(3)), 0);
    const auto without_pool = tun_steering_program(std::nullopt);
    EXPECT_EQ(run_extended(without_pool, ipv4_packet_to(5), {}), 0U);
}

class TunSteeringInTheKernel : public InNamespace {
  protected:
    // Nobody but root may load such a program.
    void SetUp() override {
        if (!steering_) {
            GTEST_SKIP() << "the kernel refuses the program: " << steering_.error().message();
        }
    }

    const std::expected<TunSteering, std::error_code> steering_ = TunSteering::load(pool);
};

// How many packets of UDP have come to a queue.
std::size_t packets_at(const TunDevice& queue) {
    return packets_in(queue, wire::NextHeader::udp);
}

TEST_F(TunSteeringInTheKernel, PutsEachPacketIntoTheQueueOfItsShard) {
    const Shards shards(3);
    std::vector<TunDevice> queues;
    queues.emplace_back("godwit", TunDevice::Offloading::on, TunDevice::Queues::several);
    queues.push_back(queues.front().another_queue());
    queues.push_back(queues.front().another_queue());
    ASSERT_FALSE(steering_->attach(queues.front()));
    run("ip link set godwit addrgenmode none; ip link set godwit up;"
        "ip addr add 2001:db8:c::1/128 dev lo nodad; ip -6 route add 2001:db8:f::/64 dev godwit");
    for (int number = 1; number <= 12; ++number) {
        run("bash -c 'echo > /dev/udp/" + home(number).text() + "/9'");
        const std::uint16_t right = shards.of(wire::HomeAddress{home(number)}).number;
        ASSERT_TRUE(becomes_readable(queues[right].descriptor()));
        for (std::uint16_t queue = 0; queue < shards.count(); ++queue) {
            EXPECT_EQ(packets_at(queues[queue]), queue == right ? 1U : 0U) << number;
        }
    }
}

TEST_F(TunSteeringInTheKernel, PutsAllIntoTheFirstQueueUntilThereAreOthers) {
    const TunDevice first("godwit", TunDevice::Offloading::on, TunDevice::Queues::several);
    ASSERT_FALSE(steering_->attach(first));
    run("ip link set godwit addrgenmode none; ip link set godwit up;"
        "ip addr add 2001:db8:c::1/128 dev lo nodad; ip -6 route add 2001:db8:f::/64 dev godwit");
    for (int number = 1; number <= 6; ++number) {
        run("bash -c 'echo > /dev/udp/" + home(number).text() + "/9'");
        ASSERT_TRUE(becomes_readable(first.descriptor()));
        EXPECT_EQ(packets_at(first), 1U) << number;
    }
    const TunDevice second = first.another_queue();
    const auto of_second = home(1).text();
    ASSERT_EQ(Shards(2).of(wire::HomeAddress{home(1)}), Shard{1});
    run("bash -c 'echo > /dev/udp/" + of_second + "/9'");
    ASSERT_TRUE(becomes_readable(second.descriptor()));
    EXPECT_EQ(packets_at(second), 1U);
}

TEST_F(TunSteeringInTheKernel, PutsIpv4IntoTheQueueThatItWasLedTo) {
    std::vector<TunDevice> queues;
    queues.emplace_back("godwit", TunDevice::Offloading::on, TunDevice::Queues::several);
    queues.push_back(queues.front().another_queue());
    ASSERT_FALSE(steering_->attach(queues.front()));
    run("ip link set godwit addrgenmode none; ip link set godwit up;"
        "ip addr add 10.19.0.1/32 dev godwit; ip route add 10.19.0.0/24 dev godwit");
    steering_->lead(wire::Ipv4Address::parse("10.19.0.5").value(), Shard{1});
    std::array<std::uint8_t, 2048> buffer{};
    run("bash -c 'echo > /dev/udp/10.19.0.5/9'");
    ASSERT_TRUE(becomes_readable(queues[1].descriptor()));
    EXPECT_TRUE(queues[1].read(buffer));
    EXPECT_EQ(buffer[0], 0x45);
    run("bash -c 'echo > /dev/udp/10.19.0.6/9'");
    ASSERT_TRUE(becomes_readable(queues[0].descriptor()));
    EXPECT_TRUE(queues[0].read(buffer));
    EXPECT_EQ(buffer[0], 0x45);
}

TEST_F(TunSteeringInTheKernel, WantsAPoolThatAMapHasRoomFor) {
    const auto refused = TunSteering::load(wire::Prefix::parse_ipv4("10.0.0.0/8").value());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), std::errc::value_too_large);
    EXPECT_TRUE(TunSteering::load(wire::Prefix::parse_ipv4("10.64.0.0/10").value()));
    EXPECT_TRUE(TunSteering::load(wire::Prefix::parse_ipv4("10.19.0.0/30").value()));
    EXPECT_TRUE(TunSteering::load(std::nullopt));
}

}  // namespace
}  // namespace godwit::platform
