#include "client/core/target.hpp"

#include <algorithm>

namespace godwit::client {
namespace {

bool is_offered(const Away& place, const mobility::Attachments& attachments) {
    return std::ranges::any_of(attachments.candidates, [&](const auto& offered) {
        return is_same_place(Away{.care_of = offered, .path = {}}, place) && !offered.tentative &&
               !offered.deprecated && !offered.abandoned;
    });
}

}  // namespace

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
    return is_offered(std::get<Away>(from), attachments) ? mobility::MoveCause::better_path
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
