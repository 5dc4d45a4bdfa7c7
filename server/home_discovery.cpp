#include "server/home_discovery.hpp"

#include <utility>
#include <variant>

#include "shared/runtime/clock.hpp"
#include "shared/runtime/some_packets.hpp"

namespace godwit::server {
namespace {

constexpr std::uint32_t unmarked = 0;

}  // namespace

HomeDiscovery::HomeDiscovery(HomeDiscoverySettings settings, const runtime::Log& log)
    : settings_(std::move(settings)),
      log_(log),
      socket_({wire::RouterAdvertisement::type, wire::HomeAgentDiscoveryRequest::type,
               wire::MobilePrefixSolicitation::type},
              unmarked),
      deliveries_(settings_.prefix) {
    if (settings_.discovery) {
        answers_.emplace(*settings_.discovery);
        if (!settings_.has_home_link) {
            answer_anycast(settings_.tunnel);
        }
    }
}

void HomeDiscovery::join(runtime::EventLoop& loop) {
    watch_ = loop.on_readable(socket_.descriptor(), [this] { on_packets(); });
}

void HomeDiscovery::on_home_link(mobility::InterfaceIndex interface) {
    if (answers_) {
        if (home_link_ != interface) {
            answers_->home_agents().clear();
        }
        answer_anycast(interface);
    }
    home_link_ = interface;
}

void HomeDiscovery::answer_anycast(mobility::InterfaceIndex interface) {
    const wire::Ipv6Address anycast = wire::home_agents_anycast(settings_.discovery->home_prefix);
    if (const auto error = socket_.join_anycast(anycast, interface)) {
        log_.error("anycast-address-not-joined",
                   {{"address", anycast}, {"reason", error.message()}});
    }
}

void HomeDiscovery::on_binding(const BindingNews& news) {
    using enum BindingNews::What;
    if (news.what == ended) {
        deliveries_.on_unbound(news.home);
    } else if (settings_.is_proved_by_tunnel(news.home)) {
        deliveries_.on_bound(runtime::boot_now(), news.home);
    }
}

void HomeDiscovery::on_packets() {
    runtime::take_some_packets(socket_, [this](const platform::Icmpv6Arrival& arrival) {
        std::visit([&](const auto& message) { on_message(arrival, message); }, arrival.message);
    });
    on_deadline();
}

void HomeDiscovery::on_message(const platform::Icmpv6Arrival& arrival,
                               const wire::RouterAdvertisement& advertisement) {
    if (answers_ && arrival.interface == home_link_) {
        answers_->home_agents().on_advertisement(runtime::boot_now(), arrival.source,
                                                 advertisement);
    }
}

void HomeDiscovery::on_message(const platform::Icmpv6Arrival& arrival,
                               const wire::HomeAgentDiscoveryRequest& request) {
    if (!answers_) {
        return;
    }
    if (const auto reply = answers_->on_request(runtime::boot_now(), arrival.source,
                                                arrival.destination, request)) {
        send(arrival.source, *reply);
    }
}

// Nobody but the data plane puts packets into the TUN device, and it has seen whose they are.
void HomeDiscovery::on_message(const platform::Icmpv6Arrival& arrival,
                               const wire::MobilePrefixSolicitation& solicitation) {
    const wire::HomeAddress home{arrival.source};
    if (arrival.interface == settings_.tunnel && arrival.destination == settings_.address.address &&
        settings_.is_proved_by_tunnel(home)) {
        deliveries_.on_solicitation(runtime::boot_now(), home, solicitation);
    }
}

void HomeDiscovery::on_deadline() {
    while (const auto delivery = deliveries_.take(runtime::boot_now())) {
        send(delivery->home.address, delivery->advertisement);
    }
}

void HomeDiscovery::send(const wire::Ipv6Address& to, const wire::Icmpv6Message& message) {
    if (const auto error = socket_.send(settings_.address.address, to, message)) {
        log_.debug("discovery-not-answered", {{"to", to}, {"reason", error.message()}});
    }
}

}  // namespace godwit::server
