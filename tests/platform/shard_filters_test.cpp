#include "shared/platform/shard_filters.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/platform/bpf_machines.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using mobility::SessionId;
using mobility::Shard;
using mobility::Shards;

constexpr std::uint32_t passed = 0xffffffff;

wire::Bytes esp_packet(std::uint32_t spi) {
    wire::Bytes packet;
    wire::Writer out(packet);
    out.integer(spi);
    out.integer(std::uint32_t{1});
    packet.resize(60);
    return packet;
}

wire::Bytes packet_from(const wire::Ipv6Address& home) {
    wire::Bytes packet;
    wire::Writer out(packet);
    out.integer(std::uint32_t{0x60000000});
    out.integer(std::uint32_t{0x00003b40});
    out.bytes(home.octets);
    out.bytes(address("2001:db8:f::1").octets);
    return packet;
}

std::uint32_t chosen(Shards shards, const wire::Bytes& payload) {
    return run_classic(udp_shard_filter(shards), payload);
}

class ShardFilters : public testing::TestWithParam<std::size_t> {
  protected:
    const Shards shards_{GetParam()};
};

TEST_P(ShardFilters, GiveEspInUdpToTheShardOfItsSpi) {
    for (const std::uint32_t spi : {0x80000000U, 0x80000001U, 0x9abcdef0U, 0xfffffffeU, ~0U}) {
        EXPECT_EQ(chosen(shards_, esp_packet(spi)), shards_.of(SessionId{spi}).number);
    }
}

TEST_P(ShardFilters, GiveWhatIsInClearToTheShardOfItsHomeAddress) {
    for (int number = 1; number < 100; ++number) {
        const auto home = address(
            ("2001:db8:f::" + std::to_string(number) + ":" + std::to_string(7 * number)).c_str());
        EXPECT_EQ(chosen(shards_, packet_from(home)), shards_.of(wire::HomeAddress{home}).number);
    }
}

TEST_P(ShardFilters, GiveAllElseInUdpToTheFirstShard) {
    wire::Bytes ipv4(60, 0xab);
    ipv4[0] = 0x45;
    wire::Bytes cut_off = packet_from(address("2001:db8:f::9"));
    cut_off.resize(23);
    for (const wire::Bytes& payload : {wire::Bytes{}, wire::Bytes{0xff}, wire::Bytes(3, 0xff), ipv4,
                                       cut_off, wire::Bytes(60, 0x20)}) {
        EXPECT_EQ(chosen(shards_, payload), 0U);
    }
}

TEST_P(ShardFilters, PassEspToTheShardOfItsSpiAlone) {
    for (std::uint32_t spi = 0x80000000; spi < 0x80000040; ++spi) {
        for (std::uint16_t number = 0; number < shards_.count(); ++number) {
            const bool is_its_own = shards_.of(SessionId{spi}) == Shard{number};
            EXPECT_EQ(run_classic(esp_shard_filter(shards_, {number}), esp_packet(spi)),
                      is_its_own ? passed : 0U);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Counts, ShardFilters, testing::Values(2, 3, 16));

TEST(ClosedFilter, PassesNothing) {
    EXPECT_EQ(run_classic(closed_filter(), esp_packet(0x80000000)), 0U);
}

}  // namespace
}  // namespace godwit::platform
