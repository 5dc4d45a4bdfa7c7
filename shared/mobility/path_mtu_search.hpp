#pragma once
// How long a packet may be on one direction of a path, found by heartbeats of that length inside
// the tunnel (RFC 8899; RFC 5847). Nothing that the path says by ICMP counts. A new path is taken
// to carry what its interface does, and at once asked, by several sizes at a time. While long
// packets are sent the size in use is asked for again now and then, so that a path which shrinks
// does not stay a black hole; each period it is tried whether more has become possible.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/tunnel_mtu.hpp"

namespace godwit::mobility {

class PathMtuSearch {
  public:
    struct Probe {
        std::uint32_t sequence = 0;  // of the heartbeat request
        std::uint32_t size = 0;      // of the inner packet, octets
    };
    // What to do now.
    struct Orders {
        std::vector<Probe> probes;
        bool watch_large = false;        // tell when the next long packet is sent
        std::optional<TunnelMtu> found;  // the tunnel's MTU has become another
    };

    // `period`: between attempts to find a greater MTU.
    PathMtuSearch(std::chrono::nanoseconds period, std::uint32_t first_sequence)
        : period_(period), sequence_(first_sequence) {}

    // A new path, on which inner packets of at most `ceiling` octets leave the interface whole.
    [[nodiscard]] Orders begin(Instant now, std::uint32_t ceiling,
                               std::chrono::nanoseconds round_trip);
    // No path at all.
    void rest();
    // A long packet has been sent, as `watch_large` asked to be told.
    [[nodiscard]] Orders on_large_sent(Instant now);
    // A heartbeat response; one that answers no probe changes nothing.
    [[nodiscard]] Orders on_answer(Instant now, std::uint32_t sequence);
    // Whether it is the number of one of the last probes, answered or not.
    [[nodiscard]] bool has_probed(std::uint32_t sequence) const;
    [[nodiscard]] Orders on_deadline(Instant now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    [[nodiscard]] TunnelMtu mtu() const { return TunnelMtu::of(whole_); }

  private:
    enum class Phase : std::uint8_t {
        ladder,     // sizes down to 1280
        low_steps,  // sizes below
        narrowing,  // between one that passes and one that does not
        verifying,  // the size in use
    };
    struct Outstanding {
        Probe probe;
        Instant sent;
    };

    // What is being asked.
    struct Asking {
        Phase phase{};
        unsigned tries = 0;        // of the present size, or of the present step
        std::uint32_t passes = 0;  // the greatest size known to pass; 0: none yet
        std::uint32_t fails = 0;   // the smallest size taken to fail
        std::vector<Outstanding> outstanding;
        Instant round_over = never;
    };

    void ask(Instant now, std::uint32_t size, Orders& orders);
    void ask_all(Instant now, Orders& orders);
    void ask_ladder(Instant now, Orders& orders);
    void ask_low_steps(Instant now, Orders& orders);
    void narrow(Instant now, Orders& orders);
    void finish(Instant now, Orders& orders);
    void verify_if_in_doubt(Instant now, Orders& orders);
    void on_round_over(Instant now, Orders& orders);
    void on_nothing_passed(Instant now, Orders& orders);
    void publish(std::uint32_t whole, Orders& orders);
    void enter(Phase phase) {
        asking_->phase = phase;
        asking_->tries = 0;
    }
    [[nodiscard]] std::uint32_t smallest_unanswered() const;
    [[nodiscard]] std::chrono::nanoseconds patience() const;

    static constexpr Instant never = Instant::max();

    // A home agent keeps one for each binding, and most of them rest.
    std::chrono::nanoseconds period_;
    std::chrono::nanoseconds round_trip_{};
    Instant next_period_ = never;
    Instant watch_at_ = never;
    std::unique_ptr<Asking> asking_;  // nullptr: the MTU is known, or there is no path
    std::uint32_t sequence_;
    std::uint32_t ceiling_ = 0;
    std::uint32_t whole_ = min_ipv6_mtu;
    bool is_in_doubt_ = false;  // a long packet has been sent since the MTU was last verified
};

}  // namespace godwit::mobility
