#pragma once
// Whether a mobile node is where it says it is. Its key proves who it is, not where: an enrolled
// but hostile node could aim its downlink at a stranger (RFC 6275 §15.1, §15.4.5). So a new place
// gets data at once, and is asked by heartbeats with unpredictable numbers to answer within a
// second; a place that has not answered gets no more data until it does. One of these is for one
// binding, and only for as long as something is in doubt.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// Where a mobile node is, by its own words and by its packets.
struct Whereabouts {
    wire::CareOfAddress care_of;
    mobility::Path path;
    bool operator==(const Whereabouts&) const = default;
};

class CareOfProof {
  public:
    // When the heartbeats go out, counted from the claim; and how long an answer may take. After
    // that it is asked ever more rarely, since an answer may be all that keeps data away from it.
    static constexpr std::array<std::chrono::milliseconds, 3> asked_after{
        std::chrono::milliseconds(0), std::chrono::milliseconds(333),
        std::chrono::milliseconds(667)};
    static constexpr std::chrono::seconds patience{1};
    static constexpr std::chrono::seconds longest_interval{64};
    // Places that may have had data without ever answering, until another one has answered: a node
    // that goes on naming others must not keep its downlink on strangers.
    static constexpr std::size_t max_doubtful = 3;
    // How long each of them is remembered once another place has answered, or where no binding is
    // left: neither going to and fro nor beginning anew buys more than one second of data in so
    // many.
    static constexpr std::chrono::seconds doubt_lasts{10};

    using Random = std::function<std::uint32_t()>;

    // `proved`: where the mobile node has been shown to be; nowhere at a first registration.
    // `credits`: how many places may get data before they answer. `doubtful`: places that have had
    // some lately, and have not answered.
    explicit CareOfProof(const std::optional<Whereabouts>& proved,
                         std::size_t credits = max_doubtful,
                         std::vector<mobility::Path> doubtful = {})
        : proved_(proved), credits_(credits), doubtful_(std::move(doubtful)) {}

    // The mobile node says that it is there. Returns where data shall go.
    std::optional<Whereabouts> on_claim(mobility::Instant now, const Whereabouts& claimed);
    // It is there, which has been shown already. What was in doubt stays so.
    void on_known(const Whereabouts& place);
    // It has been heard from there, so it has the keys by now: it is asked once more, at once.
    void on_heard(mobility::Instant now);
    // A heartbeat response of the mobile node, if it proves it to be at claimed(): how long it
    // took. How often it may be wrong is in allowance.hpp.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> on_answer(mobility::Instant now,
                                                                    std::uint32_t sequence);
    // The binding has ended. What was in doubt stays so.
    void on_binding_ended();
    // Where data has gone without any answer.
    [[nodiscard]] const std::vector<mobility::Path>& doubtful() const { return doubtful_; }

    // The number of the heartbeat request that is to go to claimed() now.
    std::optional<std::uint32_t> next_request(mobility::Instant now, const Random& random);
    // No answer has come in time: true once.
    bool give_up(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    [[nodiscard]] const Whereabouts& claimed() const { return claimed_; }
    [[nodiscard]] const std::optional<Whereabouts>& proved() const { return proved_; }
    // Where it says that it is, and has not been shown to be.
    [[nodiscard]] std::optional<Whereabouts> unproved() const {
        return is_asking_ || sent_ > 0 ? std::optional(claimed_) : std::nullopt;
    }

  private:
    void ask(mobility::Instant now, const Whereabouts& claimed, bool has_credit);
    void doubt();
    [[nodiscard]] std::optional<mobility::Instant> next_request() const;
    [[nodiscard]] bool is_doubtful(const mobility::Path& path) const;

    std::optional<Whereabouts> proved_;
    std::size_t credits_;
    Whereabouts claimed_;
    mobility::Instant began_;
    bool is_asking_ = false;
    bool has_credit_ = false;  // data goes to claimed_ while it is asked
    struct Request {
        std::uint32_t number = 0;
        mobility::Instant sent;
    };
    static constexpr std::size_t max_extra = 3;  // requests because it was heard, for each claim

    std::size_t sent_ = 0;                  // since it was claimed
    std::size_t due_ = 0;                   // of them, because their time had come
    std::size_t extra_ = 0;                 // of them, because it was heard
    bool is_prompted_ = false;              // and one is to go now
    std::array<Request, 6> requests_;       // the last ones
    std::chrono::seconds interval_{};       // to the next one, once it is given up
    std::vector<mobility::Path> doubtful_;  // have had data, have not answered
};

}  // namespace godwit::server
