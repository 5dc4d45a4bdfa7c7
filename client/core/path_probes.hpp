#pragma once
// Asks by heartbeats along several paths at once, the tunnel being the same, which of them carry
// packets both ways. The first path is asked at once and each other one a little later, so that a
// good first one keeps the rest from being asked at all (the idea of RFC 8305).

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"

namespace godwit::client {

// Between the first tries of two paths that race.
inline constexpr std::chrono::milliseconds race_stagger{50};

class PathProbes {
  public:
    explicit PathProbes(std::uint32_t first_sequence) : sequence_(first_sequence) {}

    // Asks along these paths, and no longer along others: the first so many of them at once, and
    // three times within this time.
    void ask(mobility::Instant now, const std::vector<mobility::Path>& paths, std::size_t at_once,
             std::chrono::nanoseconds within);
    // Beside what is being asked: those that are not being asked yet, behind the others.
    void ask_too(mobility::Instant now, const std::vector<mobility::Path>& paths);
    // Asks along this path anew, three times within this time; the others go on as they are.
    void ask_anew(mobility::Instant now, const mobility::Path& path,
                  std::chrono::nanoseconds within);
    void stop() { questions_.clear(); }
    // Of other paths than these nothing is known any more.
    void keep(const std::vector<mobility::Path>& paths);

    struct Answer {
        mobility::Path path;
        std::chrono::nanoseconds round_trip{};
    };
    // Nothing for what answers no question, or was answered before.
    std::optional<Answer> on_response(mobility::Instant now, std::uint32_t sequence);

    struct Heartbeat {
        mobility::Path path;
        std::uint32_t sequence = 0;
    };
    // The heartbeat requests that are to be sent by now.
    [[nodiscard]] std::vector<Heartbeat> due(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    [[nodiscard]] bool is_asking() const { return !questions_.empty(); }
    // Every path has answered or had its time to.
    [[nodiscard]] bool is_over() const;
    [[nodiscard]] std::vector<mobility::Path> unanswered() const;
    // Asked at that time at the latest, and no answer yet.
    [[nodiscard]] bool is_unanswered(const mobility::Path& path, mobility::Instant since) const;
    [[nodiscard]] bool has_answered(const mobility::Path& path) const;
    // Of the answer, if it is one of these paths and has answered.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> round_trip(
        const mobility::Path& path) const;

  private:
    struct Question {
        mobility::Path path;
        std::vector<std::pair<std::uint32_t, mobility::Instant>> sent;
        mobility::Instant ask_at;
        std::chrono::nanoseconds first_interval;  // between the first three
        bool is_over = false;                     // answered, or asked often enough
        bool is_answered = false;
        std::chrono::nanoseconds round_trip{};  // once it is answered
    };
    [[nodiscard]] const Question* find(const mobility::Path& path) const;

    std::uint32_t sequence_;
    std::vector<Question> questions_;
};

}  // namespace godwit::client
