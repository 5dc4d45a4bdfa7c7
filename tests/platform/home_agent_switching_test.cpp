// Who is nowhere, and hears of home agents to which it does not get.

#include "client/home_agent_switching.hpp"

#include <initializer_list>
#include <optional>
#include <variant>

#include "shared/platform/icmpv6_socket.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::client {
namespace {

using wire::HomeAgentDiscoveryReply;
using wire::HomeAgentDiscoveryRequest;

class HomeAgentSwitchingTest : public platform::OnALink {
  protected:
    HomeAgentSwitchingTest() {
        far_.enter();
        platform::run("sysctl -qw net.ipv6.conf.all.forwarding=1");
        home_agent_.emplace(std::initializer_list<std::uint8_t>{HomeAgentDiscoveryRequest::type},
                            0U);
        EXPECT_FALSE(home_agent_->join_anycast(wire::home_agents_anycast(home_prefix_),
                                               platform::interface_called("far")));
        near_.enter();
        watch_ = loop_.on_readable(home_agent_->descriptor(), [this] { answer(); });
    }

    // Until the home agent has been heard of.
    void search(bool has_key) {
        switching_.emplace(loop_, log_,
                           HomeAgentSwitching::Surroundings{
                               .present = [] { return std::nullopt; },
                               .home_prefix = [this] { return home_prefix_; },
                               .find = [this, has_key](const wire::HomeAgentAddress& found)
                                   -> std::optional<HomeAgentCandidate> {
                                   loop_.stop();
                                   return has_key ? std::optional(HomeAgentCandidate{found, ""})
                                                  : std::nullopt;
                               },
                               .go = [this](const HomeAgentCandidate&) { ++tried_; }});
        loop_.on_deadline([this] { return switching_->next_deadline(); },
                          [this] { switching_->on_deadline(); });
        switching_->search();
        loop_.run();
    }
    void answer() {
        const auto request = home_agent_->receive();
        if (request) {
            const auto& asked = std::get<HomeAgentDiscoveryRequest>(request->message);
            EXPECT_FALSE(
                home_agent_->send(far_address_, request->source,
                                  HomeAgentDiscoveryReply{asked.identifier, {{far_address_}}}));
        }
    }

    const wire::Prefix home_prefix_ = wire::Prefix::parse("2001:db8::/64").value();
    const runtime::Log log_{runtime::LogLevel::error};
    runtime::EventLoop loop_;
    std::optional<platform::Icmpv6Socket> home_agent_;
    runtime::EventLoop::Watch watch_;
    std::optional<HomeAgentSwitching> switching_;
    int tried_ = 0;
};

TEST_F(HomeAgentSwitchingTest, LooksOnWhereItDoesNotGetToTheOneThatWasFound) {
    search(true);
    EXPECT_EQ(tried_, 1);
    EXPECT_TRUE(switching_->is_searching());
    EXPECT_TRUE(switching_->next_deadline());
}

TEST_F(HomeAgentSwitchingTest, LooksOnWhereThereIsNoKeyForTheOneThatWasFound) {
    search(false);
    EXPECT_EQ(tried_, 0);
    EXPECT_TRUE(switching_->is_searching());
    EXPECT_TRUE(switching_->next_deadline());
}

TEST_F(HomeAgentSwitchingTest, LooksForNoneOnceItIsAtOne) {
    search(true);
    switching_->follow(State::registered, true);
    EXPECT_FALSE(switching_->is_searching());
    EXPECT_FALSE(switching_->next_deadline());
}

}  // namespace
}  // namespace godwit::client
