#include "shared/datapath/outbound_fitting.hpp"

#include <algorithm>

namespace godwit::datapath {

namespace {

mobility::TunnelOverhead overhead(const mobility::Path& path, bool is_sealed) {
    return {.encapsulation = path.encapsulation, .is_ipv4 = path.is_ipv4(), .is_sealed = is_sealed};
}

// Along this path, which takes inner packets of `whole` octets in one piece.
std::uint32_t longest_outer(const mobility::Path& path, bool is_sealed, std::size_t size,
                            std::uint32_t whole) {
    return size <= whole ? 0 : overhead(path, is_sealed).outer(whole);
}

}  // namespace

std::uint32_t longest_outer(const OutboundTunnel& tunnel, std::size_t size) {
    return longest_outer(tunnel.path, tunnel.seal.has_value(), size, tunnel.mtu.whole);
}

std::uint32_t least_whole(const OutboundTunnel& tunnel,
                          std::span<const mobility::NumberedPath> by_rule) {
    std::uint32_t least = tunnel.mtu.whole;
    for (const mobility::NumberedPath& numbered : by_rule) {
        if (numbered.path != tunnel.path) {
            const auto everywhere =
                overhead(numbered.path, tunnel.seal.has_value()).inner(mobility::min_ipv6_mtu);
            least = std::min({least, numbered.mtu.whole, everywhere});
        }
    }
    return least;
}

Outgoing Outgoing::copy_along(const mobility::NumberedPath& path) const {
    Outgoing copy = *this;
    const auto& mtu = path.path == tunnel->path ? tunnel->mtu : path.mtu;
    copy.longest =
        longest_outer(path.path, next_header == wire::NextHeader::esp, inner_size, mtu.whole);
    return copy;
}

}  // namespace godwit::datapath
