#pragma once
// What the kernel does with the few instructions that our programs have, classic (socket(7)) and
// extended (bpf(2)), so that their results can be compared where the kernel would not load them.

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "shared/wire/bytes.hpp"

namespace godwit::platform {

// In network order; nothing past the end of the packet.
inline std::optional<std::uint32_t> loaded(wire::BytesView packet, std::size_t at, unsigned size) {
    const std::size_t octets = size == BPF_B ? 1 : 4;
    if (at + octets > packet.size()) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const std::uint8_t octet : packet.subspan(at, octets)) {
        value = value << 8U | octet;
    }
    return value;
}

inline std::uint32_t computed(unsigned operation, std::uint32_t left, std::uint32_t right) {
    switch (operation) {
        case BPF_ADD:
            return left + right;
        case BPF_MUL:
            return left * right;
        case BPF_MOD:
            return left % right;
        case BPF_RSH:
            return left >> right;
        case BPF_AND:
            return left & right;
        case BPF_XOR:
            return left ^ right;
        case BPF_MOV:
            return right;
        default:
            ADD_FAILURE() << "no such operation here: " << operation;
            return 0;
    }
}

inline std::uint32_t run_classic(std::span<const sock_filter> program, wire::BytesView packet) {
    std::uint32_t a = 0;
    std::uint32_t x = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        const sock_filter& statement = program[at];
        const unsigned code = statement.code;
        const bool by_x = BPF_SRC(code) == BPF_X;
        if (BPF_CLASS(code) == BPF_LD) {
            const auto value = loaded(packet, statement.k, BPF_SIZE(code));
            if (!value) {
                return 0;
            }
            a = *value;
        } else if (BPF_CLASS(code) == BPF_ALU) {
            a = computed(BPF_OP(code), a, by_x ? x : statement.k);
        } else if (BPF_CLASS(code) == BPF_MISC) {
            x = a;
        } else if (BPF_CLASS(code) == BPF_JMP) {
            const bool holds = BPF_OP(code) == BPF_JSET ? (a & statement.k) != 0 : a == statement.k;
            at += holds ? statement.jt : statement.jf;
        } else {
            return BPF_RVAL(code) == BPF_A ? a : statement.k;
        }
    }
    ADD_FAILURE() << "runs off its end";
    return 0;
}

// `places` is the value of the map that the program reads.
inline std::uint32_t run_extended(std::span<const bpf_insn> program, wire::BytesView packet,
                                  std::span<const std::uint8_t> places) {
    std::array<std::uint32_t, 11> registers{};  // those of 64 bits hold only offsets here
    for (std::size_t at = 0; at < program.size(); ++at) {
        const bpf_insn& now = program[at];
        const unsigned code = now.code;
        std::uint32_t& destination = registers.at(now.dst_reg);
        const std::uint32_t source = registers.at(now.src_reg);
        const auto immediate = static_cast<std::uint32_t>(now.imm);
        if (code == (BPF_LD | BPF_DW | BPF_IMM)) {
            destination = 0;
            ++at;
        } else if (BPF_CLASS(code) == BPF_LD) {
            const auto value = loaded(packet, immediate, BPF_SIZE(code));
            if (!value) {
                return 0;
            }
            registers[BPF_REG_0] = *value;
            registers[BPF_REG_1] = 0xdeadbeef;  // as anything that it does not keep
        } else if (BPF_CLASS(code) == BPF_LDX) {
            destination = places[source];
        } else if (BPF_CLASS(code) == BPF_ALU || BPF_CLASS(code) == BPF_ALU64) {
            destination =
                computed(BPF_OP(code), destination, BPF_SRC(code) == BPF_X ? source : immediate);
        } else if (BPF_OP(code) == BPF_EXIT) {
            return registers[BPF_REG_0];
        } else if (destination == immediate) {  // BPF_JEQ
            at += static_cast<std::size_t>(now.off);
        }
    }
    ADD_FAILURE() << "runs off its end";
    return 0;
}

}  // namespace godwit::platform
