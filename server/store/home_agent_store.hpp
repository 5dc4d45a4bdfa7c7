#pragma once
// The store as one SQLite file on this machine. Two connections: what has to be on disk before it
// is answered waits for the disk, who was bound where does not.

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "server/store/sqlite.hpp"
#include "server/store/store.hpp"

namespace godwit::server {

class HomeAgentStore final : public Store {
  public:
    // Opens `directory`/godwit-ha.sqlite; makes both if they are missing. Throws std::system_error
    // that names the attempt, also if the file is damaged or of a newer version.
    explicit HomeAgentStore(const std::filesystem::path& directory);
    HomeAgentStore(const HomeAgentStore&) = delete;
    HomeAgentStore& operator=(const HomeAgentStore&) = delete;
    ~HomeAgentStore() override;

    // On disk before it answers true, or with its batch; false as well if it cannot be written.
    [[nodiscard]] bool advance(const security::ServingKeys& own, const security::PublicKey& peer,
                               const security::Tai64n& time) override;
    [[nodiscard]] bool is_durable() const override { return !failure_; }
    // One transaction for all that is advanced in between.
    void begin_batch() override { is_batch_ = true; }
    [[nodiscard]] bool commit_batch() override;

    [[nodiscard]] std::vector<StoredClient> clients() override;
    // Whether any of them may have a network behind it. Throws std::system_error.
    [[nodiscard]] bool has_networks();
    [[nodiscard]] std::error_code put_client(const StoredClient& client) override;
    [[nodiscard]] std::error_code remove_client(const wire::HomeAddress& home) override;

    [[nodiscard]] Ipv4Assignments ipv4_home_addresses() override;
    [[nodiscard]] std::error_code put_ipv4_home_addresses(
        const Ipv4Assignments& addresses) override;

    [[nodiscard]] std::optional<StoredKeys> keys() override;
    [[nodiscard]] std::error_code put_keys(const StoredKeys& keys) override;

    void put_binding(const StoredBinding& binding) override;
    void remove_binding(const wire::HomeAddress& home) override;
    [[nodiscard]] std::size_t unwritten_bindings() const override { return unwritten_.size(); }
    void write_bindings() override;
    [[nodiscard]] std::vector<StoredBinding> bindings(std::chrono::sys_seconds now) override;

    [[nodiscard]] std::uint32_t count_restart() override;

    [[nodiscard]] std::expected<std::string, std::error_code> backup(
        const StoredKeys& keys) override;
    [[nodiscard]] std::expected<StoreContent, std::string> read_backup(
        std::string_view backup) const override;
    [[nodiscard]] std::error_code replace(const StoreContent& content) override;

    [[nodiscard]] std::error_code failure() const override { return failure_; }

  private:
    // False if it failed; the batch is lost then.
    bool put_batch_on_record();
    std::error_code write_binding(const StoredBinding& binding);
    std::error_code erase_binding(const wire::HomeAddress& home);
    // In one transaction of the durable connection.
    std::error_code write(const std::function<void()>& change);

    Database durable_;  // each commit waits for the disk
    Database lazy_;
    Statement advance_;
    Statement put_;
    Statement remove_;
    // By home address; nothing for what has ended.
    std::unordered_map<wire::HomeAddress, std::optional<StoredBinding>> unwritten_;
    bool is_batch_ = false;
    bool is_batch_begun_ = false;  // with something in it
    bool is_batch_lost_ = false;   // at least a part of it
    std::error_code failure_;
};

}  // namespace godwit::server
