#pragma once
// Every path that the links offer to the home agent, the best first: from which care-of address, to
// which of the home agent's addresses and ports, in what encapsulation.

#include <cstdint>
#include <vector>

#include "client/core/path_memory.hpp"
#include "client/core/target.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

struct PathPreferences {
    wire::HomeAgentAddress home_agent;  // native paths lead there
    // What may be used, and in which order it is tried.
    std::vector<mobility::Encapsulation> encapsulations{mobility::Encapsulation::ip6,
                                                        mobility::Encapsulation::udp};
    // UDP over IPv6 to the first port costs less than the native path, and so goes before it.
    bool udp_is_cheaper = false;
    std::vector<std::uint16_t> ports{mobility::dsmip_port};  // UDP, of the home agent
};

// The path in use, or nullptr.
struct PresentPath {
    const mobility::Path* path = nullptr;
    bool is_proved = false;  // it has carried: its address is not left for another one as good
};

// One care-of address of each family for each interface: one that may send, by the rules of RFC
// 6724 §5 that can tell addresses of one host apart; so a unique local one only where there is no
// other, unless the home agent has such an address too. The order: what nothing speaks against
// before what is deprecated or abandoned; the interface that the user prefers; the one of the
// lowest route metric, of equals the present one's, so that nothing moves without a reason; what
// has not failed in this network before; then what is cheaper, the preferences, and IPv6 before
// IPv4. Of more than 32 those stay that are the best of each interface, family and port.
std::vector<Away> path_offers(const mobility::Attachments& attachments,
                              const PathPreferences& preferences, const PathMemory& memory,
                              mobility::Instant now, const PresentPath& present);

// The offer of this path; nullptr if there is none.
const Away* offer_along(const std::vector<Away>& offers, const mobility::Path& path);
// All paths in order, this one first.
std::vector<mobility::Path> paths_from(const std::vector<Away>& offers,
                                       const mobility::Path& first);
// Those that stand before this one.
std::vector<mobility::Path> paths_before(const std::vector<Away>& offers,
                                         const mobility::Path& path);

}  // namespace godwit::client
