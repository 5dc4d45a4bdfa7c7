#include "shared/platform/prefix_probe.hpp"

#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using namespace std::chrono_literals;

class PrefixProbeTest : public OnALink {
  protected:
    PrefixProbeTest() { run("ip addr add fe80::1/64 dev near nodad"); }

    void on_router(const std::string& commands) const {
        far_.enter();
        run(commands);
        near_.enter();
    }

    [[nodiscard]] PrefixAnswer ask(const char* unused, bool answers = true) const {
        const auto link_layer = answers ? std::optional(near_link_layer_) : std::nullopt;
        return probe_prefix({.interface = interface_called("near"),
                             .router = far_address_,
                             .unused = address(unused),
                             .link_layer = link_layer},
                            2s);
    }
};

TEST_F(PrefixProbeTest, FindsAPrefixThatIsRoutedToThisMachine) {
    on_router("ip route add 2001:db8:5::/64 via 2001:db8::1");
    EXPECT_EQ(ask("2001:db8:5::1234:5678"), PrefixAnswer::delivered);
}

TEST_F(PrefixProbeTest, FindsAPrefixThatIsOnTheLink) {
    EXPECT_EQ(ask("2001:db8::1234:5678"), PrefixAnswer::answered);
}

TEST_F(PrefixProbeTest, FindsARouterThatTakesNoAnswerFromHere) {
    EXPECT_EQ(ask("2001:db8::1234:5678", false), PrefixAnswer::asked);
}

TEST_F(PrefixProbeTest, FindsThatNothingComesBack) {
    EXPECT_EQ(ask("2001:db8:7::1234:5678"), PrefixAnswer::silent);
}

TEST_F(PrefixProbeTest, LeavesNoAddressAndNoGroupBehind) {
    const std::string before = run("ip address; ip maddress");
    EXPECT_EQ(ask("2001:db8::1234:5678"), PrefixAnswer::answered);
    EXPECT_EQ(run("ip address; ip maddress"), before);
}

}  // namespace
}  // namespace godwit::platform
