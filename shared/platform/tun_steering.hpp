#pragma once
// The eBPF program (bpf(2)) by which the kernel puts each packet into the TUN queue of its shard:
// mobility/shard.hpp of an IPv6 packet's destination; of an IPv4 packet's, what lead() has said.

#include <linux/bpf.h>

#include <cstddef>
#include <expected>
#include <optional>
#include <system_error>
#include <vector>

#include "shared/mobility/shard.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

// Its result, of which the kernel takes 16 bits, modulo the number of queues, is the queue.
// `pool_bits` of an IPv4 destination are its place in the map behind this descriptor; without a
// map, IPv4 goes to the first queue.
struct Ipv4Places {
    int map = -1;
    unsigned pool_bits = 0;
};
std::vector<bpf_insn> tun_steering_program(const std::optional<Ipv4Places>& ipv4);

class TunSteering {
  public:
    // An octet for each address of the pool, in one value of a map: older kernels take no
    // more.
    static constexpr unsigned most_pool_bits = 22;

    // With a pool, IPv4 home addresses are of it. An error where the kernel refuses the program:
    // std::errc::operation_not_permitted without CAP_BPF; std::errc::value_too_large for a pool of
    // more than `most_pool_bits`.
    static std::expected<TunSteering, std::error_code> load(
        const std::optional<wire::Prefix>& ipv4_pool);
    TunSteering(TunSteering&&) noexcept;
    TunSteering& operator=(TunSteering&&) noexcept;
    ~TunSteering();

    // From now on, for all queues of this interface, which has several.
    [[nodiscard]] std::error_code attach(const TunDevice& tun) const;
    // Packets to this address, of the pool, go to the queue of this shard; at first to shard 0's.
    void lead(const wire::Ipv4Address& address, mobility::Shard shard) const;

  private:
    TunSteering() = default;

    std::error_code make_map(unsigned pool_bits);
    std::error_code load_program();

    FileDescriptor map_;
    FileDescriptor program_;
    std::uint8_t* places_ = nullptr;  // the map's memory, which the program reads
    unsigned pool_bits_ = 0;          // 0: no pool
};

}  // namespace godwit::platform
