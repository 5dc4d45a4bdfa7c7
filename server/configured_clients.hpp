#pragma once
// The clients of the configuration file, which are changed only there.

#include "server/clients/clients.hpp"
#include "server/configuration.hpp"

namespace godwit::server {

class ConfiguredClients final : public Clients {
  public:
    explicit ConfiguredClients(const Configuration& configuration);

    [[nodiscard]] std::vector<Client> all() const override { return clients_; }
    [[nodiscard]] std::optional<Client> find(std::string_view name) const override;

    Outcome<IssuedInvite> invite(const InviteOrder& order) override;
    Outcome<IssuedInvite> invite_again(std::string_view name, std::chrono::seconds) override;
    Outcome<void> rename(std::string_view name, const std::string& to) override;
    Outcome<void> set_enabled(std::string_view name, bool is_enabled) override;
    Outcome<void> set_policy(std::string_view name, const ClientPolicy& policy) override;
    Outcome<void> revoke(std::string_view name) override;
    Outcome<void> remove(std::string_view name) override;
    Outcome<void> kick(std::string_view name) override;
    Outcome<security::PublicKey> rotate_key(std::chrono::seconds grace) override;
    [[nodiscard]] Outcome<std::string> backup() const override;
    Outcome<void> restore(std::string_view backup) override;

  private:
    std::vector<Client> clients_;
};

}  // namespace godwit::server
