// Once a session has ended, nothing of its keys is left anywhere in the process: not where they
// were kept, not where they were used, and not on the way.

#include <sodium.h>

#include <filesystem>

#include "shared/security/aes_of_long_texts.hpp"
#include "shared/security/esp.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/key_file.hpp"
#include "tests/security/conversation.hpp"
#include "tests/support/memory_search.hpp"

namespace godwit::security {
namespace {

using testing::IsEmpty;
using testing::Not;

test::MemorySearch* watched = nullptr;

// Keys are random, so what randomness there is of their length is a key.
void give_randomness(void* out, std::size_t length) {
    ::randombytes_internal_implementation.buf(out, length);
    if (watched != nullptr && length == sizeof(KeyOctets)) {
        watched->look_for("key " + std::to_string(watched->size() / 2),
                          {static_cast<const std::uint8_t*>(out), length});
    }
}

class WipedKeys : public testing::Test {
  protected:
    WipedKeys() {
        initialise();
        random_ = ::randombytes_internal_implementation;
        random_.buf = give_randomness;
        ::randombytes_set_implementation(&random_);
        watched = &search_;
    }
    ~WipedKeys() override {
        watched = nullptr;
        ::randombytes_set_implementation(&::randombytes_internal_implementation);
    }

    test::MemorySearch search_;

  private:
    ::randombytes_implementation random_{};
};

// Both ends in one process, with new keys of each kind.
struct Ends {
    Ends() {
        KeyPair mobile_node_key = KeyPair::generate();
        KeyPair home_agent_key = KeyPair::generate();
        const PresharedKey preshared_key = PresharedKey::generate();
        const auto copy = [&] { return PresharedKey(make_secret(preshared_key.octets())); };
        MobileNodeCredentials of_mobile_node{.home_agent_address = test::home_agent,
                                             .own = std::move(mobile_node_key),
                                             .home_agent = home_agent_key.public_key(),
                                             .preshared_key = copy()};
        HomeAgentCredentials of_home_agent{.address = test::home_agent,
                                           .own = std::move(home_agent_key)};
        of_home_agent.protected_peers.push_back({peer_id, of_mobile_node.own.public_key(), copy()});
        mobile_node.emplace(std::move(of_mobile_node), [] { return Tai64n::from({}); });
        home_agent.emplace(std::move(of_home_agent), ledger);
    }

    MemoryLedger ledger;
    std::optional<MobileNodeAuthenticator> mobile_node;
    std::optional<HomeAgentAuthenticator> home_agent;
};

wire::BindingUpdate some_update(std::uint16_t sequence) {
    return {.sequence = wire::SequenceNumber(sequence),
            .acknowledge = true,
            .home_registration = true,
            .lifetime = wire::Lifetime(150),
            .options = {wire::AlternateCareOfAddress{test::care_of_a}}};
}

struct Pair {
    mobility::SessionId mobile_node;
    mobility::SessionId home_agent;
};

Pair shake_hands(Ends& ends) {
    const mobility::Path up{.local = test::care_of_a.address, .remote = test::home_agent.address};
    const mobility::Path down{.local = test::home_agent.address, .remote = test::care_of_a.address};
    const wire::SignallingPacket asked{
        .source = up.local,
        .destination = up.remote,
        .home_address_option = test::home,
        .mobility_header = ends.mobile_node
                               ->seal({.path = up,
                                       .home = test::home,
                                       .message = some_update(1),
                                       .seal = mobility::StartHandshake{}})
                               .value()};
    const auto at_home_agent = handshake_session(ends.home_agent->open(down, asked));
    const wire::SignallingPacket answer{
        .source = down.local,
        .destination = down.remote,
        .routing_header = test::home,
        .mobility_header =
            ends.home_agent
                ->seal({.path = down,
                        .home = test::home,
                        .message = wire::BindingAcknowledgement{.sequence = wire::SequenceNumber(1),
                                                                .lifetime = wire::Lifetime(150),
                                                                .options = {}},
                        .seal = mobility::InHandshake{at_home_agent}})
                .value()};
    return {handshake_session(ends.mobile_node->open(up, answer)), at_home_agent};
}

// Short and long packets, which are different libraries' work.
void talk(const TunnelKeys& of_sender, const TunnelKeys& of_receiver) {
    EspSealer sealer(of_sender);
    EspOpener opener(of_receiver);
    for (const std::size_t length : {std::size_t{64}, std::size_t{1200}}) {
        wire::Bytes buffer(esp_headroom + length + esp_max_tailroom);
        const auto sealed = sealer.seal(buffer, esp_headroom, length, wire::NextHeader::ipv6);
        ASSERT_TRUE(sealed && opener.open(*sealed));
    }
    sealer.forget();
    opener.forget();
}

void watch(test::MemorySearch& search, const std::string& whose, const TunnelKeys& keys) {
    search.look_for(whose + " inbound tunnel key", keys.inbound.key);
    search.look_for(whose + " outbound tunnel key", keys.outbound.key);
}

__attribute__((noinline)) void live(test::MemorySearch& search, Suite suite) {
    Ends ends;
    const Pair sessions = shake_hands(ends);
    auto of_mobile_node = ends.mobile_node->take_tunnel_keys(sessions.mobile_node);
    auto of_home_agent = ends.home_agent->take_tunnel_keys(sessions.home_agent);
    watch(search, "mobile node's", *of_mobile_node);
    of_mobile_node->suite = suite;
    of_home_agent->suite = suite;
    talk(*of_mobile_node, *of_home_agent);
    talk(*of_home_agent, *of_mobile_node);
    EXPECT_THAT(search.found(), Not(IsEmpty())) << "while they are used they are there";
    ends.mobile_node->end(sessions.mobile_node);
    ends.home_agent->end(sessions.home_agent);
}

class WipedKeysOfASuite : public WipedKeys, public testing::WithParamInterface<Suite> {};

// Static keys, pre-shared ones, ephemeral ones of both ends, and the session's.
TEST_P(WipedKeysOfASuite, AreFoundNowhereOnceBothEndsHaveEnded) {
    if (!SuiteSet::of_this_machine().contains(GetParam())) {
        GTEST_SKIP() << "this processor has no instructions for it";
    }
    live(search_, GetParam());
    EXPECT_GE(search_.size(), 2 * (3U + 2U + 2U));
    EXPECT_THAT(search_.found(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Each, WipedKeysOfASuite,
                         testing::Values(Suite::aes_256_gcm, Suite::chacha20_poly1305),
                         [](const auto& suite) {
                             return suite.param == Suite::aes_256_gcm ? "Aes" : "ChaCha20";
                         });

// Where a processor has better, it is not what seals; here it is asked by itself.
__attribute__((noinline)) void seal_a_long_text(test::MemorySearch& search) {
    constexpr std::uint64_t name = 1;
    constexpr std::array<std::uint8_t, 12> nonce{};
    const auto key = make_secret<KeyOctets>();
    ::randombytes_buf(key->data(), key->size());
    wire::Bytes text(1200);
    std::array<std::uint8_t, 16> tag{};
    encrypt_long_text({name, *key}, nonce, {}, text, text, tag);
    EXPECT_TRUE(decrypt_long_text({name, *key}, nonce, {}, text, tag));
    EXPECT_GT(search.found().size(), 2U) << "where it is kept, and what has been prepared of it";
    forget_long_texts_key(name);
}

TEST_F(WipedKeys, OfLongTextsAreForgotten) {
    seal_a_long_text(search_);
    EXPECT_THAT(search_.found(), IsEmpty());
}

__attribute__((noinline)) void derive(test::MemorySearch& search) {
    const auto transport = make_secret<TransportKeys>();
    ::randombytes_buf(transport->to_initiator.data(), transport->to_initiator.size());
    ::randombytes_buf(transport->to_responder.data(), transport->to_responder.size());
    const SessionKeys keys = derive_session_keys(*transport, HandshakeRole::initiator,
                                                 Suite::chacha20_poly1305, 0x80000001, 0x80000002);
    watch(search, "derived", *keys.tunnel);
    search.look_for("signalling key in", keys.signalling->inbound);
    search.look_for("signalling key out", keys.signalling->outbound);
    EXPECT_GE(search.found().size(), 2 * 6U);
}

TEST_F(WipedKeys, OfSignallingTunnelAndTransportGoWithWhatHoldsThem) {
    derive(search_);
    EXPECT_THAT(search_.found(), IsEmpty());
}

__attribute__((noinline)) void save_and_load(const std::filesystem::path& path,
                                             test::MemorySearch& search) {
    {
        const KeyPair key = KeyPair::generate();
        save(key, path, ExistingFile::replace);
        Transient<std::array<char, 64>> text;  // as it stands in the file
        ::sodium_bin2base64(text.value.data(), text.value.size(), key.private_key().data(),
                            key.private_key().size(), sodium_base64_VARIANT_ORIGINAL);
        search.look_for("the file's text",
                        {reinterpret_cast<const std::uint8_t*>(text.value.data()), 32});
    }
    const KeyPair key = load_key_pair(path);
}

TEST_F(WipedKeys, OfAKeyFileAreNotLeftInItsText) {
    const auto path = std::filesystem::path(testing::TempDir()) / "godwit-wiped.key";
    save_and_load(path, search_);
    std::filesystem::remove(path);
    EXPECT_THAT(search_.found(), IsEmpty());
}

__attribute__((noinline)) void hand_over(test::MemorySearch& search) {
    Invite invite{.home_agent_key = {{1}},
                  .home_agent = test::home_agent,
                  .endpoints = {"vps.example"},
                  .ports = {4191},
                  .client = "laptop",
                  .home = test::home,
                  .home_prefix = {},
                  .id = {},
                  .secret = PresharedKey::generate(),
                  .expires = {}};
    std::string line = invite.text();
    search.look_for("the line", {reinterpret_cast<const std::uint8_t*>(line.data()) + 70, 32});
    const auto read = Invite::parse(line);
    ASSERT_TRUE(read);
    EXPECT_TRUE(is_equal(read->secret.octets(), invite.secret.octets()));
    wipe(line.data(), line.capacity());  // who has had it printed does so
}

TEST_F(WipedKeys, OfAnInviteGoWithIt) {
    hand_over(search_);
    EXPECT_THAT(search_.found(), IsEmpty());
}

}  // namespace
}  // namespace godwit::security
