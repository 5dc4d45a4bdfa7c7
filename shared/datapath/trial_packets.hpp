#pragma once
// Packets that are known, for trying out what merges and divides: one flow of TCP or UDP, in
// sequence, as an application would send them, the last one shorter. From an address that no
// packet may come from, so that no stack takes them, forwards them or answers: ::1 (RFC 4291
// §2.5.3), 0.0.0.0 (RFC 1122 §3.2.1.3).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/wire/bytes.hpp"

namespace godwit::datapath {

struct TrialFlow {
    bool is_ipv4 = false;
    bool is_tcp = false;
};

inline constexpr std::size_t trial_packet_count = 16;
inline constexpr std::size_t trial_payload = 1200;      // octets
inline constexpr std::size_t last_trial_payload = 333;  // octets

// Payloads alone: no two of them have the same octets.
std::vector<wire::Bytes> trial_payloads();
// Whole, with their checksums.
std::vector<wire::Bytes> trial_packets(const TrialFlow& flow);
// Whether these are the addresses that a packet of such a flow has.
bool is_of_trial(wire::BytesView packet, const TrialFlow& flow);

}  // namespace godwit::datapath
