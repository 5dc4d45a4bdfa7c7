// A Mobility Header from the network, offered to the authenticators of both ends. Checksum and
// mac1, which anybody can write who knows the public keys, are made right: nothing may be proved by
// them.

#include <variant>

#include "shared/security/handshake_payload.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

using security::HandshakeOptionKind;

class Ledger final : public security::HandshakeLedger {
  public:
    bool advance(const security::ServingKeys& /*own*/, const security::PublicKey& /*peer*/,
                 const security::Tai64n& /*time*/) override {
        return true;
    }
};

security::KeyPair key_pair(std::uint8_t number) {
    auto octets = security::make_secret<security::KeyOctets>();
    octets->fill(number);
    return security::KeyPair(std::move(octets));
}

security::HomeAgentCredentials home_agent_credentials() {
    security::HomeAgentCredentials credentials{.address = {}, .own = key_pair(2)};
    credentials.protected_peers.push_back({{1}, key_pair(3).public_key(), {}});
    return credentials;
}

struct Ends {
    security::PublicKey mobile_node_key = key_pair(1).public_key();
    security::PublicKey home_agent_key = key_pair(2).public_key();
    Ledger ledger;
    security::HomeAgentAuthenticator home_agent{home_agent_credentials(), ledger};
    security::MobileNodeAuthenticator mobile_node{
        {.home_agent_address = {}, .own = key_pair(1), .home_agent = home_agent_key},
        [] { return security::Tai64n{}; }};
};

void write_mac1(wire::Bytes& header, const security::PublicKey& receiver,
                HandshakeOptionKind kind) {
    if (const auto option = security::find_handshake_option(header, kind)) {
        security::Mac1Key(receiver).write(header, *option);
    }
}

wire::SignallingPacket packet_of(wire::Bytes header) {
    wire::SignallingPacket packet;
    packet.mobility_header = std::move(header);
    wire::write_checksum(packet.mobility_header, packet.pseudo_header());
    return packet;
}

// What Noise would hand over, had the other end sealed it.
template <class Payload>
void read_payload(wire::BytesView input) {
    if (const auto payload = Payload::parse(input)) {
        const auto written = payload->serialize();
        const auto again = Payload::parse(written);
        fuzz::require(again && again->serialize() == written);
    }
}

bool is_proved(const std::expected<mobility::Received, security::Rejection>& opened) {
    return opened && !std::holds_alternative<mobility::Hint>(opened->content);
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    static Ends ends;
    constexpr std::size_t min_input = 8;  // octets: a Mobility Header has no fewer
    if (size < min_input || size > wire::max_mobility_header) {
        return -1;
    }
    read_payload<security::InitiationPayload>({data, size});
    read_payload<security::ResponsePayload>({data, size});
    wire::Bytes header(data, data + size);
    write_mac1(header, ends.home_agent_key, HandshakeOptionKind::initiation);
    write_mac1(header, ends.home_agent_key, HandshakeOptionKind::mac1_alone);
    fuzz::require(!is_proved(ends.home_agent.open({}, packet_of(header))));
    write_mac1(header, ends.mobile_node_key, HandshakeOptionKind::response);
    fuzz::require(!is_proved(ends.mobile_node.open({}, packet_of(header))));
    return 0;
}
