#include "server/api/switch_target.hpp"

#include <algorithm>
#include <chrono>
#include <expected>
#include <iterator>
#include <string>
#include <utility>

#include "server/api/refusals.hpp"
#include "server/clients/client_document.hpp"

namespace godwit::server {

using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::Json;

namespace {

constexpr std::size_t max_document = std::size_t{64} * 1024;  // octets
constexpr std::int64_t least_grace = 8;                       // seconds
constexpr std::int64_t most_grace = std::chrono::seconds(wire::max_lifetime).count();

template <class T>
using Read = std::expected<T, HttpAnswer>;

Read<std::vector<wire::HomeAgentAddress>> home_agents_in(const Json& order) {
    const auto to = order.find("to");
    if (to == order.end() || !to->is_array() ||
        to->size() > wire::HomeAgentSwitch::max_home_agents) {
        return std::unexpected(bad_request(
            R"(write "to": a list of up to 127 addresses of home agents; [] is any that clients find)"));
    }
    std::vector<wire::HomeAgentAddress> home_agents;
    for (const Json& written : *to) {
        const auto address = written.is_string()
                                 ? wire::Ipv6Address::parse(written.get<std::string>())
                                 : std::nullopt;
        if (!address || !address->is_unicast_routable()) {
            return std::unexpected(
                bad_request(written.dump() + " is no IPv6 address of a home agent"));
        }
        home_agents.push_back({*address});
    }
    return home_agents;
}

Read<std::optional<wire::Lifetime>> grace_in(const Json& order) {
    const auto grace = order.find("grace_s");
    if (grace == order.end()) {
        return std::nullopt;
    }
    if (!grace->is_number_integer() || grace->get<std::int64_t>() < least_grace ||
        grace->get<std::int64_t>() > most_grace) {
        return std::unexpected(bad_request("grace_s is a number of seconds from 8 to 262140"));
    }
    return std::chrono::floor<wire::Lifetime>(std::chrono::seconds(grace->get<std::int64_t>()));
}

Read<std::vector<wire::HomeAddress>> homes_in(const Json& order, const Clients& clients) {
    std::vector<wire::HomeAddress> homes;
    const auto named = order.find("clients");
    if (named == order.end()) {
        std::ranges::transform(clients.all(), std::back_inserter(homes), &Client::home);
        return homes;
    }
    if (!named->is_array()) {
        return std::unexpected(bad_request(R"("clients" is a list of names)"));
    }
    for (const Json& name : *named) {
        const auto client = name.is_string() ? clients.find(name.get<std::string>()) : std::nullopt;
        if (!client) {
            return std::unexpected(
                no_such_client(name.is_string() ? name.get<std::string>() : name.dump()));
        }
        homes.push_back(client->home);
    }
    return homes;
}

HttpAnswer ask_to_switch(const HttpRequest& request, const Clients& clients,
                         const SendAway& send_away) {
    const auto order = json_object(request.body);
    if (!order) {
        return order.error();
    }
    // Without "clients" all are sent away: a misspelt key must not stand for that.
    if (const auto known = require_keys(*order, {"to", "clients", "grace_s"}); !known) {
        return answer_to(known.error());
    }
    const auto home_agents = home_agents_in(*order);
    const auto grace = grace_in(*order);
    const auto homes = homes_in(*order, clients);
    if (!home_agents || !grace || !homes) {
        return !home_agents ? home_agents.error() : !grace ? grace.error() : homes.error();
    }
    const std::size_t asked = send_away(*homes, {.home_agents = *home_agents, .grace = *grace});
    return runtime::json_answer({{"asked", asked}});
}

}  // namespace

void add_switch_target(runtime::HttpRoutes& routes, const Clients& clients, SendAway send_away) {
    routes.add({.method = "POST",
                .path = "/v1/switch",
                .access = runtime::Access::change,
                .max_body = max_document,
                .answer = [&clients, send_away = std::move(send_away)](const HttpRequest& asked) {
                    return ask_to_switch(asked, clients, send_away);
                }});
}

}  // namespace godwit::server
