#pragma once
// Name servers of one link at systemd-resolved, over the system's D-Bus (org.freedesktop.resolve1).
// They are set again when resolved is started anew, and gone with the link. Never waits.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/platform/system_bus.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

struct LinkDns {
    struct Domain {
        std::string name;             // "." is all of them
        bool is_for_routing = false;  // "~name": no search domain
        bool operator==(const Domain&) const = default;
    };

    mobility::InterfaceIndex link;
    std::vector<wire::Ipv6Address> servers;  // IPv4 as ::ffff:0:0/96
    std::vector<Domain> domains;
    bool is_default_route = false;  // for names that are in nobody's domains
    bool operator==(const LinkDns&) const = default;
};

class Resolved {
  public:
    enum class Presence : std::uint8_t { unknown, absent, present };

    // `address` as D-Bus writes it; empty: that of the system's bus. Throws std::system_error.
    explicit Resolved(std::string address = {});
    Resolved(const Resolved&) = delete;
    Resolved& operator=(const Resolved&) = delete;
    // As set({}), and waits a little until that is done.
    ~Resolved();

    // Readable: process(). The same as long as this lives.
    [[nodiscard]] int descriptor() const { return bus_.descriptor(); }
    // Takes all that has come; returns whether anything below is different now.
    bool process();
    // The bus was not there, or is gone: try again, now and then.
    void connect();

    // Whether resolved runs; unknown only until the bus has answered.
    [[nodiscard]] Presence presence() const { return presence_; }
    // From now on, in place of what was set before; none: as if nothing had ever been.
    void set(const std::optional<LinkDns>& wanted);
    // The same once more, after a failure.
    void set_again();
    // Why it does not do what was set last; empty if it does, or has not answered yet.
    [[nodiscard]] const std::string& failure() const { return failure_; }
    // It has answered that it does what was set last.
    [[nodiscard]] bool is_done() const { return open_answers_ == 0 && failure_.empty(); }

  private:
    static int on_owner_changed(sd_bus_message* message, void* self, void* error);
    static int on_owner(sd_bus_message* message, void* self, void* error);

    void ask_for_owner();
    void take_presence(Presence presence);
    void send(const LinkDns& wanted);
    void send_servers(const LinkDns& wanted);
    void send_domains(const LinkDns& wanted);
    void send_default_route(const LinkDns& wanted);
    void revert(mobility::InterfaceIndex link);
    void flush_caches();
    void call(sd_bus_message* message, bool may_fail = false);
    void on_done(sd_bus_message* message, bool may_fail);
    [[nodiscard]] sd_bus_message* call_of(const char* method) const;

    SystemBus bus_;
    Presence presence_ = Presence::unknown;
    std::optional<LinkDns> wanted_;
    std::string failure_;
    unsigned open_answers_ = 0;
    unsigned generation_ = 0;  // answers to what was set before are none of ours
};

}  // namespace godwit::platform
