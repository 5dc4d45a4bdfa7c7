#include "client/home_agent_inquiry.hpp"

#include <utility>
#include <variant>

#include "client/core/packet_marks.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/some_packets.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {

HomeAgentInquiry::HomeAgentInquiry(runtime::EventLoop& loop, const runtime::Log& log,
                                   OnFound on_found)
    : log_(log),
      on_found_(std::move(on_found)),
      socket_({wire::HomeAgentDiscoveryReply::type}, outer_packet_mark),
      search_(security::random_number),
      watch_(loop.on_readable(socket_.descriptor(), [this] { on_packets(); })) {}

void HomeAgentInquiry::ask(const wire::Prefix& home_prefix, bool persists) {
    anycast_ = wire::home_agents_anycast(home_prefix);
    if (!is_under_way()) {
        log_.info("home-agents-looked-for", {{"at", anycast_}});
    }
    search_.begin(runtime::boot_now(), persists);
}

void HomeAgentInquiry::on_deadline() {
    if (const auto request = search_.take(runtime::boot_now())) {
        // The kernel chooses the source: an address of the link that leads there (§6.5).
        if (const auto error = socket_.send({}, anycast_, *request)) {
            log_.debug("home-agents-not-asked", {{"reason", error.message()}});
        }
    }
}

void HomeAgentInquiry::on_packets() {
    runtime::take_some_packets(
        socket_, [this](const platform::Icmpv6Arrival& arrival) { on_reply(arrival); });
}

void HomeAgentInquiry::on_reply(const platform::Icmpv6Arrival& arrival) {
    const auto* reply = std::get_if<wire::HomeAgentDiscoveryReply>(&arrival.message);
    if (reply == nullptr) {
        return;
    }
    if (const auto found = search_.on_reply(*reply); !found.empty()) {
        log_.info("home-agents-found", {{"by", arrival.source}, {"count", found.size()}});
        on_found_(found);
    }
}

}  // namespace godwit::client
