#pragma once
// Gathers what the status tells from the parts of a Presence.

#include <cstdint>

#include "client/attachment_watch.hpp"
#include "client/configuration.hpp"
#include "client/core/mobile_node.hpp"
#include "client/status.hpp"
#include "shared/runtime/data_plane.hpp"
#include "shared/runtime/node_runner.hpp"

namespace godwit::client {

struct StatusSources {
    const Configuration& configuration;
    const MobileNode& node;
    const AttachmentWatch& attachments;
    const runtime::NodeRunner& runner;
    const runtime::DataPlane& data_plane;
    std::uint32_t mtu = 0;  // of the TUN interface, octets
};

// All but the moves, which are older than a Presence.
Status status_of(const StatusSources& sources);
// A path as people know it.
PathReport report(const mobility::Path& path, const AttachmentWatch& attachments);
// At the end of the start, and what has been refused since.
void report_confinement(Status& status, const runtime::Confinement& at_start);
// Of a machine that was told to be down, or is not up yet.
Status status_without_presence(const Configuration& configuration, bool is_told_to_be_down);

}  // namespace godwit::client
