#include "shared/runtime/event_log.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/mobility/network_prefixes.hpp"

namespace godwit::runtime {

namespace {

std::string_view name_of(const std::optional<mobility::MoveCause>& cause) {
    return cause ? name(*cause) : "none";
}

std::string server_text(const std::vector<wire::Ipv6Address>& servers) {
    std::string text;
    for (const wire::Ipv6Address& server : servers) {
        const auto ipv4 = server.mapped_ipv4();
        text += (text.empty() ? "" : ",") + (ipv4 ? ipv4->text() : server.text());
    }
    return text;
}

std::string address_text(const std::vector<wire::HomeAgentAddress>& home_agents) {
    std::string text;
    for (const wire::HomeAgentAddress& home_agent : home_agents) {
        text += (text.empty() ? "" : ",") + home_agent.text();
    }
    return text.empty() ? "any" : text;
}

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
        log.info("binding-moved", {{"home", event.home},
                                   {"from", event.from},
                                   {"to", event.to},
                                   {"cause", name_of(event.cause)}});
    }
    void operator()(const mobility::OtherBindingRegistered& event) const {
        log.info(
            "other-binding-registered",
            {{"home", event.home}, {"care_of", event.care_of}, {"binding_id", event.binding_id}});
    }
    void operator()(const mobility::OtherBindingEnded& event) const {
        log.info(
            "other-binding-ended",
            {{"home", event.home}, {"care_of", event.care_of}, {"binding_id", event.binding_id}});
    }
    void operator()(const mobility::EndpointMoved& event) const {
        log.info("endpoint-moved", {{"home", event.home},
                                    {"from", event.from.remote_text()},
                                    {"to", event.to.remote_text()}});
    }
    void operator()(const mobility::CareOfAddressProved& event) const {
        log.debug("care-of-address-proved", {{"home", event.home}, {"care_of", event.care_of}});
    }
    void operator()(const mobility::CareOfAddressUnproved& event) const {
        log.warning("care-of-address-unproved",
                    {{"home", event.home},
                     {"care_of", event.care_of},
                     {"fallback", event.fallback ? event.fallback->text() : "none"}});
    }
    void operator()(const mobility::Ipv4Bound& event) const {
        log.info("ipv4-bound", {{"home", event.home}, {"ipv4", event.ipv4.text()}});
    }
    void operator()(const mobility::PrefixesBound& event) const {
        log.info(
            "network-prefixes-bound",
            {{"home", event.home},
             {"prefixes", event.prefixes.empty() ? "none" : mobility::text_of(event.prefixes)}});
    }
    void operator()(const mobility::PrefixesRefused& event) const {
        log.warning("network-prefixes-refused",
                    {{"home", event.home}, {"reason", mobility::reason_of(event)}});
    }
    void operator()(const mobility::FlowsRefused& event) const {
        log.warning(
            "flows-refused",
            {{"home", event.home}, {"flows", event.flows}, {"reason", mobility::reason_of(event)}});
    }
    void operator()(const mobility::DnsConfigured& event) const {
        log.info("dns-configured",
                 {{"home", event.home},
                  {"servers", event.dns.servers.empty() ? "none" : server_text(event.dns.servers)},
                  {"search_domains", event.dns.search_domains.size()}});
    }
    void operator()(const mobility::HomePrefixDoubtful& event) const {
        log.info("home-prefix-doubtful", {{"home", event.home}});
    }
    void operator()(const mobility::MtuChanged& event) const {
        log.info("mtu-changed",
                 {{"home", event.home}, {"inner", event.mtu.inner}, {"whole", event.mtu.whole}});
    }
    void operator()(const mobility::NatDetected& event) const {
        log.info("nat-detected", {{"home", event.home},
                                  {"care_of", event.care_of},
                                  {"refresh_s", event.refresh.count()}});
    }
    void operator()(const mobility::PathTaken& event) const {
        log.debug("path-taken", {{"encapsulation", mobility::name(event.path.encapsulation)},
                                 {"from", event.path.local},
                                 {"to", event.path.remote_text()},
                                 {"cause", event.cause}});
    }
    void operator()(const mobility::PathSilent& event) const {
        log.warning("path-silent", {{"to", event.path.remote_text()},
                                    {"encapsulation", mobility::name(event.path.encapsulation)},
                                    {"silent_for", event.silent_for}});
    }
    void operator()(const mobility::BindingRemoved& event) const {
        log.info("binding-removed", {{"home", event.home}});
    }
    void operator()(const mobility::BindingRevoked& event) const {
        log.info("binding-revoked", {{"home", event.home}, {"trigger", wire::name(event.trigger)}});
    }
    void operator()(const mobility::HomeAgentSwitchAsked& event) const {
        log.info("home-agent-switch-asked",
                 {{"home", event.home}, {"home_agents", address_text(event.home_agents)}});
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
    void operator()(const mobility::PacketsResent& event) const {
        log.info("packets-resent",
                 {{"home", event.home}, {"resent", event.resent}, {"lost", event.lost}});
    }
    void operator()(const mobility::HandoverRecorded& event) const {
        log.info("handover-recorded", {{"home", event.home},
                                       {"from", event.from},
                                       {"to", event.to},
                                       {"cause", event.cause},
                                       {"without_link", event.without_link},
                                       {"first_sent", event.first_sent},
                                       {"acknowledged", event.acknowledged},
                                       {"first_received", event.first_received},
                                       {"resent", event.resent},
                                       {"lost", event.lost}});
    }
    void operator()(const mobility::BindingMoveRecorded& event) const {
        log.info("binding-move-recorded", {{"home", event.home},
                                           {"from", event.from},
                                           {"to", event.to},
                                           {"cause", name_of(event.cause)},
                                           {"first_received", event.first_received},
                                           {"resent", event.resent},
                                           {"lost", event.lost}});
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
