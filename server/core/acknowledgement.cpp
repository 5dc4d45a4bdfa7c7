#include "server/core/acknowledgement.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace godwit::server {

mobility::Path way_back(const mobility::Received& received) {
    mobility::Path path = received.path;
    if (path.encapsulation == mobility::Encapsulation::udp ||
        path.remote != received.home.address) {
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

mobility::SendMessage acknowledgement(const Request& request, wire::BindingAcknowledgement message,
                                      std::chrono::seconds keepalive) {
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

}  // namespace godwit::server
