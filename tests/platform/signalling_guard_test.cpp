#include "shared/platform/signalling_guard.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>

#include "shared/platform/alarm.hpp"
#include "shared/platform/nftables_presence.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/runtime/table_upkeep.hpp"
#include "tests/platform/signalling_fixture.hpp"

namespace godwit::platform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SignallingGuardTest : public Signalling {
  protected:
    [[nodiscard]] std::vector<std::uint8_t> errors_after_everything() const {
        require("send", far_socket_->send(plain_binding_update(), {}));
        require("send", far_socket_->send(binding_acknowledgement(), {}));
        return errors_after(binding_update());
    }
};

// What the guard is for. A raw socket on 135 would silence the first of these three, but never the
// other two.
TEST_F(SignallingGuardTest, WithoutItTheKernelAnswersAMobilityHeader) {
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, WithoutItAKernelWithoutMobileIpv6AnswersAHomeAddressOption) {
    if (kernel_has_mobile_ipv6()) {
        GTEST_SKIP() << "this kernel knows the option";
    }
    EXPECT_THAT(errors_after(binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, WithoutItAKernelWithoutMobileIpv6AnswersAType2RoutingHeader) {
    if (kernel_has_mobile_ipv6()) {
        GTEST_SKIP() << "this kernel knows the header";
    }
    EXPECT_THAT(errors_after(binding_acknowledgement()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, KeepsTheKernelFromAnswering) {
    const SignallingGuard guard("godwit", to_near_);
    EXPECT_THAT(errors_after_everything(), IsEmpty());
}

TEST_F(SignallingGuardTest, IsGoneWithItsObject) {
    {
        const SignallingGuard guard("godwit", to_near_);
        ASSERT_THAT(errors_after(plain_binding_update()), IsEmpty());
    }
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, ReplacesOneThatAKilledRunLeft) {
    const auto killed = [this] {
        const SignallingGuard guard("godwit", to_near_);
        std::raise(SIGKILL);
    };
    EXPECT_EXIT(killed(), testing::KilledBySignal(SIGKILL), "");
    ASSERT_THAT(errors_after(plain_binding_update()), IsEmpty());
    {
        const SignallingGuard next("godwit", to_near_);
    }
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, LeavesOtherDestinationsAlone) {
    const SignallingGuard guard("godwit", {{address("2001:db8::77")}, {}});
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, LeavesOtherPeersAlone) {
    const SignallingGuard guard("godwit", {{near_address_}, {address("2001:db8::77")}});
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, TellsTheTrafficByItsPeersAlone) {
    const SignallingGuard guard("godwit", {{}, {far_address_}});
    EXPECT_THAT(errors_after_everything(), IsEmpty());
}

TEST_F(SignallingGuardTest, GuardsNothingWithoutAnAddress) {
    const SignallingGuard guard("godwit", {});
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, FollowsAnUpdate) {
    SignallingGuard guard("godwit", {});
    guard.update({{address("2001:db8::77"), near_address_}, {far_address_}});
    EXPECT_THAT(errors_after(plain_binding_update()), IsEmpty());
    guard.update({});
    EXPECT_THAT(errors_after(plain_binding_update()), ElementsAre(parameter_problem));
}

TEST_F(SignallingGuardTest, ServesTwoRolesOnOneMachine) {
    const SignallingGuard home_agent("godwit_ha", {});
    {
        const SignallingGuard mobile_node("godwit", {});
    }
    SignallingGuard again("godwit", to_near_);
    EXPECT_THAT(errors_after(plain_binding_update()), IsEmpty());
}

TEST_F(SignallingGuardTest, ComesBackWhereOthersTakeItAway) {
    SignallingGuard guard("godwit", to_near_);
    const std::string wanted = run("nft list ruleset");
    runtime::EventLoop loop;
    const runtime::Log log{runtime::LogLevel::error};
    const runtime::TableUpkeep upkeep("ip6 godwit", loop, log, [&] { return guard.put_back(); });
    run("nft flush ruleset");
    Alarm patience;
    patience.set(std::chrono::seconds(20));
    const auto given_up = loop.on_readable(patience.descriptor(), [&] { loop.stop(); });
    loop.after_each_turn([&] {
        if (has_nftables_table("ip6 godwit")) {
            loop.stop();
        }
    });
    loop.run();
    EXPECT_EQ(run("nft list ruleset"), wanted);
    EXPECT_THAT(upkeep.complaints(), IsEmpty());
    EXPECT_FALSE(guard.put_back()) << "it is there";
}

TEST_F(SignallingGuardTest, RestsWhileAnotherTableNamesInterfaces) {
    SignallingGuard guard("godwit", {});
    NftablesTable other("inet godwit_other");
    for (int round = 0; round < 50; ++round) {
        guard.update(round % 2 == 0 ? to_near_ : GuardedTraffic{});
        other.replace(
            "chain leaving { type filter hook output priority filter; oif lo accept; }\n");
    }
    EXPECT_THAT(run("nft list ruleset"), testing::HasSubstr("oif \"lo\" accept"));
}

TEST_F(SignallingGuardTest, NamesWhatItCouldNotDo) {
    try {
        const SignallingGuard guard("no such name", {});
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(),
                    testing::HasSubstr("install the nftables table ip6 no such name"));
    }
}

// tunnel6.ko answers IPv6-in-IPv6 that no tunnel of its own takes, whoever else listens.
TEST_F(SignallingGuardTest, HoldsBackATunnelModulesAnswers) {
    const RawTunnelSocket listening({.protocol = wire::NextHeader::ipv6});
    far_.enter();
    RawTunnelSocket far_tunnel({.protocol = wire::NextHeader::ipv6});
    near_.enter();
    const wire::Bytes inner = plain_binding_update();
    const std::array departures{
        TunnelDeparture{inner, {.local = far_address_, .remote = near_address_}}};
    ASSERT_EQ(far_tunnel.send(departures), 1U);
    if (far_errors_->from(near_address_).empty()) {
        GTEST_SKIP() << "tunnel6 is not loaded";
    }
    const SignallingGuard guard("godwit", to_near_);
    ASSERT_EQ(far_tunnel.send(departures), 1U);
    EXPECT_THAT(far_errors_->from(near_address_), IsEmpty());
}

}  // namespace
}  // namespace godwit::platform
