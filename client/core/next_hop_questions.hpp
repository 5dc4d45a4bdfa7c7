#pragma once
// When a silent next hop is asked whether it is back: while nothing is sent by it the kernel does
// not ask, and a router that has been started anew says nothing of its own in IPv4. After a second,
// then at doubling distances, of about a minute in the end.

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

struct NextHop {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address address;  // IPv4 as ::ffff:0:0/96
    bool operator==(const NextHop&) const = default;
};

class NextHopQuestions {
  public:
    static constexpr std::chrono::seconds shortest{1};
    static constexpr std::chrono::seconds longest{64};

    // All those that are silent now; one that was so before keeps its distance.
    void on_silent(mobility::Instant now, std::span<const NextHop> silent);
    // Those that are to be asked now.
    [[nodiscard]] std::vector<NextHop> on_deadline(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

  private:
    struct Question {
        NextHop to;
        mobility::Instant at;
        std::chrono::seconds distance;  // to the one before
    };
    std::vector<Question> questions_;
};

}  // namespace godwit::client
