#include "shared/wire/messages/experimental_message.hpp"

namespace godwit::wire {

Parsed<ExperimentalMessage> ExperimentalMessage::parse(Reader& in) {
    const BytesView data = in.rest();
    return ExperimentalMessage{Bytes(data.begin(), data.end())};
}

void ExperimentalMessage::serialize(Bytes& message) const {
    Writer out(message);
    out.bytes(data);
    while (message.size() % 8 != 0) {
        out.zeros(1);
    }
}

}  // namespace godwit::wire
