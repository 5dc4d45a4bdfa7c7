#include "shared/platform/shard_filters.hpp"

#include <cstdint>

#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint32_t pass = 0xffffffff;
constexpr std::uint32_t refuse = 0;
constexpr std::uint32_t spi_top_bit = 0x80000000;
constexpr std::uint32_t version_shift = 28;
constexpr std::uint32_t ipv6 = 6;
// Of an inner IPv6 packet: its source begins at 8.
constexpr std::uint32_t source_32 = 12;
constexpr std::uint32_t source_64 = 16;
constexpr std::uint32_t source_96 = 20;

sock_filter statement(unsigned code, std::uint32_t operand = 0) {
    return {static_cast<std::uint16_t>(code), 0, 0, operand};
}

// Passes over so many statements, by whether the test holds.
sock_filter branch(unsigned code, std::uint32_t operand, std::uint8_t if_so, std::uint8_t if_not) {
    return {static_cast<std::uint16_t>(code), if_so, if_not, operand};
}

}  // namespace

// Reading past the end of the payload ends the program with 0, the first shard.
std::vector<sock_filter> udp_shard_filter(mobility::Shards shards) {
    const std::uint32_t count = shards.count();
    return {
        statement(BPF_LD | BPF_W | BPF_ABS, 0),
        branch(BPF_JMP | BPF_JSET | BPF_K, spi_top_bit, 0, 2),
        statement(BPF_ALU | BPF_MOD | BPF_K, count),
        statement(BPF_RET | BPF_A),

        statement(BPF_ALU | BPF_RSH | BPF_K, version_shift),
        branch(BPF_JMP | BPF_JEQ | BPF_K, ipv6, 1, 0),
        statement(BPF_RET | BPF_K, 0),

        statement(BPF_LD | BPF_W | BPF_ABS, source_32),
        statement(BPF_MISC | BPF_TAX),
        statement(BPF_LD | BPF_W | BPF_ABS, source_64),
        statement(BPF_ALU | BPF_XOR | BPF_X),
        statement(BPF_MISC | BPF_TAX),
        statement(BPF_LD | BPF_W | BPF_ABS, source_96),
        statement(BPF_ALU | BPF_XOR | BPF_X),
        statement(BPF_ALU | BPF_MUL | BPF_K, mobility::Shards::multiplier),
        statement(BPF_MISC | BPF_TAX),
        statement(BPF_ALU | BPF_RSH | BPF_K, 16),
        statement(BPF_ALU | BPF_XOR | BPF_X),
        statement(BPF_ALU | BPF_AND | BPF_K, 0xffff),
        statement(BPF_ALU | BPF_MOD | BPF_K, count),
        statement(BPF_RET | BPF_A),
    };
}

std::vector<sock_filter> esp_shard_filter(mobility::Shards shards, mobility::Shard shard) {
    return {
        statement(BPF_LD | BPF_W | BPF_ABS, 0),
        statement(BPF_ALU | BPF_MOD | BPF_K, shards.count()),
        branch(BPF_JMP | BPF_JEQ | BPF_K, shard.number, 0, 1),
        statement(BPF_RET | BPF_K, pass),
        statement(BPF_RET | BPF_K, refuse),
    };
}

std::vector<sock_filter> closed_filter() {
    return {statement(BPF_RET | BPF_K, refuse)};
}

void attach_filter(const FileDescriptor& socket, int option, std::vector<sock_filter> statements) {
    const sock_fprog program{static_cast<unsigned short>(statements.size()), statements.data()};
    set_option(socket, SOL_SOCKET, option, program, "divide packets among the workers");
}

}  // namespace godwit::platform
