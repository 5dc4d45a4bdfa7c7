#include "client/core/target.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <tuple>
#include <vector>

namespace godwit::client {
namespace {

unsigned common_prefix_length(const wire::Ipv6Address& one, const wire::Ipv6Address& other) {
    unsigned length = 0;
    for (std::size_t octet = 0; octet < one.octets.size(); ++octet) {
        const auto difference = static_cast<std::uint8_t>(one.octets[octet] ^ other.octets[octet]);
        length += static_cast<unsigned>(std::countl_zero(difference));
        if (difference != 0) {
            break;
        }
    }
    return length;
}

// Smaller is better.
auto rank(const mobility::CandidateAddress& candidate, const Target& present,
          const wire::HomeAgentAddress& home_agent) {
    const auto* away = std::get_if<Away>(&present);
    const bool is_present = away != nullptr && away->care_of.interface == candidate.interface &&
                            away->care_of.address == candidate.address;
    return std::tuple{
        candidate.abandoned,
        candidate.deprecated,  // RFC 6724 §5 rule 3
        candidate.route_metric,
        !is_present,
        candidate.temporary,  // a care-of address wants to last, unlike rule 7's default
        128 - common_prefix_length(candidate.address, home_agent.address),  // rule 8
        candidate.interface,
        candidate.address,
    };
}

bool is_offered(const Target& place, const mobility::Attachments& attachments) {
    const auto* away = std::get_if<Away>(&place);
    return away != nullptr && std::ranges::any_of(attachments.candidates, [&](const auto& offered) {
               return is_same_place(Away{offered}, place) && !offered.tentative &&
                      !offered.deprecated && !offered.abandoned;
           });
}

}  // namespace

Target choose_target(const mobility::Attachments& attachments, const Target& present,
                     const wire::HomeAgentAddress& home_agent) {
    if (attachments.home) {
        return AtHome{*attachments.home};
    }
    const mobility::CandidateAddress* best = nullptr;
    for (const mobility::CandidateAddress& candidate : attachments.candidates) {
        if (candidate.tentative) {
            continue;
        }
        if (best == nullptr ||
            rank(candidate, present, home_agent) < rank(*best, present, home_agent)) {
            best = &candidate;
        }
    }
    return best != nullptr ? Target{Away{*best}} : Target{Nowhere{}};
}

bool is_same_place(const Target& one, const Target& other) {
    if (one.index() != other.index()) {
        return false;
    }
    if (const auto* away = std::get_if<Away>(&one)) {
        const mobility::CandidateAddress& there = std::get<Away>(other).care_of;
        return away->care_of.interface == there.interface && away->care_of.address == there.address;
    }
    if (const auto* home = std::get_if<AtHome>(&one)) {
        return home->link.interface == std::get<AtHome>(other).link.interface;
    }
    return true;
}

mobility::MoveCause cause_of_move(const Target& from, const Target& to,
                                  const mobility::Attachments& attachments) {
    if (std::holds_alternative<AtHome>(to)) {
        return mobility::MoveCause::returned_home;
    }
    if (std::holds_alternative<AtHome>(from)) {
        return mobility::MoveCause::left_home;
    }
    if (std::holds_alternative<Nowhere>(from)) {
        return mobility::MoveCause::first_attachment;
    }
    return is_offered(from, attachments) ? mobility::MoveCause::better_path
                                         : mobility::MoveCause::address_lost;
}

wire::CareOfAddress address_of(const Target& target, const wire::HomeAddress& home) {
    if (const auto* away = std::get_if<Away>(&target)) {
        return {away->care_of.address};
    }
    return std::holds_alternative<AtHome>(target) ? wire::CareOfAddress{home.address}
                                                  : wire::CareOfAddress{};
}

}  // namespace godwit::client
