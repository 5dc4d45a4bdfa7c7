#include "server/store/home_agent_store.hpp"

#include "server/store/backup.hpp"
#include "server/store/client_table.hpp"
#include "server/store/columns.hpp"
#include "server/store/key_table.hpp"
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
    return canonical(directory) / "godwit-ha.sqlite";  // a link to the folder is its owner's wish
}

Database open_lazily(const std::filesystem::path& directory) {
    Database database(state_file(directory));
    database.require("PRAGMA synchronous = NORMAL", "open");
    return database;
}

}  // namespace

HomeAgentStore::HomeAgentStore(const std::filesystem::path& directory)
    : durable_(open_state_file(state_file(directory))),
      lazy_(open_lazily(directory)),
      advance_(durable_, advance_handshake),
      put_(lazy_, "INSERT OR REPLACE INTO binding VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      remove_(lazy_, "DELETE FROM binding WHERE home_address = ?") {}

HomeAgentStore::~HomeAgentStore() {
    write_bindings();
}

bool HomeAgentStore::advance(const security::ServingKeys& own, const security::PublicKey& peer,
                             const security::Tai64n& time) {
    if (is_batch_ && !is_batch_begun_) {
        failure_ = durable_.run("BEGIN IMMEDIATE");
        if (failure_) {
            return false;
        }
        is_batch_begun_ = true;
    }
    advance_.bind(0, peer.octets);
    advance_.bind(1, own.used.octets);
    advance_.bind(2, time.octets);
    bind_key(advance_, 3, own.other);
    failure_ = advance_.run();
    return !failure_ && durable_.changes() == 1;
}

bool HomeAgentStore::commit_batch() {
    is_batch_ = false;
    put_batch_on_record();
    return !std::exchange(is_batch_lost_, false);
}

bool HomeAgentStore::put_batch_on_record() {
    if (!std::exchange(is_batch_begun_, false)) {
        return true;
    }
    failure_ = durable_.run("COMMIT");
    if (failure_) {
        is_batch_lost_ = true;
        static_cast<void>(durable_.run("ROLLBACK"));  // there may be nothing left of it
    }
    return !failure_;
}

std::error_code HomeAgentStore::write(const std::function<void()>& change) {
    // A change of clients is not part of a batch: what the batch has so far goes first.
    if (!put_batch_on_record()) {
        return failure_;
    }
    try {
        Transaction transaction(durable_);
        change();
        transaction.commit();
        failure_ = {};
    } catch (const std::system_error& error) {
        failure_ = error.code();
    }
    return failure_;
}

std::vector<StoredClient> HomeAgentStore::clients() {
    return read_clients(durable_);
}

bool HomeAgentStore::has_networks() {
    Statement select(durable_, "SELECT 1 FROM client WHERE network_prefixes <> '' LIMIT 1");
    return require_next(select, "read the clients in the state file");
}

std::error_code HomeAgentStore::put_client(const StoredClient& client) {
    bool is_secret_gone = false;
    const std::error_code outcome = write([&] {
        is_secret_gone = replaces_secret(durable_, client);
        write_client(durable_, client);
    });
    if (!outcome && is_secret_gone) {  // not for whoever joins: its handshake waits
        overwrite_what_was_deleted(durable_);
    }
    return outcome;
}

std::error_code HomeAgentStore::remove_client(const wire::HomeAddress& home) {
    const std::error_code outcome = write([&] { erase_client(durable_, home); });
    if (!outcome) {
        overwrite_what_was_deleted(durable_);
    }
    return outcome;
}

Ipv4Assignments HomeAgentStore::ipv4_home_addresses() {
    return read_ipv4_home_addresses(durable_);
}

std::error_code HomeAgentStore::put_ipv4_home_addresses(const Ipv4Assignments& addresses) {
    return write([&] { write_ipv4_home_addresses(durable_, addresses); });
}

std::optional<StoredKeys> HomeAgentStore::keys() {
    return read_keys(durable_);
}

std::error_code HomeAgentStore::put_keys(const StoredKeys& keys) {
    const std::error_code outcome = write([&] {
        note_key_of_old_handshakes(durable_, keys);
        write_keys(durable_, keys);
    });
    overwrite_what_was_deleted(durable_);
    return outcome;
}

std::expected<std::string, std::error_code> HomeAgentStore::backup(const StoredKeys& keys) {
    try {
        return write_backup(durable_, keys);
    } catch (const std::system_error& error) {
        return std::unexpected(error.code());
    }
}

std::expected<StoreContent, std::string> HomeAgentStore::read_backup(
    std::string_view backup) const {
    return read_backup_file(backup);
}

std::error_code HomeAgentStore::replace(const StoreContent& content) {
    const std::error_code outcome = write([&] {
        for (const StoredClient& client : read_clients(durable_)) {
            erase_client(durable_, client.home);
        }
        for (const StoredClient& client : content.clients) {
            write_client(durable_, client);
        }
        if (content.keys) {
            write_keys(durable_, *content.keys);
        }
        for (const StoredHandshake& handshake : content.handshakes) {
            write_handshake(durable_, handshake);
        }
    });
    overwrite_what_was_deleted(durable_);
    return outcome;
}

void HomeAgentStore::put_binding(const StoredBinding& binding) {
    unwritten_[binding.home] = binding;
}

void HomeAgentStore::remove_binding(const wire::HomeAddress& home) {
    unwritten_[home] = std::nullopt;
}

void HomeAgentStore::write_bindings() {
    if (unwritten_.empty()) {
        return;
    }
    failure_ = lazy_.run("BEGIN IMMEDIATE");
    for (const auto& [home, binding] : std::exchange(unwritten_, {})) {
        if (!failure_) {
            failure_ = binding ? write_binding(*binding) : erase_binding(home);
        }
    }
    if (!failure_) {
        failure_ = lazy_.run("COMMIT");
    }
    if (failure_) {
        static_cast<void>(lazy_.run("ROLLBACK"));  // there may be nothing left of it
    }
}

std::error_code HomeAgentStore::write_binding(const StoredBinding& binding) {
    put_.bind(0, binding.home.address.octets);
    put_.bind(1, binding.care_of.address.octets);
    put_.bind(2, static_cast<std::int64_t>(binding.encapsulation));
    put_.bind(3, binding.remote.octets);
    put_.bind(4, binding.expires.time_since_epoch().count());
    put_.bind(5, binding.local.octets);
    put_.bind(6, std::int64_t{binding.local_port});
    put_.bind(7, std::int64_t{binding.remote_port});
    return put_.run();
}

std::error_code HomeAgentStore::erase_binding(const wire::HomeAddress& home) {
    remove_.bind(0, home.address.octets);
    return remove_.run();
}

std::vector<StoredBinding> HomeAgentStore::bindings(std::chrono::sys_seconds now) {
    write_bindings();
    const std::string limit = std::to_string(now.time_since_epoch().count());
    lazy_.require("DELETE FROM binding WHERE expires <= " + limit, "clean");
    Statement select(lazy_, "SELECT * FROM binding ORDER BY home_address");
    std::vector<StoredBinding> found;
    while (require_next(select, "read the bindings in the state file")) {
        found.push_back({{address_in(select, 0)},
                         {address_in(select, 1)},
                         static_cast<mobility::Encapsulation>(select.number(2)),
                         address_in(select, 3),
                         time_in(select, 4),
                         address_in(select, 5),
                         static_cast<std::uint16_t>(select.number(6)),
                         static_cast<std::uint16_t>(select.number(7))});
    }
    return found;
}

std::uint32_t HomeAgentStore::count_restart() {
    durable_.require(
        "INSERT INTO restart VALUES (1, 1) ON CONFLICT (only_row) "
        "DO UPDATE SET counter = (counter + 1) % 4294967296",
        "count this start");
    Statement select(durable_, "SELECT counter FROM restart");
    require_next(select, "read the restart counter in the state file");
    return static_cast<std::uint32_t>(select.number(0));
}

}  // namespace godwit::server
