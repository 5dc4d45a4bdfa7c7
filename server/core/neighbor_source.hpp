#pragma once
// Which address Neighbor Advertisements for others come from. Any of the interface is right (RFC
// 4861 §4.4), yet the gateways of some providers take none from a link-local address, and others
// none from a global one.

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/neighbor_packet.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct NeighborSource {
    enum class Kind : std::uint8_t { learnt, link_local, fixed } kind = Kind::learnt;
    wire::Ipv6Address address{};  // the fixed one

    bool operator==(const NeighborSource&) const = default;
};

// What this machine is on the home link.
struct OwnPlace {
    wire::LinkLayerAddress link_layer{};
    std::optional<wire::Ipv6Address> link_local;
    std::optional<wire::Ipv6Address> global;

    bool operator==(const OwnPlace&) const = default;
};

// The rule of Kind::learnt. Each neighbour is answered from the link-local address at first. Who
// solicits the same address by multicast again within `doubt` has not taken the answer: a kernel
// repeats itself every second (RFC 4861 §7.2.2) until it takes one. From then on that neighbour is
// answered from the other address, and so on until it is content; what goes to all begins with the
// address that was changed to last.
class NeighborSourceChoice {
  public:
    static constexpr std::chrono::nanoseconds doubt = std::chrono::milliseconds(3500);
    // Gateways and hosts that are known apart; the one not heard for longest gives way.
    static constexpr std::size_t max_neighbours = 64;

    explicit NeighborSourceChoice(NeighborSource configured) : configured_(configured) {}

    void set(const OwnPlace& own) { own_ = own; }

    // For the answer to this solicitation; nothing where the interface has no address.
    std::optional<wire::Ipv6Address> for_answer(mobility::Instant now,
                                                const mobility::NeighborPacket& solicitation);
    // For the n-th (from 0) of some advertisements to all: they take turns.
    [[nodiscard]] std::optional<wire::Ipv6Address> for_announcement(unsigned number) const;
    // Nobody is answered for this address any more.
    void forget(const wire::Ipv6Address& target) { answered_.erase(target); }

  private:
    struct Neighbour {
        wire::LinkLayerAddress link_layer;
        bool takes_global = false;
    };
    struct Answer {
        wire::LinkLayerAddress to;
        mobility::Instant at;
    };

    Neighbour& neighbour(const wire::LinkLayerAddress& link_layer);
    [[nodiscard]] std::optional<wire::Ipv6Address> pick(bool is_global) const;

    NeighborSource configured_;
    OwnPlace own_;
    bool prefers_global_ = false;
    std::list<Neighbour> neighbours_;                         // the one heard last comes first
    std::unordered_map<wire::Ipv6Address, Answer> answered_;  // by target
};

}  // namespace godwit::server
