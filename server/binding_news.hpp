#pragma once
// What an event says about whether a home address is bound, for those who keep something for as
// long as it is.

#include <cstdint>
#include <optional>

#include "shared/mobility/event.hpp"

namespace godwit::server {

struct BindingNews {
    enum class What : std::uint8_t {
        begun,
        refreshed,
        changed,  // it leads somewhere else
        ended,
    };
    wire::HomeAddress home;
    What what{};

    bool operator==(const BindingNews&) const = default;
};

// Nothing if it is about something else.
std::optional<BindingNews> binding_news(const mobility::Event& event);

}  // namespace godwit::server
