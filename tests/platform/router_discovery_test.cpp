#include "shared/platform/router_discovery.hpp"

#include <netinet/icmp6.h>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/icmpv6.hpp"
#include "tests/platform/advertising_router.hpp"
#include "tests/platform/neighbor_witness.hpp"

namespace godwit::platform {
namespace {

class RouterDiscoveryTest : public OnALink {
  protected:
    RouterDiscoveryTest() : router_(far_, near_, "far") {}

    RouterDiscovery discovery_;
    const AdvertisingRouter router_;
};

TEST_F(RouterDiscoveryTest, HearsARouterAdvertisement) {
    const wire::RouterAdvertisement sent = AdvertisingRouter::advertisement();
    router_.advertise(sent);
    ASSERT_TRUE(becomes_readable(discovery_.descriptor()));
    const auto heard = discovery_.receive();
    ASSERT_TRUE(heard);
    const auto& router = std::get<AdvertisedRouter>(*heard);
    EXPECT_EQ(router.interface, interface_called("near"));
    EXPECT_EQ(router.router, AdvertisingRouter::link_local());
    EXPECT_EQ(router.advertisement, sent);
}

TEST_F(RouterDiscoveryTest, DoesNotBelieveOneFromBeyondTheLink) {  // RFC 4861 §6.1.2
    router_.advertise(AdvertisingRouter::advertisement(), 254);
    ASSERT_TRUE(becomes_readable(discovery_.descriptor()));
    EXPECT_EQ(discovery_.receive().error(), std::errc::bad_message);
}

TEST_F(RouterDiscoveryTest, WouldBlockWhereNobodyAdvertises) {
    EXPECT_EQ(discovery_.receive().error(), std::errc::operation_would_block);
}

TEST_F(RouterDiscoveryTest, SolicitsWithHopLimit255) {
    EXPECT_FALSE(discovery_.solicit(interface_called("near")));
    EXPECT_EQ(router_.solicited().hop_limit, 255);
}

// RFC 6275 §11.5.3: not from the home address, which is there as well on the home link.
TEST_F(RouterDiscoveryTest, SolicitsFromItsLinkLocalAddressWhereItHasOthers) {
    run("ip addr flush dev near");
    add_address("near", "2001:db8:f::9/64");
    add_address("near", "fe80::11/64");
    EXPECT_FALSE(discovery_.solicit(interface_called("near")));
    EXPECT_EQ(router_.solicited().source, address("fe80::11"));
}

TEST_F(RouterDiscoveryTest, SolicitsFromNoAddressWhereItsOwnAreTentative) {  // RFC 4861 §4.1
    run("ip addr flush dev near; ip addr add fe80::11/64 dev near");
    ASSERT_NE(run("ip addr show dev near").find("tentative"), std::string::npos);
    EXPECT_FALSE(discovery_.solicit(interface_called("near")));
    EXPECT_EQ(router_.solicited().hop_limit, 255);
}

TEST_F(RouterDiscoveryTest, SolicitsFromNoAddressWhereItsLinkLocalOneIsTentativeAndOthersAreNot) {
    run("ip addr flush dev near");
    add_address("near", "2001:db8:f::9/64");
    run("ip addr add fe80::11/64 dev near");
    ASSERT_NE(run("ip addr show dev near to fe80::11").find("tentative"), std::string::npos);
    EXPECT_FALSE(discovery_.solicit(interface_called("near")));
    EXPECT_EQ(router_.solicited().source, wire::Ipv6Address{});
}

TEST_F(RouterDiscoveryTest, SaysWhenItCannotSolicit) {
    EXPECT_TRUE(discovery_.solicit({4711}));
}

class RouterProbeTest : public RouterDiscoveryTest {
  protected:
    RouterProbeTest() {
        far_.enter();
        witness_.emplace("far");
        run("ip link set far address 02:00:00:00:00:0f");
        near_.enter();
        add_address("near", "fe80::11/64");
    }

    [[nodiscard]] RouterProbe probe() const {
        return {.interface = interface_called("near"),
                .router = AdvertisingRouter::link_local(),
                .router_link_layer = {2, 0, 0, 0, 0, 0xf},
                .source = address("fe80::11"),
                .source_link_layer = near_link_layer_};
    }

    std::optional<NeighborWitness> witness_;
};

TEST_F(RouterProbeTest, IsAUnicastNeighborSolicitationWithHopLimit255) {  // RFC 4861 §4.3
    ASSERT_FALSE(discovery_.probe(probe()));
    const auto seen = witness_->solicitation_of(AdvertisingRouter::link_local());
    ASSERT_TRUE(seen) << "RFC 4861 §7.1.1 has everybody discard it";
    EXPECT_EQ(seen->header.source, address("fe80::11"));
    EXPECT_EQ(seen->header.destination, AdvertisingRouter::link_local());
    EXPECT_EQ(seen->header.hop_limit, 255);
    EXPECT_EQ(seen->message.options.source_link_layer, near_link_layer_);
}

TEST_F(RouterProbeTest, IsAnsweredByTheRouter) {
    ASSERT_FALSE(discovery_.probe(probe()));
    ASSERT_TRUE(becomes_readable(discovery_.descriptor()));
    const auto heard = discovery_.receive();
    ASSERT_TRUE(heard);
    EXPECT_EQ(std::get<ReachableRouter>(*heard),
              (ReachableRouter{interface_called("near"), AdvertisingRouter::link_local()}));
}

TEST_F(RouterProbeTest, TakesNoAnswerOfWhoIsNoRouterAnyMore) {  // RFC 4861 §7.2.5
    far_.enter();
    run("echo 0 > /proc/sys/net/ipv6/conf/far/forwarding");
    near_.enter();
    ASSERT_FALSE(discovery_.probe(probe()));
    ASSERT_TRUE(becomes_readable(discovery_.descriptor()));
    EXPECT_EQ(discovery_.receive().error(), std::errc::bad_message);
}

// RFC 6059 §5.4: another router may well have the same link-local address.
TEST_F(RouterProbeTest, IsNotAnsweredByAnotherRouterOfThatAddress) {
    RouterProbe elsewhere = probe();
    elsewhere.router_link_layer = {2, 0, 0, 0, 0, 0xe};
    ASSERT_FALSE(discovery_.probe(elsewhere));
    ASSERT_FALSE(discovery_.probe(probe()));  // when this is answered, the first one will not be
    ASSERT_TRUE(becomes_readable(discovery_.descriptor()));
    EXPECT_TRUE(discovery_.receive());
    EXPECT_EQ(discovery_.receive().error(), std::errc::operation_would_block);
}

TEST_F(RouterProbeTest, IsRefusedOnALinkThatIsNotThere) {
    RouterProbe nowhere = probe();
    nowhere.interface = {4711};
    EXPECT_TRUE(discovery_.probe(nowhere));
}

}  // namespace
}  // namespace godwit::platform
