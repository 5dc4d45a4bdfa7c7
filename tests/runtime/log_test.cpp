#include "shared/runtime/log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "shared/mobility/event.hpp"
#include "shared/runtime/event_log.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Log, WritesTheEventAndThenKeysAndValues) {
    const wire::HomeAddress home{*wire::Ipv6Address::parse("2001:db8:f::9")};
    EXPECT_EQ(log_line("binding-moved", {{"home", home},
                                         {"cause", mobility::MoveCause::better_path},
                                         {"status", wire::BindingStatus::accepted},
                                         {"tries", 3U},
                                         {"interface", "wlan0"}}),
              "binding-moved home=2001:db8:f::9 cause=better-path status=accepted tries=3 "
              "interface=wlan0");
    EXPECT_EQ(log_line("stopping", {}), "stopping");
}

TEST(Log, WritesDurationsWithTheirUnits) {
    EXPECT_EQ(log_line("e", {{"gap", std::chrono::nanoseconds(41'337'042)},
                             {"lifetime", wire::Lifetime(150)}}),
              "e gap=41.337ms lifetime=600s");
}

TEST(Log, LetsNobodyWriteLinesOrFieldsOfTheirOwn) {
    EXPECT_EQ(log_line("e", {{"name", "a\nb"}, {"text", "x y=\"z\\\""}, {"empty", ""}}),
              R"(e name="a\x0ab" text="x y=\"z\\\"" empty="")");
}

template <class T>
constexpr bool can_be_logged = std::is_constructible_v<LogField, std::string_view, const T&>;

TEST(Log, TakesNoSecret) {
    static_assert(can_be_logged<std::string> && can_be_logged<security::PublicKey>);
    static_assert(!can_be_logged<security::KeyPair>);
    static_assert(!can_be_logged<security::KeyOctets>);
    static_assert(!can_be_logged<security::PresharedKey>);
    static_assert(!can_be_logged<security::Secret<security::KeyOctets>>);
    static_assert(!can_be_logged<security::TunnelKeys>);
    SUCCEED();
}

TEST(Log, GoesToStandardErrorWithTimeAndLevel) {
    testing::internal::CaptureStderr();
    const Log log(LogLevel::info);
    log.warning("link-lost", {{"interface", "wlan0"}});
    log.debug("packet");
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                testing::MatchesRegex(
                    "....-..-..T..:..:..\\.....*[+-]..:.. warning link-lost interface=wlan0\n"));
}

TEST(Log, TellsWhatACoreHasToTell) {
    testing::internal::CaptureStderr();
    const Log log(LogLevel::info);
    const wire::HomeAddress home{*wire::Ipv6Address::parse("2001:db8:f::9")};
    log_event(log, mobility::BindingRefused{home, wire::BindingStatus::not_home_subnet});
    log_event(log, mobility::MessageDropped{mobility::DropReason::rate_limited});
    EXPECT_THAT(
        testing::internal::GetCapturedStderr(),
        testing::EndsWith(" warning binding-refused home=2001:db8:f::9 status=not-home-subnet\n"))
        << "what anybody can cause is left out";
}

}  // namespace
}  // namespace godwit::runtime
