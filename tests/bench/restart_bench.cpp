// How long a home agent takes to start with many clients who were bound when it stopped: from the
// state file to the first Binding Refresh Requests, step by step. Fills a state file in an empty
// directory first. Prints one JSON object, in seconds.
//   restart_bench DIRECTORY [CLIENTS]

#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "server/core/home_agent.hpp"
#include "server/store/client_table.hpp"
#include "server/store/home_agent_store.hpp"
#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::bench {
namespace {

using Clock = std::chrono::steady_clock;

const wire::HomeAgentAddress home_agent{wire::Ipv6Address::parse("2001:db8:f::1").value()};
constexpr mobility::Instant now{std::chrono::hours(1)};
constexpr std::chrono::sys_seconds today{std::chrono::hours(24 * 365 * 55)};

wire::Ipv6Address numbered(std::string_view prefix, std::uint32_t number) {
    wire::Ipv6Address address = wire::Ipv6Address::parse(prefix).value();
    for (std::size_t octet = 0; octet < 4; ++octet) {
        address.octets[15 - octet] = static_cast<std::uint8_t>(number >> (8 * octet));
    }
    return address;
}

// What the step takes, as `name` of the result.
template <class Step>
auto timed(nlohmann::json& result, const std::string& name, Step&& step) {
    const auto began = Clock::now();
    auto value = std::forward<Step>(step)();
    result[name] = std::chrono::duration<double>(Clock::now() - began).count();
    return value;
}

void put_bindings(server::Database& database, std::uint32_t clients) {
    server::Statement put(database, "INSERT INTO binding VALUES (?, ?, 0, ?, ?, ?, 0, 0)");
    for (std::uint32_t number = 0; number < clients; ++number) {
        const wire::Ipv6Address care_of = numbered("2001:db8:a::", number);
        put.bind(0, numbered("2001:db8:f:0:1::", number).octets);
        put.bind(1, care_of.octets);
        put.bind(2, care_of.octets);
        put.bind(3, (today + std::chrono::hours(1)).time_since_epoch().count());
        put.bind(4, home_agent.address.octets);
        if (const auto failure = put.run()) {
            throw std::system_error(failure, "put a binding");
        }
    }
}

void fill(const std::filesystem::path& directory, std::uint32_t clients) {
    {
        const server::HomeAgentStore empty(directory);
    }
    server::Database database(directory / "godwit-ha.sqlite");
    server::Transaction transaction(database);
    std::mt19937_64 random(1);  // keys need not be secret here
    for (std::uint32_t number = 0; number < clients; ++number) {
        security::PublicKey key;
        for (std::size_t at = 0; at < key.octets.size(); at += sizeof(std::uint64_t)) {
            const std::uint64_t octets = random();
            std::memcpy(key.octets.data() + at, &octets, sizeof octets);
        }
        server::write_client(database, {.home = {numbered("2001:db8:f:0:1::", number)},
                                        .name = "client-" + std::to_string(number),
                                        .state = server::ClientState::enabled,
                                        .key = key,
                                        .created = today,
                                        .joined = today});
    }
    put_bindings(database, clients);
    transaction.commit();
}

nlohmann::json restart(const std::filesystem::path& directory) {
    nlohmann::json result;
    auto store = timed(result, "open_state_file",
                       [&] { return std::make_unique<server::HomeAgentStore>(directory); });
    auto clients = timed(result, "read_clients", [&] { return store->clients(); });
    const auto bindings = timed(result, "read_bindings", [&] { return store->bindings(today); });
    auto core = timed(result, "make_core", [&] {
        server::HomeAgentSettings settings{
            .address = home_agent, .home_prefix = wire::Prefix::parse("2001:db8:f::/64").value()};
        for (const server::StoredClient& client : clients) {
            settings.mobile_nodes.push_back({client.name, client.home});
        }
        return std::make_unique<server::HomeAgent>(std::move(settings));
    });
    const auto authenticator = timed(result, "make_authenticator", [&] {
        security::HomeAgentCredentials credentials{.address = home_agent,
                                                   .own = security::KeyPair::generate()};
        for (std::uint32_t number = 0; number < clients.size(); ++number) {
            credentials.protected_peers.push_back(
                {.id = {number},
                 .key = *clients[number].key,
                 .preshared_key = std::move(clients[number].preshared_key)});
        }
        return std::make_unique<security::HomeAgentAuthenticator>(std::move(credentials), *store);
    });
    const auto actions = timed(result, "first_requests", [&] {
        std::vector<server::LostBinding> lost;
        for (const server::StoredBinding& binding : bindings) {
            lost.push_back(
                {.home = binding.home, .path = {.local = binding.local, .remote = binding.remote}});
        }
        return core->on_restart(now, lost);
    });
    result["clients"] = clients.size();
    result["bindings"] = bindings.size();
    result["requests_at_once"] = actions.size();
    return result;
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    if (count < 2) {
        std::cerr << "restart_bench DIRECTORY [CLIENTS]\n";
        return 2;
    }
    godwit::bench::fill(arguments[1],
                        count > 2 ? static_cast<std::uint32_t>(std::stoul(arguments[2])) : 100'000);
    std::cout << godwit::bench::restart(arguments[1]).dump(2) << '\n';
}
