#include "client/event_document.hpp"

#include <variant>

#include "shared/runtime/rfc3339.hpp"

namespace godwit::client {

using runtime::Json;

namespace {

struct Documents {
    const ReportPath& report;

    std::optional<EventDocument> operator()(const mobility::HandoverRecorded& event) const {
        return EventDocument{"moved",
                             {{"from", place(event.from)},
                              {"to", place(event.to)},
                              {"cause", name(event.cause)},
                              {"without_link_ms", milliseconds(event.without_link)},
                              {"gap_ms", milliseconds(event.acknowledged)},
                              {"first_received_ms", milliseconds(event.first_received)},
                              {"resent", event.resent},
                              {"lost", event.lost}}};
    }
    std::optional<EventDocument> operator()(const mobility::PathTaken& event) const {
        return EventDocument{
            "path-changed",
            {{"path", path_object(report(event.path))}, {"cause", name(event.cause)}}};
    }
    std::optional<EventDocument> operator()(const mobility::PathSilent& event) const {
        return EventDocument{"path-silent",
                             {{"path", path_object(report(event.path))},
                              {"silent_for_ms", milliseconds(event.silent_for)}}};
    }
    std::optional<EventDocument> operator()(const mobility::BindingRefused& event) const {
        return EventDocument{"refused", {{"reason", name(event.status)}}};
    }
    std::optional<EventDocument> operator()(const mobility::PrefixesBound& event) const {
        return EventDocument{"network-bound", {{"prefixes", runtime::to_json(event.prefixes)}}};
    }
    std::optional<EventDocument> operator()(const mobility::PrefixesRefused& event) const {
        return EventDocument{"network-refused", {{"reason", reason_of(event)}}};
    }
    template <class OnlyForTheLog>
    std::optional<EventDocument> operator()(const OnlyForTheLog&) const {
        return std::nullopt;
    }
};

}  // namespace

std::optional<EventDocument> document_of(const mobility::Event& event, const ReportPath& report) {
    return std::visit(Documents{report}, event);
}

std::optional<EventDocument> document_of(State state, const Status& status) {
    switch (state) {
        case State::registered:
            return EventDocument{"registered",
                                 {{"care_of_address", place(*status.care_of_address)},
                                  {"path", path_object(status.path)}}};
        case State::home:
            return EventDocument{"home", Json::object()};
        case State::unattached:
            return EventDocument{"unattached", Json::object()};
        case State::revoked:
            return EventDocument{"revoked", Json::object()};
        case State::registering:
            break;  // on the way to one of these
    }
    return std::nullopt;
}

std::vector<EventDocument> portal_documents(const Status& before, const Status& now) {
    std::vector<EventDocument> documents;
    if (now.portal && (!before.portal || before.portal->url != now.portal->url)) {
        documents.push_back(
            {"portal-found", {{"url", now.portal->url}, {"source", now.portal->source}}});
    } else if (before.portal && !now.portal) {
        documents.push_back({"portal-cleared", Json::object()});
    }
    if (now.portal_open_until && !before.portal_open_until) {
        documents.push_back(
            {"portal-opened", {{"until", runtime::rfc3339(*now.portal_open_until)}}});
    } else if (before.portal_open_until && !now.portal_open_until) {
        documents.push_back({"portal-closed", Json::object()});
    }
    return documents;
}

}  // namespace godwit::client
