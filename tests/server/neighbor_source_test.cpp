#include "server/core/neighbor_source.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using test::ip;
using test::noon;

const wire::Ipv6Address link_local = ip("fe80::1");
const wire::Ipv6Address global = ip("2001:db8:f::1");
constexpr wire::LinkLayerAddress gateway{2, 0, 0, 0, 0, 2};
constexpr wire::LinkLayerAddress neighbour{2, 0, 0, 0, 0, 3};

mobility::NeighborPacket asked(const wire::LinkLayerAddress& by, bool by_multicast = true,
                               const wire::Ipv6Address& target = test::home.address) {
    return {.link_layer = by,
            .source = ip("fe80::2"),
            .destination = by_multicast ? mobility::solicited_node_group(target) : target,
            .message = wire::NeighborSolicitation{.target = target, .options = {}}};
}

NeighborSourceChoice choice(NeighborSource configured = {}) {
    NeighborSourceChoice result(configured);
    result.set({.link_layer = {}, .link_local = link_local, .global = global});
    return result;
}

TEST(NeighborSource, IsLinkLocalAtFirst) {
    EXPECT_EQ(choice().for_answer(noon, asked(gateway)), link_local);
}

TEST(NeighborSource, ChangesForAGatewayThatAsksOnAndOn) {
    NeighborSourceChoice source = choice();
    EXPECT_EQ(source.for_answer(noon, asked(gateway)), link_local);
    EXPECT_EQ(source.for_answer(noon + 1s, asked(gateway)), global);
    EXPECT_EQ(source.for_answer(noon + 2s, asked(gateway)), link_local);
}

TEST(NeighborSource, StaysWithWhatAGatewayTook) {
    NeighborSourceChoice source = choice();
    (void)source.for_answer(noon, asked(gateway));
    EXPECT_EQ(source.for_answer(noon + 1s, asked(gateway)), global);
    EXPECT_EQ(source.for_answer(noon + 2s, asked(gateway, false)), global);
    EXPECT_EQ(source.for_answer(noon + 1min, asked(gateway)), global);
    EXPECT_EQ(source.for_answer(noon + 1min, asked(gateway, true, ip("2001:db8:f::a"))), global);
}

TEST(NeighborSource, TakesItForNoRefusalWhenAGatewayAsksForAnotherAddress) {
    NeighborSourceChoice source = choice();
    (void)source.for_answer(noon, asked(gateway));
    EXPECT_EQ(source.for_answer(noon + 1s, asked(gateway, true, ip("2001:db8:f::a"))), link_local);
}

TEST(NeighborSource, TakesItForNoRefusalWhenAnotherAsks) {
    NeighborSourceChoice source = choice();
    (void)source.for_answer(noon, asked(gateway));
    EXPECT_EQ(source.for_answer(noon + 1s, asked(neighbour)), link_local);
}

TEST(NeighborSource, KeepsNeighboursApart) {
    NeighborSourceChoice source = choice();
    (void)source.for_answer(noon, asked(neighbour));
    (void)source.for_answer(noon + 10s, asked(gateway));
    EXPECT_EQ(source.for_answer(noon + 11s, asked(gateway)), global);
    EXPECT_EQ(source.for_answer(noon + 20s, asked(neighbour)), link_local);
}

TEST(NeighborSource, AnnouncementsTakeTurnsAndBeginWithWhatWasLearntLast) {
    NeighborSourceChoice source = choice();
    EXPECT_EQ(source.for_announcement(0), link_local);
    EXPECT_EQ(source.for_announcement(1), global);
    (void)source.for_answer(noon, asked(gateway));
    (void)source.for_answer(noon + 1s, asked(gateway));
    EXPECT_EQ(source.for_announcement(0), global);
    EXPECT_EQ(source.for_announcement(1), link_local);
}

TEST(NeighborSource, IsWhatIsThere) {
    NeighborSourceChoice source((NeighborSource()));
    EXPECT_FALSE(source.for_announcement(0));
    source.set({.link_layer = {}, .link_local = {}, .global = global});
    EXPECT_EQ(source.for_announcement(0), global);
}

TEST(NeighborSource, IsWhatTheConfigurationSays) {
    NeighborSourceChoice source = choice({.kind = NeighborSource::Kind::link_local});
    (void)source.for_answer(noon, asked(gateway));
    EXPECT_EQ(source.for_answer(noon + 1s, asked(gateway)), link_local);
    NeighborSourceChoice fixed =
        choice({.kind = NeighborSource::Kind::fixed, .address = ip("2001:db8:f::77")});
    EXPECT_EQ(fixed.for_answer(noon, asked(gateway)), ip("2001:db8:f::77"));
    EXPECT_EQ(fixed.for_announcement(1), ip("2001:db8:f::77"));
}

TEST(NeighborSource, RemembersNoMoreNeighboursThanItsLimit) {
    NeighborSourceChoice source = choice();
    (void)source.for_answer(noon, asked(neighbour));
    EXPECT_EQ(source.for_answer(noon + 1s, asked(neighbour)), global);
    EXPECT_EQ(source.for_answer(noon + 2s, asked(neighbour)), link_local);
    (void)source.for_answer(noon + 10s, asked(gateway));
    EXPECT_EQ(source.for_answer(noon + 11s, asked(gateway)), global);
    for (std::uint8_t other = 0; other < NeighborSourceChoice::max_neighbours; ++other) {
        (void)source.for_answer(noon + 20s, asked({4, 0, 0, 0, 0, other}, false));
    }
    EXPECT_EQ(source.for_answer(noon + 30s, asked(neighbour)), global) << "as a new one is";
}

}  // namespace
}  // namespace godwit::server
