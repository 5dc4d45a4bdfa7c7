#include "shared/runtime/some_packets.hpp"

#include <gtest/gtest.h>

#include <expected>
#include <functional>
#include <utility>

#include "shared/runtime/asio.hpp"
#include "shared/runtime/event_loop.hpp"

namespace godwit::runtime {
namespace {

using Arrival = std::expected<int, std::error_code>;

struct Socket {
    Arrival receive() { return next(count++); }

    std::function<Arrival(std::size_t)> next;
    std::size_t count = 0;
};

Arrival refused(std::errc reason) {
    return std::unexpected(std::make_error_code(reason));
}

TEST(SomePackets, AreAllWhereTheyAreFew) {
    Socket socket{.next = [](std::size_t count) {
        return count < 3 ? Arrival(7) : refused(std::errc::resource_unavailable_try_again);
    }};
    int sum = 0;
    take_some_packets(socket, [&](int packet) { sum += packet; });
    EXPECT_EQ(sum, 21);
}

TEST(SomePackets, LeaveOutWhatNobodyMayBelieve) {
    Socket socket{.next = [](std::size_t count) {
        return count == 0   ? refused(std::errc::bad_message)
               : count == 1 ? Arrival(7)
                            : refused(std::errc::resource_unavailable_try_again);
    }};
    int sum = 0;
    take_some_packets(socket, [&](int packet) { sum += packet; });
    EXPECT_EQ(sum, 7);
}

TEST(SomePackets, ComeToAnEndInAFlood) {
    Socket good{.next = [](std::size_t) { return Arrival(7); }};
    take_some_packets(good, [](int) {});
    EXPECT_EQ(good.count, most_packets);
    Socket bad{.next = [](std::size_t) { return refused(std::errc::bad_message); }};
    take_some_packets(bad, [](int) {});
    EXPECT_EQ(bad.count, most_packets);
}

// A socket that has more to read, until so many packets were.
struct Flood {
    explicit Flood(std::size_t packets) : left(packets) {
        asio::local::connect_pair(here, there);
        here.non_blocking(true);
        there.send(asio::buffer("x", 1));
    }
    Arrival receive() {
        char octet = 0;
        boost::system::error_code error;
        if (here.receive(asio::buffer(&octet, 1), 0, error) == 0) {
            return refused(std::errc::resource_unavailable_try_again);
        }
        if (--left > 0) {
            there.send(asio::buffer("x", 1));
        }
        return octet;
    }

    std::size_t left;
    asio::io_context others;
    asio::local::datagram_protocol::socket here{others};
    asio::local::datagram_protocol::socket there{others};
};

TEST(SomePackets, LetOthersHaveTheirTurnAndComeToTheLastOne) {
    EventLoop loop;
    Flood flood(4 * most_packets);
    Flood other(1);  // stays readable
    std::size_t turns = 0;
    std::size_t turns_within = 0;
    const auto watch_of_other = loop.on_readable(other.here.native_handle(), [&] { ++turns; });
    const auto watch = loop.on_readable(flood.here.native_handle(), [&] {
        turns_within += std::exchange(turns, 0);
        take_some_packets(flood, [](int) {});
        if (flood.left == 4 * most_packets - most_packets) {
            turns_within = 0;  // those before the flood
        }
        if (flood.left == 0) {
            loop.stop();
        }
    });
    loop.run();
    EXPECT_EQ(flood.left, 0U);
    EXPECT_GE(turns_within, 1U);
}

}  // namespace
}  // namespace godwit::runtime
