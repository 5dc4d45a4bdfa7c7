// What an unauthenticated message meets, and in which order: its octets are read whole before any
// key is looked up, what everybody can compute comes before what is secret, and public keys last.

#include "shared/security/handshake_option.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

class OrderOfChecks : public Conversation {
  protected:
    std::string verdict(wire::Bytes mobility_header) {
        return rejection_in(home_agent_.open(
            path_of_home_agent(), with_checksum(to_home_agent(std::move(mobility_header)))));
    }
    // Its last option says that it is longer than what is left.
    static wire::Bytes cut(wire::Bytes mobility_header) {
        constexpr std::size_t group = 8;
        mobility_header.resize(mobility_header.size() - group);
        --mobility_header[1];  // RFC 6275 §6.1.1: in groups of 8 octets
        return mobility_header;
    }
};

TEST_F(OrderOfChecks, OctetsComeBeforeMac1) {
    wire::Bytes header = start_handshake(1);
    const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
    header[option.mac1.offset] ^= 1U;
    EXPECT_EQ(verdict(header), "bad-mac1");
    EXPECT_EQ(verdict(cut(header)), "bad-option");
}

TEST_F(OrderOfChecks, Mac1ComesBeforePublicKeys) {
    wire::Bytes header = start_handshake(1);
    const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
    std::ranges::fill(option.noise.in(std::span(header)), std::uint8_t{0});
    EXPECT_EQ(verdict(header), "bad-mac1") << "it covers the Noise message, which is none";
    Mac1Key(key_pair(2).public_key()).write(header, option);
    EXPECT_EQ(verdict(header), "bad-handshake");
}

TEST_F(OrderOfChecks, OctetsComeBeforeTheKeysOfASession) {
    const Sessions sessions = shake_hands(1);
    wire::Bytes header =
        mobile_node_.seal(from_mobile_node(update(2), mobility::InSession{sessions.mobile_node}))
            .value();
    header.back() ^= 1U;
    EXPECT_EQ(verdict(header), "bad-authenticator");
    EXPECT_EQ(verdict(cut(header)), "bad-option");
}

}  // namespace
}  // namespace godwit::security
