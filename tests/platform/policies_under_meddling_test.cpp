#include <gmock/gmock.h>

#include "tests/platform/policies_fixture.hpp"
#include "tests/platform/run_until.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// While somebody else changes nftables, until it is as before.
class PoliciesUnderMeddling : public Policies {
  protected:
    PoliciesUnderMeddling() { apply(laptop_, {.internet = false}); }
    void TearDown() override { policy_.reset(); }  // ahead of the loop
    void expect_repair_after(const std::string& meddling) {
        const std::string wanted = run("nft list ruleset");
        run(meddling);
        ASSERT_NE(run("nft list ruleset"), wanted) << meddling << ": has changed nothing";
        policy_->watch(loop_);
        loop_.on_deadline([this] { return policy_->next_deadline(); },
                          [this] { policy_->on_deadline(); });
        tests::run_until(loop_, [&] { return run("nft list ruleset") == wanted; });
        EXPECT_EQ(run("nft list ruleset"), wanted) << meddling;
        EXPECT_FALSE(reaches_internet());
        EXPECT_THAT(policy_->health(), IsEmpty());
    }

    // Somebody's list, twice: more changes than the kernel keeps until they are read. What follows
    // is not reported.
    void flood() const {
        const auto file = directory_.write("list", long_list());
        run("nft -f " + file.string() + "; nft -f " + file.string());
    }
    static std::string long_list() {
        std::string elements;
        for (unsigned number = 0; number < 20'000; ++number) {
            elements += (number == 0 ? "" : ", ") + std::to_string(number);
        }
        return "table inet others\ndelete table inet others\n"
               "table inet others {\nset marks {\ntype mark; elements = { " +
               elements + " }\n}\n}\n";
    }
    // Until there is nothing to be done any more; what was logged meanwhile.
    std::string logged_until_settled() {
        log_.show(runtime::LogLevel::warning);
        testing::internal::CaptureStderr();
        loop_.context().poll();
        loop_.context().restart();
        while (policy_->next_deadline()) {
            policy_->on_deadline();
        }
        return testing::internal::GetCapturedStderr();
    }

    runtime::EventLoop loop_;
    const tests::TemporaryDirectory directory_;
};

TEST_F(PoliciesUnderMeddling, AreBackAfterAFlush) {
    expect_repair_after("nft flush ruleset");
}

TEST_F(PoliciesUnderMeddling, AreBackAfterAClientIsTakenOut) {
    expect_repair_after("nft flush set inet godwit_ha kept_from_internet");
}

TEST_F(PoliciesUnderMeddling, AreAllInForceWithTheNextOneAfterAFlush) {
    run("nft flush ruleset");
    ASSERT_TRUE(reaches_internet());
    apply(phone_, {.clients = false});
    EXPECT_FALSE(reaches_internet());
    EXPECT_THAT(policy_->health(), IsEmpty());
}

TEST_F(PoliciesUnderMeddling, SayWhileTheyAreNotInForce) {
    run("nft flush ruleset");
    const server::PolicedClient phone{phone_.home, phone_.ipv4, {.clients = false, .prefixes = {}}};
    {
        NftablesTable somebody("inet godwit_ha", NftablesTable::End::with_process);
        somebody.replace("");
        EXPECT_TRUE(policy_->apply({&phone, 1}));
        EXPECT_THAT(policy_->health(), testing::ElementsAre(HasSubstr("inet godwit_ha")));
        EXPECT_TRUE(policy_->next_deadline()) << "it is tried again";
    }
    EXPECT_FALSE(policy_->apply({&phone, 1}));
    EXPECT_THAT(policy_->health(), IsEmpty());
    EXPECT_FALSE(reaches_internet());
}

// The policy is known already, so that there is nothing to be written for its own sake.
TEST_F(PoliciesUnderMeddling, AreWrittenWithTheNextOneAfterADoubtThatCouldNotBeSettled) {
    const server::PolicedClient phone{phone_.home, phone_.ipv4, {.clients = false, .prefixes = {}}};
    flood();
    run("nft flush ruleset");
    {
        NftablesTable somebody("inet godwit_ha", NftablesTable::End::with_process);
        somebody.replace("");
        EXPECT_TRUE(policy_->apply({&phone, 1}));
        flood();
    }
    ASSERT_TRUE(reaches_internet());
    EXPECT_FALSE(policy_->apply({&phone, 1}));
    EXPECT_FALSE(reaches_internet());
    EXPECT_THAT(policy_->health(), IsEmpty());
}

TEST_F(PoliciesUnderMeddling, AreNotWrittenAgainForWhatOthersDoElsewhere) {
    policy_->watch(loop_);
    run("nft add table ip6 godwit_ha; nft add table inet others");
    loop_.context().poll();
    EXPECT_FALSE(policy_->next_deadline());
    run("nft add chain inet godwit_ha theirs");
    loop_.context().poll();
    EXPECT_TRUE(policy_->next_deadline());
}

// Whichever of the two was written last.
TEST_F(PoliciesUnderMeddling, AreNotSaidToHaveChangedWhenOthersChangeMoreThanIsReported) {
    const server::ClientPolicy listed{.internet = false,
                                      .prefixes = {wire::Prefix::parse("2001:db8:c::/64").value()}};
    policy_->watch(loop_);
    apply(laptop_, listed);
    apply(phone_, listed);
    for (const server::PolicedClient& last : {laptop_, phone_}) {
        apply(last, {});
        apply(last, listed);
        flood();
        EXPECT_THAT(logged_until_settled(), IsEmpty());
    }
    const std::string written = run("nft -a list table inet godwit_ha");
    flood();
    EXPECT_THAT(logged_until_settled(), IsEmpty());
    EXPECT_EQ(run("nft -a list table inet godwit_ha"), written) << "written again: other handles";
    EXPECT_THAT(policy_->health(), IsEmpty());
}

TEST_F(PoliciesUnderMeddling, AreBackAfterAChangeThatIsNotReported) {
    policy_->watch(loop_);
    for (int turn = 0; turn < 2; ++turn) {
        flood();
        run("nft flush set inet godwit_ha kept_from_internet;"
            "nft flush set inet godwit_ha kept_from_internet_ipv4");
        ASSERT_TRUE(reaches_internet());
        EXPECT_THAT(logged_until_settled(), HasSubstr("warning forwarding-put-back"));
        EXPECT_FALSE(reaches_internet());
    }
}

TEST_F(PoliciesUnderMeddling, AreInForceWithTheNextOneThoughNotAllIsReported) {
    flood();
    apply(phone_, {.clients = false});
    EXPECT_THAT(policy_->health(), IsEmpty()) << "nobody knows of a change";
    EXPECT_THAT(logged_until_settled(), IsEmpty());
    EXPECT_THAT(run("nft list set inet godwit_ha kept_from_clients"), HasSubstr("fd00:9::a"));
    EXPECT_FALSE(reaches_internet());
}

}  // namespace
}  // namespace godwit::platform
