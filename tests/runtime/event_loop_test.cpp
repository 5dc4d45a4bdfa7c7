#include "shared/runtime/event_loop.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <tuple>

#include "shared/runtime/clock.hpp"

namespace godwit::runtime {
namespace {

using namespace std::chrono_literals;

TEST(EventLoop, CallsADeadlineThatHasPassedAtOnce) {
    EventLoop loop;
    loop.on_deadline([] { return boot_now() - 1s; }, [&] { loop.stop(); });
    loop.run();
}

TEST(EventLoop, DoesNotCallBeforeTheDeadline) {
    EventLoop loop;
    const mobility::Instant deadline = boot_now() + 20ms;
    loop.on_deadline([&] { return deadline; },
                     [&] {
                         EXPECT_GE(boot_now(), deadline);
                         loop.stop();
                     });
    loop.run();
}

TEST(EventLoop, FollowsADeadlineThatAnotherCallbackBringsForward) {
    EventLoop loop;
    mobility::Instant deadline = boot_now() + 1h;
    loop.on_deadline([&] { return deadline; }, [&] { loop.stop(); });
    asio::post(loop.context(), [&] { deadline = boot_now() + 1ms; });
    loop.run();
    EXPECT_LT(boot_now() - deadline, 5s) << "not only when it looks again by itself, after 10 s";
}

TEST(EventLoop, FollowsADeadlineThatIsPutOff) {
    EventLoop loop;
    mobility::Instant deadline = boot_now() + 5ms;
    const mobility::Instant later = boot_now() + 30ms;
    asio::post(loop.context(), [&] { deadline = later; });
    loop.on_deadline([&] { return deadline; },
                     [&] {
                         EXPECT_GE(boot_now(), later);
                         loop.stop();
                     });
    loop.run();
}

// Two ends of a connection, of which `here` is what the loop watches.
class WatchedDescriptor : public testing::Test {
  protected:
    WatchedDescriptor() { asio::local::connect_pair(here_, there_); }

    char take() {
        char octet = 0;
        asio::read(here_, asio::buffer(&octet, 1));
        return octet;
    }

    asio::io_context others_;
    asio::local::stream_protocol::socket here_{others_};
    asio::local::stream_protocol::socket there_{others_};
    EventLoop loop_;
};

TEST_F(WatchedDescriptor, CallsAgainAsLongAsItIsReadable) {
    std::string taken;
    const auto watch = loop_.on_readable(here_.native_handle(), [&] {
        taken += take();
        if (taken.size() == 3) {
            loop_.stop();
        }
    });
    asio::write(there_, asio::buffer("abc", 3));
    loop_.run();
    EXPECT_EQ(taken, "abc");
}

TEST_F(WatchedDescriptor, StaysItsOwners) {
    {
        const auto watch = loop_.on_readable(here_.native_handle(), [] {});
        asio::post(loop_.context(), [this] { loop_.stop(); });
        loop_.run();
    }
    asio::write(there_, asio::buffer("a", 1));
    EXPECT_EQ(take(), 'a');
}

TEST_F(WatchedDescriptor, CallsNobodyOnceTheWatchHasGone) {
    bool is_called = false;
    asio::write(there_, asio::buffer("a", 1));
    std::ignore = loop_.on_readable(here_.native_handle(), [&] { is_called = true; });
    const auto other = loop_.on_readable(there_.native_handle(), [&] { loop_.stop(); });
    asio::write(here_, asio::buffer("b", 1));
    loop_.run();
    EXPECT_FALSE(is_called);
}

TEST_F(WatchedDescriptor, MayStopBeingWatchedByItsOwnCallback) {
    int calls = 0;
    EventLoop::Watch watch;
    watch = loop_.on_readable(here_.native_handle(), [&] {
        ++calls;
        watch = EventLoop::Watch();
        asio::post(loop_.context(), [&] { loop_.stop(); });
    });
    asio::write(there_, asio::buffer("ab", 2));
    loop_.run();
    EXPECT_EQ(calls, 1);
}

TEST_F(WatchedDescriptor, IsWatchedAnewByAnotherWatch) {
    std::ignore = loop_.on_readable(here_.native_handle(), [] {});
    bool is_called = false;
    const auto watch = loop_.on_readable(here_.native_handle(), [&] {
        is_called = true;
        loop_.stop();
    });
    asio::write(there_, asio::buffer("a", 1));
    loop_.run();
    EXPECT_TRUE(is_called);
}

TEST(EventLoop, OutlivesWhoeverReadTheLog) {
    const EventLoop loop;
    std::raise(SIGPIPE);
}

TEST(EventLoop, EndsOnSigtermSigintAndSighup) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        EventLoop loop;
        asio::post(loop.context(), [signal] { std::raise(signal); });
        loop.run();
    }
}

TEST(EventLoop, LeavesItToItsOwnerWhatTheFirstSignalEnds) {
    EventLoop loop;
    int calls = 0;
    loop.on_end([&] {
        ++calls;
        asio::post(loop.context(), [] { std::raise(SIGTERM); });
    });
    asio::post(loop.context(), [] { std::raise(SIGTERM); });
    loop.run();
    EXPECT_EQ(calls, 1) << "the second one ends it";
}

TEST(EventLoop, LetsAnExceptionOut) {
    EventLoop loop;
    asio::post(loop.context(), [] { throw std::runtime_error("gone"); });
    EXPECT_THROW(loop.run(), std::runtime_error);
}

TEST(Clock, OfTheMachineNeverGoesBack) {
    const mobility::Instant before = boot_now();
    EXPECT_GE(boot_now(), before);
    EXPECT_GT(wall_now(), WallTime(std::chrono::years(50)));
}

}  // namespace
}  // namespace godwit::runtime
