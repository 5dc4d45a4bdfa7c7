#pragma once
// A mobile node with a second link, and what its updates say of its bindings.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "shared/wire/options/binding_identifier.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {

using test::care_of_a;
using test::care_of_b;

inline RegistrationSettings with_others() {
    RegistrationSettings settings = settings_of(Protection::sealed);
    settings.wants_other_bindings = true;
    return settings;
}

inline mobility::Path by(std::uint32_t interface, const wire::CareOfAddress& care_of) {
    return {.interface = {interface}, .local = care_of.address, .remote = test::home_agent.address};
}

inline const wire::BindingUpdate& update_of(const Actions& actions) {
    static wire::BindingUpdate update;
    update = test::messages<wire::BindingUpdate>(actions).at(0);
    return update;
}
inline wire::BindingIdentifier identifier_of(const Actions& actions) {
    const auto* option = wire::find<wire::BindingIdentifier>(update_of(actions).options);
    return option != nullptr ? *option : wire::BindingIdentifier{};
}
inline Answer bound_as(std::uint16_t id, std::uint8_t status = 0) {
    return {.options = {wire::BindingIdentifier{.id = id, .status = status, .care_of = {}}}};
}

class OtherBindings : public testing::Test {
  protected:
    void become_registered() { (void)node.hear_answer(noon, node.register_at(noon), bound_as(1)); }
    Actions ask_beside(Instant now) {
        Actions actions;
        node.core.register_beside(now, {by(2, care_of_b)}, actions);
        return actions;
    }
    Actions move(Instant now, const mobility::Path& path) {
        Actions actions;
        node.core.register_paths(now, {path}, actions);
        return actions;
    }
    void become_registered_twice() {
        become_registered();
        (void)node.hear_answer(noon + 2s, ask_beside(noon + 2s), bound_as(2));
    }
    void expect_only_the_one_in_use_to_be_asked_for(Instant since) {
        std::size_t asked = 0;
        for (Instant now = since; now < since + 10s; now += 50ms) {
            for (const auto& update : test::messages<wire::BindingUpdate>(node.run_timer(now))) {
                const auto* identifier = wire::find<wire::BindingIdentifier>(update.options);
                ASSERT_NE(identifier, nullptr);
                EXPECT_EQ(identifier->priority, priority_in_use);
                ++asked;
            }
        }
        EXPECT_GT(asked, 0U);
    }

    RegisteringNode node{with_others()};
};

}  // namespace godwit::client
