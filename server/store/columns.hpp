#pragma once
// Values of the project as SQLite has them, for the files of this folder.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

#include "server/store/sqlite.hpp"
#include "shared/security/keys.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// The schema holds the lengths of all octets.
template <std::size_t length>
std::array<std::uint8_t, length> array_in(const Statement& row, int column) {
    std::array<std::uint8_t, length> octets{};
    const auto stored = row.octets(column);
    std::copy_n(stored.begin(), std::min(stored.size(), length), octets.begin());
    return octets;
}

inline wire::Ipv6Address address_in(const Statement& row, int column) {
    return {array_in<16>(row, column)};
}

inline std::chrono::sys_seconds time_in(const Statement& row, int column) {
    return std::chrono::sys_seconds(std::chrono::seconds(row.number(column)));
}

inline std::int64_t number_of(std::chrono::sys_seconds time) {
    return time.time_since_epoch().count();
}

inline std::optional<security::PublicKey> public_key_in(const Statement& row, int column) {
    return row.is_null(column) ? std::nullopt
                               : std::optional(security::PublicKey{array_in<32>(row, column)});
}

inline security::Secret<security::KeyOctets> secret_in(const Statement& row, int column) {
    auto secret = security::make_secret<security::KeyOctets>();
    const auto stored = row.octets(column);
    std::copy_n(stored.begin(), std::min(stored.size(), secret->size()), secret->begin());
    return secret;
}

inline void bind_key(Statement& statement, int parameter,
                     const std::optional<security::PublicKey>& key) {
    if (key) {
        statement.bind(parameter, key->octets);
    } else {
        statement.bind_null(parameter);
    }
}

// To the end; throws std::system_error.
inline void require_run(Statement& statement, const char* attempt) {
    if (const auto failure = statement.run()) {
        throw std::system_error(failure, attempt);
    }
}

// Whether there is another row; throws std::system_error.
inline bool require_next(Statement& statement, const char* attempt) {
    const auto row = statement.next();
    if (!row) {
        throw std::system_error(row.error(), attempt);
    }
    return *row;
}

}  // namespace godwit::server
