// Signalling in UDP (RFC 5555): between the home address and the home agent's, whatever the outer
// addresses are, and whatever a NAT has made of them.

#include "shared/security/unprotected_authenticator.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

using mobility::Encapsulation;

const auto private_address = wire::Ipv4Address::parse("192.168.1.7").value();
const auto claimed = wire::Ipv6Address::mapped(private_address);
const wire::Ipv6Address seen = test::ip("::ffff:198.51.100.5");
const wire::Ipv6Address endpoint = test::ip("::ffff:203.0.113.1");

mobility::Path at_mobile_node() {
    return {.encapsulation = Encapsulation::udp,
            .local = claimed,
            .remote = endpoint,
            .local_port = 40000,
            .remote_port = mobility::dsmip_port};
}
mobility::Path at_home_agent() {
    return {.encapsulation = Encapsulation::udp,
            .local = endpoint,
            .remote = seen,
            .local_port = mobility::dsmip_port,
            .remote_port = 61234};
}

wire::SignallingPacket up(wire::Bytes header) {
    return {.source = test::home.address,
            .destination = test::home_agent.address,
            .home_address_option = {},
            .routing_header = {},
            .mobility_header = std::move(header)};
}
wire::SignallingPacket down(wire::Bytes header) {
    return {.source = test::home_agent.address,
            .destination = test::home.address,
            .home_address_option = {},
            .routing_header = {},
            .mobility_header = std::move(header)};
}

class UdpSignalling : public Conversation {
  protected:
    static wire::BindingUpdate ipv4_update(std::uint16_t sequence) {
        wire::BindingUpdate update = Conversation::update(sequence);
        update.options = {wire::Ipv4CareOfAddress{private_address}};
        return update;
    }
    Opened ask(const wire::MobilityMessage& message, const mobility::Seal& seal) {
        const auto sealed = mobile_node_.seal(
            {.path = at_mobile_node(), .home = test::home, .message = message, .seal = seal});
        return home_agent_.open(at_home_agent(), up(*sealed));
    }
    Opened answer(const wire::MobilityMessage& message, const mobility::Seal& seal) {
        const auto sealed = home_agent_.seal(
            {.path = at_home_agent(), .home = test::home, .message = message, .seal = seal});
        return mobile_node_.open(at_mobile_node(), down(*sealed));
    }
    // An inner packet of the mobile node's as the tunnel brings it.
    Opened tunnel_up(wire::SignallingPacket packet) {
        wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        return home_agent_.open_tunnelled(at_home_agent(), sessions_.home_agent, packet);
    }
    Opened tunnel_down(wire::SignallingPacket packet) {
        wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        return mobile_node_.open_tunnelled(at_mobile_node(), sessions_.mobile_node, packet);
    }

    Sessions sessions_ = shake_hands(1);
};

TEST_F(UdpSignalling, ShakesHandsThroughANat) {
    const Opened asked = ask(ipv4_update(2), mobility::StartHandshake{});
    ASSERT_NE(message_in(asked), nullptr) << rejection_in(asked);
    EXPECT_EQ(asked->home, test::home);
    EXPECT_EQ(asked->path, at_home_agent());
    const Opened answered =
        answer(acknowledgement(2), mobility::InHandshake{handshake_session(asked)});
    ASSERT_NE(message_in(answered), nullptr) << rejection_in(answered);
    EXPECT_EQ(answered->home, test::home);
}

TEST_F(UdpSignalling, ProvesMessagesUnderASessionThroughANat) {
    EXPECT_NE(message_in(ask(ipv4_update(2), mobility::InSession{sessions_.mobile_node})), nullptr);
    EXPECT_NE(message_in(answer(acknowledgement(2), mobility::InSession{sessions_.home_agent})),
              nullptr);
    EXPECT_NE(message_in(
                  answer(wire::BindingRefreshRequest{}, mobility::InSession{sessions_.home_agent})),
              nullptr);
}

TEST_F(UdpSignalling, CoversTheCareOfAddressThatTheUpdateClaims) {
    const auto sealed = mobile_node_.seal({.path = at_mobile_node(),
                                           .home = test::home,
                                           .message = ipv4_update(2),
                                           .seal = mobility::InSession{sessions_.mobile_node}});
    wire::SignallingPacket packet = up(*sealed);
    const auto option =
        wire::locate_option(packet.mobility_header, wire::BindingUpdate::options_offset,
                            wire::Ipv4CareOfAddress::layout.type);
    packet.mobility_header[option->offset + option->length - 1] ^= 1U;
    EXPECT_EQ(rejection_in(home_agent_.open(at_home_agent(), with_checksum(packet))),
              "bad-authenticator");
}

TEST_F(UdpSignalling, CoversTheSourceWhereTheUpdateClaimsNothing) {
    wire::BindingUpdate bare = update(2);
    bare.options.clear();
    EXPECT_EQ(rejection_in(ask(bare, mobility::InSession{sessions_.mobile_node})),
              "bad-authenticator")
        << "a NAT has changed it";
    mobility::Path without_nat = at_home_agent();
    without_nat.remote = claimed;
    const auto sealed = mobile_node_.seal({.path = at_mobile_node(),
                                           .home = test::home,
                                           .message = bare,
                                           .seal = mobility::InSession{sessions_.mobile_node}});
    EXPECT_TRUE(home_agent_.open(without_nat, up(*sealed)));
}

TEST_F(UdpSignalling, RefusesOtherInnerAddresses) {
    const auto sealed = mobile_node_.seal({.path = at_mobile_node(),
                                           .home = test::home,
                                           .message = ipv4_update(2),
                                           .seal = mobility::InSession{sessions_.mobile_node}});
    wire::SignallingPacket elsewhere = up(*sealed);
    elsewhere.destination = test::care_of_a.address;
    EXPECT_EQ(rejection_in(home_agent_.open(at_home_agent(), with_checksum(elsewhere))),
              "malformed");
    wire::SignallingPacket with_option = up(*sealed);
    with_option.home_address_option = test::home;
    EXPECT_EQ(rejection_in(home_agent_.open(at_home_agent(), with_option)), "malformed");

    wire::SignallingPacket from_another =
        down(*home_agent_.seal({.path = at_home_agent(),
                                .home = test::home,
                                .message = acknowledgement(2),
                                .seal = mobility::InSession{sessions_.home_agent}}));
    from_another.source = test::care_of_a.address;
    EXPECT_EQ(rejection_in(mobile_node_.open(at_mobile_node(), with_checksum(from_another))),
              "malformed");
}

TEST_F(UdpSignalling, CarriesHintsToo) {
    const Opened asked = answer(wire::BindingRefreshRequest{}, mobility::Unprotected{});
    EXPECT_EQ(hint_in(asked), mobility::Hint::Kind::refresh_requested);
    EXPECT_EQ(asked->home, test::home);
    home_agent_.end(sessions_.home_agent);
    EXPECT_EQ(hint_in(ask(ipv4_update(2), mobility::InSession{sessions_.mobile_node})),
              mobility::Hint::Kind::unknown_session);
}

TEST_F(UdpSignalling, NeedsNoProtectionInALaboratory) {
    HomeAgentCredentials credentials = home_agent_credentials();
    credentials.unprotected_peers.push_back({{9}, test::home});
    HomeAgentAuthenticator laboratory(std::move(credentials), ledger_);
    UnprotectedAuthenticator node(test::home_agent);
    const auto asked = node.seal({.path = at_mobile_node(),
                                  .home = test::home,
                                  .message = ipv4_update(1),
                                  .seal = mobility::Unprotected{}});
    EXPECT_NE(message_in(laboratory.open(at_home_agent(), up(*asked))), nullptr);
    const auto answered = laboratory.seal({.path = at_home_agent(),
                                           .home = test::home,
                                           .message = acknowledgement(1),
                                           .seal = mobility::Unprotected{}});
    EXPECT_NE(message_in(node.open(at_mobile_node(), down(*answered))), nullptr);
}

TEST_F(UdpSignalling, PutsABareHeartbeatIntoASealedTunnel) {
    const wire::Heartbeat request{.sequence = 0xfeedbeef};
    const auto sealed = mobile_node_.seal({.path = path_of_mobile_node(),
                                           .home = test::home,
                                           .message = request,
                                           .seal = mobility::ThroughTunnel{}});
    EXPECT_EQ(sealed->size(), 16U) << "no option";
    const Opened opened =
        home_agent_.open_tunnelled(at_home_agent(), sessions_.home_agent, up(*sealed));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->message(), wire::MobilityMessage(request));
    EXPECT_EQ(message_in(opened)->peer(), peer_id);
    EXPECT_EQ(message_in(opened)->proof(),
              mobility::Proof(mobility::InTunnel{sessions_.home_agent}));

    const auto answered = home_agent_.seal({.path = path_of_home_agent(),
                                            .home = test::home,
                                            .message = request,
                                            .seal = mobility::ThroughTunnel{}});
    EXPECT_NE(message_in(mobile_node_.open_tunnelled(at_mobile_node(), sessions_.mobile_node,
                                                     down(*answered))),
              nullptr);
}

TEST_F(UdpSignalling, PutsNothingButHeartbeatsIntoATunnel) {
    EXPECT_EQ(mobile_node_.seal(from_mobile_node(update(2), mobility::ThroughTunnel{})).error(),
              SealError::wrong_message);
    EXPECT_EQ(
        home_agent_.seal(from_home_agent(acknowledgement(2), mobility::ThroughTunnel{})).error(),
        SealError::wrong_message);
}

TEST_F(UdpSignalling, TakesNothingButHeartbeatsFromATunnel) {
    const wire::Bytes update_header =
        *mobile_node_.seal(from_mobile_node(update(2), mobility::Unprotected{}));
    EXPECT_EQ(rejection_in(tunnel_up(up(update_header))), "not-expected");
    const wire::Bytes answer_header =
        *home_agent_.seal(from_home_agent(acknowledgement(2), mobility::Unprotected{}));
    EXPECT_EQ(rejection_in(tunnel_down(down(answer_header))), "not-expected");
}

TEST_F(UdpSignalling, TakesNothingFromATunnelThatIsNoMessage) {
    wire::Bytes header =
        *mobile_node_.seal(from_mobile_node(wire::Heartbeat{}, mobility::ThroughTunnel{}));
    header[2] = 0xfe;  // a type that there is not
    EXPECT_EQ(rejection_in(tunnel_up(up(header))), "unknown-message-type");
    EXPECT_EQ(rejection_in(tunnel_down(down(header))), "unknown-message-type");
    mobile_node_.end(sessions_.mobile_node);
    EXPECT_EQ(rejection_in(tunnel_down(down(header))), "unknown-session");
}

TEST_F(UdpSignalling, TakesHeartbeatsFromATunnelOnlyOfItsOtherEnd) {
    const wire::Bytes header = *mobile_node_.seal(
        from_mobile_node(wire::Heartbeat{.sequence = 1}, mobility::ThroughTunnel{}));
    wire::SignallingPacket to_another = up(header);
    to_another.destination = test::care_of_b.address;
    EXPECT_EQ(rejection_in(tunnel_up(to_another)), "malformed");
    wire::SignallingPacket from_correspondent = down(header);
    from_correspondent.source = test::care_of_b.address;
    EXPECT_EQ(rejection_in(tunnel_down(from_correspondent)), "malformed");
    home_agent_.end(sessions_.home_agent);
    EXPECT_EQ(rejection_in(tunnel_up(up(header))), "unknown-session");
}

// Heartbeats of a plain tunnel are asked along several paths, over UDP and natively.
TEST_F(UdpSignalling, ProvesAPlainHeartbeatWhateverItsPath) {
    const wire::Bytes asked = *mobile_node_.seal(from_mobile_node(
        wire::Heartbeat{.sequence = 1}, mobility::InSession{sessions_.mobile_node}));
    mobility::Path native = path_of_home_agent();
    native.remote = test::care_of_b.address;
    EXPECT_NE(message_in(home_agent_.open(native, up(asked))), nullptr);
    EXPECT_NE(message_in(home_agent_.open(at_home_agent(), up(asked))), nullptr);

    const wire::Bytes answered =
        *home_agent_.seal(from_home_agent(wire::Heartbeat{.response = true, .sequence = 1},
                                          mobility::InSession{sessions_.home_agent}));
    EXPECT_NE(message_in(mobile_node_.open(path_of_mobile_node(), down(answered))), nullptr);
    EXPECT_NE(message_in(mobile_node_.open(at_mobile_node(), down(answered))), nullptr);
}

}  // namespace
}  // namespace godwit::security
