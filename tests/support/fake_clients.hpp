#pragma once
// Clients as a home agent has them, in memory and without a home agent.

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/clients/clients.hpp"

namespace godwit::tests {

class FakeClients final : public server::Clients {
  public:
    using Client = server::Client;
    using Refusal = server::Refusal;
    template <class T>
    using Outcome = server::Outcome<T>;

    // What is told of each change that was made.
    using OnChange = std::function<void(std::string_view what, const Client&)>;
    void on_change(OnChange callback) { on_change_ = std::move(callback); }

    static constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};

    void put(const Client& client) {
        clients_.push_back(client);
        std::ranges::sort(clients_, {}, &Client::name);
    }

    [[nodiscard]] std::vector<Client> all() const override { return clients_; }
    [[nodiscard]] std::optional<Client> find(std::string_view name) const override {
        const auto found = std::ranges::find(clients_, name, &Client::name);
        return found == clients_.end() ? std::nullopt : std::optional(*found);
    }

    Outcome<server::IssuedInvite> invite(const server::InviteOrder& order) override {
        if (find(order.name)) {
            return refused(Refusal::name_taken, "there is a client of this name");
        }
        const wire::HomeAddress home =
            order.home.value_or(wire::HomeAddress{*wire::Ipv6Address::parse("2001:db8:f::77")});
        put({.name = order.name,
             .home = home,
             .state = server::ClientState::invited,
             .policy = order.policy,
             .created = now,
             .invite_expires = now + order.valid_for});
        on_change_("invited", *find(order.name));
        return server::IssuedInvite{order.name, home, "godwit://invite-of-" + order.name,
                                    now + order.valid_for};
    }
    Outcome<server::IssuedInvite> invite_again(std::string_view name,
                                               std::chrono::seconds valid_for) override {
        Client* client = at(name);
        if (client == nullptr) {
            return refused(Refusal::no_such_client, "no such client");
        }
        client->invite_expires = now + valid_for;
        return server::IssuedInvite{client->name, client->home, "godwit://again-" + client->name,
                                    *client->invite_expires};
    }
    Outcome<void> rename(std::string_view name, const std::string& to) override {
        if (find(to)) {
            return refused(Refusal::name_taken, "there is a client of this name");
        }
        return change(name, "renamed", [&](Client& client) { client.name = to; });
    }
    Outcome<void> set_enabled(std::string_view name, bool is_enabled) override {
        return change(name, is_enabled ? "enabled" : "disabled", [&](Client& client) {
            client.state =
                is_enabled ? server::ClientState::enabled : server::ClientState::disabled;
        });
    }
    Outcome<void> set_policy(std::string_view name, const server::ClientPolicy& policy) override {
        return change(name, "policy-changed", [&](Client& client) { client.policy = policy; });
    }
    Outcome<void> revoke(std::string_view name) override {
        return change(name, "revoked", [](Client& client) {
            client.state = server::ClientState::revoked;
            client.key.reset();
        });
    }
    Outcome<void> remove(std::string_view name) override {
        if (std::erase_if(clients_, [&](const Client& client) { return client.name == name; }) ==
            0) {
            return refused(Refusal::no_such_client, "no such client");
        }
        return {};
    }
    Outcome<void> kick(std::string_view name) override {
        return change(name, "kicked", [this](Client& client) { kicked_.push_back(client.name); });
    }
    Outcome<security::PublicKey> rotate_key(std::chrono::seconds grace) override {
        grace_ = grace;
        return security::PublicKey{};
    }
    [[nodiscard]] Outcome<std::string> backup() const override { return backup_; }
    Outcome<void> restore(std::string_view backup) override {
        if (backup == "damaged") {
            return refused(Refusal::bad_backup, "this is no backup");
        }
        backup_ = backup;
        return {};
    }

    [[nodiscard]] const std::vector<std::string>& kicked() const { return kicked_; }
    [[nodiscard]] std::chrono::seconds grace() const { return grace_; }

  private:
    static std::unexpected<server::Refused> refused(Refusal reason, const char* text) {
        return std::unexpected(server::Refused{reason, text});
    }
    Client* at(std::string_view name) {
        const auto found = std::ranges::find(clients_, name, &Client::name);
        return found == clients_.end() ? nullptr : &*found;
    }
    template <class Change>
    Outcome<void> change(std::string_view name, std::string_view what, Change change) {
        Client* client = at(name);
        if (client == nullptr) {
            return refused(Refusal::no_such_client, "no such client");
        }
        if (client->is_configured) {
            return refused(Refusal::is_configured, "it stands in the configuration file");
        }
        change(*client);
        on_change_(what, *client);
        return {};
    }

    OnChange on_change_ = [](std::string_view, const Client&) {};
    std::vector<Client> clients_;
    std::vector<std::string> kicked_;
    std::chrono::seconds grace_{};
    std::string backup_ = "all of it";
};

}  // namespace godwit::tests
