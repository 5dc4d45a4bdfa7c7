#pragma once
// Which paths have failed in which network while another one worked: coming back there, the one
// that works is tried first. A network is known by the prefix of the address it gives.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

class PathMemory {
  public:
    void on_failed(mobility::Instant now, const mobility::Path& path, std::uint8_t prefix_length) {
        on_worked(path, prefix_length);
        failures_.push_back({entry_of(path, prefix_length), now});
        if (failures_.size() > capacity) {
            failures_.pop_front();
        }
    }
    void on_worked(const mobility::Path& path, std::uint8_t prefix_length) {
        std::erase_if(failures_, [entry = entry_of(path, prefix_length)](const Failure& failure) {
            return failure.entry == entry;
        });
    }
    [[nodiscard]] bool has_failed(mobility::Instant now, const mobility::Path& path,
                                  std::uint8_t prefix_length) const {
        return std::ranges::any_of(
            failures_, [&, entry = entry_of(path, prefix_length)](const Failure& failure) {
                return failure.entry == entry && now < failure.at + memory_of_failure;
            });
    }

  private:
    static constexpr std::size_t capacity = 128;  // the oldest gives way
    // Networks are repaired, too.
    static constexpr std::chrono::hours memory_of_failure{1};

    struct Entry {
        wire::Prefix network;
        mobility::Encapsulation encapsulation{};
        wire::Ipv6Address remote;
        std::uint16_t remote_port = 0;
        bool operator==(const Entry&) const = default;
    };
    static Entry entry_of(const mobility::Path& path, std::uint8_t prefix_length) {
        return {.network = wire::Prefix::around(path.local, prefix_length),
                .encapsulation = path.encapsulation,
                .remote = path.remote,
                .remote_port = path.remote_port};
    }

    struct Failure {
        Entry entry;
        mobility::Instant at;
    };
    std::deque<Failure> failures_;
};

}  // namespace godwit::client
