#include "shared/platform/tun_steering.hpp"

#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>

namespace godwit::platform {
namespace {

constexpr unsigned ipv4_bits = 32;
constexpr unsigned mapped_bits = 96;  // of a mapped IPv4 prefix, before the address

// Registers: the context, a result, a number that outlives reading a packet, an address.
constexpr unsigned r0 = BPF_REG_0;
constexpr unsigned r1 = BPF_REG_1;
constexpr unsigned r6 = BPF_REG_6;  // where BPF_ABS wants the packet
constexpr unsigned r7 = BPF_REG_7;

bpf_insn instruction(unsigned code, unsigned destination, unsigned source, std::int16_t offset,
                     std::int32_t immediate) {
    bpf_insn made{};
    made.code = static_cast<std::uint8_t>(code);
    made.dst_reg = destination & 0xfU;
    made.src_reg = source & 0xfU;
    made.off = offset;
    made.imm = immediate;
    return made;
}

bpf_insn of_constant(unsigned code, unsigned destination, std::uint32_t value) {
    return instruction(code | BPF_K, destination, 0, 0, static_cast<std::int32_t>(value));
}
bpf_insn of_register(unsigned code, unsigned destination, unsigned source) {
    return instruction(code | BPF_X, destination, source, 0, 0);
}
// r0 = what stands at this place of the packet, in the order of this machine. Past the end of the
// packet it ends the program with 0.
bpf_insn load(unsigned size, std::int32_t at) {
    return instruction(BPF_LD | BPF_ABS | size, r0, 0, 0, at);
}
bpf_insn jump(unsigned condition, std::uint32_t value, std::size_t instructions) {
    return instruction(BPF_JMP | condition | BPF_K, r0, 0, static_cast<std::int16_t>(instructions),
                       static_cast<std::int32_t>(value));
}
bpf_insn end() {
    return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

// Of the destination, which stands at 24.
std::vector<bpf_insn> of_ipv6() {
    return {
        load(BPF_W, 28),
        of_register(BPF_ALU | BPF_MOV, r7, r0),
        load(BPF_W, 32),
        of_register(BPF_ALU | BPF_XOR, r7, r0),
        load(BPF_W, 36),
        of_register(BPF_ALU | BPF_XOR, r0, r7),
        of_constant(BPF_ALU | BPF_MUL, r0, mobility::Shards::multiplier),
        of_register(BPF_ALU | BPF_MOV, r7, r0),
        of_constant(BPF_ALU | BPF_RSH, r7, 16),
        of_register(BPF_ALU | BPF_XOR, r0, r7),
        end(),
    };
}

std::vector<bpf_insn> of_ipv4(const std::optional<Ipv4Places>& places) {
    if (!places) {
        return {of_constant(BPF_ALU | BPF_MOV, r0, 0), end()};
    }
    return {
        load(BPF_W, 16),  // the destination
        of_constant(BPF_ALU | BPF_AND, r0, (1U << places->pool_bits) - 1),
        // r1 = the map's value; it takes two instructions.
        instruction(BPF_LD | BPF_DW | BPF_IMM, r1, BPF_PSEUDO_MAP_VALUE, 0, places->map),
        instruction(0, 0, 0, 0, 0),
        of_register(BPF_ALU64 | BPF_ADD, r1, r0),
        instruction(BPF_LDX | BPF_MEM | BPF_B, r0, r1, 0, 0),
        end(),
    };
}

void append(std::vector<bpf_insn>& program, const std::vector<bpf_insn>& part) {
    program.insert(program.end(), part.begin(), part.end());
}

// The kernel wants zeros wherever it is told nothing, beyond a union's first member too.
bpf_attr no_attributes() {
    bpf_attr attributes;
    std::memset(&attributes, 0, sizeof attributes);
    return attributes;
}

int bpf(bpf_cmd command, bpf_attr& attributes) {
    return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

std::uint64_t pointer(const void* to) {
    return reinterpret_cast<std::uintptr_t>(to);
}

}  // namespace

std::vector<bpf_insn> tun_steering_program(const std::optional<Ipv4Places>& ipv4) {
    constexpr std::uint32_t version_shift = 4;
    const std::vector<bpf_insn> for_ipv6 = of_ipv6();
    const std::vector<bpf_insn> for_ipv4 = of_ipv4(ipv4);
    std::vector<bpf_insn> program{
        of_register(BPF_ALU64 | BPF_MOV, r6, r1),
        load(BPF_B, 0),
        of_constant(BPF_ALU | BPF_RSH, r0, version_shift),
        jump(BPF_JEQ, 6, 3),
        jump(BPF_JEQ, 4, 2 + for_ipv6.size()),
        of_constant(BPF_ALU | BPF_MOV, r0, 0),
        end(),
    };
    append(program, for_ipv6);
    append(program, for_ipv4);
    return program;
}

std::expected<TunSteering, std::error_code> TunSteering::load(
    const std::optional<wire::Prefix>& ipv4_pool) {
    TunSteering steering;
    if (ipv4_pool) {
        const unsigned length = ipv4_pool->length - mapped_bits;
        if (const std::error_code refusal = steering.make_map(ipv4_bits - length)) {
            return std::unexpected(refusal);
        }
    }
    if (const std::error_code refusal = steering.load_program()) {
        return std::unexpected(refusal);
    }
    return steering;
}

TunSteering::TunSteering(TunSteering&& other) noexcept
    : map_(std::move(other.map_)),
      program_(std::move(other.program_)),
      places_(std::exchange(other.places_, nullptr)),
      pool_bits_(other.pool_bits_) {}

TunSteering& TunSteering::operator=(TunSteering&& other) noexcept {
    std::swap(map_, other.map_);
    std::swap(program_, other.program_);
    std::swap(places_, other.places_);
    std::swap(pool_bits_, other.pool_bits_);
    return *this;
}

TunSteering::~TunSteering() {
    if (places_ != nullptr) {
        ::munmap(places_, std::size_t{1} << pool_bits_);
    }
}

// Mapped into this process, since writing by bpf(2) may want a right that has been given up.
std::error_code TunSteering::make_map(unsigned pool_bits) {
    if (pool_bits > most_pool_bits) {
        return std::make_error_code(std::errc::value_too_large);
    }
    const std::uint32_t size = 1U << pool_bits;
    bpf_attr attributes = no_attributes();
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = sizeof(std::uint32_t);
    attributes.value_size = size;
    attributes.max_entries = 1;
    attributes.map_flags = BPF_F_MMAPABLE;
    FileDescriptor map(bpf(BPF_MAP_CREATE, attributes));
    if (map.number() < 0) {
        return last_error();
    }
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, map.number(), 0);
    if (memory == MAP_FAILED) {
        return last_error();
    }
    map_ = std::move(map);
    places_ = static_cast<std::uint8_t*>(memory);
    pool_bits_ = pool_bits;
    return {};
}

std::error_code TunSteering::load_program() {
    static constexpr const char* license = "Apache-2.0";
    const std::vector<bpf_insn> program = tun_steering_program(
        places_ != nullptr
            ? std::optional(Ipv4Places{.map = map_.number(), .pool_bits = pool_bits_})
            : std::nullopt);
    bpf_attr attributes = no_attributes();
    attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attributes.insns = pointer(program.data());
    attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
    attributes.license = pointer(license);
    program_ = FileDescriptor(bpf(BPF_PROG_LOAD, attributes));
    return program_.number() < 0 ? last_error() : std::error_code{};
}

std::error_code TunSteering::attach(const TunDevice& tun) const {
    int program = program_.number();
    return ::ioctl(tun.descriptor(), TUNSETSTEERINGEBPF, &program) < 0 ? last_error()
                                                                       : std::error_code{};
}

void TunSteering::lead(const wire::Ipv4Address& address, mobility::Shard shard) const {
    if (places_ == nullptr) {
        return;
    }
    std::uint32_t place = 0;
    for (const std::uint8_t octet : address.octets) {
        place = place << 8U | octet;
    }
    std::uint8_t& octet = places_[place & ((1U << pool_bits_) - 1)];
    std::atomic_ref(octet).store(static_cast<std::uint8_t>(shard.number),
                                 std::memory_order_relaxed);
}

}  // namespace godwit::platform
