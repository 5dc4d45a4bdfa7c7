// What the workers have to tell, and what they have counted, of all shards together.

#include <cstddef>
#include <utility>

#include "shared/runtime/data_plane.hpp"

namespace godwit::runtime {

DataPlane::Notices DataPlane::take_notices() {
    control_.lower();
    Notices notices;
    for (const auto& pair : workers_.pairs()) {
        collect_receipts(*pair);
        take_notices(*pair, notices);
    }
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
    take_moved_endpoints(pair, notices);
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

void DataPlane::take_moved_endpoints(TunnelWorkers::Pair& pair, Notices& notices) {
    for (std::size_t taken = 0; taken < max_moved_endpoints; ++taken) {
        const auto moved = pair.inbound.take_moved_endpoint();
        if (!moved) {
            return;
        }
        if (sessions_.contains(moved->session)) {
            notices.moved_endpoints.push_back(*moved);
        }
    }
    control_.raise();  // there may be more
}

void DataPlane::take_messages(Notices& notices) {
    bool is_more_left = false;
    for (const auto urgency : InboundTunnelWorker::urgencies) {
        for (const auto& pair : workers_.pairs()) {
            std::size_t taken = 0;
            while (auto message =
                       taken < max_messages ? pair->inbound.take_message(urgency) : std::nullopt) {
                notices.messages.push_back(std::move(*message));
                ++taken;
            }
            is_more_left = is_more_left || taken == max_messages;
        }
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
