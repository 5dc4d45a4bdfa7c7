#pragma once
// What is remembered of a move, gathered from when the new address is usable until nothing more is
// to be expected: one HandoverRecorded for each move that was acknowledged.

#include <chrono>
#include <optional>

#include "shared/mobility/event.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::client {

class MoveRecord {
  public:
    // The last link has gone.
    void on_link_lost(mobility::Instant now) { lost_at_ = now; }
    // The node is elsewhere. Nothing more is gathered about the move before.
    void begin(mobility::Instant now, const mobility::HandoverRecorded& move) {
        record_ = move;
        began_ = now;
        record_->without_link = lost_at_ ? std::optional(now - *lost_at_) : std::nullopt;
        lost_at_.reset();
        close_at_.reset();
    }
    void forget() { record_.reset(); }

    void on_sent(mobility::Instant now) {
        if (record_ && !record_->first_sent) {
            record_->first_sent = now - began_;
        }
    }
    void on_received(mobility::Instant now) {
        if (record_ && !record_->first_received) {
            record_->first_received = now - began_;
        }
    }
    // In tunnels without sequence numbers nothing is sent again.
    void on_acknowledged(mobility::Instant now) {
        if (record_ && !close_at_) {
            record_->acknowledged = now - began_;
            close_at_ = now + patience;
        }
    }
    void on_resent(const mobility::ResentNotice& notice) {
        if (record_) {
            record_->resent += notice.resent;
            record_->lost += notice.lost;
        }
    }

    // The record, once it is complete.
    std::optional<mobility::HandoverRecorded> take(mobility::Instant now) {
        if (!record_ || !close_at_ || now < *close_at_) {
            return std::nullopt;
        }
        close_at_.reset();
        return std::exchange(record_, std::nullopt);
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return close_at_; }

  private:
    // From the acknowledgement on: for what is sent again, and for data to come.
    static constexpr std::chrono::nanoseconds patience = std::chrono::milliseconds(500);

    std::optional<mobility::Instant> lost_at_;
    std::optional<mobility::HandoverRecorded> record_;
    mobility::Instant began_{};
    std::optional<mobility::Instant> close_at_;
};

}  // namespace godwit::client
