#pragma once
// Which handshakes are worth public-key work, and which have to bring a cookie first
// (docs/protocol.md, "Under load"). It is told when, and from where; it reads no clock.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/token_bucket.hpp"
#include "shared/wire/address.hpp"

namespace godwit::security {

// Who is counted as one: an IPv6 /64, since whoever has one address of it has them all, or an IPv4
// address.
struct SourceNetwork {
    std::uint64_t number = 0;
    bool operator==(const SourceNetwork&) const = default;

    static SourceNetwork of(const wire::Ipv6Address& source);
};

// What each source network has had. It holds a fixed number of them, whatever comes: of those that
// share a place the one that has been quiet for the longest gives way, and begins anew.
class SourceLoads {
  public:
    // 512 KiB. A flood from more networks than this meets the limit in all.
    static constexpr std::size_t capacity = 16384;

    struct Load {
        SourceNetwork network;
        mobility::TokenBucket without_cookie;
        mobility::TokenBucket with_cookie;
    };

    SourceLoads();
    // Valid until the next call.
    [[nodiscard]] Load& of(const SourceNetwork& network);

  private:
    static constexpr std::size_t ways = 8;  // places that one network may take

    std::array<std::uint8_t, 16> key_{};  // so that nobody can aim at another's place
    std::vector<Load> loads_;
};

class HandshakeLoad {
  public:
    // A household behind one NAT restarts all its machines within a second. Beyond that a cookie
    // shows that the sender is where he says he is, and as many again may have one.
    static constexpr mobility::Rate from_one_network{.each_second = 20, .burst = 5};
    // Of all handshakes, and not from a known place: at about 190 us each, a fifth of one core.
    static constexpr mobility::Rate in_all{.each_second = 1000, .burst = 1000};
    // A cookie costs a few us and one packet, shorter than the one it answers. So many keep the
    // outbound worker's queue short, and leave the core to those who are registered.
    static constexpr mobility::Rate cookies{.each_second = 5000, .burst = 500};

    enum class Verdict : std::uint8_t {
        serve,        // do the public-key work
        give_cookie,  // the sender shall show that he is where he says he is
        refuse,       // neither
    };
    // A handshake with a right mac1 from there, with a right cookie or without one.
    [[nodiscard]] Verdict on_handshake(mobility::Instant now, const wire::Ipv6Address& source,
                                       bool has_cookie);

  private:
    SourceLoads sources_;
    mobility::TokenBucket all_;
    mobility::TokenBucket cookies_;
};

}  // namespace godwit::security
