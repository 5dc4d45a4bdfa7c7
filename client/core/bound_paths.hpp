#pragma once
// The bindings that the home agent keeps of this node, one for each interface at most, as far as it
// has acknowledged them (RFC 5648 §5.1). The number of a binding is that of its interface.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "client/core/target.hpp"
#include "shared/mobility/path.hpp"

namespace godwit::client {

// RFC 5648 §4.3: 1 to 65535, and unique among this node's. An interface keeps its own.
inline std::uint16_t binding_id(const mobility::Path& path) {
    return static_cast<std::uint16_t>((path.interface.value - 1) % 0xffff + 1);
}

// RFC 6089 §4.1: the lowest is where data goes.
inline constexpr std::uint8_t priority_in_use = 1;
inline constexpr std::uint8_t priority_of_others = 2;

class BoundPaths {
  public:
    // Acknowledged; in place of all others, or of the one with its number.
    void on_bound(const mobility::Path& path, bool in_place_of_all) {
        if (in_place_of_all) {
            paths_.clear();
        }
        remove(path);
        paths_.push_back(path);
    }
    void remove(const mobility::Path& path) {
        std::erase_if(paths_, [&](const mobility::Path& bound) {
            return binding_id(bound) == binding_id(path);
        });
    }
    void clear() { paths_.clear(); }
    // RFC 6275 §11.5.4: what is bound by an interface that offers nothing any more is of no use.
    void keep_offered(const std::vector<mobility::Path>& offered) {
        std::erase_if(paths_, [&](const mobility::Path& bound) {
            return std::ranges::none_of(offered, [&](const mobility::Path& path) {
                return binding_id(path) == binding_id(bound);
            });
        });
    }

    // Whether there is one with another number than this path's would have.
    [[nodiscard]] bool has_other_than(const mobility::Path& path) const {
        return std::ranges::any_of(paths_, [&](const mobility::Path& bound) {
            return binding_id(bound) != binding_id(path);
        });
    }
    // Whether there is one with the number that this path's would have.
    [[nodiscard]] bool has_number_of(const mobility::Path& path) const {
        return std::ranges::find(paths_, binding_id(path), binding_id) != paths_.end();
    }
    [[nodiscard]] bool contains(const mobility::Path& path) const {
        return std::ranges::find(paths_, path) != paths_.end();
    }
    [[nodiscard]] const std::vector<mobility::Path>& all() const { return paths_; }

  private:
    std::vector<mobility::Path> paths_;
};

}  // namespace godwit::client
