#include "shared/wire/messages/binding_error.hpp"

#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {

Parsed<BindingError> BindingError::parse(Reader& in) {
    BindingError error;
    error.status = BindingErrorStatus{in.integer<std::uint8_t>()};
    in.skip(1);
    error.home.address = Ipv6Address::read(in);
    return with_options(std::move(error), in);
}

void BindingError::serialize(Bytes& message) const {
    Writer out(message);
    out.integer(static_cast<std::uint8_t>(status));
    out.zeros(1);
    out.bytes(home.address.octets);
    append_options(message, options);
}

}  // namespace godwit::wire
