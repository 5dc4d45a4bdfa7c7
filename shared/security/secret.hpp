#pragma once
// Memory for keys: outside the ordinary heap, locked, between guard pages and left out of core
// dumps (libsodium's sodium_malloc), and wiped when it is given back. sodium_malloc takes at least
// four pages for each allocation, so slots are cut from slabs: a home agent holds 100,000 sessions.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

namespace godwit::security {

// Makes libsodium ready. Throws std::system_error if the system has no randomness to give. Done
// by the first secret as well, so calling it is a matter of failing early.
void initialise();

// Overwrites memory with zeros, also where the compiler thinks that nobody looks.
void wipe(void* memory, std::size_t length) noexcept;

// A slot of secret memory; throws std::bad_alloc. For any thread, at the pace of the control plane.
void* take_secret_memory(std::size_t length);
// Wipes the slot first. `length` is what the slot was taken with.
void return_secret_memory(void* memory, std::size_t length) noexcept;

inline constexpr std::size_t secret_alignment = 32;  // octets
inline constexpr std::size_t max_secret = 1024;      // octets

template <class T>
struct ReturnSecret {
    void operator()(T* secret) const noexcept { return_secret_memory(secret, sizeof(T)); }
};

// Owns one T in secret memory; may be empty. Never copied.
template <class T>
using Secret = std::unique_ptr<T, ReturnSecret<T>>;

template <class T>
Secret<T> make_secret() {
    static_assert(std::is_trivially_copyable_v<T>, "a slot is wiped, not destroyed");
    static_assert(sizeof(T) <= max_secret && alignof(T) <= secret_alignment);
    return Secret<T>(new (take_secret_memory(sizeof(T))) T{});
}

template <class T>
Secret<T> make_secret(const T& value) {
    auto secret = make_secret<T>();
    *secret = value;
    return secret;
}

// Octets of a key, a tag or a cookie. How long an ordinary comparison takes tells how many of them
// are right, so there is none but is_equal() (message_authentication.hpp).
template <std::size_t n>
struct SecretOctets : std::array<std::uint8_t, n> {
    template <class Other>
    bool operator==(const Other&) const = delete;
    template <class Other>
    bool operator<=>(const Other&) const = delete;
    template <class Other>
    bool operator<(const Other&) const = delete;
};

// A value on the stack that is wiped at the end of its scope.
template <class T>
struct Transient {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};

    Transient() = default;
    Transient(const Transient&) = delete;
    Transient& operator=(const Transient&) = delete;
    ~Transient() { wipe(&value, sizeof value); }
};

}  // namespace godwit::security
