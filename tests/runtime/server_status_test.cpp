#include <gtest/gtest.h>

#include <string>

#include "server/status.hpp"
#include "server/status_text.hpp"
#include "shared/runtime/status_text.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;

wire::Ipv6Address address(const char* text) {
    return *wire::Ipv6Address::parse(text);
}

std::string golden(const std::string& name) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/" + name);
}

Status busy() {
    Status status;
    status.bindings = {{"laptop",
                        {address("2001:db8:f::9")},
                        {address("2001:db8:b::20")},
                        {.remote = address("2001:db8:b::20")},
                        false,
                        true,
                        {},
                        {.inner = 1426, .whole = 1426},
                        600s,
                        480s,
                        wire::SequenceNumber(17),
                        {{1'000'000, 1'204'000'000}, {1, 90}},
                        1,
                        {{{address("2001:db8:a::20")}, 2, 2, true},
                         {{address("::ffff:192.168.1.7")}, 3, 0, false}},
                        {},
                        {wire::Prefix::parse("2001:db8:1:100::/64").value()}},
                       {"phone",
                        {address("2001:db8:f::a")},
                        {address("::ffff:192.168.1.7")},
                        {.encapsulation = mobility::Encapsulation::udp,
                         .local = address("::ffff:203.0.113.1"),
                         .remote = address("::ffff:198.51.100.5"),
                         .local_port = 443,
                         .remote_port = 61234},
                        true,
                        false,
                        wire::Ipv4Address{{10, 19, 0, 2}},
                        {.inner = 1280, .whole = 1200},
                        3600s,
                        7s,
                        wire::SequenceNumber(65535),
                        {},
                        0,
                        {},
                        {.up = {20'000'000}, .down = {100'000'000}, .dropped_up = 12}}};
    status.messages_in.add("binding-update");
    status.messages_in.add("binding-update");
    status.messages_out.add("binding-acknowledgement", wire::BindingStatus::accepted);
    status.messages_out.add("binding-acknowledgement",
                            wire::BindingStatus::sequence_number_out_of_window);
    status.messages_out.add("binding-refresh-request");
    status.endpoint_moves = 3;
    status.drops.add("unknown-spi", 12);
    status.workers = {{.tx = {999'999, 1'203'999'000}, .rx = {}},
                      {.tx = {1, 1'000}, .rx = {1, 90}}};
    return status;
}

TEST(ServerStatus, HasEveryKeyWhenThereIsNothingToTell) {
    EXPECT_EQ(to_json(Status{}).dump(2) + "\n", golden("server_idle.json"));
}

TEST(ServerStatus, TellsAllOfItsBindings) {
    EXPECT_EQ(to_json(busy()).dump(2) + "\n", golden("server_busy.json"));
}

TEST(ServerStatusText, IsATableAndEndsWithHealth) {
    EXPECT_EQ(status_text(to_json(busy())), golden("server_busy.txt"));
    EXPECT_EQ(status_text(to_json(Status{})), golden("server_idle.txt"));
}

TEST(ServerStatusText, SaysWhichOffloadsAreOffAndWhy) {
    Status status;
    status.offloads[runtime::Offload::udp_gro] = runtime::OffloadState::corrupt;
    EXPECT_NE(status_text(to_json(status))
                  .find("offloads        without udp_gro: what came out was not what went in\n"),
              std::string::npos);
    runtime::Json old = to_json(Status{});
    old.erase("offloads");
    EXPECT_EQ(status_text(old), status_text(to_json(Status{}))) << "an older daemon's";
}

TEST(ServerStatusText, HasALineForThoseWhoLookAgainAndAgain) {
    EXPECT_EQ(status_line(to_json(busy())), "2 bindings, sent 1.20 GB, received 90 B, health good");
    Status ill;
    ill.health = {"one", "two"};
    EXPECT_EQ(status_line(to_json(ill)), "0 bindings, sent 0 B, received 0 B, health one; two");
}

TEST(StatusText, ShowsThreeDigitsOfOctets) {
    EXPECT_EQ(runtime::octets(0), "0 B");
    EXPECT_EQ(runtime::octets(999), "999 B");
    EXPECT_EQ(runtime::octets(1000), "1.00 kB");
    EXPECT_EQ(runtime::octets(12'345), "12.3 kB");
    EXPECT_EQ(runtime::octets(999'499), "999 kB");
    EXPECT_EQ(runtime::octets(999'999), "1.00 MB");
    EXPECT_EQ(runtime::octets(18'446'744'073'709'551'615U), "18.4 EB");
}

}  // namespace
}  // namespace godwit::server
