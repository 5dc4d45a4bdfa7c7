#include "server/invite_line.hpp"

#include "server/clients/home_agent_keys.hpp"
#include "shared/security/invite.hpp"

namespace godwit::server {

std::string invite_line(const Configuration& configuration, const InviteWords& words) {
    security::Invite invite{.home_agent_key = words.home_agent,
                            .home_agent = configuration.address,
                            .endpoints = configuration.endpoints,
                            .ports = configuration.udp_ports,
                            .client = words.name,
                            .home = words.home,
                            .home_prefix = configuration.home_prefix,
                            .id = words.invite.id,
                            .secret = copy_of(words.invite.secret),
                            .expires = words.invite.expires};
    if (invite.endpoints.empty()) {
        invite.endpoints.push_back(configuration.address.text());
    }
    return invite.text();
}

}  // namespace godwit::server
