#pragma once
// Classic BPF programs (socket(7)) by which the kernel gives each shard's sockets what is of that
// shard, and nothing else: mobility/shard.hpp, in the kernel's words.

#include <linux/filter.h>

#include <vector>

#include "shared/mobility/shard.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

// Of a UDP payload, the number of the shard that gets it: ESP by its SPI; an inner IPv6 packet, in
// clear, by its source, which is the home address at the home agent; the first shard all else.
std::vector<sock_filter> udp_shard_filter(mobility::Shards shards);

// Passes ESP packets of this shard, by their SPI.
std::vector<sock_filter> esp_shard_filter(mobility::Shards shards, mobility::Shard shard);

// Passes nothing.
std::vector<sock_filter> closed_filter();

// `option`: SO_ATTACH_FILTER, or SO_ATTACH_REUSEPORT_CBPF for all sockets of the same port. Throws
// std::system_error.
void attach_filter(const FileDescriptor& socket, int option, std::vector<sock_filter> statements);

}  // namespace godwit::platform
