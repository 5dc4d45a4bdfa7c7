#include <algorithm>

#include "client/core/mobile_node.hpp"

// From whom a mobile node takes what: RFC 6275 §11.3.3, §11.3.6, §11.7.3.

namespace godwit::client {

// Where hints are taken from; whoever can forge that can make the node ask, no more.
bool MobileNode::is_home_agent(const mobility::Path& path) const {
    return path.remote == preferences_.home_agent.address ||
           std::ranges::find(attachments_.endpoints, mobility::HomeAgentEndpoint{path.remote}) !=
               attachments_.endpoints.end();
}

// It names this home address, and comes from whom something was asked. Only what is proved does
// without that source, and only a request to register again, which may come to any address, without
// the name.
bool MobileNode::is_expected(const mobility::Received& received) const {
    const bool names_home = received.home == home_;
    if (const auto* hint = std::get_if<mobility::Hint>(&received.content)) {
        return is_home_agent(received.path) &&
               (names_home || hint->kind != mobility::Hint::Kind::unknown_binding);
    }
    const mobility::Proof& proof = std::get<0>(received.content).proof();
    return names_home &&
           (!std::holds_alternative<mobility::Unproven>(proof) || is_home_agent(received.path));
}

}  // namespace godwit::client
