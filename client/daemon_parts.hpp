#pragma once
// What the daemon and the parts of a Presence are made with, out of the configuration and the key
// files.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/attachment_watch.hpp"
#include "client/configuration.hpp"
#include "client/core/mobile_node.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/log.hpp"
#include "shared/security/authenticator.hpp"

namespace godwit::client {

// At the start, before any thread is made: dumps, and every right that the daemon has no use for,
// also when it reads `file`, the configuration, again. Throws std::system_error, also where one
// that it needs is missing.
void give_up_what_is_not_needed(const Configuration& configuration,
                                const std::filesystem::path& file);

// Follows the home agent to its next keys. The log outlives it. Throws
// runtime::InvalidConfiguration where the keys are not to be had.
std::unique_ptr<security::Authenticator> make_authenticator(const Configuration& configuration,
                                                            const runtime::Log& log);
// `via` tells whether a candidate is on a link that is meant.
using IsVia = std::function<bool(const std::string&, const mobility::CandidateAddress&)>;
std::vector<FlowWish> flow_wishes(const Configuration& configuration, const IsVia& via);

// `udp` is the socket of the scout port.
MobileNodeSettings mobile_node_settings(const Configuration& configuration,
                                        const platform::UdpTunnelSocket& udp,
                                        std::vector<FlowWish> flows);

AttachmentWatch::Settings attachment_settings(const Configuration& configuration,
                                              mobility::InterfaceIndex tunnel,
                                              AttachmentWatch::OnNetwork on_network,
                                              HomeAgentEndpoints::DnsOfNow wanted_dns);

}  // namespace godwit::client
