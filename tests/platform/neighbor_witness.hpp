#pragma once
// A host of a link that sees what neighbors say there as it is on the wire.

#include <optional>
#include <string>
#include <utility>

#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/neighbor_discovery.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {

struct WitnessedAdvertisement {
    wire::Ipv6Header header;
    wire::NeighborAdvertisement advertisement;
};

struct WitnessedSolicitation {
    wire::Ipv6Header header;
    wire::NeighborSolicitation message;
};

class NeighborWitness {
  public:
    // In the namespace that the thread is in, on this interface of it.
    explicit NeighborWitness(const std::string& interface);

    // Has the host look for a neighbor, unless it knows it already.
    void look_for(const wire::Ipv6Address& neighbor) const;

    // Waits for the next one about this target. Nothing if none comes, or one that RFC 4861 §7.1.2
    // has everybody discard.
    [[nodiscard]] std::optional<WitnessedAdvertisement> advertisement_of(
        const wire::Ipv6Address& target) const;

    // Likewise.
    [[nodiscard]] std::optional<WitnessedSolicitation> solicitation_of(
        const wire::Ipv6Address& target) const;

  private:
    template <class Message>
    [[nodiscard]] std::optional<std::pair<wire::Ipv6Header, Message>> next_about(
        const wire::Ipv6Address& target) const;

    FileDescriptor packets_;
    FileDescriptor sending_;
};

}  // namespace godwit::platform
