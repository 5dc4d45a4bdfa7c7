#pragma once
// Whether the path in use still carries. As long as traffic goes, what comes in is looked at a few
// times in each patience. Where data is sent along it and nothing comes back it may be dead, or
// what is sent wants no answer. So it is asked, like all others, by heartbeats; and if another
// answers while this one does not, it is given up. An idle path costs nothing. Only hints of
// silence are weighed here: they make the node ask (docs/protocol.md).

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
        look_at_.reset();
        give_up_at_.reset();
        is_given_up_ = false;
    }

    // A packet has been sent, the first since it was asked for; so many have been sent, it among
    // them, and so many have come in before.
    void on_sent(mobility::Instant now, std::uint64_t sent, std::uint64_t received) {
        if (!silent_since_) {
            silent_since_ = now;
            sent_ = sent - 1;
            received_ = received;
            look_at_ = now + patience_ / looks;
        }
    }
    enum class Verdict : std::uint8_t {
        well,    // it is looked at again
        idle,    // nothing more is sent: until on_sent()
        silent,  // it is to be asked
    };
    // So many have been sent and come in by now.
    [[nodiscard]] Verdict on_reading(mobility::Instant now, std::uint64_t sent,
                                     std::uint64_t received) {
        if (received != received_) {
            rest();
            patience_ = first_patience();
            silent_since_ = now;
            sent_ = sent;
            received_ = received;
        } else if (now - *silent_since_ >= patience_) {
            look_at_.reset();
            return sent != sent_ || give_up_at_ ? Verdict::silent : Verdict::idle;
        }
        look_at_ = now + patience_ / looks;
        return Verdict::well;
    }
    // A heartbeat was answered: the path is well, and what goes out wants no answer.
    void on_answer(std::chrono::nanoseconds round_trip) {
        rest();
        round_trip_ = round_trip;
        patience_ = std::max(first_patience(), patience_without_answers);
    }
    // It is being asked from now on: until when it is to be waited for. Where another one is known
    // to carry, less depends on it.
    void on_asked(mobility::Instant now, bool has_another) {
        look_at_.reset();
        give_up_at_ = now + wait(has_another);
    }
    [[nodiscard]] std::chrono::nanoseconds wait(bool has_another) const {
        return std::max<std::chrono::nanoseconds>(2 * round_trip_,
                                                  has_another ? least_wait : least_wait_alone);
    }

    // As it was measured last.
    [[nodiscard]] std::chrono::nanoseconds round_trip() const { return round_trip_; }
    [[nodiscard]] bool is_due(mobility::Instant now) const {
        return (look_at_ && now >= *look_at_) || (give_up_at_ && now >= *give_up_at_);
    }
    // When to look whether something has come in.
    [[nodiscard]] std::optional<mobility::Instant> look_at() const { return look_at_; }
    // When another path that answers is better than this one.
    [[nodiscard]] std::optional<mobility::Instant> give_up_at() const { return give_up_at_; }
    void on_deadline(mobility::Instant now) {
        if (give_up_at_ && now >= *give_up_at_) {
            give_up_at_.reset();
            is_given_up_ = true;
        }
    }
    // It is asked, and has not answered in time.
    [[nodiscard]] bool is_given_up() const { return is_given_up_; }
    [[nodiscard]] bool is_asked() const { return give_up_at_ || is_given_up_; }
    [[nodiscard]] std::optional<mobility::Instant> silent_since() const {
        return is_asked() ? silent_since_ : std::nullopt;
    }

  private:
    static constexpr int looks = 8;  // in each patience
    static constexpr std::chrono::nanoseconds least_patience = std::chrono::milliseconds(100);
    static constexpr std::chrono::nanoseconds patience_without_answers =
        std::chrono::milliseconds(400);
    static constexpr std::chrono::nanoseconds least_wait = std::chrono::milliseconds(60);
    static constexpr std::chrono::nanoseconds least_wait_alone = std::chrono::milliseconds(210);

    [[nodiscard]] std::chrono::nanoseconds first_patience() const {
        return std::max<std::chrono::nanoseconds>(3 * round_trip_, least_patience);
    }

    std::chrono::nanoseconds round_trip_{};
    std::chrono::nanoseconds patience_ = least_patience;
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::optional<mobility::Instant> silent_since_;  // or not looked at
    std::optional<mobility::Instant> look_at_;
    std::optional<mobility::Instant> give_up_at_;
    bool is_given_up_ = false;
};

}  // namespace godwit::client
