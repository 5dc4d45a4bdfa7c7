#pragma once
// Movement detection (RFC 6275 §11.5.1) from what the system tells: rtnetlink events and router
// advertisements become the attachments between which the mobile node chooses.

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/core/look_pacing.hpp"
#include "client/core/next_hop_questions.hpp"
#include "client/core/router_watch.hpp"
#include "client/home_agent_endpoints.hpp"
#include "client/link_preferences.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/platform/candidates.hpp"
#include "shared/platform/metered_devices.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/platform/router_discovery.hpp"
#include "shared/platform/sleep_watch.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

class AttachmentWatch {
  public:
    using OnChange = std::function<void(const mobility::Attachments&)>;
    using OnResume = std::function<void()>;
    using OnNetwork = std::function<void(const platform::NetworkSnapshot&)>;

    struct Settings {
        wire::HomeAgentAddress home_agent;
        std::vector<std::string> endpoints;     // of the home agent, for UDP: names or addresses
        HomeAgentEndpoints::Queries queries{};  // for the names
        wire::HomeAddress home;
        mobility::InterfaceIndex tunnel;  // the TUN interface
        LinkPreferences links;
        // What a router advertises on the home link; nothing: there is no home link.
        std::optional<wire::Prefix> home_prefix;
        std::vector<wire::Prefix> network_prefixes{};  // behind this machine: no way to anywhere
        // Told each look at the network, before the attachments there.
        OnNetwork on_network{};
    };
    // The loop outlives it.
    AttachmentWatch(const Settings& settings, runtime::EventLoop& loop, const runtime::Log& log,
                    OnChange on_change, OnResume on_resume);

    // Tells the attachments, now and at each change.
    void start();
    // The machine has been asleep, as the loop's clocks say; logind says so by itself. Everything
    // is looked at anew, the routers and name servers are asked, and then on_resume() is called.
    void resume();

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

    // nullptr if it is gone.
    [[nodiscard]] const platform::Link* link(mobility::InterfaceIndex interface) const;
    [[nodiscard]] mobility::LinkTraits traits(mobility::InterfaceIndex interface) const;
    // Where a router of this link says that its captive portal is (RFC 8910 §2.3), as it was told.
    [[nodiscard]] std::optional<std::string> advertised_portal(
        mobility::InterfaceIndex interface) const;

  private:
    void on_network_event();
    void look();
    void follow(platform::NetworkSnapshot now);
    void hear_routers();
    void hear(const platform::AdvertisedRouter& router);
    void note_portal(const platform::AdvertisedRouter& router);
    void ask(const RouterQuestions& questions);
    void ask(const ProbeRouter& question);
    [[nodiscard]] bool is_abandoned(const mobility::CandidateAddress& candidate) const;
    void tell();
    void tell_kernel();
    void tell_lost_prefixes();
    void note_silence();
    void ask_silent();

    [[nodiscard]] platform::Destination destination() const;
    [[nodiscard]] mobility::Attachments attachments() const;

    Settings settings_;
    runtime::EventLoop& loop_;
    const runtime::Log& log_;
    OnChange on_change_;
    OnResume on_resume_;
    platform::NetworkMonitor monitor_;
    platform::RouterDiscovery routers_;
    RouterWatch heard_;
    HomeAgentEndpoints endpoints_;
    platform::NetworkSnapshot network_;
    // Of its links, as far as asked for: files of sysfs say it.
    mutable std::map<mobility::InterfaceIndex, mobility::LinkKind> kinds_;
    std::optional<mobility::Attachments> told_;
    LookPacing pacing_;
    NextHopQuestions next_hops_;
    platform::MeteredDevices metered_;
    platform::SleepWatch sleep_;
    platform::NetlinkSocket netlink_;
    std::vector<ReplacedRouter> replaced_;  // as the kernel has been told
    std::vector<LostPrefix> lost_prefixes_;
    struct AdvertisedPortal {
        mobility::InterfaceIndex interface;
        wire::Ipv6Address router;
        std::string uri;
    };
    std::vector<AdvertisedPortal> portals_;  // one of a router
    std::array<runtime::EventLoop::Watch, 4> watches_;
};

}  // namespace godwit::client
