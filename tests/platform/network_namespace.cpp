#include "tests/platform/network_namespace.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "shared/platform/interface_config.hpp"
#include "shared/platform/network_monitor.hpp"

namespace godwit::platform {
namespace {

void write_text(const char* path, const std::string& text) {
    std::ofstream(path) << text;
}

void bring_up(const std::string& interface, const wire::Ipv6Address& address) {
    run("ip addr add " + address.text() + "/64 dev " + interface + " nodad");
    run("ip link set " + interface + " addrgenmode none");
    run("ip link set " + interface + " up");
}

// A fresh link counts as running before its carrier is known: only when it is said to be UP has the
// kernel also finished with its addresses and routes.
void wait_for_carrier(const std::string& interface) {
    NetworkMonitor monitor;
    EXPECT_TRUE(comes_true(monitor, [&](const NetworkSnapshot&) {
        return run("ip -br link show " + interface).find(" UP ") != std::string::npos;
    }));
}

}  // namespace

void become_root_of_a_user_namespace() {
    if (::geteuid() != 0) {
        enter_a_user_namespace();
    }
}

void enter_a_user_namespace() {
    const auto user = ::geteuid();
    const auto group = ::getegid();
    check_syscall("make a user namespace", ::unshare(CLONE_NEWUSER));
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    write_text("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
}

NetworkNamespace::NetworkNamespace() {
    check_syscall("make a network namespace", ::unshare(CLONE_NEWNET));
    namespace_ = FileDescriptor(
        check_syscall("open a network namespace", ::open("/proc/thread-self/ns/net", O_RDONLY)));
    run("ip link set lo up");
}

void NetworkNamespace::enter() const {
    check_syscall("enter a network namespace", ::setns(namespace_.number(), CLONE_NEWNET));
}

std::string NetworkNamespace::path() const {
    return "/proc/self/fd/" + std::to_string(namespace_.number());
}

std::string run(const std::string& commands) {
    const auto close = [](FILE* pipe) { ::pclose(pipe); };
    std::unique_ptr<FILE, decltype(close)> pipe(::popen(("set -e; " + commands).c_str(), "r"));
    std::string output;
    std::array<char, 4096> part{};
    while (const std::size_t length = std::fread(part.data(), 1, part.size(), pipe.get())) {
        output.append(part.data(), length);
    }
    if (::pclose(pipe.release()) != 0) {
        throw std::runtime_error("failed: " + commands);
    }
    return output;
}

// The kernel shows it a little earlier than it has put its route into the local table.
void add_address(const std::string& interface, const std::string& address_and_length) {
    const std::string address = address_and_length.substr(0, address_and_length.find('/'));
    run("ip addr add " + address_and_length + " dev " + interface + " nodad;" +
        "until ip -6 route show table local | grep -qF '" + address + " '; do sleep 0.01; done");
}

mobility::InterfaceIndex interface_called(const std::string& name) {
    return find_interface(name).value();
}

wire::Ipv6Address address(const char* text) {
    return wire::Ipv6Address::parse(text).value();
}

bool becomes_readable(int descriptor) {
    constexpr int patience = 20'000;  // milliseconds
    pollfd polled{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, patience) == 1;
}

bool comes_true(NetworkMonitor& monitor, const Condition& condition) {
    while (!condition(monitor.snapshot())) {
        if (!becomes_readable(monitor.descriptor())) {
            return false;
        }
        monitor.changed();
    }
    return true;
}

bool has_route(const NetworkSnapshot& network, const char* prefix) {
    return std::ranges::any_of(network.routes, [&](const KnownRoute& route) {
        return route.destination == wire::Prefix::parse(prefix);
    });
}

std::size_t packets_in(const TunDevice& device, wire::NextHeader protocol) {
    constexpr std::size_t next_header = 6;
    std::array<std::uint8_t, 2048> packet{};
    std::size_t count = 0;
    while (device.read(packet)) {
        count += packet[next_header] == std::to_underlying(protocol) ? 1U : 0U;
    }
    return count;
}

OnALink::OnALink() {
    run("ip link add name near address 02:00:00:00:00:01 type veth peer name far netns " +
        far_.path());
    far_.enter();
    bring_up("far", far_address_);
    near_.enter();
    bring_up("near", near_address_);
    far_.enter();
    wait_for_carrier("far");
    near_.enter();
    wait_for_carrier("near");
}

}  // namespace godwit::platform
