#include "server/api/event_document.hpp"

#include <chrono>
#include <string>
#include <variant>

namespace godwit::server {

using runtime::Json;

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

Json name_of(const std::optional<mobility::MoveCause>& cause) {
    return cause ? Json(name(*cause)) : Json();
}

Json milliseconds(const std::optional<std::chrono::nanoseconds>& time) {
    if (!time) {
        return {};
    }
    // Microseconds are finer than any clock between two machines.
    return Milliseconds(std::chrono::round<std::chrono::microseconds>(*time)).count();
}

struct Documents {
    std::optional<EventDocument> operator()(const mobility::BindingRegistered& event) const {
        return EventDocument{"registered",
                             event.home,
                             {{"care_of_address", text_of(event.care_of.address)},
                              {"lifetime_s", std::chrono::seconds(event.lifetime).count()}}};
    }
    std::optional<EventDocument> operator()(const mobility::BindingMoveRecorded& event) const {
        return EventDocument{"moved",
                             event.home,
                             {{"from", text_of(event.from.address)},
                              {"to", text_of(event.to.address)},
                              {"cause", name_of(event.cause)},
                              {"gap_ms", milliseconds(event.first_received)},
                              {"resent", event.resent},
                              {"lost", event.lost}}};
    }
    std::optional<EventDocument> operator()(const mobility::EndpointMoved& event) const {
        return EventDocument{"endpoint-changed",
                             event.home,
                             {{"from", event.from.remote_text()}, {"to", event.to.remote_text()}}};
    }
    std::optional<EventDocument> operator()(const mobility::CareOfAddressUnproved& event) const {
        return EventDocument{
            "unproved", event.home, {{"care_of_address", text_of(event.care_of.address)}}};
    }
    std::optional<EventDocument> operator()(const mobility::BindingRemoved& event) const {
        return EventDocument{"deregistered", event.home, Json::object()};
    }
    std::optional<EventDocument> operator()(const mobility::BindingExpired& event) const {
        return EventDocument{"expired", event.home, Json::object()};
    }
    std::optional<EventDocument> operator()(const mobility::BindingRefused& event) const {
        return EventDocument{"refused", event.home, {{"reason", name(event.status)}}};
    }
    std::optional<EventDocument> operator()(const mobility::PrefixesBound& event) const {
        return EventDocument{
            "network-bound", event.home, {{"prefixes", runtime::to_json(event.prefixes)}}};
    }
    template <class OnlyForTheLog>
    std::optional<EventDocument> operator()(const OnlyForTheLog&) const {
        return std::nullopt;
    }
};

}  // namespace

std::string text_of(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->text() : address.text();
}

std::optional<EventDocument> document_of(const mobility::Event& event) {
    return std::visit(Documents{}, event);
}

}  // namespace godwit::server
