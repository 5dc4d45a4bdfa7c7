#include "shared/runtime/event_loop.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <string>

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

TEST(EventLoop, CallsAgainAsLongAsADescriptorIsReadable) {
    asio::io_context others;
    asio::local::stream_protocol::socket here(others);
    asio::local::stream_protocol::socket there(others);
    asio::local::connect_pair(here, there);
    EventLoop loop;
    std::string taken;
    loop.on_readable(here.native_handle(), [&] {
        char octet = 0;
        asio::read(here, asio::buffer(&octet, 1));
        taken += octet;
        if (taken.size() == 3) {
            loop.stop();
        }
    });
    asio::write(there, asio::buffer("abc", 3));
    loop.run();
    EXPECT_EQ(taken, "abc");
}

TEST(EventLoop, LeavesADescriptorToItsOwner) {
    asio::io_context others;
    asio::local::stream_protocol::socket here(others);
    asio::local::stream_protocol::socket there(others);
    asio::local::connect_pair(here, there);
    {
        EventLoop loop;
        loop.on_readable(here.native_handle(), [] {});
        loop.stop();
        loop.run();
    }
    asio::write(there, asio::buffer("a", 1));
    char octet = 0;
    EXPECT_EQ(asio::read(here, asio::buffer(&octet, 1)), 1U);
}

TEST(EventLoop, EndsOnSigtermAndOnSigint) {
    for (const int signal : {SIGTERM, SIGINT}) {
        EventLoop loop;
        asio::post(loop.context(), [signal] { std::raise(signal); });
        loop.run();
    }
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
