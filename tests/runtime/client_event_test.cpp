#include <gtest/gtest.h>

#include <sstream>

#include "client/event_document.hpp"
#include "client/event_text.hpp"
#include "shared/runtime/event_feed.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

std::string golden(const std::string& name) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/" + name);
}

wire::Ipv6Address address(const char* text) {
    return *wire::Ipv6Address::parse(text);
}

PathReport report(const mobility::Path& path) {
    return {.encapsulation = path.encapsulation,
            .link = {.name = "wlan0", .kind = mobility::LinkKind::wifi},
            .local = path.local,
            .remote = path.remote,
            .remote_port = path.remote_port};
}

const mobility::Path path{.encapsulation = mobility::Encapsulation::udp,
                          .local = address("::ffff:192.168.1.7"),
                          .remote = address("::ffff:203.0.113.2"),
                          .remote_port = 4191};

Status registered() {
    Status status{.state = State::registered};
    status.care_of_address = wire::CareOfAddress{path.local};
    status.path = report(path);
    return status;
}

// One of each type that there is.
std::string all_events() {
    runtime::EventFeed feed([] { return runtime::WallTime(1'795'572'425'123ms); });
    const auto publish = [&feed](const std::optional<EventDocument>& document) {
        ASSERT_TRUE(document);
        feed.add(document->type, document->details);
    };
    feed.add("up", {{"home_address", "2001:db8:f::9"}});
    publish(document_of(
        mobility::PathTaken{.path = path, .cause = mobility::MoveCause::first_attachment}, report));
    publish(document_of(State::registered, registered()));
    publish(document_of(mobility::HandoverRecorded{.from = {address("2001:db8:a::20")},
                                                   .to = {path.local},
                                                   .cause = mobility::MoveCause::address_lost,
                                                   .without_link = 120'500us,
                                                   .acknowledged = 18'250us,
                                                   .first_received = std::nullopt,
                                                   .resent = 12,
                                                   .lost = 1},
                        report));
    publish(document_of(mobility::HandoverRecorded{.to = {path.local},
                                                   .cause = mobility::MoveCause::first_attachment,
                                                   .acknowledged = 1ms,
                                                   .first_received = 2ms},
                        report));
    publish(document_of(mobility::PathSilent{.path = path, .silent_for = 350ms}, report));
    publish(document_of(State::unattached, Status{}));
    publish(document_of(State::home, Status{}));
    publish(document_of(
        mobility::BindingRefused{.status = wire::BindingStatus::administratively_prohibited},
        report));
    const auto prefix = wire::Prefix::parse("2001:db8:1:100::/64").value();
    publish(document_of(mobility::PrefixesBound{.home = {}, .prefixes = {prefix}}, report));
    publish(document_of(
        mobility::PrefixesRefused{.home = {},
                                  .status = wire::BindingStatus::not_authorized_for_prefix},
        report));
    publish(document_of(State::revoked, Status{}));
    Status before_login;
    before_login.portal = PortalReport{
        .url = "http://login.example/", .source = "dhcp", .since = runtime::WallTime()};
    Status logging_in = before_login;
    logging_in.portal_open_until = runtime::WallTime(1'795'573'025'123ms);
    for (const auto& [before, now] : {std::pair{Status{}, before_login},
                                      {before_login, logging_in},
                                      {logging_in, logging_in},
                                      {logging_in, Status{}}}) {
        for (const EventDocument& document : portal_documents(before, now)) {
            publish(document);
        }
    }
    feed.publish_health({"nothing is protected"});
    feed.publish_health({});
    feed.add("down", runtime::Json::object());
    return feed.open({.follows = false})->take();
}

TEST(ClientEvents, AreAsDocumented) {
    EXPECT_EQ(all_events(), golden("client_events.ndjson"));
}

TEST(ClientEvents, TellNothingOfWhatIsForTheLog) {
    EXPECT_FALSE(document_of(mobility::NatDetected{}, report));
    EXPECT_FALSE(document_of(State::registering, Status{})) << "it is on its way";
}

TEST(ClientEventText, IsALineForEachEvent) {
    std::istringstream lines(golden("client_events.ndjson"));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        text += event_text(runtime::Json::parse(line)) + '\n';
    }
    EXPECT_EQ(text, golden("client_events.txt"));
}

TEST(ClientEventText, OfATypeThatIsNotKnownIsItsName) {
    EXPECT_EQ(event_text({{"time", "now"}, {"type", "eclipse"}}), "now eclipse");
}

}  // namespace
}  // namespace godwit::client
