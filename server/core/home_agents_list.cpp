#include "server/core/home_agents_list.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "shared/wire/home_agent_discovery.hpp"

namespace godwit::server {
namespace {

mobility::Instant end_of(mobility::Instant now, wire::Seconds lifetime) {
    return lifetime == wire::infinite_lifetime ? mobility::Instant::max()
                                               : now + std::chrono::seconds(lifetime);
}

}  // namespace

void HomeAgentsList::on_advertisement(mobility::Instant now, const wire::Ipv6Address& router,
                                      const wire::RouterAdvertisement& advertisement) {
    drop_expired(now);
    const auto& told = advertisement.options.home_agent;
    const std::chrono::seconds lifetime =
        std::chrono::seconds(told ? told->lifetime : advertisement.router_lifetime);
    if (!advertisement.home_agent || lifetime == std::chrono::seconds::zero()) {
        others_.erase(router);
        return;
    }
    if (!others_.contains(router) && others_.size() == max_others) {
        return;
    }
    Other& other = others_[router];
    other.preference = told ? told->preference : std::uint16_t{0};
    other.expires = now + lifetime;
    update_addresses(now, advertisement, other);
}

// A prefix with the R bit is the whole address of the router (§7.2), for as long as it is valid.
void HomeAgentsList::update_addresses(mobility::Instant now,
                                      const wire::RouterAdvertisement& advertisement,
                                      Other& other) const {
    for (const wire::PrefixInformation& information : advertisement.options.prefixes) {
        const wire::HomeAgentAddress address{information.prefix.address};
        if (!information.router_address || !address.address.is_unicast_routable() ||
            address == own_) {
            continue;
        }
        std::erase_if(other.addresses,
                      [&](const Address& known) { return known.value == address; });
        if (information.valid_lifetime != wire::Seconds::zero() &&
            other.addresses.size() < max_addresses) {
            other.addresses.push_back({address, end_of(now, information.valid_lifetime)});
        }
    }
}

std::vector<wire::HomeAgentAddress> HomeAgentsList::in_order(mobility::Instant now) {
    drop_expired(now);
    std::vector<Rank> ranks{{own_preference_, {own_}}};
    for (const auto& [router, other] : others_) {
        ranks.push_back({other.preference, {}});
        std::ranges::transform(other.addresses, std::back_inserter(ranks.back().addresses),
                               &Address::value);
        shuffle(ranks.back().addresses);
    }
    shuffle(ranks);
    std::ranges::stable_sort(ranks, std::ranges::greater(), &Rank::preference);
    std::vector<wire::HomeAgentAddress> addresses;
    for (const Rank& rank : ranks) {
        std::ranges::copy(rank.addresses, std::back_inserter(addresses));
    }
    addresses.resize(std::min(addresses.size(), wire::HomeAgentDiscoveryReply::max_home_agents));
    return addresses;
}

void HomeAgentsList::drop_expired(mobility::Instant now) {
    std::erase_if(others_, [now](const auto& entry) { return now >= entry.second.expires; });
    for (auto& [router, other] : others_) {
        std::erase_if(other.addresses,
                      [now](const Address& address) { return now >= address.expires; });
    }
}

// Fisher and Yates. What the remainder prefers of so few is nothing.
template <class Element>
void HomeAgentsList::shuffle(std::vector<Element>& elements) {
    for (std::size_t left = elements.size(); left > 1; --left) {
        std::swap(elements[left - 1], elements[random_() % left]);
    }
}

}  // namespace godwit::server
