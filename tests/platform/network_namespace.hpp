#pragma once
// Network namespaces for tests: each test has fresh ones, which vanish with it.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::platform {

// Does nothing for root.
void become_root_of_a_user_namespace();
// For root too, who is then as one of an unprivileged container. There is no way back: for a
// process of its own, and a NetworkNamespace is to follow.
void enter_a_user_namespace();

class NetworkNamespace {
  public:
    NetworkNamespace();  // fresh, with lo up; the calling thread is in it afterwards
    void enter() const;
    // For `ip link ... netns`, from a child process.
    [[nodiscard]] std::string path() const;

  private:
    FileDescriptor namespace_;
};

// Runs shell commands in the namespace that the calling thread is in; throws if they fail.
std::string run(const std::string& commands);

// Adds an address that needs no duplicate address detection; it can receive afterwards.
void add_address(const std::string& interface, const std::string& address_and_length);

mobility::InterfaceIndex interface_called(const std::string& name);
wire::Ipv6Address address(const char* text);

// Whether the descriptor becomes readable within a time that is long even for a slow machine.
bool becomes_readable(int descriptor);

// Waits for as long until the network is so.
using Condition = std::function<bool(const NetworkSnapshot&)>;
bool comes_true(NetworkMonitor& monitor, const Condition& condition);
bool has_route(const NetworkSnapshot& network, const char* prefix);

// How many packets of this protocol the kernel has given to a TUN device since the last call; those
// of the kernel itself, such as router solicitations, do not count.
std::size_t packets_in(const TunDevice& device, wire::NextHeader protocol);

class InNamespace : public testing::Test {
  protected:
    NetworkNamespace here_;
};

// Two machines on one link: near (2001:db8::1) and far (2001:db8::2); each has an
// interface called like itself. The thread is near.
class OnALink : public testing::Test {
  protected:
    OnALink();

    NetworkNamespace far_;
    NetworkNamespace near_;
    static constexpr std::array<std::uint8_t, 6> near_link_layer_{2, 0, 0, 0, 0, 1};
    const wire::Ipv6Address near_address_ = address("2001:db8::1");
    const wire::Ipv6Address far_address_ = address("2001:db8::2");
};

}  // namespace godwit::platform
