// What comes back of the name servers of a machine whose daemon has ended.

#include "client/carried_out_order.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

class PutBackResolver : public testing::Test {
  protected:
    void SetUp() override {
        etc_.write("resolv.conf", found_);
        ASSERT_TRUE(file_.write(text_));
        ASSERT_NE(resolver_configuration(), found_);
    }
    [[nodiscard]] std::string resolver_configuration() const {
        return tests::read_file(etc_.path() / "resolv.conf");
    }

    const std::string found_ = "nameserver 192.0.2.53\n";
    const std::string text_ = "nameserver 2001:db8:f::53\n";
    tests::TemporaryDirectory etc_;
    tests::TemporaryDirectory orders_;
    tests::TemporaryDirectory answers_;
    platform::ResolverFile file_{etc_.path() / "resolv.conf"};
};

TEST_F(PutBackResolver, WithdrawsTheOrderOfADaemonThatWasKilled) {
    const ResolverOrder order(orders_.path(), answers_.path());
    ASSERT_FALSE(order.give(text_));
    EXPECT_EQ(put_back_resolver(orders_.path(), answers_.path(), file_).refusal, "");
    EXPECT_EQ(order.given(), std::nullopt) << "else it is carried out again";
    EXPECT_EQ(resolver_configuration(), found_);
    EXPECT_FALSE(order.answer(text_));
    ASSERT_TRUE(order.answer(""));
    EXPECT_EQ(order.answer("")->backend, "nobody");
}

TEST_F(PutBackResolver, TakesTheFileBackThatADaemonHasWrittenItself) {
    const fs::path nowhere = answers_.path() / "absent";
    EXPECT_EQ(put_back_resolver(orders_.path(), nowhere, file_).refusal, "");
    EXPECT_EQ(resolver_configuration(), found_);
    EXPECT_FALSE(fs::exists(etc_.path() / "resolv.conf.before-godwit"));
    EXPECT_FALSE(fs::exists(nowhere));
}

TEST_F(PutBackResolver, LeavesWhatSomebodyElseHasWrittenSince) {
    etc_.write("resolv.conf", "# theirs\n");
    EXPECT_EQ(put_back_resolver(orders_.path(), answers_.path() / "absent", file_).refusal, "");
    EXPECT_EQ(resolver_configuration(), "# theirs\n");
}

}  // namespace
}  // namespace godwit::client
