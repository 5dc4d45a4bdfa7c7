// Asking: RFC 6275 §11.7.1 (sending binding updates) and §11.8 (retransmission and rate).

#include "client/core/home_registration.hpp"

#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using test::care_of_a;
using test::care_of_b;

TEST(HomeRegistration, AsksAsTheRfcWantsIt) {  // §11.7.1
    RegisteringNode node;
    const mobility::SendMessage order = update_in(node.register_at(noon));
    const auto& update = std::get<wire::BindingUpdate>(order.message);
    EXPECT_TRUE(update.acknowledge);
    EXPECT_TRUE(update.home_registration);
    EXPECT_EQ(update.lifetime, 600s);
    const auto* alternate = wire::find<wire::AlternateCareOfAddress>(update.options);
    ASSERT_NE(alternate, nullptr);
    EXPECT_EQ(alternate->care_of, care_of_a);
    EXPECT_EQ(order.home, test::home);
    EXPECT_TRUE(order.names_home);
    EXPECT_EQ(order.path, RegisteringNode::path_from(care_of_a.address));
}

TEST(HomeRegistration, DeregistersFromTheHomeAddressAsItsCareOfAddress) {  // §11.5.5
    RegisteringNode node;
    node.become_registered(noon);
    const mobility::SendMessage order = update_in(node.deregister(noon + 10s));
    const auto& update = std::get<wire::BindingUpdate>(order.message);
    EXPECT_EQ(update.lifetime, 0s);
    EXPECT_TRUE(update.acknowledge);
    EXPECT_EQ(order.path.local, test::home.address);
    const auto* alternate = wire::find<wire::AlternateCareOfAddress>(update.options);
    ASSERT_NE(alternate, nullptr);
    EXPECT_EQ(alternate->care_of.address, test::home.address);
}

TEST(HomeRegistration, NumbersEachRetransmissionAnew) {  // §11.8
    RegistrationSettings settings = settings_of(Protection::none);
    settings.first_sequence = SequenceNumber(65534);
    RegisteringNode node(settings);
    std::vector<std::uint16_t> numbers{sequence_in(node.register_at(noon)).value()};
    for (int retransmission = 0; retransmission < 3; ++retransmission) {
        const auto next = node.core.next_deadline().value();
        numbers.push_back(sequence_in(node.run_timer(next)).value());
    }
    EXPECT_THAT(numbers, testing::ElementsAre(65535, 0, 1, 2));
}

TEST(HomeRegistration, DoublesTheTimeUpTo32Seconds) {  // §11.8
    RegisteringNode node;
    (void)node.register_at(noon);
    Instant sent = noon;
    for (const auto timeout : {1500ms, 3000ms, 6000ms, 12000ms, 24000ms, 32000ms, 32000ms}) {
        EXPECT_EQ(node.core.next_deadline(), sent + timeout);
        EXPECT_TRUE(node.run_timer(sent + timeout - 1ms).empty());
        sent += timeout;
        const Actions actions = node.run_timer(sent);
        EXPECT_EQ(test::order(actions), "send");
        EXPECT_EQ(test::events<mobility::NoAcknowledgement>(actions).at(0).waited, timeout);
    }
}

TEST(HomeRegistration, WaitsOneSecondAtFirstWhenItIsBound) {  // §11.8
    RegisteringNode node;
    node.become_registered(noon);
    (void)node.register_at(noon + 10s, care_of_b);
    EXPECT_EQ(node.core.next_deadline(), noon + 11s);
    EXPECT_TRUE(node.run_timer(noon + 11s - 1ms).empty());
    EXPECT_EQ(test::order(node.run_timer(noon + 11s)), "send");
    EXPECT_EQ(node.core.next_deadline(), noon + 13s);
}

TEST(HomeRegistration, LetsTheFirstTimeoutBeConfigured) {  // §13, InitialBindackTimeoutFirstReg
    RegistrationSettings settings = settings_of(Protection::none);
    settings.first_registration_timeout = 5s;
    RegisteringNode node(settings);
    (void)node.register_at(noon);
    EXPECT_EQ(node.core.next_deadline(), noon + 5s);
}

TEST(HomeRegistration, BeginsAnewWithTheTimeoutForANewPlace) {
    RegisteringNode node;
    (void)node.register_at(noon);
    (void)node.run_timer(noon + 1500ms);
    (void)node.run_timer(noon + 4500ms);
    (void)node.register_at(noon + 5s, care_of_b);
    EXPECT_EQ(node.core.next_deadline(), noon + 6500ms);
}

TEST(HomeRegistration, HoldsTheFourthUpdateBackUntilASecondAfterTheFirst) {  // §11.8
    RegisteringNode node;
    for (int update = 0; update < 3; ++update) {
        EXPECT_EQ(test::order(node.register_at(noon + update * 100ms, care_of_b)), "send");
    }
    EXPECT_TRUE(node.register_at(noon + 300ms).empty());
    EXPECT_TRUE(node.core.is_pending());
    EXPECT_EQ(node.core.next_deadline(), noon + 1s);
    EXPECT_TRUE(node.run_timer(noon + 1s - 1ms).empty());
    EXPECT_EQ(update_in(node.run_timer(noon + 1s)).path.local, care_of_a.address);
}

TEST(HomeRegistration, SuspendedAsksNothing) {
    RegisteringNode node;
    node.become_registered(noon);
    (void)node.register_at(noon + 10s, care_of_b);
    node.suspend();
    EXPECT_FALSE(node.core.is_pending());
    EXPECT_EQ(node.core.next_deadline(), noon + 600s) << "nothing but the end of the binding";
    EXPECT_TRUE(node.run_timer(noon + 11s).empty());
    EXPECT_TRUE(node.run_timer(noon + 480s).empty());
    EXPECT_TRUE(node.doubt(noon + 481s).empty());
    EXPECT_EQ(test::order(node.run_timer(noon + 600s)), "close");
    EXPECT_FALSE(node.core.next_deadline());
}

TEST(HomeRegistration, TakesNoAnswerToWhatWasAskedBeforeItWasSuspended) {
    RegisteringNode node;
    const auto answer = node.answer(node.register_at(noon));
    node.suspend();
    EXPECT_THAT(test::drops(node.hear(noon + 1s, answer)),
                testing::ElementsAre(mobility::DropReason::not_expected));
    EXPECT_EQ(node.core.binding(noon + 1s), nullptr);
}

TEST(HomeRegistration, RefreshesWellBeforeTheEnd) {  // §11.7.1
    struct Case {
        std::chrono::seconds granted;
        std::chrono::milliseconds refresh;
    };
    // At 80 %, but sooner where that leaves less than 16 s, and never before half of it.
    for (const Case& when : {Case{600s, 480s}, Case{80s, 64s}, Case{60s, 44s}, Case{40s, 24s},
                             Case{32s, 16s}, Case{20s, 10s}, Case{4s, 2s}}) {
        RegisteringNode node;
        node.become_registered(noon, std::chrono::duration_cast<Lifetime>(when.granted));
        EXPECT_EQ(node.core.next_deadline(), noon + when.refresh) << when.granted.count();
        EXPECT_TRUE(node.run_timer(noon + when.refresh - 1ms).empty());
        EXPECT_EQ(test::order(node.run_timer(noon + when.refresh)), "send");
    }
}

TEST(HomeRegistration, LetsTheBindingGoWhenItsLifetimeIsOver) {
    RegisteringNode node;
    node.become_registered(noon);
    (void)node.run_timer(noon + 480s);
    EXPECT_NE(node.core.binding(noon + 600s - 1ms), nullptr);
    EXPECT_EQ(node.core.binding(noon + 600s), nullptr) << "whether or not a timer has run";
    EXPECT_TRUE(test::events<mobility::BindingExpired>(node.run_timer(noon + 600s - 1ms)).empty());
    const Actions actions = node.run_timer(noon + 600s);
    EXPECT_EQ(test::all<mobility::CloseTunnel>(actions).size(), 1U);
    EXPECT_EQ(test::events<mobility::BindingExpired>(actions).size(), 1U);
    EXPECT_TRUE(node.core.is_pending()) << "and goes on asking";
}

TEST(HomeRegistration, AsksForNoLongerThanTheHomePrefixIsValid) {  // §11.4.2
    const auto lifetime_at = [](RegisteringNode& node, Instant now) {
        const auto order = update_in(node.register_at(now));
        return std::get<wire::BindingUpdate>(order.message).lifetime;
    };
    RegisteringNode node;
    node.core.on_home_prefix(noon + 403s);
    EXPECT_EQ(lifetime_at(node, noon), Lifetime(100));
    EXPECT_EQ(lifetime_at(node, noon + 399s), Lifetime(1));
    EXPECT_EQ(lifetime_at(node, noon + 500s), Lifetime(150)) << "that it is over others say";
    node.core.on_home_prefix(std::nullopt);
    EXPECT_EQ(lifetime_at(node, noon + 501s), Lifetime(150));
}

}  // namespace
}  // namespace godwit::client
