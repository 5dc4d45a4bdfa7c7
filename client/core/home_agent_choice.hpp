#pragma once
// Which of several home agents a mobile node goes to, and in which order it tries them: RFC 6275
// §11.4.1, RFC 5142 §6.2; without any input or output.

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

// A home agent that there is a key for.
struct HomeAgentCandidate {
    wire::HomeAgentAddress address;
    std::string profile;  // whose key that is; empty: of the present configuration

    bool operator==(const HomeAgentCandidate&) const = default;
};

class HomeAgentChoice {
  public:
    // For each: more than InitialBindackTimeoutFirstReg, so that three binding updates have had
    // their time.
    static constexpr std::chrono::seconds patience{12};
    // Whoever has sent the node away is not taken again for so long, whoever names him: two that
    // name each other would toss it to and fro.
    static constexpr std::chrono::minutes memory{10};

    // The one that has a key for this address, if any does.
    using Find = std::function<std::optional<HomeAgentCandidate>(const wire::HomeAgentAddress&)>;

    // This one wants the node to go.
    void on_sent_away(mobility::Instant now, const wire::HomeAgentAddress& by) {
        std::erase_if(sent_away_by_, [now](const auto& each) { return now >= each.second; });
        sent_away_by_[by] = now + memory;
    }

    // To be tried one after the other: those of the home prefix first, each once, in the order in
    // which they were named. Not the present one, nor any that has sent the node away. `present` is
    // gone back to if none takes it. False: there is none to try.
    bool begin(mobility::Instant now, const std::vector<wire::HomeAgentAddress>& named,
               const wire::Prefix& home_prefix, const Find& find,
               const std::optional<HomeAgentCandidate>& present);
    // One has taken the node, or there is another reason to try no more.
    void end() { waiting_.clear(), due_.reset(); }
    [[nodiscard]] bool is_under_way() const { return due_.has_value(); }

    // The next one to be tried now.
    [[nodiscard]] std::optional<HomeAgentCandidate> take(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return due_; }

  private:
    [[nodiscard]] bool has_sent_away(mobility::Instant now,
                                     const wire::HomeAgentAddress& home_agent) const;

    std::deque<HomeAgentCandidate> waiting_;
    std::optional<mobility::Instant> due_;  // while one is being tried, or is about to be
    std::map<wire::HomeAgentAddress, mobility::Instant> sent_away_by_;  // until then
};

}  // namespace godwit::client
