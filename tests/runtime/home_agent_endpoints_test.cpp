#include "client/home_agent_endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "tests/platform/run_until.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::CandidateAddress;
using mobility::HomeAgentEndpoint;
using test::ip;
using test::noon;
using testing::ElementsAre;

const wire::Ipv6Address literal = ip("::ffff:192.0.2.1");
const wire::Ipv6Address guessed = ip("64:ff9b::192.0.2.1");
const wire::Ipv6Address by_nat64 = ip("2001:db8:64::192.0.2.1");

const CandidateAddress ipv6_of_wireless{.interface = {3}, .address = ip("2001:db8:b::2")};
const CandidateAddress ipv4_of_wireless{.interface = {3}, .address = ip("::ffff:192.168.1.2")};
const CandidateAddress ipv4_of_cellular{.interface = {4}, .address = ip("::ffff:10.0.0.2")};

WantedDns wanted_dns(bool for_all_names, bool is_at_home = false) {
    return {.dns = {.servers = {ip("2001:db8:f::53")}},
            .for_all_names = for_all_names,
            .is_at_home = is_at_home};
}

class HomeAgentEndpointsTest : public testing::Test {
  protected:
    using Candidates = std::vector<CandidateAddress>;

    void look_up(const Candidates& candidates) {
        endpoints_.look_up(candidates);
        await_answer();
    }
    // The servers.
    std::string asked_by(HomeAgentEndpoints& endpoints) {
        endpoints.look_up({});
        await_answer();
        return servers_;
    }
    void await_answer() {
        ++awaited_;
        tests::run_until(loop_, [this] { return asked_ >= awaited_ && !endpoints_.is_asking(); });
    }
    std::vector<wire::Ipv6Address> known(const Candidates& candidates) {
        std::vector<wire::Ipv6Address> addresses;
        for (const HomeAgentEndpoint& endpoint : endpoints_.known(candidates)) {
            addresses.push_back(endpoint.address);
        }
        return addresses;
    }
    // Between the last two of many questions that are answered in the same way.
    std::chrono::nanoseconds last_pause() {
        look_up({ipv6_of_wireless});
        now_ += 1min;
        endpoints_.on_deadline();  // nobody watches for other name servers any more
        await_deadline();
        std::chrono::nanoseconds pause{};
        for (int question = 0; question < 20; ++question) {
            const mobility::Instant next = endpoints_.next_deadline().value();
            pause = next - now_;
            now_ = next;
            endpoints_.on_deadline();
            await_deadline();
        }
        return pause;
    }
    void await_deadline() {
        tests::run_until(loop_, [this] { return endpoints_.next_deadline().has_value(); });
    }
    // In a thread of its own, while the test waits.
    platform::Resolution resolve(const platform::ResolverOptions& options) {
        servers_ = options.servers;
        const platform::Resolution answer = answer_;
        ++asked_;
        return answer;
    }

    // What stands behind the stub.
    [[nodiscard]] std::string servers_but(const std::vector<wire::Ipv6Address>& left_out) const {
        return platform::servers_behind_stub("nameserver 127.0.0.53\n", behind_stub_, left_out);
    }
    [[nodiscard]] HomeAgentEndpoints endpoints(bool past_stub) {
        return HomeAgentEndpoints(
            {"192.0.2.1"}, {.past_stub = past_stub, .wanted_dns = [this] { return wanted_; }},
            loop_, log_, [] {},
            {.resolve = [this](const auto& options, const auto&) { return resolve(options); },
             .behind_stub = [this](const auto& left_out) { return servers_but(left_out); },
             .now = [this] { return now_; }});
    }

    runtime::EventLoop loop_;
    runtime::Log log_{runtime::LogLevel::error};
    mobility::Instant now_ = noon;
    platform::Resolution answer_{.addresses = {literal}, .unresolved = {}};
    std::optional<WantedDns> wanted_;
    std::string behind_stub_ = "nameserver 2001:db8:f::53\nnameserver 192.0.2.53\n";
    std::string servers_;  // that were asked last
    std::atomic<int> asked_ = 0;
    int awaited_ = 0;
    HomeAgentEndpoints endpoints_ = endpoints(false);
    HomeAgentEndpoints past_stub_ = endpoints(true);
};

TEST_F(HomeAgentEndpointsTest, AskAgainWhereNobodyHasToldOfTheNat64ThatIsNeeded) {
    answer_.is_nat64_unknown = true;
    look_up({ipv6_of_wireless});
    EXPECT_THAT(known({ipv6_of_wireless}), ElementsAre(literal, guessed));
    answer_ = {.addresses = {literal, by_nat64}, .unresolved = {}};
    now_ += 1s;
    endpoints_.on_deadline();
    await_answer();
    EXPECT_THAT(known({ipv6_of_wireless}), ElementsAre(literal, by_nat64, guessed));
    now_ += 1h;
    endpoints_.on_deadline();
    EXPECT_EQ(endpoints_.next_deadline(), std::nullopt) << "it is known now";
    EXPECT_EQ(asked_, 2);
}

TEST_F(HomeAgentEndpointsTest, AskMoreAndMoreRarelyForANat64ThatNobodyEverTellsOf) {
    answer_.is_nat64_unknown = true;
    EXPECT_EQ(last_pause(), 5min);
}

TEST_F(HomeAgentEndpointsTest, GoOnAskingForANameThatIsNotFound) {
    answer_ = {.addresses = {}, .unresolved = {{.name = "ha.example", .reason = "no answer"}}};
    EXPECT_EQ(last_pause(), 30s);
}

TEST_F(HomeAgentEndpointsTest, DoNotAskForANat64ForEverThatNoLinkNeeds) {
    answer_.is_nat64_unknown = true;
    look_up({ipv6_of_wireless, ipv4_of_wireless, ipv4_of_cellular});
    now_ += 1h;
    endpoints_.on_deadline();
    EXPECT_EQ(endpoints_.next_deadline(), std::nullopt);
    EXPECT_EQ(asked_, 1);
}

TEST_F(HomeAgentEndpointsTest, GuessANat64WhereALinkHasNoIpv4OfItsOwn) {
    EXPECT_THAT(known({}), ElementsAre(literal, guessed));
    EXPECT_THAT(known({ipv4_of_cellular}), ElementsAre(literal));
    EXPECT_THAT(known({ipv4_of_cellular, ipv6_of_wireless}), ElementsAre(literal, guessed));
    EXPECT_THAT(known({ipv4_of_cellular, ipv6_of_wireless, ipv4_of_wireless}),
                ElementsAre(literal));
}

TEST_F(HomeAgentEndpointsTest, RememberOnlyTheLastFourAddressesOfEarlierAnswers) {
    for (const char* address : {"2001:db8:f::1", "2001:db8:f::2", "2001:db8:f::3", "2001:db8:f::4",
                                "2001:db8:f::5", "2001:db8:f::6"}) {
        answer_.addresses = {ip(address)};
        look_up({ipv6_of_wireless});
    }
    EXPECT_THAT(known({ipv4_of_cellular}),
                ElementsAre(ip("2001:db8:f::6"), ip("2001:db8:f::5"), ip("2001:db8:f::4"),
                            ip("2001:db8:f::3"), ip("2001:db8:f::2")));
}

TEST_F(HomeAgentEndpointsTest, RememberOnlyAsManyNamesThatNat64sHaveForThem) {
    for (const char* address :
         {"2001:db8:1::192.0.2.1", "2001:db8:2::192.0.2.1", "2001:db8:3::192.0.2.1",
          "2001:db8:4::192.0.2.1", "2001:db8:5::192.0.2.1", "2001:db8:6::192.0.2.1"}) {
        answer_.addresses = {literal, ip(address)};
        look_up({ipv6_of_wireless});
    }
    EXPECT_EQ(known({ipv4_of_cellular}).size(), 6U) << "the answer's two and four";
}

TEST_F(HomeAgentEndpointsTest, GuessANat64OnlyForTheFirstOfManyIpv4Addresses) {
    answer_.addresses.clear();
    for (std::uint8_t number = 1; number <= 16; ++number) {
        answer_.addresses.push_back(literal);
        answer_.addresses.back().octets.back() = number;
    }
    look_up({ipv6_of_wireless});
    EXPECT_EQ(known({ipv6_of_wireless}).size(), 20U);
}

TEST_F(HomeAgentEndpointsTest, KeepWhatTheyKnowWhereACaptivePortalNamesItselfAndNothingIsFound) {
    answer_.addresses = {ip("2001:db8:f::1"), ip("::ffff:203.0.113.2")};
    look_up({ipv4_of_wireless});
    answer_.addresses = {ip("::ffff:192.168.1.1")};
    look_up({ipv4_of_wireless});
    answer_ = {.addresses = {}, .unresolved = {{.name = "ha.example", .reason = "no answer"}}};
    look_up({ipv4_of_wireless});
    EXPECT_THAT(known({ipv4_of_wireless}),
                ElementsAre(ip("::ffff:192.168.1.1"), ip("2001:db8:f::1"), ip("::ffff:203.0.113.2"),
                            literal));
}

TEST_F(HomeAgentEndpointsTest, PassTheStubByWhileItAsksTheHomesServersForAllNames) {
    EXPECT_EQ(asked_by(endpoints_), "");
    wanted_ = wanted_dns(true);
    EXPECT_EQ(asked_by(endpoints_), "192.0.2.53:53");
    constexpr bool at_home = true;
    for (const auto& other : {wanted_dns(false), wanted_dns(true, at_home)}) {
        wanted_ = other;
        EXPECT_EQ(asked_by(endpoints_), "");
    }
}

TEST_F(HomeAgentEndpointsTest, LeaveItToTheStubWhereTheNetworkHasNoServersBehindIt) {
    wanted_ = wanted_dns(true);
    behind_stub_ = "nameserver 2001:db8:f::53\nnameserver fe80::1%wlan0\n";
    EXPECT_EQ(asked_by(endpoints_), "");
}

TEST_F(HomeAgentEndpointsTest, AskTheHomesServersPastALockedStubOnlyWhereThereAreNoOthers) {
    EXPECT_EQ(asked_by(past_stub_), "[2001:db8:f::53]:53,192.0.2.53:53");
    wanted_ = wanted_dns(false);
    EXPECT_EQ(asked_by(past_stub_), "192.0.2.53:53");
    behind_stub_ = "nameserver 2001:db8:f::53\n";
    EXPECT_EQ(asked_by(past_stub_), "[2001:db8:f::53]:53");
}

}  // namespace
}  // namespace godwit::client
