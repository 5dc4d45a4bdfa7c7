#include "shared/platform/neighbor_announcement.hpp"

#include "tests/platform/neighbor_witness.hpp"

namespace godwit::platform {
namespace {

class NeighborAnnouncement : public OnALink {
  protected:
    NeighborAnnouncement() {
        far_.enter();
        witness_.emplace("far");
        near_.enter();
    }

    const wire::Ipv6Address home_ = address("2001:db8::9");
    std::optional<NeighborWitness> witness_;
};

TEST_F(NeighborAnnouncement, IsAnUnsolicitedOverridingAdvertisementToAllNodes) {
    ASSERT_FALSE(announce(interface_called("near"), home_));
    const auto seen = witness_->advertisement_of(home_);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->header.source, near_address_);
    EXPECT_EQ(seen->header.destination, address("ff02::1"));
    EXPECT_EQ(seen->header.hop_limit, 255);
    wire::NeighborAdvertisement expected{
        .router = false, .solicited = false, .overrides = true, .target = home_};
    expected.options.target_link_layer = near_link_layer_;
    EXPECT_EQ(seen->advertisement, expected);
}

TEST_F(NeighborAnnouncement, ChangesWhatANeighborRemembersAtOnce) {
    far_.enter();
    run("ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:99 nud reachable dev far");
    near_.enter();
    ASSERT_FALSE(announce(interface_called("near"), home_));
    run("ping -n -c 1 -W 20 2001:db8::2");  // once this is answered, all before it has been read
    far_.enter();
    EXPECT_NE(run("ip neigh show 2001:db8::9").find("lladdr 02:00:00:00:00:01"), std::string::npos);
}

TEST_F(NeighborAnnouncement, NeedsALinkWithLinkLayerAddresses) {
    EXPECT_EQ(announce(interface_called("lo"), home_), std::errc::not_supported);
}

TEST_F(NeighborAnnouncement, NeedsAnInterface) {
    EXPECT_EQ(announce({4711}, home_), std::errc::no_such_device_or_address);
}

}  // namespace
}  // namespace godwit::platform
