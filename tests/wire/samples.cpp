#include "tests/wire/samples.hpp"

#include <chrono>
#include <span>

#include "shared/wire/esp_header.hpp"
#include "shared/wire/fragment_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::test {
namespace {

using namespace wire;

const Ipv6Address router = ip("fe80::1");
const Ipv6Address all_nodes = ip("ff02::1");
constexpr LinkLayerAddress router_link_layer{0x02, 0, 0, 0, 0, 1};

BindingIdentifier sample_identifier() {
    BindingIdentifier option;
    option.id = 7;
    option.status = 4;
    option.simultaneous_home_and_foreign = true;
    option.priority = 5;
    return option;
}

BindingIdentifier with_care_of(const auto& care_of) {
    BindingIdentifier option = sample_identifier();
    option.care_of = care_of;
    return option;
}

FlowIdentification flow_of(std::uint16_t number) {
    FlowIdentification option;
    option.id = number;
    option.priority = static_cast<std::uint16_t>(number + 1);
    return option;
}

FlowIdentification sample_flow() {
    TrafficSelector selector;
    selector.source = {ip("2001:db8:c::"), ip("2001:db8:c::ffff")};
    selector.destination = Range<Ipv6Address>::only(home.address);
    selector.spi = {0x100, 0x1ff};
    selector.flow_label = Range<std::uint32_t>::only(0x12345);
    selector.source_port = Range<std::uint16_t>::only(5060);
    selector.destination_port = {10000, 20000};
    selector.dscp = Range<std::uint8_t>::only(46);
    selector.protocol = Range<NextHeader>::only(NextHeader::udp);
    FlowIdentification option = flow_of(1);
    option.selector = selector;
    option.binding_ids = {1, 2};
    return option;
}

FlowIdentification sample_flow_of_ipv4() {
    TrafficSelector selector{.is_ipv4 = true};
    selector.source = {ip("::ffff:192.0.2.0"), ip("::ffff:192.0.2.255")};
    selector.source_port = Range<std::uint16_t>::only(22);
    selector.protocol = Range<NextHeader>::only(NextHeader::tcp);
    FlowIdentification option = flow_of(3);
    option.selector = selector;
    option.binding_ids = {3};
    return option;
}

FlowIdentification sample_flow_of_unknown_format() {
    FlowIdentification option = flow_of(5);
    option.selector = UnknownTrafficSelector{.format = 200, .data = octets("c0ffee")};
    option.binding_ids = {1};
    return option;
}

FlowIdentification sample_flow_that_is_not_found() {
    FlowIdentification option;
    option.id = 9;
    option.status = FlowBindingStatus::flow_not_found;
    return option;
}

ReturnRoutabilityCookie sample_cookie() {
    return {1, 2, 3, 4, 5, 6, 7, 8};
}

template <class TestInit>
TestInit sample_test_init() {
    TestInit message;
    message.cookie = sample_cookie();
    return message;
}

template <class Test>
Test sample_test() {
    Test message;
    message.nonce_index = 0x0102;
    message.cookie = sample_cookie();
    message.keygen_token = {9, 10, 11, 12, 13, 14, 15, 16};
    return message;
}

template <class Revocation>
Revocation sample_revocation() {
    Revocation message;
    message.sequence = SequenceNumber(0x1234);
    message.ipv4_home_address_only = true;
    message.options = {Ipv4HomeAddress{.home = {{10, 9, 0, 5}}}};
    return message;
}

BindingUpdate sample_update() {
    BindingUpdate update;
    update.sequence = SequenceNumber(16);
    update.acknowledge = true;
    update.home_registration = true;
    update.link_local_compatibility = true;
    update.lifetime = Lifetime(15);
    update.options = {AlternateCareOfAddress{care_of_a}, sample_authentication()};
    return update;
}

BindingAcknowledgement sample_acknowledgement() {
    BindingAcknowledgement acknowledgement;
    acknowledgement.sequence = SequenceNumber(16);
    acknowledgement.lifetime = Lifetime(15);
    acknowledgement.options = {BindingRefreshAdvice{Lifetime(12)}, sample_authentication()};
    return acknowledgement;
}

BindingIdentifier sample_plain_identifier() {
    BindingIdentifier option;
    option.id = 1;
    return option;
}

SignallingPacket packet_of(const MobilityMessage& message) {
    SignallingPacket packet;
    packet.source = home_agent.address;
    packet.destination = home.address;
    if (std::holds_alternative<BindingUpdate>(message)) {
        packet.source = care_of_a.address;
        packet.destination = home_agent.address;
        packet.home_address_option = home;
    } else if (std::holds_alternative<BindingAcknowledgement>(message) ||
               std::holds_alternative<BindingRevocationIndication>(message)) {
        packet.destination = care_of_a.address;
        packet.routing_header = home;
    }
    packet.mobility_header = serialize_mobility_header(message, packet.pseudo_header());
    return packet;
}

RouterAdvertisement sample_router_advertisement() {
    RouterAdvertisement advertisement;
    advertisement.current_hop_limit = 64;
    advertisement.managed = true;
    advertisement.home_agent = true;
    advertisement.router_lifetime = std::chrono::duration<std::uint16_t>(1800);
    advertisement.reachable_time = Milliseconds(30000);
    advertisement.retransmission_timer = Milliseconds(1000);
    PrefixInformation information;
    information.prefix = {home_agent.address, 64};
    information.on_link = true;
    information.autonomous = true;
    information.router_address = true;
    information.valid_lifetime = infinite_lifetime;
    information.preferred_lifetime = Seconds(604800);
    advertisement.options.prefixes = {information};
    advertisement.options.source_link_layer = router_link_layer;
    advertisement.options.mtu = 1500;
    advertisement.options.advertisement_interval = Milliseconds(3000);
    advertisement.options.home_agent =
        HomeAgentInformation{.preference = 10, .lifetime = std::chrono::duration<std::uint16_t>(9)};
    return advertisement;
}

NeighborSolicitation sample_neighbor_solicitation() {
    NeighborSolicitation solicitation;
    solicitation.target = home.address;
    solicitation.options.source_link_layer = router_link_layer;
    return solicitation;
}

NeighborAdvertisement sample_neighbor_advertisement() {
    NeighborAdvertisement advertisement;
    advertisement.router = true;
    advertisement.overrides = true;
    advertisement.target = home.address;
    advertisement.options.target_link_layer = router_link_layer;
    return advertisement;
}

RouterSolicitation sample_router_solicitation() {
    RouterSolicitation solicitation;
    solicitation.options.source_link_layer = router_link_layer;
    return solicitation;
}

const PseudoHeader tunnel{care_of_a.address, home_agent.address};

Bytes sample_esp_packet() {
    Bytes payload(EspHeader::size + 32, 0x5a);
    EspHeader{.spi = 0x80000001, .sequence = 7}.write(std::span(payload).first<EspHeader::size>());
    return ipv6_packet(NextHeader::esp, tunnel, payload);
}

Bytes sample_fragment_packet() {
    FragmentHeader fragment;
    fragment.next_header = NextHeader::ipv6;
    fragment.offset = 1232;
    fragment.more_fragments = true;
    fragment.identification = 0x01020304;
    Bytes payload;
    Writer out(payload);
    fragment.serialize(out);
    out.zeros(64);
    return ipv6_packet(NextHeader::fragment, tunnel, payload);
}

}  // namespace

AuthenticationOption sample_authentication() {
    return {.spi = 0x80000001, .authenticator = Bytes(16, 0xaa)};
}

BindingAuthorizationData sample_authorization() {
    return {{0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb}};
}

std::vector<Named<MobilityOption>> every_option() {
    return {
        {"binding refresh advice", BindingRefreshAdvice{Lifetime(12)}},
        {"alternate care-of address", AlternateCareOfAddress{care_of_a}},
        {"nonce indices", NonceIndices{.home = 0x0102, .care_of = 0x0304}},
        {"mobile network prefix", MobileNetworkPrefix{{ip("2001:db8:77::"), 48}}},
        {"mobile node identifier", MobileNodeIdentifier{.identifier = "mn@example.org"}},
        {"replay timestamp", ReplayTimestamp{0x0102030405060708}},
        {"experimental", ExperimentalOption{octets("0102030405")}},
        {"vendor specific",
         VendorSpecificOption{.vendor = 32473, .subtype = 3, .data = octets("c0ffee")}},
        {"restart counter", RestartCounter{0xdeadbeef}},
        {"ipv4 home address", Ipv4HomeAddress{.request_prefix = true, .home = {{10, 9, 0, 5}}}},
        {"ipv4 address acknowledgement",
         Ipv4AddressAcknowledgement{.status = 130, .prefix_length = 24, .home = {{10, 9, 0, 5}}}},
        {"nat detection",
         NatDetection{.udp_encapsulation_required = true, .refresh = std::chrono::seconds(25)}},
        {"ipv4 care-of address", Ipv4CareOfAddress{{{192, 0, 2, 7}}}},
        {"binding identifier", sample_identifier()},
        {"binding identifier with ipv4", with_care_of(Ipv4Address{{192, 0, 2, 7}})},
        {"binding identifier with ipv6", with_care_of(care_of_b)},
        {"flow summary", FlowSummary{{1, 2, 0x0102}}},
        {"flow identification", sample_flow()},
        {"flow identification of ipv4", sample_flow_of_ipv4()},
        {"flow identification of an unknown format", sample_flow_of_unknown_format()},
        {"flow identification without sub-options", sample_flow_that_is_not_found()},
        {"unknown", UnknownOption{.type = 250, .data = octets("010203")}},
    };
}

std::vector<Named<MobilityMessage>> every_message() {
    BindingRefreshRequest refresh_request;
    refresh_request.options = {sample_plain_identifier()};
    BindingError error;
    error.status = BindingErrorStatus::unknown_binding;
    error.home = home;
    HomeAgentSwitch home_agent_switch;
    home_agent_switch.home_agents = {home_agent, {ip("2001:db8:e::1")}};
    home_agent_switch.options = {BindingRefreshAdvice{Lifetime(30)}};
    Heartbeat heartbeat;
    heartbeat.response = true;
    heartbeat.sequence = 0x01020304;
    heartbeat.options = {RestartCounter{5}};
    auto indication = sample_revocation<BindingRevocationIndication>();
    indication.trigger = RevocationTrigger::administrative_reason;
    auto acknowledgement = sample_revocation<BindingRevocationAcknowledgement>();
    acknowledgement.status = RevocationStatus::binding_does_not_exist;
    return {
        {"binding refresh request", refresh_request},
        {"home test init", sample_test_init<HomeTestInit>()},
        {"care-of test init", sample_test_init<CareOfTestInit>()},
        {"home test", sample_test<HomeTest>()},
        {"care-of test", sample_test<CareOfTest>()},
        {"binding update", sample_update()},
        {"binding acknowledgement", sample_acknowledgement()},
        {"binding error", error},
        {"experimental message", ExperimentalMessage{octets("0102030405060708090a")}},
        {"home agent switch", home_agent_switch},
        {"heartbeat", heartbeat},
        {"binding revocation indication", indication},
        {"binding revocation acknowledgement", acknowledgement},
    };
}

MobilePrefixAdvertisement sample_prefix_advertisement() {
    MobilePrefixAdvertisement advertisement{
        .identifier = 0x1234, .managed = false, .other_configuration = true, .options = {}};
    PrefixInformation information;
    information.prefix = {home_agent.address, 64};
    information.on_link = true;
    information.autonomous = true;
    information.router_address = true;
    information.valid_lifetime = Seconds(2592000);
    information.preferred_lifetime = Seconds(604800);
    advertisement.options.prefixes = {information};
    return advertisement;
}

std::vector<Named<Icmpv6Message>> every_icmpv6_message() {
    const Bytes invoking = packet_of(sample_update()).serialize();
    return {
        {"destination unreachable",
         DestinationUnreachable{DestinationUnreachable::Code::address_unreachable, invoking}},
        {"packet too big", PacketTooBig{1400, invoking}},
        {"parameter problem",
         ParameterProblem{ParameterProblem::Code::unrecognized_option, 44, invoking}},
        {"router solicitation", sample_router_solicitation()},
        {"router advertisement", sample_router_advertisement()},
        {"neighbor solicitation", sample_neighbor_solicitation()},
        {"neighbor advertisement", sample_neighbor_advertisement()},
        {"home agent discovery request", HomeAgentDiscoveryRequest{0x1234}},
        {"home agent discovery reply",
         HomeAgentDiscoveryReply{0x1234, {home_agent, {ip("2001:db8:f::2")}}}},
        {"mobile prefix solicitation",
         MobilePrefixSolicitation{.identifier = 0x1234, .options = {}}},
        {"mobile prefix advertisement", sample_prefix_advertisement()},
    };
}

Bytes ipv6_packet(NextHeader next_header, const PseudoHeader& addresses, BytesView payload) {
    Bytes packet;
    Writer out(packet);
    out.zeros(Ipv6Header::size);
    out.bytes(payload);
    Ipv6Header header;
    header.payload_length = static_cast<std::uint16_t>(payload.size());
    header.next_header = next_header;
    header.hop_limit = 255;
    header.source = addresses.source;
    header.destination = addresses.destination;
    header.write(std::span(packet).first<Ipv6Header::size>());
    return packet;
}

std::vector<Named<Bytes>> every_packet() {
    std::vector<Named<Bytes>> packets;
    for (const auto& [name, message] : every_message()) {
        packets.push_back({name, packet_of(message).serialize()});
    }
    for (const auto& [name, option] : every_option()) {
        BindingUpdate update = sample_update();
        update.options = {option};
        packets.push_back({"option: " + name, packet_of(update).serialize()});
    }
    BindingUpdate update = sample_update();
    update.options = {NonceIndices{.home = 1, .care_of = 2}, sample_authorization()};
    packets.push_back({"option: binding authorization data", packet_of(update).serialize()});
    for (const auto& [name, message] : every_icmpv6_message()) {
        packets.push_back({name, ipv6_packet(NextHeader::icmpv6, {router, all_nodes},
                                             serialize_icmpv6(message, {router, all_nodes}))});
    }
    packets.push_back({"esp", sample_esp_packet()});
    packets.push_back({"fragment", sample_fragment_packet()});
    return packets;
}

}  // namespace godwit::test
