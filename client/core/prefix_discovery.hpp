#pragma once
// What a mobile node that is away knows of its home prefix, and when it asks: RFC 6275 §11.4.2,
// §11.4.3, without any input or output. It asks when it is told to (status 1 of an acknowledgement,
// an advertisement that it has not asked for), and before what it knows is over.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/mobile_prefix.hpp"

namespace godwit::client {

// Until when the prefix of the home address may be used; nothing: for ever.
struct KnownHomePrefix {
    wire::Prefix prefix;
    std::optional<mobility::Instant> preferred_until;
    std::optional<mobility::Instant> valid_until;

    [[nodiscard]] bool is_valid(mobility::Instant now) const {
        return !valid_until || now < *valid_until;
    }
    [[nodiscard]] bool is_deprecated(mobility::Instant now) const {
        return preferred_until && now >= *preferred_until;
    }
};

class PrefixDiscovery {
  public:
    static constexpr std::chrono::seconds first_timeout{3};  // INITIAL_SOLICIT_TIMER
    static constexpr unsigned max_tries = 5;                 // then nothing until there is a reason
    static constexpr std::chrono::seconds least_gap{1};      // as the home agent answers, §6.8

    // `random`: any number.
    PrefixDiscovery(wire::HomeAddress home, wire::HomeAgentAddress home_agent,
                    std::function<std::uint32_t()> random)
        : home_(home), home_agent_(home_agent), random_(std::move(random)) {}

    // Away and bound, or not: only then the home agent answers.
    void on_bound(mobility::Instant now, bool is_bound);
    // The home agent has said that the prefix is about to change.
    void on_doubt(mobility::Instant now);

    // One that came through the tunnel to the home address. Whether it was taken (§11.4.3).
    bool on_advertisement(mobility::Instant now, const wire::Ipv6Address& source,
                          const wire::MobilePrefixAdvertisement& advertisement);

    // What is to be sent to the home agent now.
    [[nodiscard]] std::optional<wire::MobilePrefixSolicitation> take(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return is_bound_ ? ask_at_ : std::nullopt;
    }

    // Of the home address; nothing before anything was heard.
    [[nodiscard]] const std::optional<KnownHomePrefix>& known() const { return known_; }

  private:
    [[nodiscard]] mobility::Instant earliest(mobility::Instant now) const;
    void learn(mobility::Instant now, const wire::PrefixInformation& information);

    wire::HomeAddress home_;
    wire::HomeAgentAddress home_agent_;
    std::function<std::uint32_t()> random_;
    bool is_bound_ = false;
    std::optional<KnownHomePrefix> known_;
    std::optional<std::uint16_t> asked_;  // the identifier of what has not been answered
    unsigned tries_ = 0;                  // of that
    std::optional<mobility::Instant> sent_;
    std::optional<mobility::Instant> ask_at_;
};

}  // namespace godwit::client
