#include "shared/platform/peer_credentials.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace godwit::platform {
namespace {

constexpr std::size_t max_groups = 65536;  // NGROUPS_MAX of Linux

std::optional<ucred> peer_of(int descriptor) {
    ucred peer{};
    socklen_t length = sizeof peer;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0
               ? std::optional(peer)
               : std::nullopt;
}

// The supplementary groups that the peer had when it connected (SO_PEERGROUPS).
std::vector<gid_t> groups_of(int descriptor) {
    std::vector<gid_t> groups(max_groups);
    auto length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) {
        length = 0;
    }
    groups.resize(length / sizeof(gid_t));
    return groups;
}

bool is_among(const std::vector<gid_t>& groups, gid_t group) {
    return std::ranges::find(groups, group) != groups.end();
}

}  // namespace

std::string peer_user(int descriptor) {
    const auto peer = peer_of(descriptor);
    return peer ? "user " + std::to_string(peer->uid) : "nobody known";
}

bool is_privileged_peer(int descriptor, const std::filesystem::path& socket) {
    const auto peer = peer_of(descriptor);
    if (!peer) {
        return false;
    }
    if (peer->uid == 0 || peer->uid == ::geteuid()) {
        return true;
    }
    struct stat file{};
    if (::stat(socket.c_str(), &file) != 0) {
        return false;
    }
    return peer->gid == file.st_gid || is_among(groups_of(descriptor), file.st_gid);
}

}  // namespace godwit::platform
