#include "client/core/wanted_dns.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {
namespace {

const wire::Prefix all_of_ipv6{{}, 0};
const wire::Prefix all_of_ipv4{wire::Ipv6Address::mapped({}), 96};

bool leads_to(const std::vector<wire::Prefix>& routes, const wire::Ipv6Address& server) {
    const bool is_ipv4 = server.mapped_ipv4().has_value();
    return std::ranges::any_of(routes, [&](const wire::Prefix& route) {
        return route.is_ipv4() == is_ipv4 && route.contains(server);
    });
}

bool is_full_tunnel(const std::vector<wire::Prefix>& routes) {
    return std::ranges::any_of(routes, [](const wire::Prefix& route) {
        return route == all_of_ipv6 || route == all_of_ipv4;
    });
}

}  // namespace

DnsChoice choose_dns(const DnsSettings& settings, bool is_at_home,
                     const mobility::DnsConfiguration& told,
                     const std::optional<wire::Ipv4Address>& ipv4_home) {
    DnsChoice choice;
    if (!settings.is_wanted) {
        return choice;
    }
    WantedDns wanted{
        .dns = told, .for_all_names = is_full_tunnel(settings.routes), .is_at_home = is_at_home};
    if (!settings.servers.empty()) {
        wanted.dns.servers = settings.servers;
    }
    if (!settings.search_domains.empty()) {
        wanted.dns.search_domains = settings.search_domains;
    }
    // IPv4 knows no home link, and no tunnel without a home address.
    std::erase_if(wanted.dns.servers, [&](const wire::Ipv6Address& server) {
        const bool is_ipv4 = server.mapped_ipv4().has_value();
        const bool is_reached =
            is_at_home ? !is_ipv4
                       : (!is_ipv4 || ipv4_home.has_value()) && leads_to(settings.routes, server);
        if (!is_reached && !is_at_home) {
            choice.out_of_reach.push_back(server);
        }
        return !is_reached;
    });
    if (!wanted.dns.servers.empty()) {
        choice.wanted = std::move(wanted);
    }
    return choice;
}

void DnsPresence::follow(mobility::Instant now, State state, const mobility::DnsConfiguration& told,
                         const std::optional<wire::Ipv4Address>& ipv4_home) {
    if (state == State::registered || state == State::home) {
        choice_ = choose_dns(settings_, state == State::home, told, ipv4_home);
        gone_at_.reset();
        return;
    }
    if (choice_.wanted && !gone_at_) {
        gone_at_ = now + patience;
    }
    if (state == State::revoked || (gone_at_ && now >= *gone_at_)) {
        choice_ = {};
        gone_at_.reset();
    }
}

}  // namespace godwit::client
