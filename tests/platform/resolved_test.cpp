#include "shared/platform/resolved.hpp"

#include <gmock/gmock.h>
#include <poll.h>

#include <optional>

#include "tests/platform/fake_resolved.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/platform/private_bus.hpp"

namespace godwit::platform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Presence = Resolved::Presence;

LinkDns full_tunnel() {
    return {.link = {7},
            .servers = {address("2001:db8:f::53"), address("::ffff:10.19.0.1")},
            .domains = {{.name = "home.example"}, {.name = ".", .is_for_routing = true}},
            .is_default_route = true};
}

class ResolvedTest : public testing::Test {
  protected:
    // What there is to take is taken until the condition holds.
    template <class Condition>
    static bool becomes(Resolved& resolved, Condition condition) {
        while (!condition()) {
            if (!becomes_readable(resolved.descriptor())) {
                return false;
            }
            resolved.process();
        }
        return true;
    }
    static bool is_known(Resolved& resolved, Presence presence) {
        return becomes(resolved, [&] { return resolved.presence() == presence; });
    }
    static bool is_done(Resolved& resolved) {
        return becomes(resolved, [&] { return resolved.is_done(); });
    }

    tests::TemporaryDirectory directory_;
    PrivateBus bus_{directory_};
};

TEST_F(ResolvedTest, IsToldTheServersAndDomainsOfTheLink) {
    FakeResolved fake(bus_.address());
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    resolved.set(full_tunnel());
    ASSERT_TRUE(is_done(resolved));
    EXPECT_THAT(fake.take_calls(),
                ElementsAre("servers 7 2001:db8:f::53 10.19.0.1", "domains 7 home.example ~.",
                            "default 7 yes", "flush"));
}

TEST_F(ResolvedTest, IsToldNothingTwice) {
    FakeResolved fake(bus_.address());
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    resolved.set(full_tunnel());
    ASSERT_TRUE(is_done(resolved));
    fake.take_calls();
    resolved.set(full_tunnel());
    EXPECT_TRUE(resolved.is_done());
    resolved.set(std::nullopt);
    ASSERT_TRUE(is_done(resolved));
    EXPECT_THAT(fake.take_calls(), ElementsAre("revert 7", "flush")) << "and nothing before it";
}

TEST_F(ResolvedTest, HasTheLinkRevertedAtTheEnd) {
    FakeResolved fake(bus_.address());
    {
        Resolved resolved(bus_.address());
        ASSERT_TRUE(is_known(resolved, Presence::present));
        resolved.set(full_tunnel());
        ASSERT_TRUE(is_done(resolved));
        fake.take_calls();
    }
    Resolved witness(bus_.address());  // its question is answered behind what was sent before
    ASSERT_TRUE(is_known(witness, Presence::present));
    witness.set(LinkDns{.link = {8}});
    ASSERT_TRUE(is_done(witness));
    EXPECT_THAT(fake.take_calls(), ElementsAre("revert 7", "flush", "servers 8", "domains 8",
                                               "default 8 no", "flush"));
}

TEST_F(ResolvedTest, IsToldAgainWhenItIsStartedAnew) {
    std::optional<FakeResolved> fake(bus_.address());
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    resolved.set(full_tunnel());
    ASSERT_TRUE(is_done(resolved));
    fake.reset();
    ASSERT_TRUE(is_known(resolved, Presence::absent));
    fake.emplace(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    ASSERT_TRUE(is_done(resolved));
    EXPECT_EQ(fake->take_calls().front(), "servers 7 2001:db8:f::53 10.19.0.1");
}

TEST_F(ResolvedTest, IsToldWhenItComesLater) {
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::absent));
    resolved.set(full_tunnel());
    FakeResolved fake(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    ASSERT_TRUE(is_done(resolved));
    EXPECT_EQ(fake.take_calls().size(), 4U);
}

TEST_F(ResolvedTest, SaysWhyItRefuses) {
    FakeResolved fake(bus_.address(), SD_BUS_ERROR_ACCESS_DENIED);
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    resolved.set(full_tunnel());
    ASSERT_TRUE(becomes(resolved, [&] { return !resolved.failure().empty(); }));
    EXPECT_THAT(resolved.failure(), HasSubstr("polkit"));
    EXPECT_FALSE(resolved.is_done());
}

TEST_F(ResolvedTest, PassesOnWhatItSaysOfOtherFailures) {
    FakeResolved fake(bus_.address(), "org.freedesktop.resolve1.NoSuchLink");
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    resolved.set(full_tunnel());
    ASSERT_TRUE(becomes(resolved, [&] { return !resolved.failure().empty(); }));
    EXPECT_EQ(resolved.failure(), "No.");
}

TEST_F(ResolvedTest, IsAbsentOnceTheBusIsGone) {
    std::optional<FakeResolved> fake(bus_.address());
    Resolved resolved(bus_.address());
    ASSERT_TRUE(is_known(resolved, Presence::present));
    bus_.stop();
    ASSERT_TRUE(is_known(resolved, Presence::absent));
    resolved.set(full_tunnel());
    resolved.connect();
    EXPECT_EQ(resolved.presence(), Presence::absent);
    pollfd polled{.fd = resolved.descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&polled, 1, 0), 0) << "nobody is kept busy by it";
}

TEST(Resolved, IsAbsentWithoutABus) {
    Resolved resolved("unix:path=/nonexistent/bus");
    EXPECT_EQ(resolved.presence(), Presence::absent);
    resolved.process();
    resolved.set(full_tunnel());
    resolved.set(std::nullopt);
    EXPECT_THAT(resolved.failure(), IsEmpty());
}

}  // namespace
}  // namespace godwit::platform
