#include "shared/datapath/flow_queue.hpp"

#include <algorithm>
#include <cassert>
#include <span>

namespace godwit::datapath {

FlowQueue::FlowQueue() : flows_(std::make_unique<std::array<Flow, max_flows>>()) {}

void FlowQueue::push(mobility::Instant now, std::size_t place, const Packet& packet) {
    assert(place < max_packets && size_ < max_packets);
    const auto at = static_cast<Index>(place);
    waiting_[at] = {.since = now,
                    .octets = static_cast<std::uint32_t>(packet.octets),
                    .room = static_cast<std::uint16_t>(packet.room)};
    const Index index = flow_of(packet.of.flow);
    Flow& flow = flow_at(index);
    if (flow.is_idle) {
        begin(index, packet.of.host);
    }
    (flow.first == none ? flow.first : waiting_[flow.last].next) = at;
    flow.last = at;
    flow.octets += packet.octets;
    flow.room += waiting_[at].room;
    ++size_;
}

std::optional<FlowQueue::Departure> FlowQueue::pop(mobility::Instant now, std::size_t most) {
    if (empty()) {
        return std::nullopt;
    }
    Flow& flow = next_flow();
    if (waiting_[flow.first].octets > most) {
        return std::nullopt;
    }
    const bool is_fresh = fresh_.first != none && &flow == &flow_at(fresh_.first);
    in_a_row_ = is_fresh ? in_a_row_ + 1 : 0;
    const Index place = take_oldest(flow);
    flow.deficit -= static_cast<std::int32_t>(waiting_[place].octets);
    return Departure{.place = place,
                     .tells = flow.codel.tells(now, now - waiting_[place].since, flow.octets)};
}

std::size_t FlowQueue::drop() {
    return take_oldest(flow_at(fattest()));
}

FlowQueue::Flow& FlowQueue::next_flow() {
    while (true) {
        List& list = next_list();
        Flow& flow = flow_at(list.first);
        if (flow.deficit <= 0) {
            flow.deficit += share_of(flow);
            append(others_, take_first(list));
        } else if (flow.first == none) {
            leave(list);
        } else {
            return flow;
        }
    }
}

FlowQueue::List& FlowQueue::next_list() {
    const bool others_wait = others_.first != none;
    return fresh_.first != none && (in_a_row_ < max_in_a_row || !others_wait) ? fresh_ : others_;
}

// RFC 8290 §4.2: one that comes again at once must not be fresh again, or it would starve the
// others.
void FlowQueue::leave(List& list) {
    const Index index = take_first(list);
    if (&list == &fresh_ && others_.first != none) {
        append(others_, index);
        return;
    }
    Flow& flow = flow_at(index);
    flow.is_idle = true;
    flow.is_shared = false;
    --hosts_[flow.host].flows;
}

void FlowQueue::begin(Index index, std::uint32_t host) {
    Flow& flow = flow_at(index);
    flow.is_idle = false;
    flow.host = host_of(host);
    ++hosts_[flow.host].flows;
    flow.deficit = share_of(flow);
    append(fresh_, index);
}

std::int32_t FlowQueue::share_of(const Flow& flow) const {
    return std::max(1, quantum / static_cast<std::int32_t>(hosts_[flow.host].flows));
}

FlowQueue::Index FlowQueue::flow_of(std::uint32_t tag) {
    const auto set = static_cast<Index>(tag % (max_flows / ways) * ways);
    Index idle = none;
    for (Index index = set; index < set + ways; ++index) {
        if (flow_at(index).tag == tag) {
            return index;
        }
        if (flow_at(index).is_idle && idle == none) {
            idle = index;
        }
    }
    if (idle == none || flow_at(set).is_shared) {
        flow_at(set).is_shared = true;
        return set;
    }
    flow_at(idle) = {.tag = tag};
    return idle;
}

// Two hosts in one place are one, if there are more than a set has room for.
FlowQueue::Index FlowQueue::host_of(std::uint32_t tag) {
    const auto set = static_cast<Index>(tag % (max_flows / ways) * ways);
    Index idle = none;
    for (Index index = set; index < set + ways; ++index) {
        if (hosts_[index].tag == tag) {
            return index;
        }
        if (hosts_[index].is_idle() && idle == none) {
            idle = index;
        }
    }
    if (idle == none) {
        return set;
    }
    hosts_[idle].tag = tag;
    return idle;
}

void FlowQueue::append(List& list, Index index) {
    flow_at(index).next = none;
    (list.first == none ? list.first : flow_at(list.last).next) = index;
    list.last = index;
}

FlowQueue::Index FlowQueue::take_first(List& list) {
    const Index index = list.first;
    list.first = flow_at(index).next;
    return index;
}

FlowQueue::Index FlowQueue::fattest() {
    assert(!empty());
    Index fattest = none;
    for (const List& list : {fresh_, others_}) {
        for (Index index = list.first; index != none; index = flow_at(index).next) {
            if (fattest == none || flow_at(index).room > flow_at(fattest).room) {
                fattest = index;
            }
        }
    }
    return fattest;
}

FlowQueue::Index FlowQueue::take_oldest(Flow& flow) {
    const Index place = flow.first;
    const Waiting& oldest = waiting_[place];
    flow.first = oldest.next;
    flow.octets -= oldest.octets;
    flow.room -= oldest.room;
    --size_;
    return place;
}

}  // namespace godwit::datapath
