#include "shared/platform/router_discovery.hpp"

#include <netinet/icmp6.h>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/icmpv6.hpp"
#include "tests/platform/advertising_router.hpp"

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
    EXPECT_EQ(heard->interface, interface_called("near"));
    EXPECT_EQ(heard->router, AdvertisingRouter::link_local());
    EXPECT_EQ(heard->advertisement, sent);
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
    EXPECT_EQ(router_.solicited(), 255);
}

TEST_F(RouterDiscoveryTest, SaysWhenItCannotSolicit) {
    EXPECT_TRUE(discovery_.solicit({4711}));
}

}  // namespace
}  // namespace godwit::platform
