// Which binding updates tell the home agent why the mobile node has moved, and what they say
// (docs/protocol.md, "The cause of a move").

#include <algorithm>
#include <optional>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using mobility::MoveCause;
using test::care_of_a;
using test::care_of_b;

std::vector<std::optional<MoveCause>> causes_in(const Actions& actions) {
    std::vector<std::optional<MoveCause>> causes;
    for (const auto& update : test::messages<wire::BindingUpdate>(actions)) {
        causes.push_back(mobility::move_cause(update.options));
    }
    return causes;
}
// Of the one binding update among the actions.
std::optional<MoveCause> cause_in(const Actions& actions) {
    const auto causes = causes_in(actions);
    EXPECT_EQ(causes.size(), 1U);
    return causes.at(0);
}

class ToldCause : public testing::TestWithParam<Protection> {
  protected:
    Actions move(Instant now, const wire::CareOfAddress& care_of,
                 MoveCause cause = MoveCause::address_lost) {
        Actions actions;
        node.core.register_paths(now, {RegisteringNode::path_from(care_of.address)}, actions,
                                 {.cause = cause});
        return actions;
    }

    RegisteringNode node{GetParam()};
};

TEST_P(ToldCause, GoesWithTheUpdateOfAMoveEachTimeItIsSent) {
    node.become_registered(noon);
    EXPECT_EQ(cause_in(move(noon + 10s, care_of_b)), MoveCause::address_lost);
    EXPECT_EQ(cause_in(node.run_timer(noon + 11s)), MoveCause::address_lost);
}

TEST_P(ToldCause, GoesWithNoFirstRegistration) {
    EXPECT_EQ(cause_in(move(noon, care_of_a, MoveCause::first_attachment)), std::nullopt);
}

TEST_P(ToldCause, GoesWithNoRefresh) {
    node.become_registered(noon);
    (void)node.hear_answer(noon + 10s, move(noon + 10s, care_of_b));
    EXPECT_EQ(cause_in(node.run_timer(noon + 10s + 480s)), std::nullopt);
}

TEST_P(ToldCause, GoesWithNoDeregistration) {
    node.become_registered(noon);
    EXPECT_EQ(cause_in(node.deregister(noon + 10s)), std::nullopt);
}

TEST_P(ToldCause, GoesWithNoOtherPathFromTheSameAddress) {
    node.become_registered(noon);
    EXPECT_EQ(cause_in(move(noon + 10s, care_of_a, MoveCause::path_silent)), std::nullopt);
}

TEST_P(ToldCause, GoesWithTheWayBackFromAMoveThatTheHomeAgentMayHaveHeardOf) {
    node.become_registered(noon);
    (void)move(noon + 10s, care_of_b);
    EXPECT_EQ(cause_in(move(noon + 10s + 400ms, care_of_a)), MoveCause::address_lost);
}

INSTANTIATE_TEST_SUITE_P(Profiles, ToldCause,
                         testing::Values(Protection::sealed, Protection::plain, Protection::none));

TEST(ToldCauseOfSeveral, OfARaceGoesWithThoseThatChangeTheAddress) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    Actions actions;
    node.core.register_anew(noon + 10s,
                            {RegisteringNode::path_from(care_of_a.address),
                             RegisteringNode::path_from(care_of_b.address)},
                            MoveCause::path_silent, actions);
    EXPECT_EQ(cause_in(actions), std::nullopt) << "from where it is";
    EXPECT_EQ(cause_in(node.run_timer(noon + 10s + 50ms)), MoveCause::path_silent);
}

TEST(ToldCauseOfSeveral, GoesWithNoBindingBesideTheOneInUse) {
    RegistrationSettings settings = settings_of(Protection::sealed);
    settings.wants_other_bindings = true;
    RegisteringNode node(settings);
    (void)node.hear_answer(noon, node.register_at(noon),
                           {.options = {wire::BindingIdentifier{.id = 1, .care_of = {}}}});
    mobility::Path other = RegisteringNode::path_from(care_of_b.address);
    other.interface = {2};
    Actions beside;
    node.core.register_beside(noon + 2s, {other}, beside);
    EXPECT_EQ(cause_in(beside), std::nullopt);
    Actions moved;
    node.core.register_paths(noon + 3s, {other}, moved, {.cause = MoveCause::path_silent});
    EXPECT_EQ(cause_in(moved), MoveCause::path_silent);
}

// What a mobile node of a laboratory says when it comes here from there.
class ToldCauseOfAMobileNode : public testing::Test {
  protected:
    static mobility::Attachments at(const wire::CareOfAddress& best,
                                    const std::optional<wire::CareOfAddress>& other = {}) {
        mobility::Attachments attachments;
        attachments.candidates.push_back({.interface = {1}, .address = best.address});
        if (other) {
            attachments.candidates.push_back(
                {.interface = {2}, .address = other->address, .route_metric = 4096});
        }
        return attachments;
    }
    Actions acknowledge(Instant now, const Actions& asked) {
        const auto received = link_.carry_to_home_agent(update_in(asked));
        const auto& update = std::get<wire::BindingUpdate>(std::get<0>(received.content).message());
        return core_.on_received(
            now, link_.carry_to_mobile_node(
                     {.path = received.path,
                      .home = received.home,
                      .message = wire::BindingAcknowledgement{.sequence = update.sequence,
                                                              .lifetime = update.lifetime,
                                                              .options = {}},
                      .seal = mobility::Unprotected{}}));
    }
    // Moves, is acknowledged, and tells its own log what it has told the home agent.
    std::optional<MoveCause> told(Instant now, const mobility::Attachments& attachments) {
        const Actions asked = core_.on_attachments(now, attachments);
        const auto completed = test::events<mobility::HandoverCompleted>(acknowledge(now, asked));
        const auto cause = cause_in(asked);
        EXPECT_EQ(completed.size(), 1U);
        if (cause) {
            EXPECT_EQ(completed.at(0).cause, *cause);
        }
        return cause;
    }

    MobileNode core_{{.registration = settings_of(Protection::none)}};
    test::AuthenticatedLink link_{Protection::none};
};

TEST_F(ToldCauseOfAMobileNode, IsThatItsAddressHasGone) {
    (void)acknowledge(noon, core_.on_attachments(noon, at(care_of_a)));
    EXPECT_EQ(told(noon + 10s, at(care_of_b)), MoveCause::address_lost);
}

TEST_F(ToldCauseOfAMobileNode, IsThatAnotherPathIsBetter) {
    (void)acknowledge(noon, core_.on_attachments(noon, at(care_of_a)));
    mobility::Attachments both = at(care_of_b, care_of_a);
    std::ranges::swap(both.candidates[0].interface, both.candidates[1].interface);
    EXPECT_EQ(told(noon + 10s, both), MoveCause::better_path);
}

TEST_F(ToldCauseOfAMobileNode, IsThatItsAddressHasGoneAfterATimeWithoutALinkToo) {
    (void)acknowledge(noon, core_.on_attachments(noon, at(care_of_a)));
    (void)core_.on_attachments(noon + 5s, {});
    EXPECT_EQ(told(noon + 10s, at(care_of_b)), MoveCause::address_lost);
}

TEST_F(ToldCauseOfAMobileNode, IsNothingWhereItHadNoBinding) {
    EXPECT_EQ(cause_in(core_.on_attachments(noon, at(care_of_a))), std::nullopt);
    const mobility::Attachments home{
        .candidates = {},
        .home = mobility::HomeLink{.interface = {1}, .router = test::ip("fe80::1")}};
    (void)acknowledge(noon + 10s, core_.on_attachments(noon + 10s, home));
    EXPECT_EQ(told(noon + 20s, at(care_of_b)), std::nullopt) << "it was at home";
}

}  // namespace
}  // namespace godwit::client
