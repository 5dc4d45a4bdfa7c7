#pragma once
// What keeps a NAT's mapping alive, and only where there is one: RFC 5555 §4.1, RFC 3948 §4.

#include <chrono>
#include <optional>

#include "client/core/keepalive_search.hpp"
#include "shared/wire/options/nat_detection.hpp"

namespace godwit::client {

class NatKeepalive {
  public:
    // `can_search`: there is a port of UDP that nothing else uses.
    NatKeepalive(std::uint32_t first_sequence, bool can_search)
        : search_(first_sequence), can_search_(can_search) {}

    // What the home agent says of the path in use. True if a NAT is there that was not before.
    bool on_detection(mobility::Instant now, const wire::NatDetection* detection) {
        if (detection == nullptr || detection->refresh.count() == no_keepalive_needed) {
            rest();
            return false;
        }
        if (next_) {
            return false;  // and more may be known than the advice
        }
        const std::chrono::seconds advised(detection->refresh.count());
        search_.begin(now, advised == std::chrono::seconds(0) ? default_interval : advised);
        next_ = now + search_.interval();
        return true;
    }
    void rest() {
        next_.reset();
        search_.rest();
    }

    // Whether a keepalive is to be sent now.
    [[nodiscard]] bool is_due(mobility::Instant now) {
        if (!next_ || now < *next_) {
            return false;
        }
        next_ = now + search_.interval();
        return true;
    }
    // A request from the port that nothing else uses, to be sent now.
    [[nodiscard]] std::optional<KeepaliveSearch::Trial> trial(mobility::Instant now) {
        return next_ && can_search_ ? search_.due(now) : std::nullopt;
    }
    void on_response(mobility::Instant now, std::uint32_t sequence) {
        search_.on_response(now, sequence);
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        const auto trial = next_ && can_search_ ? search_.next_deadline() : std::nullopt;
        return trial ? std::min(*trial, *next_) : next_;
    }

    [[nodiscard]] bool is_behind_nat() const { return next_.has_value(); }
    [[nodiscard]] std::chrono::seconds interval() const { return search_.interval(); }

  private:
    // RFC 5555's 110 s is longer than many NATs keep a mapping of UDP.
    static constexpr std::chrono::seconds default_interval{25};
    static constexpr std::uint32_t no_keepalive_needed = 0xffffffff;  // RFC 5555 §3.2.2

    KeepaliveSearch search_;
    bool can_search_;
    std::optional<mobility::Instant> next_;
};

}  // namespace godwit::client
