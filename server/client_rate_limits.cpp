#include "server/client_rate_limits.hpp"

#include <optional>

namespace godwit::server {
namespace {

// What comes from a client is received here.
datapath::RateLimits limits(const ClientRates& own, const ClientRates& of_all) {
    const auto one = [](const auto& rate, const auto& otherwise) {
        return rate ? *rate : otherwise.value_or(mobility::BitRate());
    };
    return {.received = one(own.up, of_all.up), .sent = one(own.down, of_all.down)};
}

}  // namespace

ClientRateLimits::ClientRateLimits(runtime::DataPlane& data_plane, const ClientRates& of_all)
    : data_plane_(data_plane), of_all_(of_all) {
    data_plane_.limit_all(limits({}, of_all_));
}

void ClientRateLimits::apply(const Client& client) {
    const ClientRates& own = client.policy.rates;
    data_plane_.limit(client.home,
                      own != ClientRates() ? std::optional(limits(own, of_all_)) : std::nullopt);
}

void ClientRateLimits::apply(std::span<const Client> clients) {
    for (const Client& client : clients) {
        apply(client);
    }
}

void ClientRateLimits::forget(const wire::HomeAddress& home) {
    data_plane_.forget(home);
}

}  // namespace godwit::server
