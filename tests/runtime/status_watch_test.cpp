#include "client/status_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/status.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const mobility::Instant start(1h);

Status away(std::uint64_t sent, std::uint64_t received) {
    Status status{.state = State::registered};
    status.care_of_address = wire::CareOfAddress{*wire::Ipv6Address::parse("2001:db8:b::20")};
    status.path =
        PathReport{.encapsulation = mobility::Encapsulation::udp, .link = {.name = "wlan0"}};
    status.round_trip = 23'456us;
    status.tunnel = TunnelReport{.traffic = {.tx = {1, sent}, .rx = {1, received}}};
    return status;
}

TEST(StatusWatch, ShowsWhereTheMachineIs) {
    StatusWatch watch;
    const std::string view = watch.view(to_json(away(0, 0)), start);
    EXPECT_THAT(view, HasSubstr("registered"));
    EXPECT_THAT(view, HasSubstr("2001:db8:b::20"));
    EXPECT_THAT(view, HasSubstr("udp over wlan0"));
    EXPECT_THAT(view, HasSubstr("23.5 ms"));
    EXPECT_THAT(view, Not(HasSubstr("LAST MOVES"))) << "there was none";
}

TEST(StatusWatch, KnowsTheThroughputFromTheSecondTimeOn) {
    StatusWatch watch;
    EXPECT_THAT(watch.line(to_json(away(1000, 500)), start), Not(HasSubstr("/s")));
    EXPECT_THAT(watch.line(to_json(away(5000, 500)), start + 2s),
                HasSubstr("2.00 kB/s up, 0 B/s down"));
}

TEST(StatusWatch, BeginsAgainWithADaemonThatCountsFromTheBeginning) {
    StatusWatch watch;
    watch.line(to_json(away(5000, 5000)), start);
    EXPECT_THAT(watch.line(to_json(away(10, 5000)), start + 1s), Not(HasSubstr("/s")));
}

TEST(StatusWatch, ShowsTheLastFiveMovesTheLatestFirst) {
    Status status = away(0, 0);
    for (int number = 1; number <= 6; ++number) {
        status.moves.log.add({.cause = mobility::MoveCause::better_path,
                              .acknowledged = std::chrono::milliseconds(number)});
    }
    StatusWatch watch;
    const std::string view = watch.view(to_json(status), start);
    EXPECT_LT(view.find("6.0 ms"), view.find("2.0 ms"));
    EXPECT_THAT(view, HasSubstr("2.0 ms"));
    EXPECT_THAT(view, Not(HasSubstr("1.0 ms")));
}

TEST(StatusWatch, ShowsWhatIsDownWithoutAPath) {
    StatusWatch watch;
    EXPECT_THAT(watch.view(to_json(Status{.state = std::nullopt}), start), HasSubstr("down"));
}

}  // namespace
}  // namespace godwit::client
