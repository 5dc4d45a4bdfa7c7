// What the workers have to tell, and what they have counted, of all shards together.

#include <cstddef>
#include <utility>

#include "shared/runtime/data_plane.hpp"

namespace godwit::runtime {
namespace {

// take(pair) takes one of a pair's, and says whether there was one: by turns, so that no pair's
// waits behind a flood to another, and at most so many of all. Whether there may be more.
template <class Pairs, class Take>
bool take_by_turns(const Pairs& pairs, std::size_t most, Take take) {
    std::size_t taken = 0;
    for (bool was_any = true; was_any;) {
        was_any = false;
        for (const auto& pair : pairs) {
            if (taken == most) {
                return true;
            }
            if (take(*pair)) {
                ++taken;
                was_any = true;
            }
        }
    }
    return false;
}

}  // namespace

DataPlane::Notices DataPlane::take_notices() {
    control_.lower();
    Notices notices;
    for (const auto& pair : workers_.pairs()) {
        collect_receipts(*pair);
        take_notices(*pair, notices);
    }
    take_moved_endpoints(notices);
    take_messages(notices);
    return notices;
}

void DataPlane::take_notices(TunnelWorkers::Pair& pair, Notices& notices) {
    while (const auto session = pair.inbound.take_confirmed()) {
        if (sessions_.contains(*session)) {
            notices.confirmed.push_back(*session);
        }
    }
    while (const auto session = pair.outbound.take_rekey_due()) {
        if (sessions_.contains(*session)) {
            notices.rekey_due.push_back(*session);
        }
    }
    while (const auto watched = pair.outbound.take_watched()) {
        notices.watched.push_back(*watched);
    }
    while (const auto home = pair.inbound.take_watched()) {
        notices.watched.push_back({*home, mobility::WatchTraffic::What::received_along});
    }
    while (const auto resent = pair.outbound.take_resent()) {
        notices.resent.push_back(*resent);
    }
    notices.device_lost = notices.device_lost || pair.outbound.device_lost();
}

void DataPlane::take_moved_endpoints(Notices& notices) {
    const auto take = [&](TunnelWorkers::Pair& pair) {
        const auto moved = pair.inbound.take_moved_endpoint();
        if (moved && sessions_.contains(moved->session)) {
            notices.moved_endpoints.push_back(*moved);
        }
        return moved.has_value();
    };
    if (take_by_turns(workers_.pairs(), max_moved_endpoints, take)) {
        control_.raise();
    }
}

void DataPlane::take_messages(Notices& notices) {
    bool is_more_left = false;
    for (const auto urgency : InboundTunnelWorker::urgencies) {
        const auto take = [&](TunnelWorkers::Pair& pair) {
            auto message = pair.inbound.take_message(urgency);
            if (message) {
                notices.messages.push_back(std::move(*message));
            }
            return message.has_value();
        };
        is_more_left = take_by_turns(workers_.pairs(), max_messages, take) || is_more_left;
    }
    if (is_more_left) {
        control_.raise();
    }
}

DataPlane::Traffic DataPlane::traffic() const {
    Traffic total;
    for (const Traffic& traffic : traffic_by_shard()) {
        total.sent += traffic.sent;
        total.received += traffic.received;
    }
    return total;
}

std::vector<DataPlane::Traffic> DataPlane::traffic_by_shard() const {
    std::vector<Traffic> traffic;
    for (const auto& pair : workers_.pairs()) {
        traffic.push_back({.sent = pair->outbound.sent(), .received = pair->inbound.received()});
    }
    return traffic;
}

std::uint64_t DataPlane::drops(datapath::DropReason reason) const {
    std::uint64_t drops = 0;
    for (const auto& pair : workers_.pairs()) {
        drops += pair->outbound.drops().reading(reason) + pair->inbound.drops().reading(reason);
    }
    return drops;
}

DataPlane::Traffic DataPlane::traffic(const wire::HomeAddress& home) const {
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return {};
    }
    return {.sent = found->second.sent.reading(), .received = found->second.received.reading()};
}

// What a worker gave back is read for the last time and freed here.
void DataPlane::collect_receipts(TunnelWorkers::Pair& pair) {
    pair.outbound.channel().collect([this](OutboundTunnelWorker::Receipt receipt) {
        if (receipt.tunnel != nullptr) {
            bindings_.at(receipt.tunnel->home).sent.close(receipt.tunnel->sent);
            forget_if_unused(receipt.tunnel->home);
        }
    });
    pair.inbound.channel().collect([this](InboundTunnelWorker::Receipt receipt) {
        if (receipt.sealed != nullptr) {
            bindings_.at(receipt.sealed->home).received.close(receipt.sealed->received);
            forget_if_unused(receipt.sealed->home);
        }
        if (receipt.plain != nullptr) {
            bindings_.at(receipt.plain->home).received.close(receipt.plain->received);
            forget_if_unused(receipt.plain->home);
        }
    });
}

}  // namespace godwit::runtime
