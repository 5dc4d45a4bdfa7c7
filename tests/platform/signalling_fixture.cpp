#include "tests/platform/signalling_fixture.hpp"

#include <fstream>

#include "shared/wire/native_signalling.hpp"

namespace godwit::platform {
namespace {

const wire::HomeAddress home{address("2001:db8:f::9")};

wire::Bytes serialized(wire::SignallingPacket packet, const wire::MobilityMessage& message) {
    packet.mobility_header = wire::serialize_mobility_header(message, packet.pseudo_header());
    return packet.serialize();
}

}  // namespace

Signalling::Signalling() {
    far_.enter();
    far_errors_ = std::make_unique<IcmpErrors>();
    far_socket_ = std::make_unique<SignallingSocket>(0);
    near_.enter();
}

wire::Bytes Signalling::binding_update() const {
    return serialized(
        {.source = far_address_, .destination = near_address_, .home_address_option = home},
        wire::BindingUpdate{});
}

wire::Bytes Signalling::binding_acknowledgement() const {
    return serialized(
        {.source = far_address_, .destination = near_address_, .routing_header = home},
        wire::BindingAcknowledgement{});
}

wire::Bytes Signalling::plain_binding_update() const {
    return serialized({.source = far_address_, .destination = near_address_},
                      wire::BindingUpdate{});
}

std::vector<std::uint8_t> Signalling::errors_after(const wire::Bytes& packet) const {
    require("send", far_socket_->send(packet, {}));
    return far_errors_->from(near_address_);
}

bool kernel_has_mobile_ipv6() {
    std::ifstream symbols("/proc/kallsyms");
    for (std::string line; std::getline(symbols, line);) {
        if (line.find(" mip6_") != std::string::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace godwit::platform
