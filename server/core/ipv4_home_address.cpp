#include "server/core/ipv4_home_address.hpp"

#include "shared/wire/ipv4_home_address_status.hpp"

namespace godwit::server {
namespace {

constexpr std::uint8_t whole_address = 32;  // bits

bool is_unicast(const wire::Ipv4Address& address) {
    const std::uint8_t first = address.octets[0];
    return first != 0 && first != 127 && first < 224;
}

wire::Ipv4HomeAddressStatus status_of(const wire::Ipv4HomeAddress& request,
                                      const MobileNodeRecord& owner, bool is_bound) {
    using enum wire::Ipv4HomeAddressStatus;
    const bool asks_for_any = request.home == wire::Ipv4Address{};
    // §3.1.1: a prefix length of zero is an error, and more than 32 bits there are none.
    if (request.prefix_length == 0 || request.prefix_length > whole_address ||
        (!asks_for_any && !is_unicast(request.home))) {
        return invalid_address;
    }
    // §3.1.1: P is only relevant for new requests.
    if ((request.request_prefix && !is_bound) ||
        (!asks_for_any && request.prefix_length != whole_address)) {
        return prefix_unauthorized;
    }
    if (!owner.ipv4_home) {
        return asks_for_any ? dynamic_address_not_available : administratively_prohibited;
    }
    return asks_for_any || request.home == *owner.ipv4_home ? success : incorrect_address;
}

}  // namespace

Ipv4Verdict judge_ipv4(const wire::BindingUpdate& update, const MobileNodeRecord& owner,
                       bool is_bound) {
    const auto* request = wire::find<wire::Ipv4HomeAddress>(update.options);
    if (request == nullptr) {  // §4.4: the IPv4 part of the binding is given up
        return {};
    }
    const wire::Ipv4HomeAddressStatus status = status_of(*request, owner, is_bound);
    const bool is_taken = wire::is_accepted(status);
    // §3.2.1: the prefix length is zero in case of failure.
    return {.home = is_taken ? owner.ipv4_home : std::nullopt,
            .answer = wire::Ipv4AddressAcknowledgement{
                .status = static_cast<std::uint8_t>(status),
                .prefix_length = is_taken ? whole_address : std::uint8_t{0},
                .home = is_taken ? *owner.ipv4_home : request->home}};
}

void carry_ipv4(const Binding& binding, std::optional<wire::Ipv4Address> before,
                mobility::Actions& actions) {
    if (before == binding.ipv4) {
        return;
    }
    actions.emplace_back(mobility::CarryIpv4{binding.home, binding.ipv4});
    if (binding.ipv4) {
        actions.emplace_back(mobility::Event{mobility::Ipv4Bound{binding.home, *binding.ipv4}});
    }
}

}  // namespace godwit::server
