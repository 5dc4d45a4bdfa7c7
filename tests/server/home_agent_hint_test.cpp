// What is said to those who have proved nothing: RFC 6275 §9.2, §9.3.3, §10.3.1; docs/protocol.md.

#include "shared/mobility/observed_source.hpp"
#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_a;
using test::ip;
using testing::ElementsAre;
using Kind = mobility::Hint::Kind;

const wire::HomeAddress stranger{ip("2001:db8:f::77")};

mobility::SendMessage answer_order(const Actions& actions) {
    return test::all<mobility::SendMessage>(actions).at(0);
}
wire::BindingError error_in(const Actions& actions) {
    return test::messages<wire::BindingError>(actions).at(0);
}

TEST(HomeAgent, HintsThatItDoesNotHaveTheSession) {  // status 146
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions = home_agent.hint(noon, Kind::unknown_session);
    EXPECT_EQ(test::order(actions), "send");
    EXPECT_EQ(status_in(actions), authentication_failed);
    EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(7));
    EXPECT_TRUE(std::holds_alternative<mobility::Unprotected>(answer_order(actions).seal));
    EXPECT_EQ(answer_path_in(actions).remote, care_of_a.address);
}

TEST(HomeAgent, TellsWhereAQuestionInUdpHasComeFrom) {
    AskedHomeAgent home_agent(Protection::sealed);
    EXPECT_TRUE(answer_in(home_agent.hint(noon, Kind::unknown_session)).options.empty());
    const mobility::Path path{.encapsulation = mobility::Encapsulation::udp,
                              .local = test::home_agent.address,
                              .remote = ip("::ffff:203.0.113.7"),
                              .remote_port = 40000};
    const Actions actions = home_agent.core.on_received(
        noon + 1s, {.path = path,
                    .home = test::home,
                    .content = mobility::Hint{Kind::unknown_session, SequenceNumber(8)}});
    EXPECT_EQ(mobility::observed_source(answer_in(actions).options),
              (mobility::ObservedSource{.address = path.remote, .port = 40000}));
    EXPECT_EQ(answer_path_in(actions), path) << "it goes nowhere else";
}

TEST(HomeAgent, HintsOnceASecondToEachHomeAddress) {
    const wire::HomeAddress other{ip("2001:db8:f::8")};
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.mobile_nodes.push_back({"other", other});
    AskedHomeAgent home_agent(settings);
    EXPECT_EQ(test::order(home_agent.hint(noon, Kind::unknown_session)), "send");
    const Actions early = home_agent.hint(noon + 1s - 1ms, Kind::unknown_session);
    EXPECT_EQ(test::order(early), "");
    EXPECT_THAT(test::drops(early), ElementsAre(DropReason::rate_limited));
    EXPECT_EQ(test::order(home_agent.hint(noon, Kind::unknown_session, other)), "send");
    EXPECT_EQ(test::order(home_agent.hint(noon + 1s, Kind::unknown_session)), "send");
}

TEST(HomeAgent, HintsToItsOwnMobileNodesAlone) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions = home_agent.hint(noon, Kind::unknown_session, stranger);
    EXPECT_EQ(test::order(actions), "");
    EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::not_expected));
}

TEST(HomeAgent, SaysNothingToStrangersOutsideALaboratory) {
    AskedHomeAgent home_agent(Protection::sealed);
    for (const Kind kind : {Kind::unrecognized_type, Kind::unknown_home, Kind::refresh_requested,
                            Kind::authentication_failed, Kind::unknown_binding}) {
        EXPECT_EQ(test::order(home_agent.hint(noon, kind, stranger)), "");
        EXPECT_EQ(test::order(home_agent.hint(noon, kind)), "");
    }
}

TEST(HomeAgent, AnswersAnUnknownTypeWithABindingErrorInALaboratory) {  // §9.2, §9.3.3
    AskedHomeAgent home_agent(Protection::none);
    const Actions actions = home_agent.hint(noon, Kind::unrecognized_type);
    EXPECT_EQ(error_in(actions).status, wire::BindingErrorStatus::unrecognized_message_type);
    EXPECT_EQ(error_in(actions).home, test::home) << "from the Home Address option";
    EXPECT_EQ(answer_path_in(actions).remote, care_of_a.address);
    EXPECT_FALSE(answer_order(actions).names_home) << "a binding error has no routing header";
}

TEST(HomeAgent, NamesNoHomeAddressToOneWhoHasNamedNone) {  // §9.3.3
    AskedHomeAgent home_agent(Protection::none);
    const Actions actions =
        home_agent.hint(noon, Kind::unrecognized_type, {care_of_a.address}, care_of_a.address);
    EXPECT_TRUE(error_in(actions).home.address.is_unspecified());
}

TEST(HomeAgent, AnswersNoAddressThatIsNotUnicast) {  // §9.3.3
    AskedHomeAgent home_agent(Protection::none);
    for (const Kind kind : {Kind::unrecognized_type, Kind::unknown_home}) {
        for (const auto& source : {ip("ff02::1"), ip("::")}) {
            const Actions actions = home_agent.hint(noon, kind, stranger, source);
            EXPECT_EQ(test::order(actions), "");
            EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::bad_address));
        }
    }
}

TEST(HomeAgent, AnswersAllStrangersTogetherOnceASecond) {
    AskedHomeAgent home_agent(Protection::none);
    const wire::HomeAddress another{ip("2001:db8:f::78")};
    EXPECT_EQ(test::order(home_agent.hint(noon, Kind::unrecognized_type, stranger)), "send");
    const Actions early = home_agent.hint(noon + 1s - 1ms, Kind::unrecognized_type, another);
    EXPECT_THAT(test::drops(early), ElementsAre(DropReason::rate_limited));
    EXPECT_EQ(test::order(home_agent.hint(noon + 1s, Kind::unrecognized_type, another)), "send");
}

TEST(HomeAgent, TellsStrangersInALaboratoryWhyTheyAreRefused) {  // §10.3.1
    AskedHomeAgent home_agent(Protection::none);
    const Actions within = home_agent.hint(noon, Kind::unknown_home, stranger);
    EXPECT_EQ(status_in(within), administratively_prohibited);
    EXPECT_EQ(answer_in(within).sequence, SequenceNumber(7));
    const Actions outside = home_agent.hint(noon + 1s, Kind::unknown_home, {ip("2001:db8:e::77")});
    EXPECT_EQ(status_in(outside), not_home_subnet);
}

TEST(HomeAgent, TellsWhoIsNotTakenWhy) {  // status 129, and the reason in an option
    AskedHomeAgent home_agent(Protection::sealed);
    const auto refused = [&](mobility::Instant at) {
        return home_agent.core.on_received(
            at, {.path = {.local = test::home_agent.address, .remote = care_of_a.address},
                 .home = stranger,
                 .content = mobility::Hint{Kind::join_refused, SequenceNumber(7),
                                           mobility::JoinRefusal::expired_invite}});
    };
    const Actions actions = refused(noon);
    EXPECT_EQ(status_in(actions), administratively_prohibited);
    EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(7));
    EXPECT_EQ(mobility::join_refusal(answer_in(actions).options),
              mobility::JoinRefusal::expired_invite);
    EXPECT_TRUE(std::holds_alternative<mobility::Unprotected>(answer_order(actions).seal));
    EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::handshake_refused)) << "counted";
    EXPECT_THAT(test::drops(refused(noon + 1s - 1ms)), ElementsAre(DropReason::rate_limited));
    EXPECT_EQ(test::order(refused(noon + 1s)), "send");
}

TEST(HomeAgent, HintsChangeNothing) {
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    for (const Kind kind :
         {Kind::unknown_session, Kind::authentication_failed, Kind::refresh_requested,
          Kind::unknown_binding, Kind::unknown_home, Kind::unrecognized_type, Kind::join_refused}) {
        (void)home_agent.hint(noon + 1s, kind);
        EXPECT_EQ(home_agent.binding(noon + 1s)->care_of, care_of_a);
        EXPECT_EQ(home_agent.core.next_deadline(), noon + 600s);
    }
}

}  // namespace
}  // namespace godwit::server
