// RFC 4429: an address may be used while its duplicate address detection still runs.

#include <gmock/gmock.h>

#include "shared/platform/candidates.hpp"
#include "shared/platform/network_monitor.hpp"
#include "tests/platform/advertising_router.hpp"

namespace godwit::platform {
namespace {

class OptimisticAddress : public OnALink {
  protected:
    OptimisticAddress() : router_(far_, near_, "far") {
        run("cd /proc/sys/net/ipv6/conf/near; echo 1 > accept_dad; echo 1 > optimistic_dad;"
            "echo 1 > use_optimistic; echo 1 > accept_ra; ip link set near addrgenmode eui64;"
            "echo 10000 > ../../neigh/near/retrans_time_ms");  // detection takes 10 s
    }

    void advertise() const {
        wire::RouterAdvertisement advertisement = AdvertisingRouter::advertisement();
        advertisement.options.source_link_layer = wire::LinkLayerAddress{2, 0, 0, 0, 0, 0xf};
        advertisement.options.prefixes.push_back(
            {.prefix = wire::Prefix::parse("2001:db8:a::/64").value(),
             .on_link = true,
             .autonomous = true,
             .valid_lifetime = wire::Seconds(3600),
             .preferred_lifetime = wire::Seconds(1800)});
        router_.advertise(advertisement);
    }

    [[nodiscard]] static std::optional<mobility::CandidateAddress> offered(
        const NetworkSnapshot& network) {
        const auto found = candidates(network, {.home_agent = {address("2001:db8:f::1")},
                                                .home = {address("2001:db8:f::9")},
                                                .ipv4_home = std::nullopt,
                                                .tunnel = {}});
        const auto made = std::ranges::find(found, address("2001:db8:a::ff:fe00:1"),
                                            &mobility::CandidateAddress::address);
        return made != found.end() ? std::optional(*made) : std::nullopt;
    }

    static bool is_in_detection() {
        return run("ip -6 addr show dev near tentative").find("2001:db8:a::ff:fe00:1") !=
               std::string::npos;
    }

    AdvertisingRouter router_;
    NetworkMonitor monitor_;
};

TEST_F(OptimisticAddress, IsOfferedLongBeforeItsDetectionIsOver) {
    advertise();
    std::optional<mobility::CandidateAddress> care_of;
    ASSERT_TRUE(comes_true(monitor_, [&](const NetworkSnapshot& network) {
        care_of = offered(network);
        return care_of.has_value();
    }));
    EXPECT_FALSE(care_of->tentative);
    EXPECT_TRUE(is_in_detection());
}

// It knows the router's link-layer address from the advertisement, and must not ask for others'.
TEST_F(OptimisticAddress, CanSendThroughTheRouter) {
    far_.enter();
    run("ip link set far address 02:00:00:00:00:0f");
    add_address("far", "2001:db8:a::1/64");
    add_address("far", "2001:db8:f::1/128");
    near_.enter();
    advertise();
    ASSERT_TRUE(comes_true(
        monitor_, [](const NetworkSnapshot& network) { return offered(network).has_value(); }));
    // Not all of one ping: what is lost while the router asks for the address does not come again.
    run("for try in 1 2 3 4; do ping -n -c 1 -W 0.2 -I 2001:db8:a::ff:fe00:1 2001:db8:f::1 && "
        "exit; "
        "done; exit 1");
    EXPECT_TRUE(is_in_detection());
}

TEST_F(OptimisticAddress, IsTentativeWithoutOptimism) {
    run("echo 0 > /proc/sys/net/ipv6/conf/near/optimistic_dad");
    advertise();
    std::optional<mobility::CandidateAddress> care_of;
    ASSERT_TRUE(comes_true(monitor_, [&](const NetworkSnapshot& network) {
        care_of = offered(network);
        return care_of.has_value();
    }));
    EXPECT_TRUE(care_of->tentative);
}

}  // namespace
}  // namespace godwit::platform
