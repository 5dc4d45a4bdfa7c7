#include "tests/simulation/virtual_network.hpp"

#include <utility>

#include "tests/support/recorder.hpp"

namespace godwit::simulation {

void VirtualNetwork::send(const std::string& from, wire::Bytes packet, const std::string& text) {
    packet = leave(std::move(packet));
    record(packet);
    if (watcher_) {
        watcher_(packet);
    }
    if (chance(conditions.loss) || (lose_ && lose_(packet))) {
        story.arrow(now_, from, from == "MN" ? "HA" : "MN", text + " (lost)", true);
        return;
    }
    carry(from, packet, text);
    if (chance(conditions.duplication)) {
        carry(from, packet, text + " (again)");
    }
}

void VirtualNetwork::record(const wire::Bytes& packet) {
    auto& recorder = test::Recorder::of_this_process();
    const auto frame = recorder.is_on() ? Frame::parse(packet) : std::nullopt;
    if (frame && frame->sealed_for) {
        recorder.sealed(frame->path, frame->sealed);
    } else if (frame) {
        recorder.clear(frame->path, frame->packet);
    }
}

void VirtualNetwork::carry(const std::string& from, const wire::Bytes& packet,
                           const std::string& text) {
    const auto jitter =
        std::uniform_int_distribution<std::int64_t>(0, conditions.jitter.count())(random_);
    const auto delay = delay_ && delay_(packet) ? delay_by_ : std::chrono::nanoseconds(0);
    at(now_ + conditions.latency + delay + std::chrono::nanoseconds(jitter),
       [this, from, packet, text] {
           const wire::Bytes arrived = arrive(packet);
           wire::Reader header(arrived);
           header.skip(24);
           const auto host = hosts_.find(wire::Ipv6Address::read(header));
           if (host == hosts_.end()) {
               story.note(now_, from, text + " finds nobody");
               return;
           }
           story.arrow(now_, from, host->second.name, text);
           const Deliver deliver = host->second.deliver;  // the host may detach meanwhile
           deliver(arrived);
       });
}

wire::Bytes VirtualNetwork::leave(wire::Bytes packet) {
    auto frame = nats_.empty() ? std::nullopt : Frame::parse(packet);
    for (NatOnThePath& on_path : nats_) {
        if (frame && frame->path.encapsulation == mobility::Encapsulation::udp &&
            on_path.inside.contains(frame->path.local)) {
            on_path.nat.translate_outbound(*frame);
            return frame->serialize();
        }
    }
    return packet;
}

wire::Bytes VirtualNetwork::arrive(const wire::Bytes& packet) const {
    auto frame = nats_.empty() ? std::nullopt : Frame::parse(packet);
    for (const NatOnThePath& on_path : nats_) {
        if (frame && frame->path.remote == on_path.outside) {
            return on_path.nat.translate_inbound(*frame) ? frame->serialize() : wire::Bytes{};
        }
    }
    return packet;
}

void VirtualNetwork::run_until(mobility::Instant until) {
    while (!agenda_.empty() && agenda_.front().when <= until) {
        std::ranges::pop_heap(agenda_, std::greater{});
        const Appointment next = std::move(agenda_.back());
        agenda_.pop_back();
        now_ = std::max(now_, next.when);
        next.what();
    }
    now_ = until;
}

}  // namespace godwit::simulation
