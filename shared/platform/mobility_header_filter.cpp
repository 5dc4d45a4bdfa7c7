#include "shared/platform/mobility_header_filter.hpp"

#include <linux/if_packet.h>

#include <cstddef>
#include <utility>

#include "shared/wire/next_header.hpp"

namespace godwit::platform {
namespace {

using wire::NextHeader;

constexpr std::uint32_t packet_type = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE);
constexpr std::uint32_t next_header_offset = 6;  // in the IPv6 header
constexpr std::uint32_t ipv6_header = 40;        // octets
constexpr std::size_t prologue = 4;              // statements
constexpr std::size_t step = 12;                 // statements to look at one header and pass it
constexpr std::size_t steps = 3;                 // extension headers
constexpr std::size_t reject = prologue + (steps * step) + 1;
constexpr std::size_t accept = reject + 1;

// Among the codes BPF_K and BPF_W are zero, and left out where another zero stands.
class Program {
  public:
    void add(unsigned code, std::uint32_t operand = 0) {
        statements.push_back({static_cast<std::uint16_t>(code), 0, 0, operand});
    }
    // Goes on at one place or the other, counted in statements from the start.
    void branch(std::uint32_t value, std::size_t if_equal, std::size_t otherwise) {
        const std::size_t next = statements.size() + 1;
        statements.push_back({BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(if_equal - next),
                              static_cast<std::uint8_t>(otherwise - next), value});
    }
    void branch(NextHeader value, std::size_t if_equal, std::size_t otherwise) {
        branch(std::uint32_t{std::to_underlying(value)}, if_equal, otherwise);
    }

    std::vector<sock_filter> statements;
};

// A holds the type of the header at X; afterwards the same for the header behind it.
void pass_one_header(Program& program) {
    const std::size_t start = program.statements.size();
    const std::size_t extension = start + 4;
    program.branch(NextHeader::mobility, accept, start + 1);
    program.branch(NextHeader::hop_by_hop, extension, start + 2);
    program.branch(NextHeader::routing, extension, start + 3);
    program.branch(NextHeader::destination_options, extension, reject);
    program.add(BPF_LD | BPF_B | BPF_IND, 0);
    program.add(BPF_ST, 0);
    program.add(BPF_LD | BPF_B | BPF_IND, 1);
    // RFC 8200 §4.3, §4.4, §4.6: the length counts 8 octets, without the first 8.
    program.add(BPF_ALU | BPF_ADD, 1);
    program.add(BPF_ALU | BPF_LSH | BPF_K, 3);
    program.add(BPF_ALU | BPF_ADD | BPF_X);
    program.add(BPF_MISC | BPF_TAX);
    program.add(BPF_LD | BPF_MEM, 0);
}

}  // namespace

// Reading past the end of the packet rejects it (the kernel sees to that).
std::vector<sock_filter> mobility_header_filter() {
    Program program;
    program.add(BPF_LD | BPF_B | BPF_ABS, packet_type);
    program.branch(PACKET_HOST, 2, reject);
    program.add(BPF_LDX | BPF_IMM, ipv6_header);
    program.add(BPF_LD | BPF_B | BPF_ABS, next_header_offset);
    for (std::size_t i = 0; i < steps; ++i) {
        pass_one_header(program);
    }
    program.branch(NextHeader::mobility, accept, reject);
    program.add(BPF_RET | BPF_K, 0);
    program.add(BPF_RET | BPF_K, 0xffffffff);
    return program.statements;
}

}  // namespace godwit::platform
