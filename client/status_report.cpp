#include "client/status_report.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <variant>

#include "client/refusal_text.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/data_plane_drops.hpp"

namespace godwit::client {
namespace {

void report_path(Status& status, const StatusSources& sources) {
    const MobileNode& node = sources.node;
    if (const auto* away = std::get_if<Away>(&node.target())) {
        status.care_of_address = wire::CareOfAddress{away->care_of.address};
        status.path = report(away->path, sources.attachments);
        status.path->is_behind_nat = node.is_behind_nat();
        if (node.round_trip().count() > 0) {
            status.round_trip = node.round_trip();
        }
    }
    if (node.warm_path()) {
        status.warm_path = report(*node.warm_path(), sources.attachments);
    }
}

void report_binding(Status& status, const StatusSources& sources, mobility::Instant now) {
    const Binding* binding = sources.node.binding(now);
    if (binding == nullptr) {
        return;
    }
    status.binding = BindingReport{
        .sequence = binding->sequence,
        .lifetime = binding->granted,
        .remaining = std::chrono::floor<std::chrono::seconds>(binding->expires - now)};
    const runtime::DataPlane::Traffic traffic = sources.data_plane.traffic();
    const auto protection = sources.configuration.protection;
    const bool is_sealed = protection == mobility::Protection::sealed;
    status.tunnel = TunnelReport{.protection = protection,
                                 .suite = is_sealed ? sources.runner.suite() : std::nullopt,
                                 .mtu = sources.mtu,
                                 .traffic = {.tx = traffic.sent, .rx = traffic.received}};
}

void report_network(Status& status, const StatusSources& sources) {
    const NetworkRegistration& network = sources.node.network();
    if (network.prefixes().empty()) {
        return;
    }
    status.network =
        NetworkReport{.prefixes = network.prefixes(), .is_carried = network.is_carried()};
    if (network.refusal()) {
        status.network->refusal = reason_of(
            mobility::PrefixesRefused{sources.configuration.home_address, *network.refusal()});
        status.health.push_back("the home agent does not take the prefixes behind this machine: " +
                                *status.network->refusal + "; the home address works without them");
    }
}

void report_flows(Status& status, const StatusSources& sources) {
    const auto& refused = sources.node.refused_flows();
    if (!refused.empty()) {
        status.health.push_back(
            "the home agent does not send " + std::to_string(refused.size()) +
            " flows where they are to go: " +
            reason_of(mobility::FlowsRefused{sources.configuration.home_address, refused.size(),
                                             refused.front().status, refused.front().is_told}) +
            "; they take the path of the rest");
    }
}

void report_health(Status& status, const StatusSources& sources) {
    if (sources.configuration.protection == mobility::Protection::none) {
        status.health.emplace_back("nothing is protected: protection = \"none\"");
    }
    if (status.state == State::unattached) {
        status.health.emplace_back("no interface has an address with a route to the home agent");
    } else if (status.state == State::registering) {
        status.health.emplace_back("the home agent has not acknowledged this place yet");
    } else if (status.state == State::revoked) {
        status.health.emplace_back(
            "the home agent has ended this registration and does not want another; ask who runs "
            "it. It is asked again every 15 s");
    }
    if (sources.node.refusal()) {
        status.health.push_back("somebody who says to be the home agent refuses: " +
                                refusal_text(*sources.node.refusal()));
    }
}

}  // namespace

Status status_of(const StatusSources& sources) {
    const mobility::Instant now = runtime::boot_now();
    Status status{.state = sources.node.state(now),
                  .home_address = sources.configuration.home_address,
                  .home_agent = sources.configuration.home_agent.address,
                  .ipv4_home_address = sources.node.ipv4_home(),
                  .drops = sources.runner.drops()};
    runtime::add_drops(status.drops, sources.data_plane);
    report_path(status, sources);
    report_binding(status, sources, now);
    report_health(status, sources);
    report_network(status, sources);
    report_flows(status, sources);
    return status;
}

PathReport report(const mobility::Path& path, const AttachmentWatch& attachments) {
    return {.encapsulation = path.encapsulation,
            .link = attachments.traits(path.interface),
            .local = path.local,
            .remote = path.remote,
            .remote_port = path.remote_port};
}

void report_confinement(Status& status, const runtime::Confinement& at_start) {
    status.confinement = runtime::confinement_now(at_start);
    std::ranges::move(runtime::complaints(status.confinement), std::back_inserter(status.health));
}

Status status_without_presence(const Configuration& configuration, bool is_told_to_be_down) {
    return {.state = is_told_to_be_down ? std::nullopt : std::optional(State::unattached),
            .home_address = configuration.home_address,
            .home_agent = configuration.home_agent.address};
}

}  // namespace godwit::client
