#include "server/core/acknowledgement.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace godwit::server {

mobility::Path way_back(const mobility::Received& received) {
    mobility::Path path = received.path;
    const bool is_on_link = path.remote == received.home.address || path.remote.is_link_local();
    if (path.encapsulation == mobility::Encapsulation::udp || !is_on_link) {
        path.interface = {};
    }
    return path;
}

wire::NatDetection nat_detection(bool is_behind_nat, std::chrono::seconds keepalive) {
    using Refresh = std::chrono::duration<std::uint32_t>;
    return {.udp_encapsulation_required = true,
            .refresh = is_behind_nat ? Refresh(static_cast<std::uint32_t>(keepalive.count()))
                                     : Refresh(std::numeric_limits<std::uint32_t>::max())};
}

namespace {

// RFC 5648 §6.2: every one of them, with nothing in Status, since that of the message counts. The
// mobile node knows the care-of address by the BID.
void identify(const wire::BindingUpdate& update, wire::MobilityOptions& options) {
    for (const wire::MobilityOption& option : update.options) {
        if (const auto* identifier = std::get_if<wire::BindingIdentifier>(&option)) {
            wire::BindingIdentifier copy = *identifier;
            copy.status = 0;
            copy.care_of = {};
            options.emplace_back(copy);
        }
    }
}

// RFC 6275 §10.3.1: 1 where the home prefix is deprecated, or will be before the binding ends, or
// ends with it.
wire::BindingStatus status_of(wire::Lifetime granted, const HomeAgentSettings& settings) {
    const bool is_about_to_change =
        in_units(settings.prefix_preferred) < granted || in_units(settings.prefix_valid) <= granted;
    return is_about_to_change ? wire::BindingStatus::accepted_prefix_discovery_necessary
                              : wire::BindingStatus::accepted;
}

}  // namespace

mobility::SendMessage acknowledgement(const Request& request, wire::BindingAcknowledgement message,
                                      std::chrono::seconds keepalive) {
    identify(request.update, message.options);
    if (request.is_in_udp()) {
        message.options.emplace_back(nat_detection(request.is_behind_nat(), keepalive));
    }
    mobility::Seal seal = mobility::Unprotected{};
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&request.proof)) {
        seal = *handshake;
    } else if (const auto* session = std::get_if<mobility::InSession>(&request.proof)) {
        seal = *session;
    }
    return {.path = way_back(request.received),
            .home = request.received.home,
            .message = std::move(message),
            .seal = seal};
}

mobility::SendMessage acceptance(const Request& request, wire::Lifetime lifetime,
                                 const std::optional<wire::Ipv4AddressAcknowledgement>& ipv4,
                                 const wire::MobilityOptions& flows,
                                 const HomeAgentSettings& settings) {
    // R: RFC 3963 §6.6.
    wire::BindingAcknowledgement answer{
        .status = request.is_deregistration() ? wire::BindingStatus::accepted
                                              : status_of(lifetime, settings),
        .mobile_router = request.update.mobile_router && !request.is_deregistration(),
        .sequence = request.update.sequence,
        .lifetime = lifetime,
        .options = flows};
    if (ipv4) {  // RFC 5648 §8.2: before Binding Identifier options
        answer.options.insert(answer.options.begin(), *ipv4);
    }
    // What a session moves already knows, and its acknowledgement has what was received to tell.
    if (!settings.dns.is_empty() && !std::holds_alternative<mobility::InSession>(request.proof)) {
        answer.options.emplace_back(mobility::to_option(settings.dns));
    }
    auto message = acknowledgement(request, std::move(answer), settings.nat_keepalive);
    message.tells_reception =
        !request.is_deregistration() && !mobility::receptions(request.update.options).empty();
    return message;
}

}  // namespace godwit::server
