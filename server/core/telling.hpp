#pragma once
// What is told of a binding that has become another one.

#include <chrono>

#include "server/core/admission.hpp"
#include "server/core/binding_cache.hpp"
#include "server/core/care_of_proof.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

inline Whereabouts whereabouts_of(const Binding& binding) {
    return {.care_of = binding.care_of, .path = binding.path};
}

// By a binding update of the binding in use. `before`: nullptr if nothing was bound.
mobility::Event told(const Request& request, const Binding& binding, const Binding* before);
// By something else.
void tell_of_move(const Whereabouts& from, const Binding& binding, mobility::Actions& actions);
// `was_known`: the mobile node has been behind it before.
void tell_of_nat(const Request& request, bool was_known, std::chrono::seconds keepalive,
                 mobility::Actions& actions);

}  // namespace godwit::server
