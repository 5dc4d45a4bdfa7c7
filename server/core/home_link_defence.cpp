#include "server/core/home_link_defence.hpp"

#include <algorithm>
#include <string_view>

namespace godwit::server {
namespace {

using mobility::Instant;
using mobility::NeighborPacket;

wire::HomeAddress target_of(const NeighborPacket& packet) {
    return {std::visit([](const auto& message) { return message.target; }, packet.message)};
}

}  // namespace

std::string HomeAddressDisputed::by_text() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t octet : by) {
        text += text.empty() ? "" : ":";
        text += digits.at(octet >> 4U);
        text += digits.at(octet & 0xfU);
    }
    return text;
}

DefenceActions HomeLinkDefence::on_place(Instant now, const OwnPlace& own) {
    const bool is_elsewhere = own_ && own_->link_layer != own.link_layer;
    own_ = own;
    sources_.set(own);
    if (is_elsewhere) {
        announce_again(now);
    }
    return on_deadline(now);
}

void HomeLinkDefence::announce_again(Instant now) {
    Instant next = now;
    for (auto& [home, entry] : entries_) {
        if (entry.is_bound) {
            entry.announcements_left = announcements;
            schedule(home, entry, next);
            next += spacing;
        }
    }
}

void HomeLinkDefence::on_link_back(Instant now) {
    announce_again(now);
    for (auto& [home, entry] : entries_) {
        if (entry.is_bound) {
            continue;
        }
        if (entry.finding == Finding::probing) {  // who could have answered?
            begin_probing(now, home, entry);
        } else if (entry.finding == Finding::free) {
            entry.finding = Finding::unknown;
            find_out_in_time(now, home, entry);
        }
    }
}

DefenceActions HomeLinkDefence::allocate(Instant now, const wire::HomeAddress& home) {
    DefenceActions actions;
    Entry& it = entry(home, actions);
    it.is_allocated = true;
    find_out_in_time(now, home, it);
    return actions;
}

// Ahead of the binding, which then need not wait.
void HomeLinkDefence::find_out_in_time(Instant now, const wire::HomeAddress& home, Entry& entry) {
    if (entry.is_allocated && entry.finding == Finding::unknown && settings_.probes > 0) {
        last_start_ = std::max(now, last_start_ + spacing);
        begin_probing(last_start_, home, entry);
    }
}

DefenceActions HomeLinkDefence::deallocate(const wire::HomeAddress& home) {
    DefenceActions actions;
    if (const auto found = entries_.find(home); found != entries_.end()) {
        found->second.is_allocated = false;
        drop_if_idle(home, actions);
    }
    return actions;
}

void HomeLinkDefence::vouch_for(const wire::HomeAddress& home) {
    if (const auto found = entries_.find(home); found != entries_.end() &&
                                                found->second.is_allocated &&
                                                found->second.finding != Finding::free) {
        found->second.finding = Finding::free;
        schedule(home, found->second, std::nullopt);
    }
}

HomeLinkDefence::Judgement HomeLinkDefence::judge(Instant now, const wire::HomeAddress& home) {
    Judgement judgement{.claim = AddressClaim::free, .actions = {}};
    if (settings_.probes == 0) {
        return judgement;
    }
    Entry& it = entry(home, judgement.actions);
    switch (it.finding) {
        case Finding::free:
            break;
        case Finding::taken:
            judgement.claim = AddressClaim::taken;
            break;
        case Finding::probing:
            it.is_awaited = true;
            if (it.probes_sent == 0) {  // others were to be asked after before it
                probe(now, home, it, judgement.actions);
            }
            judgement.claim = AddressClaim::undecided;
            break;
        case Finding::unknown:
            begin_probing(now, home, it);
            it.is_awaited = true;
            probe(now, home, it, judgement.actions);
            judgement.claim = AddressClaim::undecided;
            break;
    }
    return judgement;
}

DefenceActions HomeLinkDefence::bind(Instant now, const wire::HomeAddress& home, bool is_router) {
    DefenceActions actions;
    Entry& it = entry(home, actions);
    it.is_bound = true;
    it.is_router = is_router;
    it.is_awaited = false;
    it.finding = Finding::free;
    it.announcements_left = announcements;
    schedule(home, it, now);
    on_due(now, home, actions);
    return actions;
}

DefenceActions HomeLinkDefence::release(const wire::HomeAddress& home) {
    DefenceActions actions;
    const auto found = entries_.find(home);
    if (found == entries_.end() || !found->second.is_bound) {
        return actions;
    }
    Entry& it = found->second;
    it.is_bound = false;
    it.is_router = false;
    it.announcements_left = 0;
    it.disputed.reset();
    it.finding = it.is_allocated ? Finding::free : Finding::unknown;
    schedule(home, it, std::nullopt);
    sources_.forget(home.address);
    drop_if_idle(home, actions);
    return actions;
}

DefenceActions HomeLinkDefence::on_packet(Instant now, const NeighborPacket& packet) {
    DefenceActions actions;
    const wire::HomeAddress home = target_of(packet);
    const auto found = entries_.find(home);
    // What a switch sends back is this machine's own.
    if (found == entries_.end() || !own_ || packet.link_layer == own_->link_layer) {
        return actions;
    }
    if (std::holds_alternative<wire::NeighborSolicitation>(packet.message)) {
        on_solicitation(now, packet, home, found->second, actions);
    } else {
        on_claim(now, packet, home, found->second, actions);
    }
    return actions;
}

void HomeLinkDefence::on_solicitation(Instant now, const NeighborPacket& packet,
                                      const wire::HomeAddress& home, Entry& entry,
                                      DefenceActions& actions) {
    if (packet.source == home.address) {
        on_claim(now, packet, home, entry, actions);
    } else if (packet.source.is_unspecified()) {
        if (entry.finding == Finding::probing) {  // RFC 4862 §5.4.3: both want it
            on_claim(now, packet, home, entry, actions);
        } else if (entry.is_bound) {
            if (!entry.disputed || now >= *entry.disputed + defence_interval) {
                actions.disputed.push_back({home, packet.link_layer});
            }
            entry.disputed = now;
            answer(now, packet, home, entry, actions);
        } else if (entry.finding == Finding::free) {  // and may have it from now on
            entry.finding = Finding::unknown;
        }
    } else if (entry.is_bound) {
        answer(now, packet, home, entry, actions);
    }
}

// Somebody says that the address is his.
void HomeLinkDefence::on_claim(Instant now, const NeighborPacket& packet,
                               const wire::HomeAddress& home, Entry& entry,
                               DefenceActions& actions) {
    if (entry.finding == Finding::probing) {
        // Without a binding update it may be the mobile node itself, at home.
        entry.finding = entry.is_awaited ? Finding::taken : Finding::unknown;
        schedule(home, entry,
                 entry.is_awaited ? std::optional(now + verdict_lifetime) : std::nullopt);
        if (std::exchange(entry.is_awaited, false)) {
            entry.disputed = now;
            actions.disputed.push_back({home, packet.link_layer});
        }
        drop_if_idle(home, actions);  // given up meanwhile; `entry` may be gone after it
    } else if (entry.is_bound) {
        entry.disputed = now;
        if (!entry.defended || now >= *entry.defended + defence_interval) {
            entry.defended = now;
            actions.disputed.push_back({home, packet.link_layer});
            announce(home, entry, 0, actions);
        }
    }
}

// RFC 6275 §10.4.1: R = 0; RFC 3963 §6.2: 1 for a router. RFC 4861 §7.2.4: O = 0 for others'
// addresses, and to all nodes with S = 0 where the other has no address yet; that one overrides, or
// a host that has the address already would not hear of it.
void HomeLinkDefence::answer(Instant now, const NeighborPacket& packet,
                             const wire::HomeAddress& home, Entry& entry, DefenceActions& actions) {
    if (!entry.answers.take(now, max_answers_of_one) || !answers_.take(now, max_answers)) {
        return;
    }
    if (packet.source.is_unspecified()) {
        return announce(home, entry, 0, actions);
    }
    const auto source = sources_.for_answer(now, packet);
    if (!source) {
        return;
    }
    wire::NeighborAdvertisement advertisement{
        .router = entry.is_router, .solicited = true, .target = home.address};
    advertisement.options.target_link_layer = own_->link_layer;
    const auto& asked = std::get<wire::NeighborSolicitation>(packet.message);
    actions.send.push_back(
        {.link_layer = asked.options.source_link_layer.value_or(packet.link_layer),
         .source = *source,
         .destination = packet.source,
         .message = std::move(advertisement)});
}

// RFC 6275 §10.4.1: R = 0, S = 0, O = 1; R = 1 for a router.
void HomeLinkDefence::announce(const wire::HomeAddress& home, const Entry& entry, unsigned number,
                               DefenceActions& actions) const {
    const auto source = sources_.for_announcement(number);
    if (!own_ || !source) {
        return;
    }
    wire::NeighborAdvertisement advertisement{
        .router = entry.is_router, .overrides = true, .target = home.address};
    advertisement.options.target_link_layer = own_->link_layer;
    actions.send.push_back({.link_layer = mobility::link_layer_group(mobility::all_nodes),
                            .source = *source,
                            .destination = mobility::all_nodes,
                            .message = std::move(advertisement)});
}

DefenceActions HomeLinkDefence::on_deadline(Instant now) {
    DefenceActions actions;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const wire::HomeAddress home = deadlines_.begin()->second;  // which is about to go
        on_due(now, home, actions);
    }
    return actions;
}

void HomeLinkDefence::on_due(Instant now, const wire::HomeAddress& home, DefenceActions& actions) {
    Entry& it = entries_.at(home);
    if (it.announcements_left > 0) {
        announce(home, it, announcements - it.announcements_left, actions);
        --it.announcements_left;
        schedule(home, it,
                 it.announcements_left > 0 ? std::optional(now + settings_.retransmission)
                                           : std::nullopt);
    } else if (it.finding == Finding::probing && it.probes_sent < settings_.probes) {
        probe(now, home, it, actions);
    } else if (it.finding == Finding::probing) {  // nobody has spoken up
        it.finding = Finding::free;
        const bool was_awaited = std::exchange(it.is_awaited, false);
        schedule(
            home, it,
            was_awaited && !it.is_allocated ? std::optional(now + verdict_lifetime) : std::nullopt);
        drop_if_idle(home, actions);  // given up meanwhile
    } else {
        it.finding = Finding::unknown;
        schedule(home, it, std::nullopt);
        drop_if_idle(home, actions);
    }
}

void HomeLinkDefence::begin_probing(Instant at, const wire::HomeAddress& home, Entry& entry) {
    entry.finding = Finding::probing;
    entry.probes_sent = 0;
    schedule(home, entry, at);
}

// RFC 4862 §5.4.2.
void HomeLinkDefence::probe(Instant now, const wire::HomeAddress& home, Entry& entry,
                            DefenceActions& actions) {
    const wire::Ipv6Address group = mobility::solicited_node_group(home.address);
    actions.send.push_back(
        {.link_layer = mobility::link_layer_group(group),
         .source = {},
         .destination = group,
         .message = wire::NeighborSolicitation{.target = home.address, .options = {}}});
    ++entry.probes_sent;
    schedule(home, entry, now + settings_.retransmission);
}

HomeLinkDefence::Entry& HomeLinkDefence::entry(const wire::HomeAddress& home,
                                               DefenceActions& actions) {
    const auto [place, is_new] = entries_.try_emplace(home);
    if (is_new) {
        actions.join.push_back(mobility::solicited_node_group(home.address));
    }
    return place->second;
}

void HomeLinkDefence::drop_if_idle(const wire::HomeAddress& home, DefenceActions& actions) {
    const auto found = entries_.find(home);
    if (!found->second.is_allocated && !found->second.is_bound && !found->second.due) {
        actions.leave.push_back(mobility::solicited_node_group(home.address));
        entries_.erase(found);
    }
}

void HomeLinkDefence::schedule(const wire::HomeAddress& home, Entry& entry,
                               std::optional<Instant> due) {
    if (entry.due) {
        deadlines_.erase({*entry.due, home});
    }
    entry.due = due;
    if (due) {
        deadlines_.emplace(*due, home);
    }
}

std::optional<Instant> HomeLinkDefence::next_deadline() const {
    return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

std::vector<wire::HomeAddress> HomeLinkDefence::disputed(Instant now) const {
    std::vector<wire::HomeAddress> homes;
    for (const auto& [home, entry] : entries_) {
        if (entry.disputed && now < *entry.disputed + dispute_lifetime) {
            homes.push_back(home);
        }
    }
    std::ranges::sort(homes);
    return homes;
}

}  // namespace godwit::server
