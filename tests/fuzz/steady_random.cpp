#include "tests/fuzz/steady_random.hpp"

#include <sodium.h>

#include <random>

namespace godwit::fuzz {
namespace {

std::mt19937_64& generator() {
    static std::mt19937_64 numbers;
    return numbers;
}

randombytes_implementation* implementation() {
    static randombytes_implementation steady{
        .implementation_name = [] { return "steady"; },
        .random = [] { return static_cast<std::uint32_t>(generator()()); },
        .stir = nullptr,
        .uniform = nullptr,
        .buf =
            [](void* buffer, std::size_t size) {
                auto* octets = static_cast<std::uint8_t*>(buffer);
                for (std::size_t at = 0; at < size; ++at) {
                    octets[at] = static_cast<std::uint8_t>(generator()());
                }
            },
        .close = nullptr};
    return &steady;
}

}  // namespace

void draw_from(std::uint64_t seed) {
    generator().seed(seed);
    randombytes_set_implementation(implementation());
}

}  // namespace godwit::fuzz
