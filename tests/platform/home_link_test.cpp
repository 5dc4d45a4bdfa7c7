// The home agent on its home link, with the kernel of another machine for its neighbour.

#include "server/home_link.hpp"

#include <gmock/gmock.h>

#include "server/home_network.hpp"
#include "tests/platform/neighbor_witness.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using server::AddressClaim;
using server::HomeLink;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class HomeLinkTest : public OnALink {
  protected:
    HomeLinkTest() {
        far_.enter();
        run("ip addr add fe80::2/64 dev far nodad");
        witness_.emplace("far");
        near_.enter();
        run("ip addr add fe80::1/64 dev near nodad; "
            "echo 100 > /proc/sys/net/ipv6/neigh/near/retrans_time_ms");
    }

    HomeLink& start(server::NeighborSource source = {}) {
        home_link_.emplace(
            server::HomeLinkSettings{.interface = "near",
                                     .home_prefix = wire::Prefix::parse("2001:db8::/64").value(),
                                     .source = source},
            log_, [this](const server::HomeAddressDisputed& dispute) {
                disputes_.push_back(dispute.home.text() + " " + dispute.by_text());
            });
        home_link_->join(loop_);
        return *home_link_;
    }
    // Serves the link until this is so.
    template <class Goal>
    bool serve_until(Goal goal) {
        while (!goal()) {
            if (loop_.context().run_one_for(std::chrono::seconds(20)) == 0) {
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] std::string known_to_far() const {
        far_.enter();
        const std::string known = run("ip neigh show 2001:db8::9");
        near_.enter();
        return known;
    }

    const wire::HomeAddress home_{address("2001:db8::9")};
    const runtime::Log log_{runtime::LogLevel::error};
    runtime::EventLoop loop_;
    std::optional<NeighborWitness> witness_;
    std::vector<std::string> disputes_;
    std::optional<HomeLink> home_link_;
};

TEST_F(HomeLinkTest, TakesTheNeighboursPacketsForABoundAddress) {
    start().bind(home_);
    witness_->look_for(home_.address);
    EXPECT_TRUE(serve_until(
        [this] { return known_to_far().find("lladdr 02:00:00:00:00:01") != std::string::npos; }));
}

TEST_F(HomeLinkTest, AnswersForNobodyWhoIsReleased) {
    start().bind(home_);
    home_link_->release(home_);
    EXPECT_THAT(run("ip -6 maddr show dev near"), Not(HasSubstr("ff02::1:ff00:9")));
}

TEST_F(HomeLinkTest, IsInTheGroupOfABoundAddress) {
    start().bind(home_);
    EXPECT_THAT(run("ip -6 maddr show dev near"), HasSubstr("ff02::1:ff00:9"));
    home_link_.reset();
    EXPECT_THAT(run("ip -6 maddr show dev near"), Not(HasSubstr("ff02::1:ff00:9")));
}

TEST_F(HomeLinkTest, FindsOutThatAnAddressIsFree) {
    start();
    ASSERT_EQ(home_link_->judge(home_), AddressClaim::undecided);
    EXPECT_TRUE(serve_until([this] { return home_link_->judge(home_) == AddressClaim::free; }));
}

TEST_F(HomeLinkTest, FindsOutThatANeighbourHasAnAddress) {
    far_.enter();
    run("ip link set far address 02:00:00:00:00:02; ip addr add 2001:db8::9/64 dev far nodad");
    near_.enter();
    start();
    ASSERT_EQ(home_link_->judge(home_), AddressClaim::undecided);
    EXPECT_TRUE(serve_until([this] { return home_link_->judge(home_) == AddressClaim::taken; }));
    EXPECT_THAT(home_link_->health(), Contains(HasSubstr("wants the home address 2001:db8::9")));
    EXPECT_THAT(disputes_, testing::ElementsAre("2001:db8::9 02:00:00:00:00:02"));
}

TEST_F(HomeLinkTest, FindsOutNothingWhereTheKernelDoesNotEither) {
    run("echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad; "
        "echo 0 > /proc/sys/net/ipv6/conf/near/accept_dad");
    EXPECT_EQ(start().judge(home_), AddressClaim::free);
}

TEST_F(HomeLinkTest, KeepsTheKernelOfANeighbourFromABoundAddress) {
    start().bind(home_);
    far_.enter();
    run("echo 1 > /proc/sys/net/ipv6/conf/far/accept_dad; ip addr add 2001:db8::9/64 dev far");
    near_.enter();
    EXPECT_TRUE(serve_until([this] {
        far_.enter();
        const bool has_failed = run("ip addr show dev far").find("dadfailed") != std::string::npos;
        near_.enter();
        return has_failed;
    }));
}

TEST_F(HomeLinkTest, GoesOnWithAnInterfaceThatHasComeBack) {
    start().bind(home_);
    EXPECT_THAT(home_link_->health(), IsEmpty());
    run("ip link del near");
    EXPECT_TRUE(serve_until([this] { return !home_link_->health().empty(); }));
    EXPECT_THAT(home_link_->health(), Contains("the home link near has gone"));
    run("ip link add name near address 02:00:00:00:00:05 type veth peer name far netns " +
        far_.path() + "; ip addr add 2001:db8::1/64 dev near nodad; ip link set near up");
    far_.enter();
    run("ip addr add 2001:db8::2/64 dev far nodad; ip link set far up");
    const NeighborWitness witness("far");
    near_.enter();
    EXPECT_TRUE(serve_until([this] { return home_link_->health().empty(); }));
    witness.look_for(home_.address);
    EXPECT_TRUE(serve_until(
        [this] { return known_to_far().find("lladdr 02:00:00:00:00:05") != std::string::npos; }));
}

TEST_F(HomeLinkTest, SaysThatThePrefixHasGone) {
    start();
    run("ip addr del 2001:db8::1/64 dev near");
    EXPECT_TRUE(serve_until([this] { return !home_link_->health().empty(); }));
    EXPECT_THAT(home_link_->health(),
                Contains("the home link near has no address of the home prefix 2001:db8::/64 any "
                         "more"));
}

TEST_F(HomeLinkTest, AnnouncesANewLinkLayerAddress) {
    start().bind(home_);
    witness_->look_for(home_.address);
    ASSERT_TRUE(serve_until([this] { return !known_to_far().empty(); }));
    run("ip link set near address 02:00:00:00:00:07");
    EXPECT_TRUE(serve_until(
        [this] { return known_to_far().find("lladdr 02:00:00:00:00:07") != std::string::npos; }));
}

TEST_F(HomeLinkTest, DoesNotStartWithoutThePrefix) {
    run("ip addr del 2001:db8::1/64 dev near");
    EXPECT_THAT([this] { start(); }, testing::ThrowsMessage<std::system_error>(
                                         HasSubstr("no address of near is of it")));
}

TEST(HomeNetwork, HasTheFirstAddressOfItsPool) {
    const auto gateway = [](const char* text) {
        return server::gateway_of(wire::Prefix::parse_ipv4(text).value()).mapped_ipv4()->text();
    };
    EXPECT_EQ(gateway("10.64.0.0/16"), "10.64.0.1");
    EXPECT_EQ(gateway("192.0.2.4/30"), "192.0.2.5");
    EXPECT_EQ(gateway("192.0.2.4/31"), "192.0.2.4");
    EXPECT_EQ(gateway("192.0.2.4/32"), "192.0.2.4");
}

// A home network on that link, with a network behind a client.
class NetworksOnAHomeLink : public OnALink {
  protected:
    NetworksOnAHomeLink() {
        near_.enter();
        run("ip link set tunnel up");
        network_.emplace(
            server::HomeNetworkSettings{.mode = server::HomeMode::on_link,
                                        .home_prefix = wire::Prefix::parse("2001:db8::/64").value(),
                                        .home_link = "near",
                                        .tunnel = tunnel_.interface(),
                                        .sysctl_journal = directory_.path() / "journal"},
            log_, [](const auto&) {});
    }
    void give(std::vector<wire::Prefix> prefixes) {
        EXPECT_FALSE(network_->apply_policy({.name = "laptop",
                                             .home = home_,
                                             .policy = {.network_prefixes = std::move(prefixes)}}));
    }
    static std::string routes() { return run("ip -6 route show proto 193"); }
    // At home, while the link is served.
    bool become_routed() {
        while (routes().find("2001:db8:1:100::/64 via 2001:db8::9 dev near") == std::string::npos) {
            if (loop_.context().run_one_for(std::chrono::seconds(20)) == 0) {
                return false;
            }
        }
        return true;
    }

    const wire::HomeAddress home_{address("2001:db8::9")};
    const wire::Prefix behind_ = wire::Prefix::parse("2001:db8:1:100::/64").value();
    const tests::TemporaryDirectory directory_;
    const TunDevice tunnel_ = (near_.enter(), TunDevice("tunnel", TunDevice::Offloading::off));
    const runtime::Log log_{runtime::LogLevel::error};
    runtime::EventLoop loop_;
    std::optional<server::HomeNetwork> network_;
};

TEST_F(NetworksOnAHomeLink, AreBehindTheMobileNodeThereWhileItIsNotBound) {  // RFC 3963 §5.8
    give({behind_});
    EXPECT_THAT(routes(), HasSubstr("2001:db8:1:100::/64 via 2001:db8::9 dev near"));
    network_->intercept(home_, true);
    EXPECT_THAT(routes(), HasSubstr("2001:db8:1:100::/64 dev tunnel"));
    EXPECT_THAT(routes(), Not(HasSubstr("via 2001:db8::9")));
    network_->release(home_);
    EXPECT_THAT(routes(), HasSubstr("2001:db8:1:100::/64 via 2001:db8::9 dev near"));
    EXPECT_THAT(routes(), Not(HasSubstr("dev tunnel")));
}

TEST_F(NetworksOnAHomeLink, AreRoutedAsLongAsTheClientMayHaveThem) {
    give({behind_});
    give({wire::Prefix::parse("2001:db8:2::/56").value()});
    EXPECT_THAT(routes(), Not(HasSubstr("2001:db8:1:100::/64")));
    EXPECT_THAT(routes(), HasSubstr("2001:db8:2::/56"));
    EXPECT_FALSE(network_->forget_policy(home_));
    EXPECT_EQ(routes(), "");
}

TEST_F(NetworksOnAHomeLink, AreRoutedAgainOnceTheLinkIsUpAgain) {
    give({behind_});
    network_->join(loop_);
    run("ip link set near down");
    ASSERT_THAT(routes(), Not(HasSubstr("2001:db8:1:100::/64")));
    run("ip link set near up; ip addr replace 2001:db8::1/64 dev near nodad");
    EXPECT_TRUE(become_routed());
}

TEST_F(NetworksOnAHomeLink, AreRoutedAgainOnceTheLinkHasItsAddressAgain) {
    give({behind_});
    network_->join(loop_);
    run("ip link set near down; ip link set near up; ip -6 addr flush dev near scope global");
    loop_.context().run_for(std::chrono::seconds(1));  // it is seen without one, or is not
    ASSERT_THAT(routes(), Not(HasSubstr("2001:db8:1:100::/64")));
    run("ip addr replace 2001:db8::1/64 dev near nodad");
    EXPECT_TRUE(become_routed());
}

TEST_F(NetworksOnAHomeLink, AreRoutedOnALinkThatIsMadeAnew) {
    give({behind_});
    network_->join(loop_);
    run("ip link del near; ip link add name near address 02:00:00:00:00:05 type veth peer name far "
        "netns " +
        far_.path() + "; ip addr add 2001:db8::1/64 dev near nodad; ip link set near up");
    far_.enter();
    run("ip link set far up");
    near_.enter();
    EXPECT_TRUE(become_routed());
}

TEST_F(NetworksOnAHomeLink, LeaveNothing) {
    give({behind_});
    network_.reset();
    EXPECT_EQ(routes(), "");
}

}  // namespace
}  // namespace godwit::platform
