#include "client/home_agent_key.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <system_error>

#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::client {
namespace {

security::PublicKey key(std::uint8_t number) {
    return security::key_pair(number).public_key();
}

class HomeAgentKeyFile : public testing::Test {
  protected:
    [[nodiscard]] security::PublicKey after_restart(std::uint8_t configured) const {
        return HomeAgentKey(state(), key(configured)).current();
    }
    [[nodiscard]] std::filesystem::path state() const { return directory_.path() / "state"; }

    tests::TemporaryDirectory directory_;
};

TEST_F(HomeAgentKeyFile, BeginsWithTheConfiguredKey) {
    EXPECT_EQ(after_restart(2), key(2));
}

TEST_F(HomeAgentKeyFile, HasTheKeyThatFollowedAfterARestartToo) {
    HomeAgentKey ours(state(), key(2));
    ours.replace(key(5));
    EXPECT_EQ(ours.current(), key(5));
    EXPECT_EQ(after_restart(2), key(5));
    HomeAgentKey(state(), key(2)).replace(key(6));
    EXPECT_EQ(after_restart(2), key(6));
}

TEST_F(HomeAgentKeyFile, GoesByAnotherConfiguredKeyOnce) {  // another home agent, or a new invite
    HomeAgentKey(state(), key(2)).replace(key(5));
    EXPECT_EQ(after_restart(3), key(3));
}

TEST_F(HomeAgentKeyFile, HasThoseOfSeveralHomeAgents) {
    HomeAgentKey(state(), key(2)).replace(key(5));
    HomeAgentKey(state(), key(3)).replace(key(6));
    HomeAgentKey(state(), key(2)).replace(key(7));
    EXPECT_EQ(after_restart(2), key(7));
    EXPECT_EQ(after_restart(3), key(6));
}

TEST_F(HomeAgentKeyFile, ForgetsThatOfOneHomeAgent) {
    HomeAgentKey(state(), key(2)).replace(key(5));
    HomeAgentKey(state(), key(3)).replace(key(6));
    HomeAgentKey(state(), key(2)).forget();
    EXPECT_EQ(after_restart(2), key(2));
    EXPECT_EQ(after_restart(3), key(6));
    HomeAgentKey(state(), key(3)).forget();
    EXPECT_TRUE(std::filesystem::is_empty(state()));
}

// The daemon's user may put one there for root's `godwit leave`.
TEST_F(HomeAgentKeyFile, IsWrittenThroughNoLink) {
    HomeAgentKey(state(), key(2)).replace(key(5));
    HomeAgentKey(state(), key(3)).replace(key(6));
    const auto target = directory_.write("target", "somebody's\n");
    std::filesystem::create_symlink(target, state() / "home-agent-key.new");
    HomeAgentKey(state(), key(2)).forget();
    EXPECT_EQ(tests::read_file(target), "somebody's\n");
    EXPECT_EQ(after_restart(2), key(2));
    EXPECT_EQ(after_restart(3), key(6));
}

TEST_F(HomeAgentKeyFile, StaysAsItWasWhereItCannotBeWritten) {
    directory_.write("state", "a file, where the directory should be\n");
    HomeAgentKey ours(directory_.path() / "state", key(2));
    EXPECT_THROW(ours.replace(key(5)), std::system_error);
    EXPECT_EQ(ours.current(), key(2));
}

TEST_F(HomeAgentKeyFile, SaysWhatToDoWithAFileThatIsNone) {
    HomeAgentKey(state(), key(2)).replace(key(5));
    directory_.write("state/home-agent-key", "nonsense\n");
    EXPECT_THROW(HomeAgentKey(state(), key(2)), std::runtime_error);
}

// The two of them, while the home agent changes its key and the mobile node's daemon restarts.
class KeyChange : public security::Conversation {
  protected:
    using Node = security::MobileNodeAuthenticator;

    // As the daemon makes it at its start.
    std::unique_ptr<Node> started() {
        key_ = std::make_unique<HomeAgentKey>(directory_.path(), key(2));
        security::MobileNodeCredentials credentials = mobile_node_credentials();
        credentials.home_agent = key_->current();
        credentials.on_next_key = [this](const security::PublicKey& next) {
            key_->replace(next);
            return true;
        };
        return std::make_unique<Node>(std::move(credentials),
                                      [this] { return time_ = time_.next(); });
    }
    static wire::Bytes ask(Node& node, std::uint16_t sequence) {
        return node.seal(from_mobile_node(update(sequence), mobility::StartHandshake{})).value();
    }
    bool registers(Node& node, std::uint16_t sequence) {
        const auto opened = open_at_home_agent(ask(node, sequence));
        return message_in(opened) != nullptr &&
               message_in(node.open(path_of_mobile_node(),
                                    to_mobile_node(answer_handshake(
                                        sequence, handshake_session(opened))))) != nullptr;
    }

  private:
    tests::TemporaryDirectory directory_;
    std::unique_ptr<HomeAgentKey> key_;
};

TEST_F(KeyChange, IsFollowedAndOutlivesARestartOfTheMobileNode) {
    home_agent_.rotate(security::key_pair(5));
    EXPECT_TRUE(registers(*started(), 1));
    home_agent_.forget_previous();
    EXPECT_TRUE(registers(*started(), 2));
    EXPECT_TRUE(registers(*started(), 3));
}

TEST_F(KeyChange, NeverLeadsBackToTheConfiguredKey) {
    home_agent_.rotate(security::key_pair(5));
    EXPECT_TRUE(registers(*started(), 1));
    security::HomeAgentAuthenticator with_old_key(home_agent_credentials(), ledger_);
    const auto opened = with_old_key.open(path_of_home_agent(), to_home_agent(ask(*started(), 2)));
    EXPECT_EQ(rejection_in(opened), "bad-mac1");
}

}  // namespace
}  // namespace godwit::client
