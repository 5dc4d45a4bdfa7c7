#pragma once
// systemd-resolved, as far as we know it: it writes down what it is told, a line for each call.

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "shared/platform/attempt.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

class FakeResolved {
  public:
    // `refusal`: the name of the D-Bus error that answers all calls about links.
    explicit FakeResolved(const std::string& address, std::string refusal = {})
        : refusal_(std::move(refusal)) {
        static const std::array<sd_bus_vtable, 7> methods{{
            SD_BUS_VTABLE_START(0),
            SD_BUS_METHOD("SetLinkDNS", "ia(iay)", "", on_servers, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("SetLinkDomains", "ia(sb)", "", on_domains, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("SetLinkDefaultRoute", "ib", "", on_default, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("RevertLink", "i", "", on_revert, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("FlushCaches", "", "", on_flush, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_VTABLE_END,
        }};
        require_done(::sd_bus_new(&bus_));
        require_done(::sd_bus_set_address(bus_, address.c_str()));
        require_done(::sd_bus_set_bus_client(bus_, 1));
        require_done(::sd_bus_start(bus_));
        require_done(::sd_bus_add_object_vtable(bus_, nullptr, "/org/freedesktop/resolve1",
                                                "org.freedesktop.resolve1.Manager", methods.data(),
                                                this));
        require_done(::sd_bus_request_name(bus_, "org.freedesktop.resolve1", 0));
        thread_ = std::jthread([this](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                while (::sd_bus_process(bus_, nullptr) > 0) {
                }
                ::sd_bus_wait(bus_, 5000);
            }
        });
    }
    FakeResolved(const FakeResolved&) = delete;
    FakeResolved& operator=(const FakeResolved&) = delete;
    ~FakeResolved() {
        thread_.request_stop();
        thread_.join();
        ::sd_bus_flush_close_unref(bus_);
    }

    // What it has been told since the last time.
    std::vector<std::string> take_calls() {
        const std::lock_guard lock(mutex_);
        return std::exchange(calls_, {});
    }

  private:
    static void require_done(int outcome) {
        require("speak on the bus", {outcome < 0 ? -outcome : 0, std::system_category()});
    }
    static FakeResolved& of(void* self) { return *static_cast<FakeResolved*>(self); }

    int answer(sd_bus_message* message, const std::string& call) {
        {
            const std::lock_guard lock(mutex_);
            calls_.push_back(call);
        }
        return refusal_.empty() ? ::sd_bus_reply_method_return(message, "")
                                : ::sd_bus_reply_method_errorf(message, refusal_.c_str(), "No.");
    }
    static std::string link_in(sd_bus_message* message) {
        int link = 0;
        ::sd_bus_message_read(message, "i", &link);
        return std::to_string(link);
    }
    static int on_servers(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        std::string call = "servers " + link_in(message);
        ::sd_bus_message_enter_container(message, 'a', "(iay)");
        while (::sd_bus_message_enter_container(message, 'r', "iay") > 0) {
            int family = 0;
            const void* octets = nullptr;
            std::size_t length = 0;
            ::sd_bus_message_read(message, "i", &family);
            ::sd_bus_message_read_array(message, 'y', &octets, &length);
            const wire::BytesView view(static_cast<const std::uint8_t*>(octets), length);
            wire::Reader in(view);
            call +=
                ' ' + (family == AF_INET && length == 4 ? wire::Ipv4Address{in.array<4>()}.text()
                                                        : wire::Ipv6Address::read(in).text());
            ::sd_bus_message_exit_container(message);
        }
        return of(self).answer(message, call);
    }
    static int on_domains(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        std::string call = "domains " + link_in(message);
        const char* name = "";
        int is_for_routing = 0;
        ::sd_bus_message_enter_container(message, 'a', "(sb)");
        while (::sd_bus_message_read(message, "(sb)", &name, &is_for_routing) > 0) {
            call += std::string(is_for_routing != 0 ? " ~" : " ") + name;
        }
        return of(self).answer(message, call);
    }
    static int on_default(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        const std::string link = link_in(message);
        int is_default = 0;
        ::sd_bus_message_read(message, "b", &is_default);
        return of(self).answer(message, "default " + link + (is_default != 0 ? " yes" : " no"));
    }
    static int on_revert(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        return of(self).answer(message, "revert " + link_in(message));
    }
    static int on_flush(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        return of(self).answer(message, "flush");
    }

    std::string refusal_;
    std::mutex mutex_;
    std::vector<std::string> calls_;
    sd_bus* bus_ = nullptr;
    std::jthread thread_;
};

}  // namespace godwit::platform
