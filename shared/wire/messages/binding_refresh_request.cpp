#include "shared/wire/messages/binding_refresh_request.hpp"

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {

Parsed<BindingRefreshRequest> BindingRefreshRequest::parse(Reader& in) {
    in.skip(2);
    return with_options(BindingRefreshRequest{}, in);
}

void BindingRefreshRequest::serialize(Bytes& message) const {
    Writer(message).zeros(2);
    append_options(message, options);
}

}  // namespace godwit::wire
