#include "shared/runtime/service_life.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {
namespace {

// What systemd is for a service: a socket that it writes to.
class ServiceLifeTest : public testing::Test {
  protected:
    ServiceLifeTest() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = "@godwit-test-" + std::to_string(::getpid());
        name.copy(&address.sun_path[0], name.size());
        address.sun_path[0] = '\0';  // abstract: no file is left behind
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        EXPECT_EQ(::bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), length), 0);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    ~ServiceLifeTest() override {
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
    }

    std::string next() const {
        std::array<char, 256> text{};
        EXPECT_TRUE(platform::becomes_readable(socket_.number()));
        const ssize_t length = ::recv(socket_.number(), text.data(), text.size(), MSG_DONTWAIT);
        return {text.data(), length < 0 ? 0 : static_cast<std::size_t>(length)};
    }
    bool is_silent() const {
        char octet = 0;
        return ::recv(socket_.number(), &octet, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
    }

    platform::FileDescriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_F(ServiceLifeTest, TellsWhenItIsReadyAndWhenItStops) {
    EventLoop loop;
    {
        const ServiceLife life(loop);
        EXPECT_EQ(next(), "READY=1");
        EXPECT_TRUE(is_silent());
    }
    EXPECT_EQ(next(), "STOPPING=1");
}

TEST_F(ServiceLifeTest, FeedsTheWatchdogAsLongAsTheLoopTurns) {
    ::setenv("WATCHDOG_USEC", "30000", 1);
    EventLoop loop;
    const ServiceLife life(loop);
    EXPECT_EQ(next(), "WATCHDOG=1");
    EXPECT_EQ(next(), "READY=1");
    EXPECT_TRUE(is_silent());  // nobody runs the loop
    loop.context().run_one();
    EXPECT_EQ(next(), "WATCHDOG=1");
}

TEST(ServiceLife, TellsNobodyWhereThereIsNoServiceManager) {
    EventLoop loop;
    const ServiceLife life(loop);
}

}  // namespace
}  // namespace godwit::runtime
