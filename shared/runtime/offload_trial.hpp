#pragma once
// Whether an offload does what it is for. Packets that are known go one by one first, which says
// that the way leads there; then as one, and what comes out has to be those packets again: each
// octet, each length, their order; and it must not take longer. No I/O of its own.

#include <chrono>
#include <functional>
#include <span>
#include <system_error>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/runtime/offload.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::runtime {

// The way of packets through one offload, from this process to itself.
class TrialWay {
  public:
    enum class Manner : bool { one_by_one, as_one };

    TrialWay() = default;
    TrialWay(const TrialWay&) = delete;
    TrialWay& operator=(const TrialWay&) = delete;
    virtual ~TrialWay() = default;

    // All of them, in this manner; what is left over of an earlier time is thrown away before.
    // An error: refused.
    virtual std::error_code send(std::span<const wire::Bytes> packets, Manner manner) = 0;

    struct Arrivals {
        std::vector<wire::Bytes> packets;  // what came as many in one is divided
        bool as_one = false;               // some of it did
    };
    // What has come next, in its order; no packets: nothing will come any more.
    virtual Arrivals receive() = 0;
    // Packets that have gone through as one arrive as one: the receiver wants them so.
    [[nodiscard]] virtual bool arrives_as_one() const = 0;
};

// No slower than this many times as long as one by one, and this much besides.
inline constexpr int trial_slowness = 4;
inline constexpr std::chrono::nanoseconds trial_slack = std::chrono::milliseconds(5);

// If the packets do not come through one by one either, nothing speaks against the offload: on.
// What is lost or late by accident once has further chances.
OffloadState try_offload(TrialWay& way, std::span<const wire::Bytes> packets,
                         const std::function<mobility::Instant()>& clock);

}  // namespace godwit::runtime
