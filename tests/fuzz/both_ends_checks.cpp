// What is compared before and after a step, and what must hold behind it.

#include "tests/fuzz/both_ends.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit::fuzz {
namespace {

std::string text(const mobility::Path& path) {
    return path.local.text() + "." + std::to_string(path.local_port) + ">" + path.remote_text() +
           (path.encapsulation == mobility::Encapsulation::udp ? "u" : "n");
}

std::string text(mobility::Instant instant) {
    return std::to_string(instant.time_since_epoch().count());
}

std::string text(const simulation::TunnelState& tunnels, const wire::HomeAddress& home) {
    const auto directed = tunnels.directed.find(home);
    return directed == tunnels.directed.end()
               ? " closed"
               : " to " + text(directed->second.path) + " by " +
                     std::to_string(directed->second.session.value_or(mobility::SessionId{}).spi);
}

}  // namespace

BothEnds::Seen BothEnds::seen_by_home_agent(const wire::HomeAddress& home) {
    Seen seen{.all = text(home_agent_.tunnels(), home)};
    for (const server::OtherBinding& other : home_agent_.core().other_bindings().of(home)) {
        seen.all += " beside " + std::to_string(other.id) + other.place.care_of.text() +
                    text(other.place.path) + text(other.expires);
    }
    const server::Binding* entry = home_agent_.core().bindings().find(home, network_.now());
    if (entry == nullptr) {
        return seen;
    }
    seen.is_bound = entry->is_valid;
    seen.sequence = entry->sequence;
    seen.care_of = entry->care_of;
    seen.expires = entry->expires;
    seen.all += " " + entry->care_of.text() + text(entry->path) + text(entry->expires) + " " +
                std::to_string(entry->binding_id) + (entry->is_valid ? "v" : "i") +
                (entry->is_held ? "h " : "d ") + std::to_string(entry->sequence.value());
    return seen;
}

std::string BothEnds::believed_by_mobile_node() {
    std::string all = text(mobile_node_.tunnels(), test::home);
    const client::Binding* binding = mobile_node_.core().binding(network_.now());
    if (binding != nullptr) {
        all += " " + text(binding->path) + text(binding->expires) +
               std::to_string(binding->sequence.value());
    }
    for (const auto& [session, spi] : mobile_node_.tunnels().admitted) {
        all += " " + std::to_string(session.spi);
    }
    return all + (mobile_node_.state() == client::State::revoked ? " revoked" : "");
}

void BothEnds::check_move(const Seen& before, const Seen& after, Mover mover, std::size_t update) {
    if (mover == Mover::nobody) {
        require(after.all == before.all);
    }
    require(!after.is_bound || places_.contains(after.care_of.address));
    const bool is_another = after.sequence && after.sequence != before.sequence;
    if (is_another) {  // an update was taken: the newest that ever was, and nothing else does it
        require(mover == Mover::newest_update && update > newest_taken_);
        newest_taken_ = update;
    } else if (after.is_bound) {
        require(before.is_bound);
        require(mover != Mover::sealed_packet || after.expires == before.expires);
    }
}

void BothEnds::check_rest() {
    const auto now = network_.now();
    server::HomeAgent& core = home_agent_.core();
    require(!core.next_deadline() || *core.next_deadline() > now);
    if (!is_asleep_) {
        const auto next = mobile_node_.core().next_deadline();
        require(!next || *next > now);
    }
    constexpr std::size_t max_entries = 2 * 16;
    require(core.bindings().size() <= 2 && core.entries() <= max_entries);
    require(core.other_bindings().of(test::home).size() <= server::OtherBindings::max);
    require(home_agent_.tunnels().admitted.size() <= max_entries);
    constexpr std::size_t max_sessions = 128;  // that are replaced, for 30 s
    require(mobile_node_.tunnels().admitted.size() <= max_sessions);
    for (const auto& [home, binding] : core.bindings()) {
        require(home == test::home || (home == Thief::home && is_thief_known_) ||
                !binding.is_valid);
        require(!binding.is_valid || binding.care_of.address.mapped_ipv4() ||
                binding.care_of.address.is_unicast_routable());
    }
    for (const auto& [home, direction] : home_agent_.tunnels().directed) {
        require(home == test::home || (home == Thief::home && is_thief_known_));
        require(home != test::home || places_.contains(direction.path.remote));
    }
    for (const auto& [home, direction] : mobile_node_.tunnels().directed) {
        require(home == test::home);
        require(direction.path.remote == test::home_agent.address ||
                direction.path.remote == ipv4_of_home_agent);
    }
}

}  // namespace godwit::fuzz
