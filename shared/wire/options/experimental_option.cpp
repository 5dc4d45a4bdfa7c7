#include "shared/wire/options/experimental_option.hpp"

#include <expected>

namespace godwit::wire {

Parsed<ExperimentalOption> ExperimentalOption::parse(BytesView body) {
    return ExperimentalOption{Bytes(body.begin(), body.end())};
}

void ExperimentalOption::serialize(Writer& out) const {
    out.bytes(data);
}

}  // namespace godwit::wire
