#include <gtest/gtest.h>

#include "shared/platform/resolver.hpp"

namespace godwit::platform {
namespace {

TEST(ServersBehindStub, AreThoseOfSystemdResolved) {
    EXPECT_EQ(servers_behind_stub("nameserver 127.0.0.53\noptions edns0\n",
                                  "# made by resolved\nnameserver 192.0.2.53\n"
                                  "nameserver 2001:db8::53\nsearch lan\n"),
              "192.0.2.53:53,[2001:db8::53]:53");
}

TEST(ServersBehindStub, AreNobodysWhereOthersAreKnown) {
    EXPECT_EQ(servers_behind_stub("nameserver 192.0.2.1\n", "nameserver 192.0.2.53\n"), "");
    EXPECT_EQ(servers_behind_stub("nameserver 127.0.0.53\nnameserver 192.0.2.1\n",
                                  "nameserver 192.0.2.53\n"),
              "");
    EXPECT_EQ(servers_behind_stub("", "nameserver 192.0.2.53\n"), "");
}

TEST(ServersBehindStub, AreWithoutThoseOfATunnel) {
    const std::vector<wire::Ipv6Address> of_home{wire::Ipv6Address::parse("2001:db8:f::53").value(),
                                                 wire::Ipv6Address::mapped({{9, 9, 9, 9}})};
    const std::string stub = "nameserver 127.0.0.53\n";
    const std::string home = "nameserver 2001:db8:f::53\nnameserver 9.9.9.9\n";
    EXPECT_EQ(servers_behind_stub(stub, home + "nameserver 192.0.2.53\n", of_home),
              "192.0.2.53:53");
    EXPECT_EQ(servers_behind_stub(stub, home, of_home), "");
}

TEST(ServersBehindStub, LeaveOutWhatIsNoAddress) {
    EXPECT_EQ(servers_behind_stub("nameserver 127.0.0.53",
                                  "nameserver fe80::1%eth0\nnameserver\nnameserver nowhere\n"),
              "");
}

}  // namespace
}  // namespace godwit::platform
