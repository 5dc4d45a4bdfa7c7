// Which handshakes are worth public-key work (docs/protocol.md, "Under load").

#include "shared/security/handshake_load.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::security {
namespace {

using namespace std::chrono_literals;
using Verdict = HandshakeLoad::Verdict;
using test::noon;

wire::Ipv6Address in_network(std::uint32_t network, std::uint8_t host = 1) {
    wire::Ipv6Address address = wire::Ipv6Address::parse("2001:db8::").value();
    for (std::size_t octet = 0; octet < 4; ++octet) {
        address.octets[7 - octet] = static_cast<std::uint8_t>(network >> (8 * octet));
    }
    address.octets[15] = host;
    return address;
}

wire::Ipv6Address mapped(std::uint8_t last) {
    return wire::Ipv6Address::parse("::ffff:192.0.2." + std::to_string(last)).value();
}

// How many of so many are served, spread evenly over a second that begins at `from`.
int served_in_a_second(HandshakeLoad& load, mobility::Instant from, int count,
                       const auto& source_of, bool has_cookie = false) {
    int served = 0;
    for (int number = 0; number < count; ++number) {
        served += load.on_handshake(from + number * (1s / 1ns) / count * 1ns, source_of(number),
                                    has_cookie) == Verdict::serve
                      ? 1
                      : 0;
    }
    return served;
}

TEST(HandshakeLoad, ServesAHandshakeAtOnceWhereThereIsNoLoad) {
    HandshakeLoad load;
    EXPECT_EQ(load.on_handshake(noon, in_network(1), false), Verdict::serve);
}

TEST(HandshakeLoad, GivesACookieToANetworkThatSendsTooMany) {
    HandshakeLoad load;
    for (int count = 0; count < HandshakeLoad::from_one_network.burst; ++count) {
        EXPECT_EQ(load.on_handshake(noon, in_network(1), false), Verdict::serve);
    }
    EXPECT_EQ(load.on_handshake(noon, in_network(1), false), Verdict::give_cookie);
    EXPECT_EQ(load.on_handshake(noon + 50ms - 1ns, in_network(1), false), Verdict::give_cookie);
    EXPECT_EQ(load.on_handshake(noon + 50ms, in_network(1), false), Verdict::serve);
}

TEST(HandshakeLoad, TakesAllAddressesOfAnIpv6NetworkForOne) {
    HandshakeLoad load;
    const int served = served_in_a_second(load, noon, 1000, [](int number) {
        return in_network(1, static_cast<std::uint8_t>(number));
    });
    EXPECT_LE(served, 25);
}

TEST(HandshakeLoad, TakesEachIpv4AddressByItself) {
    HandshakeLoad load;
    (void)served_in_a_second(load, noon, 1000, [](int) { return mapped(1); });
    EXPECT_EQ(load.on_handshake(noon + 999ms, mapped(2), false), Verdict::serve);
}

TEST(HandshakeLoad, LetsAFloodFromOneNetworkTouchNoOther) {
    HandshakeLoad load;
    EXPECT_LE(served_in_a_second(load, noon, 100'000, [](int) { return in_network(1); }), 25);
    EXPECT_EQ(load.on_handshake(noon + 1s, in_network(2), false), Verdict::serve);
}

TEST(HandshakeLoad, ServesOneOfAFloodedNetworkThatBringsACookie) {
    HandshakeLoad load;
    (void)served_in_a_second(load, noon, 100'000, [](int) { return in_network(1); });
    EXPECT_EQ(load.on_handshake(noon + 1s, in_network(1, 7), true), Verdict::serve);
}

TEST(HandshakeLoad, RefusesEvenThoseWithACookieWhereOneNetworkSendsTooMany) {
    HandshakeLoad load;
    const auto one = [](int) { return in_network(1); };
    EXPECT_LE(served_in_a_second(load, noon, 1000, one, true), 25);
    EXPECT_EQ(load.on_handshake(noon + 999ms, in_network(1), true), Verdict::refuse);
}

TEST(HandshakeLoad, WantsACookieOfEverybodyWhenThereIsTooMuchInAll) {
    HandshakeLoad load;
    const auto another_each_time = [](int number) {
        return in_network(static_cast<std::uint32_t>(number));
    };
    EXPECT_LE(served_in_a_second(load, noon, 100'000, another_each_time), 2001);
    EXPECT_EQ(load.on_handshake(noon + 1s, in_network(200'000), true), Verdict::serve);
}

TEST(HandshakeLoad, GivesNoMoreCookiesThanItCanAfford) {
    HandshakeLoad load;
    int given = 0;
    for (int number = 0; number < 100'000; ++number) {
        given +=
            load.on_handshake(noon + number * 10us, in_network(1), false) == Verdict::give_cookie
                ? 1
                : 0;
    }
    EXPECT_LE(given, 5500) << "5,000 a second, and 500 at once";
    EXPECT_GE(given, 5000);
}

TEST(SourceLoads, KeepItsSizeUnderAMillionSources) {
    SourceLoads loads;
    const auto* const first = &loads.of(SourceNetwork::of(in_network(0)));
    for (std::uint32_t network = 0; network < 1'000'000; ++network) {
        const auto* const load = &loads.of(SourceNetwork::of(in_network(network)));
        ASSERT_LT(std::abs(load - first), std::ptrdiff_t{SourceLoads::capacity});
    }
    EXPECT_LE(sizeof(SourceLoads::Load) * SourceLoads::capacity, 512U << 10U);
}

TEST(SourceLoads, LetTheQuietestGiveWay) {
    SourceLoads loads;
    const auto flooded = SourceNetwork::of(in_network(1));
    while (loads.of(flooded).without_cookie.take(noon, HandshakeLoad::from_one_network)) {
    }
    for (std::uint32_t network = 2; network < 200'000; ++network) {
        (void)loads.of(SourceNetwork::of(in_network(network)));
    }
    EXPECT_FALSE(loads.of(flooded).without_cookie.has(noon, HandshakeLoad::from_one_network));
}

}  // namespace
}  // namespace godwit::security
