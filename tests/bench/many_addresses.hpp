#pragma once
// One end of UDP port 4191 for a whole crowd of mobile nodes.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::bench {

// A UDP socket that speaks from any address of a local route, and gathers what it is to send.
class ManyAddresses {
  public:
    static constexpr std::size_t batch = 64;  // packets that it takes or sends at once

    // Throws std::system_error.
    explicit ManyAddresses(const wire::Ipv6Address& peer);

    struct Arrival {
        wire::Ipv6Address local;
        std::span<std::uint8_t> payload;
    };
    // Valid until the next call.
    std::span<const Arrival> receive();
    void send(const wire::Ipv6Address& from, wire::BytesView payload);
    void flush();
    // Readable when something has arrived.
    [[nodiscard]] int descriptor() const { return number_; }

  private:
    struct Slot {
        std::array<std::uint8_t, 2048> payload;
        alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control;
        iovec part;
        sockaddr_in6 peer;
    };
    using Slots = std::array<Slot, batch>;
    using Headers = std::array<mmsghdr, batch>;

    int number_;
    sockaddr_in6 peer_{};
    std::unique_ptr<Slots> in_ = std::make_unique<Slots>();
    std::unique_ptr<Slots> out_ = std::make_unique<Slots>();
    std::vector<Arrival> arrivals_;
    Headers departing_{};
    std::size_t waiting_ = 0;
};

}  // namespace godwit::bench
