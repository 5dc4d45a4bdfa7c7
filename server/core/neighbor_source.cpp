#include "server/core/neighbor_source.hpp"

#include <algorithm>

namespace godwit::server {

std::optional<wire::Ipv6Address> NeighborSourceChoice::for_answer(
    mobility::Instant now, const mobility::NeighborPacket& solicitation) {
    const auto& target = std::get<wire::NeighborSolicitation>(solicitation.message).target;
    Neighbour& asker = neighbour(solicitation.link_layer);
    // One by unicast comes from who has taken an answer, and checks it (RFC 4861 §7.3).
    if (solicitation.destination.is_multicast()) {
        const auto last = answered_.find(target);
        if (last != answered_.end() && last->second.to == asker.link_layer &&
            now < last->second.at + doubt) {
            asker.takes_global = !asker.takes_global;
            prefers_global_ = asker.takes_global;
        }
        answered_.insert_or_assign(target, Answer{asker.link_layer, now});
    }
    return pick(asker.takes_global);
}

std::optional<wire::Ipv6Address> NeighborSourceChoice::for_announcement(unsigned number) const {
    return pick(prefers_global_ != (number % 2 == 1));
}

NeighborSourceChoice::Neighbour& NeighborSourceChoice::neighbour(
    const wire::LinkLayerAddress& link_layer) {
    const auto known = std::ranges::find(neighbours_, link_layer, &Neighbour::link_layer);
    if (known != neighbours_.end()) {
        neighbours_.splice(neighbours_.begin(), neighbours_, known);
    } else {
        neighbours_.push_front({link_layer, prefers_global_});
        if (neighbours_.size() > max_neighbours) {
            neighbours_.pop_back();
        }
    }
    return neighbours_.front();
}

std::optional<wire::Ipv6Address> NeighborSourceChoice::pick(bool is_global) const {
    if (configured_.kind == NeighborSource::Kind::fixed) {
        return configured_.address;
    }
    const bool wants_global = is_global && configured_.kind == NeighborSource::Kind::learnt;
    return wants_global ? own_.global.or_else([this] { return own_.link_local; })
                        : own_.link_local.or_else([this] { return own_.global; });
}

}  // namespace godwit::server
