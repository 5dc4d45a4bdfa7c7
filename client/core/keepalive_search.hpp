#pragma once
// How long a NAT keeps a mapping that nobody uses. Requests from a port of their own ask to be
// answered after a while of silence; an answer that arrives shows that keepalives may be so far
// apart. The mapping that the node lives by is never put at risk.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "shared/mobility/instant.hpp"

namespace godwit::client {

class KeepaliveSearch {
  public:
    explicit KeepaliveSearch(std::uint32_t first_sequence) : sequence_(first_sequence) {}

    // Behind a NAT of which nothing is known, but that keepalives so far apart will do.
    void begin(mobility::Instant now, std::chrono::seconds advised) {
        interval_ = advised;
        failures_ = 0;
        next_step_ = 0;
        trial_.reset();
        begin_at_ = now;
        skip_short_steps();
    }
    void rest() {
        trial_.reset();
        begin_at_.reset();
    }

    [[nodiscard]] std::chrono::seconds interval() const { return interval_; }

    struct Trial {
        std::uint32_t sequence = 0;  // of the heartbeat request
        std::chrono::seconds delay{};
    };
    // A request that is to be sent now, alone on its port until it is over.
    [[nodiscard]] std::optional<Trial> due(mobility::Instant now) {
        if (trial_ && now >= *begin_at_) {  // no answer has come
            trial_.reset();
            if (++failures_ == max_failures) {
                begin_at_.reset();  // that long it does not live
            }
        }
        if (trial_ || !begin_at_ || now < *begin_at_) {
            return std::nullopt;
        }
        trial_ = Trial{.sequence = ++sequence_, .delay = steps.at(next_step_)};
        begin_at_ = now + trial_->delay + patience;
        return trial_;
    }
    void on_response(mobility::Instant now, std::uint32_t sequence) {
        if (!trial_ || trial_->sequence != sequence) {
            return;
        }
        interval_ = std::max(interval_, trial_->delay - margin);
        failures_ = 0;
        trial_.reset();
        begin_at_ = now;
        skip_short_steps();
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return begin_at_; }

  private:
    // RFC 5555 §6.1.3 proposes 110 s; nothing is to be gained above it.
    static constexpr std::array<std::chrono::seconds, 4> steps{
        std::chrono::seconds(41), std::chrono::seconds(61), std::chrono::seconds(86),
        std::chrono::seconds(111)};
    static constexpr std::chrono::seconds margin{1};
    static constexpr std::chrono::seconds patience{5};  // for the answer, and the way
    static constexpr unsigned max_failures = 2;         // a packet may be lost

    void skip_short_steps() {
        while (next_step_ < steps.size() && steps.at(next_step_) - margin <= interval_) {
            ++next_step_;
        }
        if (next_step_ == steps.size()) {
            begin_at_.reset();
        }
    }

    std::uint32_t sequence_;
    std::chrono::seconds interval_{25};
    std::size_t next_step_ = 0;
    unsigned failures_ = 0;
    std::optional<Trial> trial_;
    std::optional<mobility::Instant> begin_at_;  // the next trial; or the end of this one
};

}  // namespace godwit::client
