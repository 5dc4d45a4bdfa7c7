#pragma once
// What a home agent has to know again after a restart, in one SQLite file: the time of the last
// handshake of each key, without which old binding updates could be replayed (docs/protocol.md),
// and who was bound where, to be asked to register again.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

#include "server/store/sqlite.hpp"
#include "shared/mobility/path.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/tai64n.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct StoredBinding {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    mobility::Encapsulation encapsulation{};
    wire::Ipv6Address remote;          // of the path
    std::chrono::sys_seconds expires;  // by the wall clock
    wire::Ipv6Address local{};         // of the path, as the two ports
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    bool operator==(const StoredBinding&) const = default;
};

class HomeAgentStore final : public security::HandshakeLedger {
  public:
    // Opens `directory`/godwit-ha.sqlite; makes both if they are missing. `peers` are the keys of
    // the configured mobile nodes, in the order of their PeerIds. Throws std::system_error that
    // names the attempt, also if the file is damaged or of a newer version.
    HomeAgentStore(const std::filesystem::path& directory,
                   std::vector<std::optional<security::PublicKey>> peers);

    // On disk before it answers true; false as well if it cannot be written.
    [[nodiscard]] bool advance(mobility::PeerId peer, const security::Tai64n& time) override;
    [[nodiscard]] bool is_durable() const override { return !failure_; }

    // Bindings are only asked after, never believed: a loss of power may take the last ones along.
    void put_binding(const StoredBinding& binding);
    void remove_binding(const wire::HomeAddress& home);
    // Those that have not expired; the others are forgotten. Throws std::system_error.
    [[nodiscard]] std::vector<StoredBinding> bindings(std::chrono::sys_seconds now);

    // Which IPv4 home address each mobile node has. Throw std::system_error.
    [[nodiscard]] std::map<wire::HomeAddress, wire::Ipv4Address> ipv4_home_addresses();
    void put_ipv4_home_addresses(const std::map<wire::HomeAddress, wire::Ipv4Address>& addresses);

    // Counts this start (RFC 5847 §3.4); on disk before it answers. Throws std::system_error.
    [[nodiscard]] std::uint32_t count_restart();

    // Why the last write failed; none if it did not.
    [[nodiscard]] std::error_code failure() const { return failure_; }

  private:
    std::vector<std::optional<security::PublicKey>> peers_;
    Database durable_;  // each commit waits for the disk
    Database lazy_;
    Statement advance_;
    Statement put_;
    Statement remove_;
    std::error_code failure_;
};

}  // namespace godwit::server
