#include "shared/platform/resolved.hpp"

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace godwit::platform {
namespace {

constexpr const char* resolved = "org.freedesktop.resolve1";
constexpr std::array comes_and_goes{
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.resolve1'"};

std::string reason_of(sd_bus_message* message) {
    const sd_bus_error* error = ::sd_bus_message_get_error(message);
    const std::string_view name = error != nullptr && error->name != nullptr ? error->name : "";
    if (name == SD_BUS_ERROR_ACCESS_DENIED ||
        name == SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED) {
        return "systemd-resolved does not allow it; polkit has no rule for it";
    }
    return error != nullptr && error->message != nullptr ? error->message : std::string(name);
}

}  // namespace

Resolved::Resolved(std::string address) : bus_(std::move(address)) {
    connect();
}

// It asks the bus who we are, and does nothing for who has gone.
Resolved::~Resolved() {
    constexpr std::uint64_t patience = 500'000;  // microseconds for each answer
    set(std::nullopt);
    while (open_answers_ > 0 && bus_.is_connected() && ::sd_bus_wait(bus_.bus(), patience) > 0) {
        process();
    }
}

void Resolved::connect() {
    const auto on_signal = [](sd_bus_message* message, void* self, sd_bus_error* error) {
        return on_owner_changed(message, self, error);
    };
    if (bus_.connect(comes_and_goes, on_signal, this)) {
        presence_ = Presence::unknown;
        ask_for_owner();
    } else if (!bus_.is_connected()) {
        presence_ = Presence::absent;
    }
}

bool Resolved::process() {
    const auto before = std::tuple(presence_, failure_, open_answers_);
    if (!bus_.process()) {
        take_presence(Presence::absent);
    }
    return before != std::tuple(presence_, failure_, open_answers_);
}

void Resolved::set(const std::optional<LinkDns>& wanted) {
    const auto before = std::exchange(wanted_, wanted);
    if (wanted_ == before || presence_ != Presence::present) {
        return;
    }
    if (wanted_) {
        send(*wanted_);
    } else {
        revert(before->link);
    }
}

void Resolved::set_again() {
    if (wanted_ && presence_ == Presence::present) {
        send(*wanted_);
    }
}

void Resolved::send(const LinkDns& wanted) {
    ++generation_;
    open_answers_ = 0;
    failure_.clear();
    send_servers(wanted);
    send_domains(wanted);
    send_default_route(wanted);
    flush_caches();
    bus_.send_the_rest();
}

void Resolved::send_servers(const LinkDns& wanted) {
    sd_bus_message* message = call_of("SetLinkDNS");
    ::sd_bus_message_append(message, "i", static_cast<int>(wanted.link.value));
    ::sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "(iay)");
    for (const wire::Ipv6Address& server : wanted.servers) {
        const auto ipv4 = server.mapped_ipv4();
        ::sd_bus_message_open_container(message, SD_BUS_TYPE_STRUCT, "iay");
        ::sd_bus_message_append(message, "i", ipv4 ? AF_INET : AF_INET6);
        if (ipv4) {
            ::sd_bus_message_append_array(message, 'y', ipv4->octets.data(), ipv4->octets.size());
        } else {
            ::sd_bus_message_append_array(message, 'y', server.octets.data(), server.octets.size());
        }
        ::sd_bus_message_close_container(message);
    }
    ::sd_bus_message_close_container(message);
    call(message);
}

void Resolved::send_domains(const LinkDns& wanted) {
    sd_bus_message* message = call_of("SetLinkDomains");
    ::sd_bus_message_append(message, "i", static_cast<int>(wanted.link.value));
    ::sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "(sb)");
    for (const LinkDns::Domain& domain : wanted.domains) {
        ::sd_bus_message_append(message, "(sb)", domain.name.c_str(),
                                static_cast<int>(domain.is_for_routing));
    }
    ::sd_bus_message_close_container(message);
    call(message);
}

void Resolved::send_default_route(const LinkDns& wanted) {
    sd_bus_message* message = call_of("SetLinkDefaultRoute");
    ::sd_bus_message_append(message, "ib", static_cast<int>(wanted.link.value),
                            static_cast<int>(wanted.is_default_route));
    call(message);
}

void Resolved::revert(mobility::InterfaceIndex link) {
    ++generation_;
    open_answers_ = 0;
    failure_.clear();
    sd_bus_message* message = call_of("RevertLink");
    ::sd_bus_message_append(message, "i", static_cast<int>(link.value));
    call(message);
    flush_caches();
    bus_.send_the_rest();
}

// What was learned of other servers is not what these say. Older ones stay where that is refused.
void Resolved::flush_caches() {
    call(call_of("FlushCaches"), true);
}

// Nobody is started for it: who has no resolved running wants none.
sd_bus_message* Resolved::call_of(const char* method) const {
    sd_bus_message* message = nullptr;
    ::sd_bus_message_new_method_call(bus_.bus(), &message, resolved, "/org/freedesktop/resolve1",
                                     "org.freedesktop.resolve1.Manager", method);
    ::sd_bus_message_set_auto_start(message, 0);
    return message;
}

void Resolved::call(sd_bus_message* message, bool may_fail) {
    struct Asked {
        Resolved* self;
        unsigned generation;
        bool may_fail;
    };
    const auto on_reply = [](sd_bus_message* reply, void* asked, sd_bus_error* /*error*/) {
        const Asked& what = *static_cast<Asked*>(asked);
        if (what.generation == what.self->generation_) {
            what.self->on_done(reply, what.may_fail);
        }
        return 0;
    };
    sd_bus_slot* slot = nullptr;
    auto* asked = new Asked{this, generation_, may_fail};
    if (::sd_bus_call_async(bus_.bus(), &slot, message, on_reply, asked, 0) < 0) {
        failure_ = "the D-Bus has gone";
        delete asked;
    } else {
        ++open_answers_;
        ::sd_bus_slot_set_destroy_callback(slot,
                                           [](void* done) { delete static_cast<Asked*>(done); });
        ::sd_bus_slot_set_floating(slot, 1);
        ::sd_bus_slot_unref(slot);
    }
    ::sd_bus_message_unref(message);
}

void Resolved::on_done(sd_bus_message* message, bool may_fail) {
    if (open_answers_ > 0) {
        --open_answers_;
    }
    if (!may_fail && ::sd_bus_message_is_method_error(message, nullptr) != 0) {
        failure_ = reason_of(message);
    }
}

void Resolved::ask_for_owner() {
    const auto on_reply = [](sd_bus_message* message, void* self, sd_bus_error* error) {
        return on_owner(message, self, error);
    };
    ::sd_bus_call_method_async(bus_.bus(), nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "GetNameOwner", on_reply, this, "s",
                               resolved);
    bus_.send_the_rest();
}

int Resolved::on_owner(sd_bus_message* message, void* self, void* /*error*/) {
    const bool is_there = ::sd_bus_message_is_method_error(message, nullptr) == 0;
    static_cast<Resolved*>(self)->take_presence(is_there ? Presence::present : Presence::absent);
    return 0;
}

int Resolved::on_owner_changed(sd_bus_message* message, void* self, void* /*error*/) {
    const char* name = "";
    const char* before = "";
    const char* now = "";
    ::sd_bus_message_read(message, "sss", &name, &before, &now);
    auto& link = *static_cast<Resolved*>(self);
    link.presence_ = Presence::absent;  // another one knows nothing of what was set
    link.take_presence(std::string_view(now).empty() ? Presence::absent : Presence::present);
    return 0;
}

void Resolved::take_presence(Presence presence) {
    const bool has_come = presence == Presence::present && presence_ != presence;
    presence_ = presence;
    if (has_come) {
        set_again();
    } else if (presence == Presence::absent) {
        ++generation_;
        open_answers_ = 0;
        failure_.clear();
    }
}

}  // namespace godwit::platform
