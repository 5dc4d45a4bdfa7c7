#include "client/core/path_offers.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

#include "client/core/unique_local.hpp"

namespace godwit::client {
namespace {

using mobility::Attachments;
using mobility::CandidateAddress;
using mobility::Encapsulation;
using mobility::Path;

constexpr std::size_t max_offers = 32;  // more than any sane host has; each costs a heartbeat

bool is_ipv4(const wire::Ipv6Address& address) {
    return address.mapped_ipv4().has_value();
}

unsigned common_prefix_length(const wire::Ipv6Address& one, const wire::Ipv6Address& other) {
    unsigned length = 0;
    for (std::size_t octet = 0; octet < one.octets.size(); ++octet) {
        const auto difference = static_cast<std::uint8_t>(one.octets[octet] ^ other.octets[octet]);
        length += static_cast<unsigned>(std::countl_zero(difference));
        if (difference != 0) {
            break;
        }
    }
    return length;
}

// Whether the home agent has such an address: from elsewhere they lead to no other.
bool is_at_unique_local(const Attachments& attachments, const PathPreferences& preferences) {
    return is_unique_local(preferences.home_agent.address) ||
           std::ranges::any_of(attachments.endpoints, is_unique_local,
                               &mobility::HomeAgentEndpoint::address);
}

// What the addresses of one interface and family are compared by.
struct AddressPreferences {
    const Path* kept;  // the path from the address that goes before its equals; or nullptr
    wire::HomeAgentAddress home_agent;
    bool takes_unique_local = false;
};

// Smaller is better.
auto rank_of_address(const CandidateAddress& candidate, const AddressPreferences& preferences) {
    const Path* kept = preferences.kept;
    const bool is_kept = kept != nullptr && kept->interface == candidate.interface &&
                         kept->local == candidate.address;
    return std::tuple{
        candidate.abandoned,
        candidate.deprecated,  // RFC 6724 §5 rule 3
        is_unique_local(candidate.address) && !preferences.takes_unique_local,  // rule 6
        candidate.route_metric,
        !is_kept,
        candidate.temporary,  // a care-of address wants to last, unlike rule 7's default
        128 - common_prefix_length(candidate.address, preferences.home_agent.address),  // rule 8
        candidate.address,
    };
}

using ByInterfaceAndFamily =
    std::map<std::pair<mobility::InterfaceIndex, bool>, const CandidateAddress*>;

ByInterfaceAndFamily best_addresses(const Attachments& attachments,
                                    const AddressPreferences& preferences) {
    ByInterfaceAndFamily best;
    for (const CandidateAddress& candidate : attachments.candidates) {
        if (candidate.tentative) {
            continue;
        }
        const CandidateAddress*& place = best[{candidate.interface, is_ipv4(candidate.address)}];
        if (place == nullptr ||
            rank_of_address(candidate, preferences) < rank_of_address(*place, preferences)) {
            place = &candidate;
        }
    }
    return best;
}

// An interface counts as the better of its families: both lead to the same network.
std::uint32_t metric_of(mobility::InterfaceIndex interface, const ByInterfaceAndFamily& best) {
    std::uint32_t metric = 0xffffffff;
    for (const auto& [key, candidate] : best) {
        if (key.first == interface) {
            metric = std::min(metric, candidate->route_metric);
        }
    }
    return metric;
}

struct RankedOffer {
    std::tuple<bool, bool, std::uint32_t, std::uint32_t, bool, mobility::InterfaceIndex, bool, bool,
               std::size_t, std::size_t, bool, std::size_t>
        rank;
    Away offer;
    // When it is its turn to be kept where there are too many: not the present path; not the best
    // of its link and family; how many of its port go before it there.
    std::tuple<bool, bool, std::size_t> turn{};
};

class Offers {
  public:
    Offers(const Attachments& attachments, const PathPreferences& preferences,
           const PathMemory& memory, mobility::Instant now, const PresentPath& present)
        : attachments_(attachments),
          preferences_(preferences),
          memory_(memory),
          now_(now),
          present_(present.path),
          best_(best_addresses(
              attachments, {.kept = present.is_proved ? present.path : nullptr,
                            .home_agent = preferences.home_agent,
                            .takes_unique_local = is_at_unique_local(attachments, preferences)})) {}

    std::vector<Away> in_order() {
        for (const auto& [key, candidate] : best_) {
            for (std::size_t order = 0; order < preferences_.encapsulations.size(); ++order) {
                add(*candidate, preferences_.encapsulations[order], order);
            }
        }
        std::ranges::sort(ranked_, {}, &RankedOffer::rank);
        if (ranked_.size() > max_offers) {
            keep_by_turns();
        }
        std::vector<Away> offers;
        for (RankedOffer& ranked : ranked_) {
            offers.push_back(std::move(ranked.offer));
        }
        return offers;
    }

  private:
    void add(const CandidateAddress& candidate, Encapsulation encapsulation, std::size_t order) {
        const Path from{.encapsulation = encapsulation,
                        .interface = candidate.interface,
                        .local = candidate.address};
        if (encapsulation == Encapsulation::ip6) {
            if (!is_ipv4(candidate.address)) {
                Path path = from;
                path.remote = preferences_.home_agent.address;
                add(candidate, path, order, 0, 0);
            }
            return;
        }
        for (std::size_t port = 0; port < preferences_.ports.size(); ++port) {
            for (std::size_t end = 0; end < attachments_.endpoints.size(); ++end) {
                Path path = from;
                path.remote = attachments_.endpoints[end].address;
                path.remote_port = preferences_.ports[port];
                if (is_ipv4(path.remote) == is_ipv4(path.local)) {
                    add(candidate, path, order, port, end);
                }
            }
        }
    }

    void add(const CandidateAddress& candidate, const Path& path, std::size_t order,
             std::size_t port, std::size_t end) {
        ranked_.push_back(
            {.rank = {candidate.abandoned, candidate.deprecated, candidate.preference,
                      metric_of(path.interface, best_),
                      present_ == nullptr || present_->interface != path.interface, path.interface,
                      memory_.has_failed(now_, path, candidate.prefix_length),
                      !is_cheaper(path, port), order, port, path.is_ipv4(), end},
             .offer = {candidate, path}});
    }

    // So that many addresses of the home agent push out neither the other link nor the other port.
    void keep_by_turns() {
        std::map<std::pair<mobility::InterfaceIndex, bool>, std::size_t> of_family;
        std::map<std::tuple<mobility::InterfaceIndex, bool, std::uint16_t>, std::size_t> of_port;
        for (RankedOffer& ranked : ranked_) {
            const Path& path = ranked.offer.path;
            const bool is_present = present_ != nullptr && path == *present_;
            ranked.turn = {!is_present, of_family[{path.interface, path.is_ipv4()}]++ > 0,
                           of_port[{path.interface, path.is_ipv4(), path.remote_port}]++};
        }
        std::ranges::stable_sort(ranked_, {}, &RankedOffer::turn);
        ranked_.erase(ranked_.begin() + max_offers, ranked_.end());
        std::ranges::sort(ranked_, {}, &RankedOffer::rank);
    }

    // Over IPv4, where NATs are, UDP has to be kept alive, which native IPv6 has not.
    [[nodiscard]] bool is_cheaper(const Path& path, std::size_t port) const {
        return preferences_.udp_is_cheaper && path.encapsulation == Encapsulation::udp &&
               port == 0 && !path.is_ipv4();
    }

    const Attachments& attachments_;
    const PathPreferences& preferences_;
    const PathMemory& memory_;
    mobility::Instant now_;
    const Path* present_;
    ByInterfaceAndFamily best_;
    std::vector<RankedOffer> ranked_;
};

}  // namespace

std::vector<Away> path_offers(const Attachments& attachments, const PathPreferences& preferences,
                              const PathMemory& memory, mobility::Instant now,
                              const PresentPath& present) {
    return Offers(attachments, preferences, memory, now, present).in_order();
}

const Away* offer_along(const std::vector<Away>& offers, const Path& path) {
    const auto found = std::ranges::find(offers, path, &Away::path);
    return found != offers.end() ? &*found : nullptr;
}

std::vector<Path> paths_from(const std::vector<Away>& offers, const Path& first) {
    std::vector<Path> paths{first};
    for (const Away& offer : offers) {
        if (offer.path != first) {
            paths.push_back(offer.path);
        }
    }
    return paths;
}

std::vector<Path> paths_before(const std::vector<Away>& offers, const Path& path) {
    std::vector<Path> paths;
    for (const Away& offer : offers) {
        if (offer.path == path) {
            break;
        }
        paths.push_back(offer.path);
    }
    return paths;
}

}  // namespace godwit::client
