#include "shared/security/handshake_load.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>

#include "shared/wire/bytes.hpp"

namespace godwit::security {

SourceNetwork SourceNetwork::of(const wire::Ipv6Address& source) {
    // The lower half of a mapped address is 0:ffff and the IPv4 address, which is no /64 in use.
    const std::size_t first = source.mapped_ipv4() ? source.octets.size() / 2 : 0;
    wire::Reader in(wire::BytesView(source.octets).subspan(first));
    return {in.integer<std::uint64_t>()};
}

SourceLoads::SourceLoads() : loads_(capacity) {
    static_assert(sizeof key_ == crypto_shorthash_KEYBYTES && capacity % ways == 0);
    randombytes_buf(key_.data(), key_.size());
}

SourceLoads::Load& SourceLoads::of(const SourceNetwork& network) {
    std::array<std::uint8_t, sizeof network.number> octets{};
    for (std::size_t octet = 0; octet < octets.size(); ++octet) {
        octets[octet] = static_cast<std::uint8_t>(network.number >> (8 * octet));
    }
    std::array<std::uint8_t, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(), octets.data(), octets.size(), key_.data());
    const std::size_t set = (hash[0] | std::size_t{hash[1]} << 8U) % (capacity / ways);
    const auto places = std::span(loads_).subspan(set * ways, ways);
    if (const auto known = std::ranges::find(places, network, &Load::network);
        known != places.end()) {
        return *known;
    }
    Load& quietest = *std::ranges::min_element(places, {}, [](const Load& load) {
        return std::max(load.without_cookie.full_at(), load.with_cookie.full_at());
    });
    quietest = {.network = network};
    return quietest;
}

HandshakeLoad::Verdict HandshakeLoad::on_handshake(mobility::Instant now,
                                                   const wire::Ipv6Address& source,
                                                   bool has_cookie) {
    SourceLoads::Load& load = sources_.of(SourceNetwork::of(source));
    if (has_cookie) {
        if (!load.with_cookie.take(now, from_one_network)) {
            return Verdict::refuse;
        }
        static_cast<void>(all_.take(now, in_all));  // makes it dearer for those without one
        return Verdict::serve;
    }
    if (all_.has(now, in_all) && load.without_cookie.take(now, from_one_network)) {
        static_cast<void>(all_.take(now, in_all));
        return Verdict::serve;
    }
    return cookies_.take(now, cookies) ? Verdict::give_cookie : Verdict::refuse;
}

}  // namespace godwit::security
