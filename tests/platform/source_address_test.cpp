#include "shared/platform/source_address.hpp"

#include "tests/platform/network_namespace.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::platform {
namespace {

class SourceAddress : public OnALink {};

TEST_F(SourceAddress, IsThatOfTheRoute) {
    near_.enter();
    run("ip addr add 192.0.2.1/24 dev near");
    EXPECT_EQ(source_address_towards(test::ip("2001:db8::2")), test::ip("2001:db8::1"));
    EXPECT_EQ(source_address_towards(test::ip("::ffff:192.0.2.2")), test::ip("::ffff:192.0.2.1"));
}

TEST_F(SourceAddress, IsNoneWhereNoRouteLeads) {
    near_.enter();
    EXPECT_EQ(source_address_towards(test::ip("2001:db8:99::2")).error(),
              std::errc::network_unreachable);
    EXPECT_EQ(source_address_towards(test::ip("::ffff:198.51.100.1")).error(),
              std::errc::network_unreachable);
}

}  // namespace
}  // namespace godwit::platform
