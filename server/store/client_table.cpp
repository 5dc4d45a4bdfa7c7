#include "server/store/client_table.hpp"

#include <sstream>
#include <string>

#include "server/store/columns.hpp"

namespace godwit::server {
namespace {

std::string prefixes_text(const std::vector<wire::Prefix>& prefixes) {
    std::string text;
    for (const wire::Prefix& prefix : prefixes) {
        text += (text.empty() ? "" : " ") + prefix.text();
    }
    return text;
}

std::vector<wire::Prefix> prefixes_in(const std::string& text) {
    std::istringstream words(text);
    std::vector<wire::Prefix> prefixes;
    for (std::string word; words >> word;) {
        const auto ipv6 = wire::Prefix::parse(word);
        if (const auto prefix = ipv6 ? ipv6 : wire::Prefix::parse_ipv4(word)) {
            prefixes.push_back(*prefix);
        }
    }
    return prefixes;
}

std::optional<mobility::BitRate> rate_in(const Statement& row, int column) {
    const mobility::BitRate rate{static_cast<std::uint64_t>(row.number(column))};
    return row.is_null(column) || !rate.is_possible() ? std::nullopt : std::optional(rate);
}

std::optional<std::int64_t> bits_of(const std::optional<mobility::BitRate>& rate) {
    return rate ? std::optional(static_cast<std::int64_t>(rate->each_second)) : std::nullopt;
}

StoredClient client_in(const Statement& row) {
    StoredClient client{
        .home = {address_in(row, 0)},
        .name = row.text(1),
        .state = static_cast<ClientState>(row.number(2)),
        .key = public_key_in(row, 3),
        .policy = {.internet = row.number(5) != 0,
                   .clients = row.number(6) != 0,
                   .prefixes = prefixes_in(row.text(7)),
                   .rates = {.up = rate_in(row, 10), .down = rate_in(row, 11)},
                   .network_prefixes = prefixes_in(row.text(12))},
        .created = time_in(row, 8),
        .joined = row.is_null(9) ? std::nullopt : std::optional(time_in(row, 9)),
    };
    if (!row.is_null(4)) {
        client.preshared_key = security::PresharedKey(secret_in(row, 4));
    }
    if (!row.is_null(13)) {
        client.invite = {.id = {array_in<8>(row, 13)},
                         .secret = security::PresharedKey(secret_in(row, 14)),
                         .expires = time_in(row, 15),
                         .spent_by = public_key_in(row, 16)};
    }
    if (!row.is_null(17)) {
        client.ipv4 = wire::Ipv4Address{array_in<4>(row, 17)};
    }
    return client;
}

void write_row(Database& database, const StoredClient& client) {
    Statement put(database,
                  "INSERT INTO client VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                  "ON CONFLICT (home_address) DO UPDATE SET (name, state, public_key, "
                  "preshared_key, internet, clients, prefixes, created, joined, rate_up, "
                  "rate_down, network_prefixes) = (excluded.name, excluded.state, "
                  "excluded.public_key, excluded.preshared_key, excluded.internet, "
                  "excluded.clients, excluded.prefixes, excluded.created, excluded.joined, "
                  "excluded.rate_up, excluded.rate_down, excluded.network_prefixes)");
    put.bind(0, client.home.address.octets);
    put.bind(1, std::string_view(client.name));
    put.bind(2, static_cast<std::int64_t>(client.state));
    bind_key(put, 3, client.key);
    if (client.key) {
        put.bind(4, client.preshared_key.octets());
    } else {
        put.bind_null(4);
    }
    put.bind(5, std::int64_t{client.policy.internet});
    put.bind(6, std::int64_t{client.policy.clients});
    put.bind(7, std::string_view(prefixes_text(client.policy.prefixes)));
    put.bind(8, number_of(client.created));
    put.bind(9, client.joined ? std::optional(number_of(*client.joined)) : std::nullopt);
    put.bind(10, bits_of(client.policy.rates.up));
    put.bind(11, bits_of(client.policy.rates.down));
    put.bind(12, std::string_view(prefixes_text(client.policy.network_prefixes)));
    require_run(put, "write a client into the state file");
}

void write_invite(Database& database, const wire::HomeAddress& client, const StoredInvite& invite) {
    Statement put(database, "INSERT INTO invite VALUES (?, ?, ?, ?, ?)");
    put.bind(0, invite.id.octets);
    put.bind(1, client.address.octets);
    put.bind(2, invite.secret.octets());
    put.bind(3, number_of(invite.expires));
    bind_key(put, 4, invite.spent_by);
    require_run(put, "write an invite into the state file");
}

void write_ipv4(Database& database, const wire::HomeAddress& home, const wire::Ipv4Address& ipv4) {
    Statement put(database, "INSERT INTO ipv4_home_address VALUES (?, ?)");
    put.bind(0, home.address.octets);
    put.bind(1, ipv4.octets);
    require_run(put, "write an IPv4 address into the state file");
}

void erase(Database& database, const char* from, const wire::HomeAddress& home) {
    Statement erase(database, from);
    erase.bind(0, home.address.octets);
    require_run(erase, "take a client out of the state file");
}

// What belongs to a client beside its own row.
void erase_belongings(Database& database, const wire::HomeAddress& home) {
    erase(database, "DELETE FROM invite WHERE client = ?", home);
    erase(database, "DELETE FROM ipv4_home_address WHERE home_address = ?", home);
}

}  // namespace

std::vector<StoredClient> read_clients(Database& database) {
    Statement select(database,
                     "SELECT client.*, invite.id, invite.secret, invite.expires, invite.spent_by, "
                     "ipv4_home_address.ipv4 FROM client "
                     "LEFT JOIN invite ON invite.client = client.home_address "
                     "LEFT JOIN ipv4_home_address USING (home_address) ORDER BY client.name");
    std::vector<StoredClient> clients;
    while (require_next(select, "read the clients in the state file")) {
        clients.push_back(client_in(select));
    }
    return clients;
}

bool replaces_secret(Database& database, const StoredClient& client) {
    Statement select(database,
                     "SELECT 1 FROM client LEFT JOIN invite ON invite.client = home_address "
                     "WHERE home_address = ? AND (public_key <> coalesce(?, zeroblob(0)) "
                     "OR invite.id <> coalesce(?, zeroblob(0)))");
    select.bind(0, client.home.address.octets);
    bind_key(select, 1, client.key);
    if (client.invite) {
        select.bind(2, client.invite->id.octets);
    } else {
        select.bind_null(2);
    }
    return require_next(select, "read a client in the state file");
}

void write_client(Database& database, const StoredClient& client) {
    write_row(database, client);
    erase_belongings(database, client.home);
    if (client.invite) {
        write_invite(database, client.home, *client.invite);
    }
    if (client.ipv4) {
        write_ipv4(database, client.home, *client.ipv4);
    }
}

void erase_client(Database& database, const wire::HomeAddress& home) {
    erase_belongings(database, home);
    erase(database, "DELETE FROM client WHERE home_address = ?", home);
}

Ipv4Assignments read_ipv4_home_addresses(Database& database) {
    Statement select(database, "SELECT * FROM ipv4_home_address");
    Ipv4Assignments found;
    while (require_next(select, "read the IPv4 addresses in the state file")) {
        found.emplace(wire::HomeAddress{address_in(select, 0)},
                      wire::Ipv4Address{array_in<4>(select, 1)});
    }
    return found;
}

void write_ipv4_home_addresses(Database& database, const Ipv4Assignments& addresses) {
    database.require("DELETE FROM ipv4_home_address", "write IPv4 addresses");
    for (const auto& [home, ipv4] : addresses) {
        write_ipv4(database, home, ipv4);
    }
}

}  // namespace godwit::server
