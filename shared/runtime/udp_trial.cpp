#include "shared/runtime/udp_trial.hpp"

#include <algorithm>
#include <array>

#include "shared/platform/wait.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/trial_patience.hpp"

namespace godwit::runtime {
namespace {

constexpr int buffer_octets = 1 << 20;
constexpr int most_of_others = 1'000;  // datagrams: whoever sends more of them stops no start

}  // namespace

UdpTrialWay::UdpTrialWay(const wire::Ipv6Address& loopback, Receiver receiver)
    : path_{.encapsulation = mobility::Encapsulation::udp, .local = loopback, .remote = loopback},
      is_coalesced_(receiver == Receiver::coalesced),
      receiver_({.buffer_octets = buffer_octets, .coalesced = is_coalesced_}),
      sender_({.buffer_octets = buffer_octets}) {
    path_.remote_port = receiver_.port();
}

bool UdpTrialWay::is_known() const {
    return sender_.is_in_segments() && receiver_.is_coalesced() == is_coalesced_;
}

std::error_code UdpTrialWay::send(std::span<const wire::Bytes> packets, Manner manner) {
    while (!take().packets.empty()) {
    }
    std::vector<platform::TunnelDeparture> departures;
    for (const wire::Bytes& packet : packets) {
        departures.push_back({.payload = packet, .path = path_});
    }
    const std::size_t at_once = manner == Manner::as_one ? departures.size() : 1;
    std::span<const platform::TunnelDeparture> left = departures;
    while (!left.empty()) {
        const auto sent = sender_.send(left.first(std::min(at_once, left.size())));
        if (!sent) {
            return sent.error();
        }
        left = left.subspan(*sent);
    }
    return sender_.refuses_segments() ? std::make_error_code(std::errc::io_error)
                                      : std::error_code{};
}

TrialWay::Arrivals UdpTrialWay::take() {
    for (int others = 0; others < most_of_others; ++others) {
        platform::TunnelArrival arrival{.buffer = room_};
        const auto count = receiver_.receive(std::span(&arrival, 1));
        if (!count || *count == 0) {
            return {};
        }
        if (arrival.path.remote_port != sender_.port()) {
            continue;  // anybody may send here
        }
        Arrivals arrivals{.as_one = arrival.segment_size != 0 &&
                                    arrival.payload.size() > arrival.segment_size};
        wire::BytesView rest = arrival.payload;
        const std::size_t each = arrivals.as_one ? arrival.segment_size : rest.size();
        do {
            const wire::BytesView segment = rest.first(std::min(each, rest.size()));
            arrivals.packets.emplace_back(segment.begin(), segment.end());
            rest = rest.subspan(segment.size());
        } while (!rest.empty());
        return arrivals;
    }
    return {};
}

TrialWay::Arrivals UdpTrialWay::receive() {
    const mobility::Instant deadline = boot_now() + trial_patience;
    while (boot_now() < deadline) {
        if (Arrivals arrivals = take(); !arrivals.packets.empty()) {
            return arrivals;
        }
        const auto [one, other] = receiver_.descriptors();
        std::array watched{platform::Watched{.descriptor = one},
                           platform::Watched{.descriptor = other}};
        platform::wait_until_readable(watched, deadline - boot_now());
    }
    return {};
}

}  // namespace godwit::runtime
