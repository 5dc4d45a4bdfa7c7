#include "server/store/home_agent_store.hpp"

#include <algorithm>
#include <utility>

#include "server/store/schema.hpp"

namespace godwit::server {

namespace {

std::filesystem::path state_file(const std::filesystem::path& directory) {
    std::error_code failure;
    const bool is_new = std::filesystem::create_directories(directory, failure);
    if (failure) {
        throw std::system_error(failure, "make state_directory " + directory.string());
    }
    if (is_new) {  // who was where is nobody else's business
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    }
    return directory / "godwit-ha.sqlite";
}

Database open_lazily(const std::filesystem::path& directory) {
    Database database(state_file(directory));
    database.require("PRAGMA synchronous = NORMAL", "open");
    return database;
}

wire::Ipv6Address address(std::span<const std::uint8_t> octets) {
    wire::Ipv6Address address;
    std::ranges::copy_n(octets.begin(), std::min(std::ssize(octets), std::ssize(address.octets)),
                        address.octets.begin());
    return address;
}

}  // namespace

HomeAgentStore::HomeAgentStore(const std::filesystem::path& directory,
                               std::vector<std::optional<security::PublicKey>> peers)
    : peers_(std::move(peers)),
      durable_(open_state_file(state_file(directory))),
      lazy_(open_lazily(directory)),
      advance_(durable_,
               "INSERT INTO handshake VALUES (?, ?) ON CONFLICT (public_key) "
               "DO UPDATE SET time = excluded.time WHERE excluded.time > time"),
      put_(lazy_, "INSERT OR REPLACE INTO binding VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      remove_(lazy_, "DELETE FROM binding WHERE home_address = ?") {}

bool HomeAgentStore::advance(mobility::PeerId peer, const security::Tai64n& time) {
    if (peer.index >= peers_.size() || !peers_[peer.index]) {
        return false;
    }
    advance_.bind(0, peers_[peer.index]->octets);
    advance_.bind(1, time.octets);
    failure_ = advance_.run();
    return !failure_ && durable_.changes() == 1;
}

void HomeAgentStore::put_binding(const StoredBinding& binding) {
    put_.bind(0, binding.home.address.octets);
    put_.bind(1, binding.care_of.address.octets);
    put_.bind(2, static_cast<std::int64_t>(binding.encapsulation));
    put_.bind(3, binding.remote.octets);
    put_.bind(4, binding.expires.time_since_epoch().count());
    put_.bind(5, binding.local.octets);
    put_.bind(6, std::int64_t{binding.local_port});
    put_.bind(7, std::int64_t{binding.remote_port});
    failure_ = put_.run();
}

void HomeAgentStore::remove_binding(const wire::HomeAddress& home) {
    remove_.bind(0, home.address.octets);
    failure_ = remove_.run();
}

std::vector<StoredBinding> HomeAgentStore::bindings(std::chrono::sys_seconds now) {
    const std::string limit = std::to_string(now.time_since_epoch().count());
    lazy_.require("DELETE FROM binding WHERE expires <= " + limit, "clean");
    Statement select(lazy_, "SELECT * FROM binding ORDER BY home_address");
    std::vector<StoredBinding> found;
    for (auto row = select.next(); row != false; row = select.next()) {
        if (!row) {
            throw std::system_error(row.error(), "read the bindings in the state file");
        }
        found.push_back({{address(select.octets(0))},
                         {address(select.octets(1))},
                         static_cast<mobility::Encapsulation>(select.number(2)),
                         address(select.octets(3)),
                         std::chrono::sys_seconds(std::chrono::seconds(select.number(4))),
                         address(select.octets(5)),
                         static_cast<std::uint16_t>(select.number(6)),
                         static_cast<std::uint16_t>(select.number(7))});
    }
    return found;
}

std::map<wire::HomeAddress, wire::Ipv4Address> HomeAgentStore::ipv4_home_addresses() {
    Statement select(durable_, "SELECT * FROM ipv4_home_address");
    std::map<wire::HomeAddress, wire::Ipv4Address> found;
    for (auto row = select.next(); row != false; row = select.next()) {
        if (!row) {
            throw std::system_error(row.error(), "read the IPv4 addresses in the state file");
        }
        wire::Ipv4Address ipv4;
        std::ranges::copy_n(select.octets(1).begin(), std::ssize(ipv4.octets), ipv4.octets.begin());
        found.emplace(wire::HomeAddress{address(select.octets(0))}, ipv4);
    }
    return found;
}

void HomeAgentStore::put_ipv4_home_addresses(
    const std::map<wire::HomeAddress, wire::Ipv4Address>& addresses) {
    durable_.require("BEGIN IMMEDIATE; DELETE FROM ipv4_home_address", "write IPv4 addresses");
    Statement insert(durable_, "INSERT INTO ipv4_home_address VALUES (?, ?)");
    for (const auto& [home, ipv4] : addresses) {
        insert.bind(0, home.address.octets);
        insert.bind(1, ipv4.octets);
        if (const auto error = insert.run()) {
            throw std::system_error(error, "write the IPv4 addresses into the state file");
        }
    }
    durable_.require("COMMIT", "write IPv4 addresses");
}

std::uint32_t HomeAgentStore::count_restart() {
    durable_.require(
        "INSERT INTO restart VALUES (1, 1) ON CONFLICT (only_row) "
        "DO UPDATE SET counter = (counter + 1) % 4294967296",
        "count this start");
    Statement select(durable_, "SELECT counter FROM restart");
    const auto row = select.next();
    if (!row.value_or(false)) {
        throw std::system_error(row ? std::error_code() : row.error(),
                                "read the restart counter in the state file");
    }
    const auto counter = static_cast<std::uint32_t>(select.number(0));
    return counter;
}

}  // namespace godwit::server
