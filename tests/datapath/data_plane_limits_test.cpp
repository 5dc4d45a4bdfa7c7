// What a data plane does whose home addresses have limits.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "shared/runtime/clock.hpp"
#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using datapath::RateLimits;
using datapath::RateMeter;
using test::correspondent;
using test::home;

// So slow that a packet is earned in a second: however long a test takes, most of `excess` is
// dropped.
constexpr mobility::BitRate slowest{mobility::BitRate::least};
constexpr std::size_t payload = 1000 - inner_size(0);
constexpr std::uint64_t burst = RateMeter::least_burst / 1000;  // packets
constexpr std::uint64_t excess = 100;
constexpr std::uint64_t most_of_it = 50;

class LimitedDataPlane : public DataPlaneTest {
  protected:
    // A few at a time, so that no queue on the way is too short for them.
    template <class Send, class Handled>
    static void send(std::uint64_t packets, Send one, Handled handled) {
        constexpr std::uint64_t at_once = 16;
        const std::uint64_t before = handled();
        for (std::uint64_t sent = 1; sent <= packets; ++sent) {
            one();
            if (sent % at_once == 0 || sent == packets) {
                expect_to_become(before + sent, handled);
            }
        }
    }
    void send_up(std::uint64_t packets) {
        send(
            packets, [this] { application_.send(correspondent, std::string(payload, 'x')); },
            [this] { return passed().received.packets + over().received.packets; });
    }
    void send_down(std::uint64_t packets) {
        send(
            packets, [this] { correspondent_.send(home.address, std::string(payload, 'x')); },
            [this] { return passed().sent.packets + over().sent.packets; });
    }
    // Until nothing of the binding is left. It has received something.
    void leave() {
        agent().close(home);
        EXPECT_TRUE(forgets(agent(), home));
    }
    [[nodiscard]] DataPlane::Traffic passed() { return agent().traffic(home); }
    [[nodiscard]] DataPlane::Traffic over() { return agent().over_limits(home); }
};

TEST_F(LimitedDataPlane, DropsWhatIsTooMuchOnTheWayIn) {
    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    register_sealed(test::mobile_node_keys());
    send_up(burst + excess);
    EXPECT_GE(passed().received.packets, burst);
    EXPECT_GE(over().received.packets, most_of_it);
    EXPECT_EQ(over().received.bytes, over().received.packets * 1000);
    EXPECT_EQ(agent().drops(datapath::DropReason::rate_limit), over().received.packets);
    send_down(burst + excess);
    EXPECT_EQ(over().sent.packets, 0U) << "that direction has no limit";
}

TEST_F(LimitedDataPlane, DropsWhatIsTooMuchOnTheWayOut) {
    agent().limit(home, RateLimits{.received = {}, .sent = slowest});
    register_sealed(test::mobile_node_keys());
    send_down(burst + excess);
    EXPECT_GE(passed().sent.packets, burst);
    EXPECT_GE(over().sent.packets, most_of_it);
    send_up(burst + excess);
    EXPECT_EQ(over().received.packets, 0U) << "that direction has no limit";
}

TEST_F(LimitedDataPlane, LimitsASessionThatRunsAndLiftsItAgain) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways("without a limit");
    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    send_up(burst + excess);
    const std::uint64_t dropped = over().received.packets;
    EXPECT_GE(dropped, most_of_it);
    agent().limit(home, std::nullopt);
    send_up(burst + excess);
    EXPECT_EQ(over().received.packets, dropped);
}

TEST_F(LimitedDataPlane, GivesANewSessionNoOtherBurst) {
    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    register_sealed(test::mobile_node_keys(1));
    send_up(burst);
    register_sealed(test::mobile_node_keys(2));
    send_up(excess);
    EXPECT_GE(over().received.packets, most_of_it);
}

TEST_F(LimitedDataPlane, GivesANewBindingNoOtherBurst) {
    agent().limit(home, RateLimits{.received = slowest, .sent = slowest});
    register_sealed(test::mobile_node_keys(1));
    send_up(burst);
    send_down(burst);
    leave();
    register_sealed(test::mobile_node_keys(2));
    send_up(excess);
    EXPECT_GE(over().received.packets, most_of_it);
    send_down(excess);
    EXPECT_GE(over().sent.packets, most_of_it);
}

TEST_F(LimitedDataPlane, GivesANewPlainBindingNoOtherBurst) {
    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    register_plain();
    send_up(burst);
    leave();
    register_plain();
    send_up(excess);
    EXPECT_GE(over().received.packets, most_of_it);
}

TEST_F(LimitedDataPlane, ForgetsWhatWasUsedUpOnceTheHomeAddressIsNobodys) {
    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    register_sealed(test::mobile_node_keys(1));
    send_up(burst + excess);
    agent().forget(home);
    EXPECT_GE(over().received.packets, most_of_it) << "a worker has it still";
    EXPECT_EQ(agent().limits(home), RateLimits{});
    leave();
    EXPECT_EQ(over().received.packets, 0U);

    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    register_sealed(test::mobile_node_keys(2));
    send_up(burst + excess);
    leave();
    EXPECT_GE(over().received.packets, most_of_it) << "it is somebody's again";
    agent().forget(home);
    EXPECT_EQ(over().received.packets, 0U);
}

TEST_F(LimitedDataPlane, LimitsPlainPackets) {
    register_plain();
    agent().limit(home, RateLimits{.received = slowest, .sent = slowest});
    send_up(burst + excess);
    EXPECT_GE(over().received.packets, most_of_it);
    send_down(burst + excess);
    EXPECT_GE(over().sent.packets, most_of_it);
}

TEST_F(LimitedDataPlane, LimitsAllWhoHaveNoLimitsOfTheirOwn) {
    agent().limit_all({.received = slowest, .sent = slowest});
    agent().limit(other_home, RateLimits{});
    EXPECT_EQ(agent().limits(home), (RateLimits{.received = slowest, .sent = slowest}));
    EXPECT_EQ(agent().limits(other_home), RateLimits{});
    register_sealed(test::mobile_node_keys());
    send_up(burst + excess);
    EXPECT_GE(over().received.packets, most_of_it);
}

TEST_F(LimitedDataPlane, ForgetsNothingOfALimitWhenTheTunnelIsClosed) {
    agent().limit(home, RateLimits{.received = slowest, .sent = {}});
    register_sealed(test::mobile_node_keys(1));
    agent().close(home);
    register_sealed(test::mobile_node_keys(2));
    send_up(burst + excess);
    EXPECT_GE(over().received.packets, most_of_it);
}

// However fast they come: 64 at once, and 100 in each second that it takes.
TEST_F(LimitedDataPlane, HasRoomForAMessageOfOneBesideAFloodOfAnothers) {
    const auto began = boot_now();
    const auto keys = test::mobile_node_keys(2);
    const mobility::SessionId quiet = test::session_of(test::other_end(keys));
    register_sealed(test::mobile_node_keys(1));
    EXPECT_TRUE(agent().admit(other_home, test::other_end(keys)));
    EXPECT_TRUE(node().admit(other_home, keys));
    EXPECT_TRUE(node().direct(other_home, uplink_, test::session_of(keys)));
    std::uint64_t flood = 0;
    bool is_heard = false;
    const auto send_message = [&](const wire::HomeAddress& from) {
        node().send_message(from, uplink_,
                            test::message_packet(from.address, test::home_agent.address), 0);
        static_cast<void>(node().take_notices());
        for (const auto& message : agent().take_notices().messages) {
            is_heard |= message.sealed_by == quiet;
            flood += message.sealed_by == quiet ? 0U : 1U;
        }
    };
    for (int sent = 0; sent < 1000; ++sent) {
        send_message(home);
    }
    constexpr int patience =
        10'000;  // milliseconds: some are lost where the flood has filled a buffer
    for (int sent = 0; !is_heard && sent < patience; ++sent) {
        send_message(other_home);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(is_heard);
    const std::chrono::duration<double> passed = boot_now() - began;
    EXPECT_LE(static_cast<double>(flood), 64 + 100 * passed.count() + 1);
}

// However often it does: 64 at once, and 100 in each second that it takes.
TEST_F(LimitedDataPlane, HasNoMoreRoomForMessagesOfOneWhoLeavesAndComesBack) {
    const auto began = boot_now();
    std::size_t heard = 0;
    for (int number = 1; number <= 10; ++number) {
        register_sealed(test::mobile_node_keys(number));
        for (int sent = 0; sent < 100; ++sent) {
            node().send_message(home, uplink_,
                                test::message_packet(home.address, test::home_agent.address), 0);
            static_cast<void>(node().take_notices());
            heard += agent().take_notices().messages.size();
        }
        send_up(1);
        heard += agent().take_notices().messages.size();
        leave();
    }
    EXPECT_GT(heard, 0U);
    const std::chrono::duration<double> passed = boot_now() - began;
    EXPECT_LE(static_cast<double>(heard), 64 + 100 * passed.count() + 1);
}

}  // namespace
}  // namespace godwit::runtime
