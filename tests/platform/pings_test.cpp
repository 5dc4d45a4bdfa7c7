#include "client/pings.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "shared/platform/alarm.hpp"
#include "shared/runtime/asio.hpp"
#include "shared/runtime/clock.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using platform::address;
using platform::Alarm;

// Asks this machine itself.
class PingsTest : public platform::InNamespace {
  protected:
    std::shared_ptr<runtime::HttpStream> begin(std::optional<std::uint32_t> count) {
        return pings_.begin({.local = address("::1"), .target = address("::1"), .count = count});
    }
    static void wait_for(const Alarm& alarm) {
        ASSERT_TRUE(platform::becomes_readable(alarm.descriptor()));
    }

    runtime::EventLoop loop_;
    Pings pings_{loop_, [] { return runtime::Json{{"interface", "lo"}}; }};
};

TEST_F(PingsTest, TellOfEachEchoAndEnd) {
    std::string told;
    const auto stream = begin(2);
    stream->on_change([&] {
        told += stream->take();
        if (!stream->is_open()) {
            loop_.stop();
        }
    });
    loop_.run();
    EXPECT_TRUE(told.starts_with(R"({"seq":1,"rtt_ms":)")) << told;
    EXPECT_TRUE(told.contains("\n{\"seq\":2,")) << told;
    EXPECT_TRUE(told.ends_with("\"interface\":\"lo\"}\n")) << told;
}

// Four, and four more in each second that it takes to begin them; the others wait for a second.
TEST_F(PingsTest, BeginWithFewEchoesAtOnceHoweverManyAreAskedFor) {
    constexpr std::size_t all = 40;
    const auto began = runtime::boot_now();
    std::size_t ended = 0;
    std::size_t ended_soon = 0;
    std::vector<std::shared_ptr<runtime::HttpStream>> streams;
    for (std::size_t count = 0; count < all; ++count) {
        streams.push_back(begin(1));
        streams.back()->on_change([&, count] {
            if (streams[count]->is_open()) {
                return;
            }
            ended_soon += runtime::boot_now() - began < 1s ? 1U : 0U;
            if (++ended == all) {
                loop_.stop();
            }
        });
    }
    loop_.run();
    for (const auto& stream : streams) {
        EXPECT_THAT(stream->take(), testing::StartsWith(R"({"seq":1,"rtt_ms":)"));
    }
    EXPECT_LE(ended_soon, 8U);
}

TEST_F(PingsTest, MayEndAsTheNextOneIsDue) {
    const auto stream = begin(std::nullopt);
    Alarm first;
    const auto watch = loop_.on_readable(first.descriptor(), [&] {
        first.clear();
        pings_.end();
        runtime::asio::post(loop_.context(), [this] { loop_.stop(); });
    });
    // Both have come before the loop looks.
    runtime::asio::post(loop_.context(), [&] {
        first.set(1ms);
        std::this_thread::sleep_for(1200ms);
        wait_for(first);
    });
    loop_.run();
    EXPECT_FALSE(stream->is_open());
}

}  // namespace
}  // namespace godwit::client
