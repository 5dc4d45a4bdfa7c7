#pragma once
// Which mobile node is told of the home prefix, and when: RFC 6275 §10.6, without any input or
// output. Who asks is answered at once. Who has not been told for long is told unasked, at a random
// time, and again until it asks, which is how it acknowledges.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/core/home_deadlines.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/mobile_prefix.hpp"

namespace godwit::server {

struct PrefixDeliverySettings {
    wire::PrefixInformation prefix;            // with the home agent's address and the R flag
    std::chrono::seconds min_interval{600};    // MinMobPfxAdvInterval
    std::chrono::seconds max_interval{86400};  // MaxMobPfxAdvInterval
    std::function<std::uint32_t()> random{};   // any number
    bool is_on = true;                         // false: nobody is told, not even who asks (§8.4)
};

class PrefixDeliveries {
  public:
    static constexpr std::chrono::seconds first_timeout{3};  // PREFIX_ADV_TIMEOUT
    static constexpr unsigned max_retries = 3;               // PREFIX_ADV_RETRIES
    static constexpr std::chrono::seconds least_gap{1};      // between two to one node, §6.8

    struct Delivery {
        wire::HomeAddress home;
        wire::MobilePrefixAdvertisement advertisement;
    };

    explicit PrefixDeliveries(PrefixDeliverySettings settings) : settings_(std::move(settings)) {}

    // It has registered from away, for the first time or again.
    void on_bound(mobility::Instant now, const wire::HomeAddress& home);
    // It is at home, or nowhere.
    void on_unbound(const wire::HomeAddress& home);

    // From a mobile node that has been proved to be this one: take() has the answer, at once if the
    // last one is a second ago. Nothing comes of it if the node is not bound.
    void on_solicitation(mobility::Instant now, const wire::HomeAddress& home,
                         const wire::MobilePrefixSolicitation& solicitation);
    // What is to be sent now, one at a time, until there is nothing.
    [[nodiscard]] std::optional<Delivery> take(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.next();
    }

  private:
    struct Node {
        std::optional<mobility::Instant> sent;
        std::optional<std::uint16_t> asked;  // the identifier of a solicitation to be answered
        unsigned unacknowledged = 0;         // of those sent unasked, since the node asked last
    };
    wire::MobilePrefixAdvertisement answer(mobility::Instant now, const wire::HomeAddress& home,
                                           Node& node);
    wire::MobilePrefixAdvertisement tell_unasked(mobility::Instant now,
                                                 const wire::HomeAddress& home, Node& node);
    [[nodiscard]] std::chrono::nanoseconds random_delay();
    [[nodiscard]] wire::MobilePrefixAdvertisement advertisement(std::uint16_t identifier) const;

    PrefixDeliverySettings settings_;
    std::unordered_map<wire::HomeAddress, Node> nodes_;  // those that are bound
    HomeDeadlines deadlines_;                            // of the next one to each
};

}  // namespace godwit::server
