#pragma once
// Has this machine look names up with what client/core/wanted_dns says, by whoever keeps that here:
// systemd-resolved, else resolvconf(8) or the file /etc/resolv.conf itself. All of it is put back
// when this object goes; what a crash has left, when another one comes.

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/configuration.hpp"
#include "client/core/wanted_dns.hpp"
#include "client/resolver_order.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/platform/resolved.hpp"
#include "shared/platform/resolver_file.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

struct DnsReport {
    std::string backend;  // "systemd-resolved", "resolvconf" or "file"; empty: nothing is set
    std::vector<wire::Ipv6Address> servers;
    std::vector<std::string> domains;  // "home.example"; "~home.example" does not search
};

struct NameServiceSettings {
    DnsSettings dns;
    mobility::InterfaceIndex tunnel;  // the TUN interface
    std::filesystem::path directory;  // for orders
    // Told what is wanted before it is done, each time it may be something else.
    using OnWanted = std::function<void(const std::optional<WantedDns>&)>;
    OnWanted on_wanted{};
};

NameServiceSettings name_service_settings(const Configuration& configuration,
                                          mobility::InterfaceIndex tunnel,
                                          NameServiceSettings::OnWanted on_wanted);

// Those that are asked through the tunnel.
std::vector<wire::Ipv6Address> servers_in_tunnel(const std::optional<WantedDns>& wanted);

// What an earlier run could not take back: its order in that directory is withdrawn, and where the
// file may be written it is as it was. Of systemd-resolved nothing is left.
void put_back_name_servers(const std::filesystem::path& directory, const runtime::Log& log);

// What systemd-resolved is told; nothing at home, where its queries would be sent by the link that
// the servers belong to, the tunnel, which rests.
std::optional<platform::LinkDns> link_dns(const std::optional<WantedDns>& wanted,
                                          mobility::InterfaceIndex tunnel);

class NameService {
  public:
    // The loop and the log outlive it.
    NameService(NameServiceSettings settings, runtime::EventLoop& loop, const runtime::Log& log);
    NameService(const NameService&) = delete;
    NameService& operator=(const NameService&) = delete;
    ~NameService();

    void follow(State state, const mobility::DnsConfiguration& told,
                const std::optional<wire::Ipv4Address>& ipv4_home);

    // What this machine is to look names up with now, whether or not that has been done yet.
    [[nodiscard]] const std::optional<WantedDns>& wanted() const {
        return presence_.choice().wanted;
    }
    [[nodiscard]] DnsReport report() const;
    // What is wrong, a sentence each.
    void add_health(std::vector<std::string>& health) const;

  private:
    void follow_again();
    void apply();
    void apply_to_file(const std::optional<WantedDns>& wanted);
    void on_alarm();
    void set_alarm();
    [[nodiscard]] bool is_by_resolved() const {
        return resolved_.presence() == platform::Resolved::Presence::present;
    }
    [[nodiscard]] std::optional<ResolverAnswer> answer() const;
    [[nodiscard]] std::string failure() const;
    void tell();

    NameServiceSettings settings_;
    const runtime::Log& log_;
    DnsPresence presence_;
    State state_ = State::unattached;
    mobility::DnsConfiguration told_;
    std::optional<wire::Ipv4Address> ipv4_home_;
    platform::Alarm alarm_;
    platform::Resolved resolved_;
    platform::ResolverFile file_;
    ResolverOrder order_;
    std::string text_;  // of the file, as it was written or ordered; empty: none
    std::string file_failure_;
    std::string logged_;
    std::array<runtime::EventLoop::Watch, 2> watches_;
};

}  // namespace godwit::client
