#include "server/clients/client_document.hpp"

#include <algorithm>
#include <utility>

#include "shared/mobility/network_prefixes.hpp"
#include "shared/runtime/rfc3339.hpp"

namespace godwit::server {

using runtime::Json;

namespace {

// As many as a person writes by hand; each is an element of the packet filter.
constexpr std::size_t max_prefixes = 64;
// What is longer is no duration of anything here.
constexpr std::int64_t max_seconds = 100LL * 366 * 24 * 3600;

Json text_or_null(const auto& value) {
    return value ? Json(value->text()) : Json();
}

Json time_or_null(const std::optional<std::chrono::sys_seconds>& time) {
    return time ? Json(runtime::rfc3339(*time)) : Json();
}

Json rate_or_null(const std::optional<mobility::BitRate>& rate) {
    return rate ? Json(rate->each_second) : Json();
}

std::unexpected<Refused> bad(std::string text) {
    return std::unexpected(Refused{Refusal::bad_order, std::move(text)});
}

// nullptr if the key is not there, or null.
const Json* value_in(const Json& document, std::string_view key) {
    const auto found = document.find(key);
    return found == document.end() || found->is_null() ? nullptr : &*found;
}

std::optional<wire::Prefix> prefix(const Json& value) {
    if (!value.is_string()) {
        return std::nullopt;
    }
    const auto& text = value.get_ref<const std::string&>();
    const auto ipv6 = wire::Prefix::parse(text);
    return ipv6 ? ipv6 : wire::Prefix::parse_ipv4(text);
}

// What is absent leaves `prefixes` as they are.
std::expected<void, Refused> read_prefixes(const Json& document, const std::string& key,
                                           std::size_t most, std::vector<wire::Prefix>& prefixes) {
    const Json* values = value_in(document, key);
    if (values == nullptr) {
        return {};
    }
    if (!values->is_array() || values->size() > most) {
        return bad("\"" + key + "\" is not a list of at most " + std::to_string(most) +
                   " prefixes");
    }
    std::vector<wire::Prefix> found;
    for (const Json& value : *values) {
        const auto one = prefix(value);
        if (!one) {
            return bad(value.dump() + " in \"" + key +
                       "\" is no prefix; write one like \"2001:db8::/32\" or "
                       "\"192.0.2.0/24\"");
        }
        found.push_back(*one);
    }
    prefixes = std::move(found);
    return {};
}

std::expected<void, Refused> read_flag(const Json& document, const std::string& key, bool& flag) {
    if (const Json* value = value_in(document, key)) {
        if (!value->is_boolean()) {
            return bad("\"" + key + "\" is neither true nor false");
        }
        flag = value->get<bool>();
    }
    return {};
}

std::expected<void, Refused> read_rate(const Json& document, const std::string& key,
                                       std::optional<mobility::BitRate>& rate) {
    const auto found = document.find(key);
    if (found == document.end()) {
        return {};
    }
    if (found->is_null()) {
        rate.reset();
        return {};
    }
    const mobility::BitRate written{found->is_number_unsigned() ? found->get<std::uint64_t>() : 1};
    if (!written.is_possible()) {
        return bad("\"" + key + "\" is not a number of bits each second from " +
                   std::to_string(mobility::BitRate::least) + " to " +
                   std::to_string(mobility::BitRate::most) + ", 0 for no limit, or null");
    }
    rate = written;
    return {};
}

}  // namespace

Json to_json(const ClientPolicy& policy) {
    return {{"internet", policy.internet},
            {"clients", policy.clients},
            {"prefixes", runtime::to_json(policy.prefixes)},
            {"rate_limit_up", rate_or_null(policy.rates.up)},
            {"rate_limit_down", rate_or_null(policy.rates.down)},
            {"network_prefixes", runtime::to_json(policy.network_prefixes)}};
}

Json to_json(const Client& client) {
    return {{"name", client.name},
            {"home_address", client.home.text()},
            {"ipv4_home_address", text_or_null(client.ipv4)},
            {"state", name(client.state)},
            {"configured", client.is_configured},
            {"public_key", text_or_null(client.key)},
            {"policy", to_json(client.policy)},
            {"created", time_or_null(client.created)},
            {"joined", time_or_null(client.joined)},
            {"invite_expires", time_or_null(client.invite_expires)}};
}

Json to_json(const IssuedInvite& invite) {
    return {{"name", invite.name},
            {"home_address", invite.home.text()},
            {"invite", invite.line},
            {"expires", runtime::rfc3339(invite.expires)}};
}

std::expected<void, Refused> require_keys(const Json& document,
                                          std::initializer_list<std::string_view> keys) {
    if (!document.is_object()) {
        return bad("the order is not a JSON object");
    }
    for (const auto& [key, value] : document.items()) {
        if (std::ranges::find(keys, key) == keys.end()) {
            return bad("\"" + key + "\" is no key of this order");
        }
    }
    return {};
}

std::expected<std::chrono::seconds, Refused> seconds_in(const Json& document,
                                                        const std::string& key,
                                                        std::chrono::seconds otherwise) {
    const Json* value = value_in(document, key);
    if (value == nullptr) {
        return otherwise;
    }
    if (!value->is_number_integer() || *value < 0 || *value > max_seconds) {
        return bad("\"" + key + "\" is not a number of seconds");
    }
    return std::chrono::seconds(value->get<std::int64_t>());
}

std::expected<ClientPolicy, Refused> client_policy(const Json& document,
                                                   const ClientPolicy& present) {
    ClientPolicy policy = present;
    auto fault = require_keys(document, {"internet", "clients", "prefixes", "rate_limit_up",
                                         "rate_limit_down", "network_prefixes"});
    fault = fault ? read_flag(document, "internet", policy.internet) : fault;
    fault = fault ? read_flag(document, "clients", policy.clients) : fault;
    fault = fault ? read_rate(document, "rate_limit_up", policy.rates.up) : fault;
    fault = fault ? read_rate(document, "rate_limit_down", policy.rates.down) : fault;
    fault = fault ? read_prefixes(document, "prefixes", max_prefixes, policy.prefixes) : fault;
    fault = fault ? read_prefixes(document, "network_prefixes", mobility::max_network_prefixes,
                                  policy.network_prefixes)
                  : fault;
    if (!fault) {
        return std::unexpected(fault.error());
    }
    return policy;
}

std::expected<InviteOrder, Refused> invite_order(const Json& document) {
    if (auto fault = require_keys(document, {"name", "home_address", "expires_s", "policy"});
        !fault) {
        return std::unexpected(fault.error());
    }
    InviteOrder order;
    const Json* name = value_in(document, "name");
    if (name == nullptr || !name->is_string()) {
        return bad("\"name\" is missing: the name of the new client");
    }
    order.name = name->get<std::string>();
    if (const Json* home = value_in(document, "home_address")) {
        const auto address = home->is_string()
                                 ? wire::Ipv6Address::parse(home->get_ref<const std::string&>())
                                 : std::nullopt;
        if (!address) {
            return bad("\"home_address\" is no IPv6 address");
        }
        order.home = wire::HomeAddress{*address};
    }
    const auto valid_for = seconds_in(document, "expires_s", order.valid_for);
    if (!valid_for) {
        return std::unexpected(valid_for.error());
    }
    order.valid_for = *valid_for;
    if (const Json* policy = value_in(document, "policy")) {
        auto parsed = client_policy(*policy);
        if (!parsed) {
            return std::unexpected(parsed.error());
        }
        order.policy = *std::move(parsed);
    }
    return order;
}

}  // namespace godwit::server
