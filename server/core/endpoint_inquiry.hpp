#pragma once
// Whose endpoint a NAT has moved, where a mobile node may have several bindings in UDP. A sealed
// packet tells who sent it, not along which of its paths; taking every new source for a movement of
// the binding in use would send the downlink to and fro between two paths that both carry packets.
// So the new endpoint is asked by heartbeats, and those it may have been before as well: it has
// taken the place of one that is silent, and if none is, of none. One of these is for one home
// address.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/core/care_of_proof.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"

namespace godwit::server {

class EndpointInquiry {
  public:
    // As a new care-of address is asked; counted from when the last stranger came.
    static constexpr auto asked_after = CareOfProof::asked_after;
    static constexpr auto patience = CareOfProof::patience;
    // For so long a stranger that has taken nobody's place is not asked again.
    static constexpr std::chrono::seconds dismissed_for{10};
    // As many as a mobile node has bindings; the others are passed over.
    static constexpr std::size_t max_strangers = 5;

    // A packet has come from where no binding has its endpoint. `known`: the paths that it may have
    // been sent along, the one in use first.
    void on_stranger(mobility::Instant now, const mobility::Path& stranger,
                     std::span<const mobility::Path> known);
    // A heartbeat response; returns whether it answers one of these.
    bool on_answer(std::uint32_t number);

    struct Request {
        mobility::Path path;
        std::uint32_t number = 0;
    };
    // The heartbeat requests that are to go out now.
    [[nodiscard]] std::vector<Request> due(mobility::Instant now,
                                           const CareOfProof::Random& random);
    struct Move {
        mobility::Path from;
        mobility::Path to;
        bool operator==(const Move&) const = default;
    };
    // Who has moved; once, and nobody before it is time.
    [[nodiscard]] std::vector<Move> judge(mobility::Instant now);
    // There is nothing left to remember.
    [[nodiscard]] bool is_over(mobility::Instant now) const;
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

  private:
    struct Place {
        mobility::Path path;
        std::array<std::uint32_t, asked_after.size()> numbers{};
        std::size_t asked = 0;
        bool has_answered = false;
    };

    std::vector<Place> known_;
    std::vector<Place> strangers_;
    std::vector<mobility::Path> dismissed_;
    mobility::Instant began_;
    mobility::Instant remembered_until_;
};

}  // namespace godwit::server
