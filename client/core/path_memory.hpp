#pragma once
// Which paths have failed in which network while another one worked: coming back there, the one
// that works is tried first. A network is known by the prefix of the address it gives.

#include <algorithm>
#include <cstdint>
#include <deque>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

class PathMemory {
  public:
    void on_failed(const mobility::Path& path, std::uint8_t prefix_length) {
        const Entry entry = entry_of(path, prefix_length);
        if (std::ranges::find(failed_, entry) != failed_.end()) {
            return;
        }
        failed_.push_back(entry);
        if (failed_.size() > capacity) {
            failed_.pop_front();
        }
    }
    void on_worked(const mobility::Path& path, std::uint8_t prefix_length) {
        std::erase(failed_, entry_of(path, prefix_length));
    }
    [[nodiscard]] bool has_failed(const mobility::Path& path, std::uint8_t prefix_length) const {
        return std::ranges::find(failed_, entry_of(path, prefix_length)) != failed_.end();
    }

  private:
    static constexpr std::size_t capacity = 128;  // the oldest gives way

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

    std::deque<Entry> failed_;
};

}  // namespace godwit::client
