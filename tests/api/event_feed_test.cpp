#include "server/api/event_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using runtime::HttpStream;
using runtime::Json;

const wire::HomeAddress laptop{*wire::Ipv6Address::parse("2001:db8:f::9")};

wire::CareOfAddress care_of(const char* text) {
    return {*wire::Ipv6Address::parse(text)};
}

std::string golden(const std::string& name) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/" + name);
}

// At 2026-11-25T02:07:05.123Z; its events are numbered from 1795572425123.
class Events : public testing::Test {
  protected:
    static constexpr std::uint64_t first = 1'795'572'425'123;

    std::string kept(EventFeed::Reading reading = {}) {
        reading.follows = false;
        return feed_.open(reading)->take();
    }
    std::vector<std::string> types() {
        std::vector<std::string> types;
        std::istringstream lines(kept());
        for (std::string line; std::getline(lines, line);) {
            types.push_back(Json::parse(line).at("type").get<std::string>());
        }
        return types;
    }
    void expire() { feed_.publish(mobility::BindingExpired{laptop}); }

    EventFeed feed_{[] { return runtime::WallTime(std::chrono::milliseconds(first)); },
                    [](const wire::HomeAddress& home) { return home == laptop ? "laptop" : ""; }};
};

TEST_F(Events, AreWhatTheSchemaSays) {
    feed_.publish(
        mobility::BindingRegistered{laptop, care_of("2001:db8:a::20"), wire::Lifetime{150}});
    feed_.publish(mobility::BindingMoveRecorded{.home = laptop,
                                                .from = care_of("2001:db8:a::20"),
                                                .to = care_of("::ffff:192.168.1.7"),
                                                .cause = mobility::MoveCause::address_lost,
                                                .first_received = 18'250'400ns,
                                                .resent = 12,
                                                .lost = 1});
    feed_.publish(mobility::BindingMoveRecorded{.home = laptop,
                                                .from = care_of("::ffff:192.168.1.7"),
                                                .to = care_of("2001:db8:a::20"),
                                                .first_received = std::nullopt});
    feed_.publish(
        mobility::EndpointMoved{laptop,
                                {.encapsulation = mobility::Encapsulation::udp,
                                 .remote = *wire::Ipv6Address::parse("::ffff:198.51.100.5"),
                                 .remote_port = 61234},
                                {.encapsulation = mobility::Encapsulation::udp,
                                 .remote = *wire::Ipv6Address::parse("::ffff:198.51.100.5"),
                                 .remote_port = 40001}});
    feed_.publish(mobility::CareOfAddressUnproved{laptop, care_of("2001:db8:a::20"), {}});
    feed_.publish(
        mobility::BindingRefused{laptop, wire::BindingStatus::sequence_number_out_of_window});
    feed_.publish(mobility::BindingRemoved{laptop});
    expire();
    feed_.publish_client("joined", "laptop", laptop);
    feed_.publish_client("revoked", "laptop", laptop);
    feed_.publish_client("disabled", "laptop", laptop);
    feed_.publish_health({"the disk is full"});
    feed_.publish_health({});
    feed_.publish_dispute(laptop, "02:00:00:00:00:02");
    feed_.publish(
        mobility::PrefixesBound{laptop, {wire::Prefix::parse("2001:db8:1:100::/64").value()}});
    feed_.publish(mobility::PrefixesBound{laptop, {}});
    EXPECT_EQ(kept(), golden("events.ndjson"));
}

TEST_F(Events, LeaveOutWhatIsOnlyForTheLog) {
    feed_.publish(mobility::BindingRefreshed{laptop, care_of("2001:db8:a::20"), {}});
    feed_.publish(mobility::BindingMoved{laptop, care_of("2001:db8:a::20"), {}});
    feed_.publish(mobility::MessageDropped{});
    EXPECT_EQ(kept(), "");
}

TEST_F(Events, OfSomebodyUnknownHaveNoName) {
    feed_.publish(mobility::BindingExpired{{*wire::Ipv6Address::parse("2001:db8:f::99")}});
    EXPECT_THAT(kept(), testing::HasSubstr("\"name\":\"\",\"home_address\":\"2001:db8:f::99\""));
}

TEST_F(Events, AreGivenAfterANumber) {
    expire();
    expire();
    const std::string later = kept({.since = first});
    EXPECT_EQ(Json::parse(later).at("id"), first + 1);
    EXPECT_EQ(kept({.since = first + 1}), "");
}

TEST_F(Events, AreAllGivenAfterANumberOfTheFuture) {
    expire();
    expire();
    for (const std::uint64_t since : {first + 2, first + 99, UINT64_MAX}) {
        const std::string all = kept({.since = since});
        EXPECT_THAT(all, testing::StartsWith("{\"id\":1795572425122,\"time\":"));
        EXPECT_THAT(all, testing::HasSubstr(
                             "\"type\":\"missed\",\"since\":" + std::to_string(since) + "}\n"));
        EXPECT_TRUE(all.ends_with(kept())) << since;
    }
}

TEST_F(Events, AreMissedAfterANumberOfTheFutureThoughNoneIsKept) {
    EXPECT_THAT(kept({.since = first}), testing::HasSubstr("\"type\":\"missed\""));
    EXPECT_EQ(kept({.since = first - 1}), "");
}

TEST_F(Events, AreServerSentWithNumberAndType) {
    expire();
    EXPECT_THAT(kept({.form = EventFeed::Form::server_sent}),
                testing::AllOf(testing::StartsWith("id: 1795572425123\nevent: expired\ndata: {"),
                               testing::EndsWith("}\n\n")));
}

TEST_F(Events, AreKeptUpToALimitAndTheRestIsMissed) {
    for (std::size_t count = 0; count < EventFeed::max_kept + 5; ++count) {
        expire();
    }
    EXPECT_EQ(types().size(), EventFeed::max_kept);
    const std::string since = kept({.since = first + 1});
    EXPECT_THAT(since, testing::StartsWith("{\"id\":1795572425127,\"time\":"));
    EXPECT_THAT(since, testing::HasSubstr("\"type\":\"missed\",\"since\":1795572425124}\n"));
    EXPECT_THAT(kept({.since = first + 4}), testing::Not(testing::HasSubstr("missed")));
}

TEST_F(Events, OfTheTimeBeforeARestartAreMissed) {
    EXPECT_THAT(kept({.since = first - 1000}), testing::HasSubstr("\"type\":\"missed\""));
    EXPECT_EQ(kept(), "");
}

TEST_F(Events, GoToWhoFollowsThem) {
    const auto stream = feed_.open({});
    EXPECT_EQ(stream->take(), "");
    expire();
    EXPECT_THAT(stream->take(), testing::HasSubstr("\"type\":\"expired\""));
    EXPECT_TRUE(stream->is_open());
}

TEST_F(Events, CutOffWhoIsTooSlow) {
    const auto stream = feed_.open({});
    std::size_t count = 0;
    while (stream->is_open()) {
        expire();
        ASSERT_LT(++count, HttpStream::max_backlog);
    }
    EXPECT_TRUE(stream->is_cut());
    EXPECT_LE(stream->take().size(), HttpStream::max_backlog);
}

TEST_F(Events, OfHealthAreOnlyItsChanges) {
    feed_.publish_health({"one", "two"});
    feed_.publish_health({"one", "two"});
    feed_.publish_health({"two"});
    EXPECT_THAT(types(), testing::ElementsAre("health", "health", "health"));
}

TEST_F(Events, AreAskedForByTarget) {
    runtime::HttpRoutes routes;
    routes.add(runtime::events_route(feed_));
    const auto ask = [&](const char* target, const char* accept, const char* last) {
        auto found = routes.find("GET", target);
        found->request.accept = accept;
        found->request.last_event_id = last;
        return found->route->answer(found->request);
    };
    EXPECT_EQ(ask("/v1/events", "*/*", "").type, "application/x-ndjson");
    EXPECT_EQ(ask("/v1/events", "text/event-stream", "").type, "text/event-stream");
    EXPECT_EQ(ask("/v1/events?since=x", "", "").status, 400U);
    EXPECT_EQ(ask("/v1/events?follow=maybe", "", "").status, 400U);
    expire();
    EXPECT_TRUE(ask("/v1/events?follow=false", "", "").stream->take().contains("expired"));
    EXPECT_EQ(ask("/v1/events?since=0&follow=false", "", "1795572425123").stream->take(), "");
}

}  // namespace
}  // namespace godwit::server
