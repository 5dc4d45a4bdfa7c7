#include "shared/wire/messages/home_agent_switch.hpp"

#include <cassert>
#include <limits>
#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {

Parsed<HomeAgentSwitch> HomeAgentSwitch::parse(Reader& in) {
    HomeAgentSwitch message;
    const auto count = in.integer<std::uint8_t>();
    in.skip(1);
    for (unsigned n = 0; n < count && !in.truncated(); ++n) {
        message.home_agents.push_back({Ipv6Address::read(in)});
    }
    return with_options(std::move(message), in);
}

void HomeAgentSwitch::serialize(Bytes& message) const {
    assert(home_agents.size() <= std::numeric_limits<std::uint8_t>::max());
    Writer out(message);
    out.integer(static_cast<std::uint8_t>(home_agents.size()));
    out.zeros(1);
    for (const HomeAgentAddress& home_agent : home_agents) {
        out.bytes(home_agent.address.octets);
    }
    append_options(message, options);
}

}  // namespace godwit::wire
