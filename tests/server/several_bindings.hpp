#pragma once
// A mobile node that has several bindings of its home address (RFC 5648).

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {

// One of its paths: natively, or in UDP as the home agent sees it.
struct Link {
    std::uint16_t id = 0;
    wire::CareOfAddress care_of;
    std::uint16_t udp_port = 0;  // 0: natively
};

inline const Link link_a{.id = 1, .care_of = test::care_of_a};
inline const Link link_b{.id = 2, .care_of = test::care_of_b};
inline const Link link_c{.id = 3, .care_of = {test::ip("2001:db8:c::2")}};

// Both come to the same address and port of the home agent.
inline const Link wifi{.id = 1, .care_of = {test::ip("::ffff:198.51.100.5")}, .udp_port = 40001};
inline const Link cellular{
    .id = 2, .care_of = {test::ip("::ffff:203.0.113.77")}, .udp_port = 40002};

inline mobility::Path path_of(const Link& link) {
    if (link.udp_port == 0) {
        return {.local = test::home_agent.address, .remote = link.care_of.address};
    }
    return {.encapsulation = mobility::Encapsulation::udp,
            .local = test::ip("::ffff:203.0.113.1"),
            .remote = link.care_of.address,
            .local_port = 4191,
            .remote_port = link.udp_port};
}

// Without a care-of address if `names_care_of` does not hold.
inline wire::BindingUpdate identified(std::uint16_t sequence, const Link& link,
                                      std::uint8_t priority, bool names_care_of = true) {
    wire::BindingUpdate asked = update(sequence);
    wire::BindingIdentifier identifier{.id = link.id, .priority = priority};
    if (const auto ipv4 = link.care_of.address.mapped_ipv4(); ipv4 && names_care_of) {
        identifier.care_of = *ipv4;
    } else if (names_care_of) {
        identifier.care_of = link.care_of;
    }
    asked.options = {identifier};
    return asked;
}
inline wire::BindingUpdate overwriting(wire::BindingUpdate update) {
    update.overwrite = true;
    return update;
}
inline wire::BindingUpdate lifetime_zero(wire::BindingUpdate update) {
    update.lifetime = {};
    return update;
}

class SeveralBindings : public testing::Test {
  protected:
    // The first registration, by handshake.
    Actions begin(const Link& link = link_a, std::uint8_t priority = 1) {
        const Actions actions = home_agent_.hear_along(
            noon, overwriting(identified(1, link, priority)), at_mobile_node(link));
        session_ = home_agent_.complete(actions);
        admitted_ = test::all<mobility::AdmitSession>(actions).at(0).session;
        sequence_ = 1;
        return actions;
    }
    // Under the session, along that link.
    Actions hear(Instant now, const wire::BindingUpdate& update, const Link& along) {
        sequence_ = update.sequence.value();
        return home_agent_.hear_in_session_along(now, update, session_, at_mobile_node(along));
    }
    Actions say(Instant now, const Link& link, std::uint8_t priority) {
        return hear(now, identified(next(), link, priority), link);
    }
    [[nodiscard]] std::uint16_t next() const { return static_cast<std::uint16_t>(sequence_ + 1); }
    static mobility::Path at_mobile_node(const Link& link) {
        mobility::Path path = test::AuthenticatedLink::other_end_of(path_of(link));
        path.interface = {3};
        return path;
    }

    [[nodiscard]] const Binding& in_use(Instant now = noon) const {
        return *home_agent_.binding(now);
    }
    [[nodiscard]] std::vector<std::uint16_t> others() const {
        std::vector<std::uint16_t> ids;
        for (const OtherBinding& other : home_agent_.core.other_bindings().of(test::home)) {
            ids.push_back(other.id);
        }
        return ids;
    }
    [[nodiscard]] const OtherBinding& other(const Link& link) const {
        return *home_agent_.core.other_bindings().find(test::home, link.id);
    }

    AskedHomeAgent home_agent_{Protection::sealed};
    mobility::SessionId session_;   // the mobile node's
    mobility::SessionId admitted_;  // the home agent's
    std::uint16_t sequence_ = 0;    // of the last update
};

inline wire::BindingIdentifier identifier_in(const Actions& actions) {
    return *wire::find<wire::BindingIdentifier>(answer_in(actions).options);
}

}  // namespace godwit::server
