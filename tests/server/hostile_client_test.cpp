// A mobile node that is enrolled, holds a session of its own, and means ill: what it says of the
// home address of another is dropped, and what it says of its own has an end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using security::MobileNodeAuthenticator;
using testing::Contains;

const wire::HomeAddress own{test::ip("2001:db8:f::a")};
const wire::CareOfAddress elsewhere{test::ip("2001:db8:e::2")};

// `test::home` is the other's, who is at care_of_a.
class HostileClient : public testing::Test {
  protected:
    struct MobileNode {
        explicit MobileNode(std::uint8_t key)
            : authenticator({.home_agent_address = test::home_agent,
                             .own = security::key_pair(key),
                             .home_agent = security::key_pair(2).public_key()},
                            [] { return security::Tai64n::from({}); }) {}
        MobileNodeAuthenticator authenticator;
        mobility::SessionId session;
    };

    HostileClient() {
        enter(other_, update(1), test::home, test::care_of_a);
        enter(hostile_, identified(1, link_b, 1), own, link_b.care_of);
    }

    Actions say(MobileNode& who, const wire::MobilityMessage& message, const mobility::Seal& seal,
                const wire::HomeAddress& home, const wire::CareOfAddress& from) {
        const mobility::SendMessage order{
            .path = {.local = from.address, .remote = test::home_agent.address},
            .home = home,
            .message = message,
            .seal = seal};
        wire::SignallingPacket packet{.source = from.address,
                                      .destination = test::home_agent.address};
        if (std::holds_alternative<wire::Heartbeat>(message)) {
            packet.source = home.address;  // as it comes out of a tunnel in UDP
        } else {
            packet.home_address_option = home;
        }
        packet.mobility_header = who.authenticator.seal(order).value();
        const auto opened = authenticator_.open(
            {.local = test::home_agent.address, .remote = from.address}, packet);
        return core_.on_received(now_, opened.value());
    }
    Actions lie(const wire::MobilityMessage& message, const wire::CareOfAddress& from = elsewhere) {
        return say(hostile_, message, mobility::InSession{hostile_.session}, test::home, from);
    }
    void enter(MobileNode& who, const wire::BindingUpdate& update, const wire::HomeAddress& home,
               const wire::CareOfAddress& from) {
        const Actions actions = say(who, update, mobility::StartHandshake{}, home, from);
        const auto answer = answer_order_in(actions);
        const wire::SignallingPacket packet{.source = test::home_agent.address,
                                            .destination = from.address,
                                            .routing_header = home,
                                            .mobility_header = authenticator_.seal(answer).value()};
        who.session = test::proving_session(
            who.authenticator
                .open({.local = from.address, .remote = test::home_agent.address}, packet)
                .value());
    }

    void expect_that_the_other_is_where_it_was() const {
        const Binding* binding = core_.bindings().find(test::home, now_);
        ASSERT_NE(binding, nullptr);
        EXPECT_TRUE(binding->is_valid);
        EXPECT_EQ(binding->care_of, test::care_of_a);
        EXPECT_EQ(binding->path.remote, test::care_of_a.address);
        EXPECT_EQ(binding->sequence, SequenceNumber(1));
        EXPECT_TRUE(core_.other_bindings().of(test::home).empty());
    }

    static HomeAgentSettings settings() {
        HomeAgentSettings settings = settings_of(Protection::sealed);
        settings.mobile_nodes.push_back({"hostile", own});
        return settings;
    }
    static security::HomeAgentCredentials credentials() {
        security::HomeAgentCredentials credentials{.address = test::home_agent,
                                                   .own = security::key_pair(2)};
        credentials.protected_peers.push_back(
            {.id = {0}, .key = security::key_pair(1).public_key()});
        credentials.protected_peers.push_back(
            {.id = {1}, .key = security::key_pair(3).public_key()});
        return credentials;
    }

    Instant now_ = noon;
    security::MemoryLedger ledger_;
    security::HomeAgentAuthenticator authenticator_{credentials(), ledger_};
    HomeAgent core_{settings()};
    MobileNode other_{1};
    MobileNode hostile_{3};
};

TEST_F(HostileClient, BindsNothingOfAnother) {
    for (const mobility::Seal& seal :
         {mobility::Seal{mobility::StartHandshake{}}, mobility::Seal{mobility::InSession{}}}) {
        const bool is_handshake = std::holds_alternative<mobility::StartHandshake>(seal);
        const mobility::Seal used =
            is_handshake ? seal : mobility::Seal{mobility::InSession{hostile_.session}};
        const Actions actions = say(hostile_, update(2, elsewhere), used, test::home, elsewhere);
        EXPECT_THAT(test::drops(actions), Contains(DropReason::not_owner));
        EXPECT_EQ(test::order(actions), is_handshake ? "end" : "");
        expect_that_the_other_is_where_it_was();
    }
}

TEST_F(HostileClient, AddsNoBindingAndNoFlowToThoseOfAnother) {
    wire::BindingUpdate flows = identified(2, link_c, 1);
    flows.options.emplace_back(wire::FlowIdentification{
        .id = 7,
        .priority = 1,
        .selector = wire::TrafficSelector{.destination_port = wire::Range<std::uint16_t>{443, 443}},
        .binding_ids = {link_c.id}});
    const Actions actions = lie(flows, link_c.care_of);
    EXPECT_THAT(test::drops(actions), Contains(DropReason::not_owner));
    EXPECT_TRUE(test::all<mobility::RouteFlows>(actions).empty());
    expect_that_the_other_is_where_it_was();
}

TEST_F(HostileClient, DeregistersNothingOfAnother) {
    EXPECT_THAT(test::drops(lie(lifetime_zero(update(2, test::care_of_a)), test::care_of_a)),
                Contains(DropReason::not_owner));
    expect_that_the_other_is_where_it_was();
}

TEST_F(HostileClient, RevokesNothing) {
    for (const wire::HomeAddress& home : {test::home, own}) {
        const wire::BindingRevocationIndication revocation{
            .trigger = wire::RevocationTrigger::administrative_reason,
            .sequence = SequenceNumber(1)};
        const Actions actions =
            say(hostile_, revocation, mobility::InSession{hostile_.session}, home, link_b.care_of);
        EXPECT_THAT(test::drops(actions), Contains(DropReason::not_expected));
        expect_that_the_other_is_where_it_was();
    }
}

// Whose revocation it is, is told by the session: else the other would never hear of it.
TEST_F(HostileClient, DoesNotAcknowledgeTheRevocationOfAnother) {
    const Actions told = core_.revoke(now_, test::home, wire::RevocationTrigger::unspecified);
    const auto sequence = test::messages<wire::BindingRevocationIndication>(told).at(0).sequence;
    const wire::BindingRevocationAcknowledgement answer{.status = wire::RevocationStatus::success,
                                                        .sequence = sequence};
    EXPECT_THAT(test::drops(lie(answer)), Contains(DropReason::not_expected));
    EXPECT_EQ(test::order(say(other_, answer, mobility::InSession{other_.session}, test::home,
                              test::care_of_a)),
              "end");
}

TEST_F(HostileClient, MovesNothingOfAnotherByAHeartbeat) {
    for (const bool response : {false, true}) {
        const Actions actions =
            lie(wire::Heartbeat{.response = response, .sequence = 1, .options = {}});
        EXPECT_THAT(test::drops(actions), Contains(DropReason::not_expected));
        EXPECT_EQ(test::order(actions), "");
        expect_that_the_other_is_where_it_was();
    }
}

TEST_F(HostileClient, HasFewBindingsOfItsOwnHoweverManyItAsksFor) {
    std::size_t taken = 0;
    for (std::uint16_t id = 3; id < 300; ++id) {
        now_ += 50ms;
        const Link link{.id = id, .care_of = link_b.care_of};
        const Actions actions = say(hostile_, identified(id, link, 2),
                                    mobility::InSession{hostile_.session}, own, link_b.care_of);
        taken += status_in(actions) == BindingStatus::insufficient_resources ? 0U : 1U;
    }
    EXPECT_EQ(taken, OtherBindings::max);
    EXPECT_EQ(core_.other_bindings().of(own).size(), OtherBindings::max);
    EXPECT_EQ(core_.bindings().size(), 2U);
}

// Each of which would have a heartbeat, and most often the acknowledgement too.
TEST_F(HostileClient, HasFewHeartbeatsSentHoweverManyPlacesItNames) {
    const auto name_a_place = [this](std::uint16_t number) {
        wire::CareOfAddress stranger = elsewhere;
        stranger.address.octets[12] = static_cast<std::uint8_t>(number >> 8U);
        stranger.address.octets[13] = static_cast<std::uint8_t>(number);
        return say(hostile_, identified(number, {.id = link_b.id, .care_of = stranger}, 1),
                   mobility::InSession{hostile_.session}, own, stranger);
    };
    now_ += 1s;
    (void)core_.on_deadline(now_);  // what is due of the time before
    std::size_t heartbeats = 0;
    std::size_t acknowledgements = 0;
    std::size_t dropped = 0;
    for (std::uint16_t number = 2; number <= 1001; ++number) {
        const Actions actions = name_a_place(number);
        heartbeats += challenges_in(actions).size();
        acknowledgements += test::messages<wire::BindingAcknowledgement>(actions).size();
        dropped += test::drops(actions) == std::vector{DropReason::rate_limited} ? 1U : 0U;
    }
    EXPECT_EQ(acknowledgements, 32U);
    EXPECT_LE(heartbeats, 32U);
    EXPECT_EQ(dropped, 968U);
    const Actions of_the_other =
        say(other_, update(2), mobility::InSession{other_.session}, test::home, test::care_of_a);
    EXPECT_EQ(status_in(of_the_other), BindingStatus::accepted);
    now_ += 1s;
    EXPECT_EQ(status_in(name_a_place(1002)), BindingStatus::accepted)
        << "nothing is held against it";
}

TEST_F(HostileClient, HasNoMoreUpdatesByDeregistering) {
    now_ += 1s;
    for (std::uint16_t number = 2; number <= 40; ++number) {
        (void)say(hostile_, identified(number, link_b, 1), mobility::InSession{hostile_.session},
                  own, link_b.care_of);
    }
    now_ += 50ms;
    const Actions gone = say(hostile_, lifetime_zero(identified(41, link_b, 1)),
                             mobility::InSession{hostile_.session}, own, link_b.care_of);
    EXPECT_EQ(status_in(gone), BindingStatus::accepted);
    const Actions back =
        say(hostile_, identified(42, link_b, 1), mobility::StartHandshake{}, own, link_b.care_of);
    EXPECT_THAT(test::drops(back), Contains(DropReason::rate_limited));
    EXPECT_EQ(test::order(back), "end") << "of the session that came with it";
}

// Whoever is on the path has the octets of an update that has been taken.
TEST_F(HostileClient, KeepsNobodyFromBeingHeardByWhatItHasRecordedOfHim) {
    now_ += 1s;
    for (int again = 0; again < 1000; ++again) {
        (void)say(other_, update(1), mobility::InSession{other_.session}, test::home,
                  test::care_of_a);
    }
    EXPECT_EQ(status_in(say(other_, update(2), mobility::InSession{other_.session}, test::home,
                            test::care_of_a)),
              BindingStatus::accepted);
}

}  // namespace
}  // namespace godwit::server
