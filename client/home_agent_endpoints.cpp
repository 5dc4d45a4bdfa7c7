#include "client/home_agent_endpoints.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "shared/wire/nat64.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_latest = 16;  // addresses
// Of earlier answers, what the latest has not named: the home agent's addresses change, and each is
// asked by every link. Not none: a captive portal names its own address in place of the true ones.
constexpr std::size_t max_earlier = 4;
constexpr std::size_t max_guesses = 4;  // of what a NAT64 that has not told may call it
constexpr std::chrono::seconds first_retry = 1s;
constexpr std::chrono::seconds longest_retry = 30s;
// Where a name server never tells, no more may ever come, and a question wakes the radio.
constexpr std::chrono::seconds longest_nat64_retry = 5min;
// How long after an arrival, and how often, it is looked whether the name servers are others.
constexpr auto watching_time = 5s;
constexpr auto watching_interval = 20ms;

void add_once(std::vector<wire::Ipv6Address>& addresses, const wire::Ipv6Address& address) {
    if (std::ranges::find(addresses, address) == addresses.end()) {
        addresses.push_back(address);
    }
}

// An answer without any address tells nothing.
std::vector<wire::Ipv6Address> latest_and_earlier(const std::vector<wire::Ipv6Address>& latest,
                                                  const std::vector<wire::Ipv6Address>& earlier) {
    if (latest.empty()) {
        return earlier;
    }
    std::vector<wire::Ipv6Address> addresses;
    for (const wire::Ipv6Address& address : latest) {
        add_once(addresses, address);
    }
    addresses.resize(std::min(addresses.size(), max_latest));
    const std::size_t most = addresses.size() + max_earlier;
    for (const wire::Ipv6Address& address : earlier) {
        add_once(addresses, address);
    }
    addresses.resize(std::min(addresses.size(), most));
    return addresses;
}

// How a NAT64 that has not told may write the first of the IPv4 ones.
std::vector<wire::Ipv6Address> guesses(const std::vector<wire::Ipv6Address>& addresses) {
    std::vector<wire::Ipv6Address> guessed;
    for (const wire::Ipv6Address& address : addresses) {
        const auto ipv4 = address.mapped_ipv4();
        if (ipv4 && guessed.size() < max_guesses) {
            guessed.push_back(*wire::nat64_address(wire::nat64_well_known_prefix, *ipv4));
        }
    }
    return guessed;
}

// Whether any link does. Where there is none as yet, it may.
bool lacks_ipv4(HomeAgentEndpoints::Candidates candidates) {
    const auto has_ipv4 = [&](mobility::InterfaceIndex interface) {
        return std::ranges::any_of(candidates, [&](const mobility::CandidateAddress& candidate) {
            return candidate.interface == interface && candidate.address.mapped_ipv4();
        });
    };
    return candidates.empty() ||
           !std::ranges::all_of(candidates, has_ipv4, &mobility::CandidateAddress::interface);
}

}  // namespace

HomeAgentEndpoints::HomeAgentEndpoints(std::vector<std::string> names, const Queries& queries,
                                       runtime::EventLoop& loop, const runtime::Log& log,
                                       std::function<void()> on_change, LookupMeans means)
    : names_(std::move(names)),
      queries_(queries),
      means_(std::move(means)),
      log_(log),
      on_change_(std::move(on_change)),
      lookup_(
          loop, [this](const platform::Resolution& found) { on_resolved(found); }, means_.resolve) {
    for (const std::string& name : names_) {
        if (const auto address = platform::literal_address(name)) {
            add_once(addresses_, *address);
        }
    }
}

void HomeAgentEndpoints::look_up(Candidates candidates) {
    lacks_ipv4_ = lacks_ipv4(candidates);
    retry_at_.reset();
    retry_after_ = first_retry;
    if (needs_asking()) {
        request();
        watch_until_ = means_.now() + watching_time;
        watch_at_ = means_.now() + watching_interval;
    }
}

void HomeAgentEndpoints::request() {
    resolver_ = resolver();
    lookup_.request({.names = names_, .mark = queries_.mark, .servers = servers()});
}

std::string HomeAgentEndpoints::servers() const {
    const auto wanted = queries_.wanted_dns();
    if (wanted && !wanted->is_at_home && (wanted->for_all_names || queries_.past_stub)) {
        if (std::string others = means_.behind_stub(wanted->dns.servers); !others.empty()) {
            return others;
        }
    }
    return queries_.past_stub ? means_.behind_stub({}) : "";
}

// By which a change of the name servers is seen.
std::string HomeAgentEndpoints::resolver() const {
    return platform::resolver_configuration() + servers();
}

// Literal IPv6 addresses are the same everywhere; IPv4 ones may lie behind a NAT64.
bool HomeAgentEndpoints::needs_asking() const {
    return std::ranges::any_of(names_, [](const std::string& name) {
        const auto address = platform::literal_address(name);
        return !address || address->mapped_ipv4();
    });
}

bool HomeAgentEndpoints::has_names() const {
    return std::ranges::any_of(
        names_, [](const std::string& name) { return !platform::literal_address(name); });
}

void HomeAgentEndpoints::on_resolved(const platform::Resolution& resolution) {
    std::vector<wire::Ipv6Address> addresses = latest_and_earlier(resolution.addresses, addresses_);
    for (const platform::UnresolvedName& name : resolution.unresolved) {
        log_.warning("home-agent-not-found", {{"name", name.name}, {"reason", name.reason}});
    }
    if (!resolution.unresolved.empty()) {
        retry_later(longest_retry);
    } else if (resolution.is_nat64_unknown && lacks_ipv4_) {
        retry_later(longest_nat64_retry);
    }
    if (addresses != addresses_) {
        addresses_ = std::move(addresses);
        on_change_();
    }
}

void HomeAgentEndpoints::retry_later(std::chrono::seconds longest) {
    retry_after_ = std::min(retry_after_, longest);
    retry_at_ = means_.now() + retry_after_;
    retry_after_ *= 2;
}

std::vector<mobility::HomeAgentEndpoint> HomeAgentEndpoints::known(Candidates candidates) const {
    std::vector<wire::Ipv6Address> addresses = addresses_;
    if (lacks_ipv4(candidates)) {
        for (const wire::Ipv6Address& guess : guesses(addresses_)) {
            add_once(addresses, guess);
        }
    }
    std::vector<mobility::HomeAgentEndpoint> endpoints;
    for (const wire::Ipv6Address& address : addresses) {
        endpoints.push_back({address});
    }
    return endpoints;
}

void HomeAgentEndpoints::on_deadline() {
    const mobility::Instant now = means_.now();
    if (watch_at_ && now >= *watch_at_) {
        watch_resolver(now);
    }
    if (retry_at_ && now >= *retry_at_) {
        retry_at_.reset();
        request();
    }
}

void HomeAgentEndpoints::watch_resolver(mobility::Instant now) {
    watch_at_ = now < watch_until_ ? std::optional(now + watching_interval) : std::nullopt;
    if (resolver() != resolver_) {
        request();
    }
}

std::optional<mobility::Instant> HomeAgentEndpoints::next_deadline() const {
    return retry_at_ && watch_at_ ? std::min(*retry_at_, *watch_at_)
           : retry_at_            ? retry_at_
                                  : watch_at_;
}

}  // namespace godwit::client
