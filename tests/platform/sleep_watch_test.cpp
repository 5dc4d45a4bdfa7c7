#include "shared/platform/sleep_watch.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include <optional>

#include "shared/platform/attempt.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/platform/private_bus.hpp"

namespace godwit::platform {
namespace {

class FakeLogind {
  public:
    explicit FakeLogind(const std::string& address) {
        require_done(::sd_bus_new(&bus_));
        require_done(::sd_bus_set_address(bus_, address.c_str()));
        require_done(::sd_bus_set_bus_client(bus_, 1));
        require_done(::sd_bus_start(bus_));
        require_done(::sd_bus_request_name(bus_, "org.freedesktop.login1", 0));
    }
    FakeLogind(const FakeLogind&) = delete;
    FakeLogind& operator=(const FakeLogind&) = delete;
    ~FakeLogind() { ::sd_bus_flush_close_unref(bus_); }

    void prepare_for_sleep(bool is_before) const {
        require_done(::sd_bus_emit_signal(bus_, "/org/freedesktop/login1",
                                          "org.freedesktop.login1.Manager", "PrepareForSleep", "b",
                                          static_cast<int>(is_before)));
        require_done(::sd_bus_flush(bus_));
    }
    void say_something_else() const {
        require_done(::sd_bus_emit_signal(bus_, "/org/freedesktop/login1",
                                          "org.freedesktop.login1.Manager", "PrepareForShutdown",
                                          "b", 0));
        require_done(::sd_bus_flush(bus_));
    }

  private:
    static void require_done(int outcome) {
        require("speak on the bus", {outcome < 0 ? -outcome : 0, std::system_category()});
    }

    sd_bus* bus_ = nullptr;
};

class SleepWatchTest : public testing::Test {
  protected:
    // Whether a resume is told before the bus falls silent.
    static bool tells(SleepWatch& watch) {
        pollfd polled{.fd = watch.descriptor(), .events = POLLIN, .revents = 0};
        bool is_told = false;
        while (!is_told && ::poll(&polled, 1, 200) == 1) {
            is_told = watch.process();
        }
        return is_told;
    }

    tests::TemporaryDirectory directory_;
    PrivateBus bus_{directory_};
};

TEST_F(SleepWatchTest, TellsOfAResumeThatLogindTells) {
    const FakeLogind logind(bus_.address());
    SleepWatch watch(bus_.address());
    EXPECT_FALSE(tells(watch));
    logind.prepare_for_sleep(false);
    EXPECT_TRUE(tells(watch));
    EXPECT_FALSE(watch.process()) << "once";
    logind.prepare_for_sleep(false);
    EXPECT_TRUE(tells(watch));
}

TEST_F(SleepWatchTest, SaysNothingBeforeTheSleepNorOfAnythingElse) {
    const FakeLogind logind(bus_.address());
    SleepWatch watch(bus_.address());
    EXPECT_FALSE(tells(watch));
    logind.prepare_for_sleep(true);
    logind.say_something_else();
    EXPECT_FALSE(tells(watch));
}

TEST_F(SleepWatchTest, HearsALogindThatComesLater) {
    SleepWatch watch(bus_.address());
    EXPECT_FALSE(tells(watch));
    const FakeLogind logind(bus_.address());
    logind.prepare_for_sleep(false);
    EXPECT_TRUE(tells(watch));
}

TEST_F(SleepWatchTest, IsQuietOnceTheBusIsGoneAndHearsANewOne) {
    SleepWatch watch(bus_.address());
    EXPECT_FALSE(tells(watch));
    bus_.stop();
    EXPECT_FALSE(tells(watch));
    pollfd polled{.fd = watch.descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&polled, 1, 0), 0) << "nobody is kept busy by it";

    std::filesystem::remove(directory_.path() / "bus");
    const PrivateBus another(directory_);
    watch.connect();
    EXPECT_FALSE(tells(watch));
    const FakeLogind logind(another.address());
    logind.prepare_for_sleep(false);
    EXPECT_TRUE(tells(watch));
}

TEST(SleepWatch, IsQuietWithoutABus) {
    SleepWatch watch("unix:path=/nonexistent/bus");
    EXPECT_FALSE(watch.process());
    pollfd polled{.fd = watch.descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&polled, 1, 0), 0);
}

}  // namespace
}  // namespace godwit::platform
