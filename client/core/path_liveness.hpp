#pragma once
// Whether the path in use still carries: data goes out and nothing comes back. Silence alone is no
// proof, since not everything is answered; it makes the node ask (docs/protocol.md).

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "shared/mobility/instant.hpp"

namespace godwit::client {

class PathLiveness {
  public:
    // A path on which something has just come back.
    void begin(std::chrono::nanoseconds round_trip) {
        rest();
        round_trip_ = round_trip;
        patience_ = first_patience();
    }
    void rest() {
        silent_since_.reset();
        ask_at_.reset();
        give_up_at_.reset();
        is_given_up_ = false;
    }

    // A packet has been sent, the first since it was asked for; so many have come in before.
    void on_sent(mobility::Instant now, std::uint64_t received) {
        if (!silent_since_) {
            silent_since_ = now;
            received_ = received;
            ask_at_ = now + patience_;
        }
    }
    // So many have come in by now. True if some have since, and the path is well.
    [[nodiscard]] bool on_reading(std::uint64_t received) {
        if (received == received_) {
            return false;
        }
        rest();
        patience_ = first_patience();
        return true;
    }
    // A heartbeat was answered: the path is well, and what goes out wants no answer.
    void on_answer(std::chrono::nanoseconds round_trip) {
        rest();
        round_trip_ = round_trip;
        patience_ = std::max(first_patience(), patience_without_answers);
    }
    // It is being asked from now on: until when it is to be waited for.
    void on_asked(mobility::Instant now) {
        ask_at_.reset();
        give_up_at_ = now + std::max<std::chrono::nanoseconds>(2 * round_trip_, least_wait);
    }

    [[nodiscard]] bool is_due(mobility::Instant now) const {
        return (ask_at_ && now >= *ask_at_) || (give_up_at_ && now >= *give_up_at_);
    }
    // When to look whether something has come in, and to ask if not.
    [[nodiscard]] std::optional<mobility::Instant> ask_at() const { return ask_at_; }
    // When another path that answers is better than this one.
    [[nodiscard]] std::optional<mobility::Instant> give_up_at() const { return give_up_at_; }
    void on_deadline(mobility::Instant now) {
        if (give_up_at_ && now >= *give_up_at_) {
            give_up_at_.reset();
            is_given_up_ = true;
        }
    }
    [[nodiscard]] bool is_given_up() const { return is_given_up_; }
    [[nodiscard]] std::optional<mobility::Instant> silent_since() const { return silent_since_; }

  private:
    static constexpr std::chrono::nanoseconds least_patience = std::chrono::milliseconds(100);
    static constexpr std::chrono::nanoseconds patience_without_answers =
        std::chrono::milliseconds(400);
    static constexpr std::chrono::nanoseconds least_wait = std::chrono::milliseconds(210);

    [[nodiscard]] std::chrono::nanoseconds first_patience() const {
        return std::max<std::chrono::nanoseconds>(3 * round_trip_, least_patience);
    }

    std::chrono::nanoseconds round_trip_{};
    std::chrono::nanoseconds patience_ = least_patience;
    std::uint64_t received_ = 0;
    std::optional<mobility::Instant> silent_since_;
    std::optional<mobility::Instant> ask_at_;
    std::optional<mobility::Instant> give_up_at_;
    bool is_given_up_ = false;
};

}  // namespace godwit::client
