#include "shared/platform/neighbor_proxy.hpp"

#include "tests/platform/neighbor_witness.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint8_t somebody = 77;
constexpr std::uint8_t somebody_else = 78;

class NeighborProxyTest : public OnALink {
  protected:
    NeighborProxyTest() {
        run("cd /proc/sys/net/ipv6; echo 1 > conf/all/forwarding; echo 1 > conf/all/proxy_ndp; "
            "echo 0 > neigh/near/proxy_delay");
    }

    NetlinkSocket netlink_;
    const NeighborProxy home_{interface_called("near"), address("2001:db8::9")};
};

TEST_F(NeighborProxyTest, AnswersSolicitationsAsRfc6275WantsIt) {
    ASSERT_FALSE(add(netlink_, home_, somebody));
    far_.enter();
    const NeighborWitness witness("far");
    witness.look_for(home_.address);
    const auto seen = witness.advertisement_of(home_.address);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->header.destination, far_address_);
    EXPECT_FALSE(seen->advertisement.router);  // §10.4.1: MUST be zero
    EXPECT_TRUE(seen->advertisement.solicited);
    EXPECT_EQ(seen->advertisement.options.target_link_layer, near_link_layer_);
}

TEST_F(NeighborProxyTest, AnswersNeighborUnreachabilityDetection) {  // which probes by unicast
    ASSERT_FALSE(add(netlink_, home_, somebody));
    far_.enter();
    const NeighborWitness witness("far");
    run("ip addr add fe80::ff/64 dev far nodad;"  // which it probes from
        "ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:01 nud probe dev far");
    EXPECT_TRUE(witness.advertisement_of(home_.address));
}

TEST_F(NeighborProxyTest, LeavesWhatIsThereAlready) {
    ASSERT_FALSE(add(netlink_, home_, somebody));
    EXPECT_EQ(add(netlink_, home_, somebody_else), std::errc::file_exists);
    EXPECT_NE(run("ip neigh show proxy").find("proto 77"), std::string::npos);
}

TEST_F(NeighborProxyTest, SaysThatTheInterfaceIsGone) {
    EXPECT_EQ(add(netlink_, {{4711}, home_.address}, somebody), std::errc::no_such_device);
}

}  // namespace
}  // namespace godwit::platform
