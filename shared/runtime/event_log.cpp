#include "shared/runtime/event_log.hpp"

#include <variant>

namespace godwit::runtime {

namespace {

struct EventLog {
    const Log& log;

    void operator()(const mobility::BindingRegistered& event) const {
        log.info("binding-registered",
                 {{"home", event.home}, {"care_of", event.care_of}, {"lifetime", event.lifetime}});
    }
    void operator()(const mobility::BindingRefreshed& event) const {
        log.info("binding-refreshed",
                 {{"home", event.home}, {"care_of", event.care_of}, {"lifetime", event.lifetime}});
    }
    void operator()(const mobility::BindingMoved& event) const {
        log.info("binding-moved", {{"home", event.home}, {"from", event.from}, {"to", event.to}});
    }
    void operator()(const mobility::BindingRemoved& event) const {
        log.info("binding-removed", {{"home", event.home}});
    }
    void operator()(const mobility::BindingExpired& event) const {
        log.info("binding-expired", {{"home", event.home}});
    }
    void operator()(const mobility::BindingRefused& event) const {
        log.warning("binding-refused", {{"home", event.home}, {"status", event.status}});
    }
    void operator()(const mobility::HandoverCompleted& event) const {
        log.info(
            "handover-completed",
            {{"from", event.from}, {"to", event.to}, {"cause", event.cause}, {"gap", event.gap}});
    }
    void operator()(const mobility::NoAcknowledgement& event) const {
        log.warning("no-acknowledgement", {{"care_of", event.care_of}, {"waited", event.waited}});
    }
    void operator()(const mobility::MessageDropped& event) const {
        log.debug("message-dropped", {{"reason", event.reason}});
    }
};

}  // namespace

void log_event(const Log& log, const mobility::Event& event) {
    std::visit(EventLog{log}, event);
}

}  // namespace godwit::runtime
