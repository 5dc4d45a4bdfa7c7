#include "shared/platform/icmpv6_socket.hpp"

#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using wire::HomeAgentDiscoveryReply;
using wire::HomeAgentDiscoveryRequest;

class Icmpv6SocketOnALink : public OnALink {
  protected:
    static Icmpv6Arrival heard(const Icmpv6Socket& socket) {
        EXPECT_TRUE(becomes_readable(socket.descriptor()));
        return socket.receive().value();
    }
};

TEST_F(Icmpv6SocketOnALink, CarriesMessagesBetweenAddresses) {
    far_.enter();
    const Icmpv6Socket far({HomeAgentDiscoveryRequest::type}, 0);
    near_.enter();
    const Icmpv6Socket near({HomeAgentDiscoveryReply::type}, 0);
    EXPECT_EQ(near.receive().error(), std::errc::resource_unavailable_try_again);
    ASSERT_FALSE(near.send({}, far_address_, HomeAgentDiscoveryRequest{7}));
    const Icmpv6Arrival request = heard(far);
    EXPECT_EQ(request.source, near_address_) << "the kernel has chosen it";
    EXPECT_EQ(request.destination, far_address_);
    EXPECT_EQ(std::get<HomeAgentDiscoveryRequest>(request.message).identifier, 7);
    far_.enter();
    ASSERT_FALSE(
        far.send(far_address_, near_address_, HomeAgentDiscoveryReply{7, {{far_address_}}}));
    EXPECT_EQ(heard(near).source, far_address_);
}

TEST_F(Icmpv6SocketOnALink, AnswersForAnAnycastAddressAsLongAsItLives) {
    const wire::Ipv6Address anycast = address("2001:db8::fdff:ffff:ffff:fffe");
    far_.enter();
    run("sysctl -qw net.ipv6.conf.all.forwarding=1");
    {
        const Icmpv6Socket far({HomeAgentDiscoveryRequest::type}, 0);
        ASSERT_FALSE(far.join_anycast(anycast, interface_called("far")));
        ASSERT_FALSE(far.join_anycast(anycast, interface_called("far"))) << "once more";
        near_.enter();
        const Icmpv6Socket near({HomeAgentDiscoveryReply::type}, 0);
        ASSERT_FALSE(near.send({}, anycast, HomeAgentDiscoveryRequest{7}));
        EXPECT_EQ(heard(far).destination, anycast);
        far_.enter();
        run("ip link set far down; ip link set far up");
        EXPECT_EQ(run("ip -6 route show table local type anycast"), "");
        add_address("far", "2001:db8::2/64");
        ASSERT_FALSE(far.join_anycast(anycast, interface_called("far"))) << "the link was down";
        EXPECT_NE(run("ip -6 route show table local type anycast").find("fdff:ffff:ffff:fffe"),
                  std::string::npos);
    }
    EXPECT_EQ(run("ip -6 route show table local type anycast").find("fdff:ffff:ffff:fffe"),
              std::string::npos);
}

TEST_F(Icmpv6SocketOnALink, HearsNoTypeButItsOwn) {
    far_.enter();
    const Icmpv6Socket far({wire::MobilePrefixSolicitation::type}, 0);
    near_.enter();
    const Icmpv6Socket near({HomeAgentDiscoveryReply::type}, 0);
    ASSERT_FALSE(near.send({}, far_address_, HomeAgentDiscoveryRequest{7}));
    ASSERT_FALSE(near.send(near_address_, far_address_,
                           wire::MobilePrefixSolicitation{.identifier = 9, .options = {}}));
    EXPECT_EQ(std::get<wire::MobilePrefixSolicitation>(heard(far).message).identifier, 9);
    EXPECT_FALSE(far.receive());
}

}  // namespace
}  // namespace godwit::platform
