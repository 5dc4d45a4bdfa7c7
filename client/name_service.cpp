#include "client/name_service.hpp"

#include <algorithm>
#include <utility>

#include "shared/runtime/clock.hpp"

namespace godwit::client {

using namespace std::chrono_literals;

namespace {

// Whether somebody else has written the file, or what was refused is allowed now.
constexpr std::chrono::nanoseconds look_again = 5s;

std::string address_text(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->text() : address.text();
}

std::vector<platform::LinkDns::Domain> link_domains(const WantedDns& wanted) {
    std::vector<platform::LinkDns::Domain> domains;
    for (const wire::DomainName& domain : wanted.dns.search_domains) {
        domains.push_back({.name = domain.text(), .is_for_routing = !wanted.for_all_names});
    }
    if (wanted.for_all_names) {
        domains.push_back({.name = ".", .is_for_routing = true});
    }
    return domains;
}

}  // namespace

NameServiceSettings name_service_settings(const Configuration& configuration,
                                          mobility::InterfaceIndex tunnel,
                                          NameServiceSettings::OnWanted on_wanted) {
    return {.dns = {.is_wanted = configuration.dns,
                    .servers = configuration.dns_servers,
                    .search_domains = configuration.search_domains,
                    .routes = configuration.routes},
            .tunnel = tunnel,
            .directory = configuration.status_socket.parent_path(),
            .on_wanted = std::move(on_wanted)};
}

std::vector<wire::Ipv6Address> servers_in_tunnel(const std::optional<WantedDns>& wanted) {
    return wanted && !wanted->is_at_home ? wanted->dns.servers : std::vector<wire::Ipv6Address>();
}

// Where an order cannot be withdrawn there is none.
void put_back_name_servers(const std::filesystem::path& directory, const runtime::Log& log) {
    [[maybe_unused]] const auto withdrawn = ResolverOrder(directory, resolver_directory).give({});
    const platform::ResolverFile file;
    if (file.may_be_written()) {
        if (const auto outcome = file.restore(); !outcome) {
            log.warning("dns-not-put-back", {{"reason", outcome.error()}});
        }
    }
}

std::optional<platform::LinkDns> link_dns(const std::optional<WantedDns>& wanted,
                                          mobility::InterfaceIndex tunnel) {
    if (!wanted || wanted->is_at_home) {
        return std::nullopt;
    }
    return platform::LinkDns{.link = tunnel,
                             .servers = wanted->dns.servers,
                             .domains = link_domains(*wanted),
                             .is_default_route = wanted->for_all_names};
}

NameService::NameService(NameServiceSettings settings, runtime::EventLoop& loop,
                         const runtime::Log& log)
    : settings_(std::move(settings)),
      log_(log),
      presence_(settings_.dns),
      order_(settings_.directory, resolver_directory) {
    put_back_name_servers(settings_.directory, log_);
    watches_ = {loop.on_readable(alarm_.descriptor(), [this] { on_alarm(); }),
                loop.on_readable(resolved_.descriptor(), [this] {
                    if (resolved_.process()) {
                        apply();
                    }
                })};
}

NameService::~NameService() {
    apply_to_file(std::nullopt);
}

void NameService::follow(State state, const mobility::DnsConfiguration& told,
                         const std::optional<wire::Ipv4Address>& ipv4_home) {
    if (state == state_ && told == told_ && ipv4_home == ipv4_home_) {
        return;
    }
    state_ = state;
    told_ = told;
    ipv4_home_ = ipv4_home;
    resolved_.connect();
    follow_again();
}

void NameService::follow_again() {
    presence_.follow(runtime::boot_now(), state_, told_, ipv4_home_);
    if (settings_.on_wanted) {
        settings_.on_wanted(wanted());
    }
    apply();
}

void NameService::apply() {
    const auto& wanted = presence_.choice().wanted;
    if (is_by_resolved()) {
        resolved_.set(link_dns(wanted, settings_.tunnel));
        apply_to_file(std::nullopt);
    } else if (resolved_.presence() == platform::Resolved::Presence::absent) {
        resolved_.set(std::nullopt);
        apply_to_file(wanted);
    }
    set_alarm();
    tell();
}

void NameService::apply_to_file(const std::optional<WantedDns>& wanted) {
    const std::string text =
        wanted ? platform::resolver_file_text(wanted->dns.servers, wanted->dns.search_domains) : "";
    if (text.empty() && text_.empty()) {
        return;
    }
    file_failure_.clear();
    if (file_.may_be_written()) {
        const auto outcome = text.empty() ? file_.restore() : file_.write(text);
        file_failure_ = outcome ? "" : outcome.error();
    } else if (text != text_) {
        const auto error = order_.give(text);
        file_failure_ = error ? "cannot order it: " + error.message() : "";
    }
    text_ = text;
}

void NameService::on_alarm() {
    alarm_.clear();
    resolved_.connect();  // the bus may have been started anew
    if (is_by_resolved() && !resolved_.failure().empty()) {
        resolved_.set_again();
    }
    follow_again();
}

void NameService::set_alarm() {
    std::optional<std::chrono::nanoseconds> after;
    if (!text_.empty() || !failure().empty()) {
        after = look_again;
    }
    if (const auto deadline = presence_.next_deadline()) {
        after = std::min(after.value_or(look_again),
                         std::max<std::chrono::nanoseconds>(*deadline - runtime::boot_now(), 1ns));
    }
    if (after) {
        alarm_.set(*after);
    }
}

std::optional<ResolverAnswer> NameService::answer() const {
    if (!file_failure_.empty()) {
        return ResolverAnswer{.backend = {}, .refusal = file_failure_};
    }
    return file_.may_be_written() ? ResolverAnswer{.backend = "file", .refusal = {}}
                                  : order_.answer(text_);
}

// Empty where all is well, or may still become so.
std::string NameService::failure() const {
    if (is_by_resolved()) {
        return resolved_.failure();
    }
    const auto answered = text_.empty() ? ResolverAnswer{} : answer().value_or(ResolverAnswer{});
    return answered.refusal;
}

DnsReport NameService::report() const {
    DnsReport report;
    const auto& wanted = presence_.choice().wanted;
    if (!wanted) {
        return report;
    }
    if (is_by_resolved()) {
        const auto link = link_dns(wanted, settings_.tunnel);
        if (!link || !resolved_.is_done()) {
            return report;
        }
        report.backend = "systemd-resolved";
        for (const auto& domain : link->domains) {
            report.domains.push_back((domain.is_for_routing ? "~" : "") + domain.name);
        }
    } else {
        const auto answered = text_.empty() ? std::nullopt : answer();
        if (!answered || answered->backend.empty()) {
            return report;
        }
        report.backend = answered->backend;
        for (const wire::DomainName& domain : wanted->dns.search_domains) {
            report.domains.push_back(domain.text());
        }
    }
    report.servers = wanted->dns.servers;
    return report;
}

void NameService::add_health(std::vector<std::string>& health) const {
    for (const wire::Ipv6Address& server : presence_.choice().out_of_reach) {
        health.push_back("the name server " + address_text(server) +
                         " is not used: the tunnel does not lead there (routes, ipv4)");
    }
    if (const std::string why = failure(); !why.empty()) {
        health.push_back("names are not looked up with the home agent's name servers: " + why);
    } else if (!is_by_resolved() && !text_.empty() && !answer()) {
        health.emplace_back(
            "names are not looked up with the home agent's name servers: nobody carries it out; "
            "systemctl start godwit-resolver.path");
    }
}

void NameService::tell() {
    const DnsReport now = report();
    std::string line = now.backend;
    for (const wire::Ipv6Address& server : now.servers) {
        line += ' ' + address_text(server);
    }
    const std::string why = failure();
    if (std::exchange(logged_, line + why) == line + why) {
        return;
    }
    if (!why.empty()) {
        log_.warning("dns-not-set", {{"reason", why}});
    } else {
        log_.info("dns-set", {{"by", now.backend.empty() ? "nobody" : now.backend},
                              {"servers", now.servers.size()}});
    }
}

}  // namespace godwit::client
