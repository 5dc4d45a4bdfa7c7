#include "server/core/telling.hpp"

namespace godwit::server {

mobility::Event told(const Request& request, const Binding& binding, const Binding* before) {
    if (before == nullptr) {
        return mobility::BindingRegistered{binding.home, binding.care_of, binding.granted};
    }
    if (before->care_of == binding.care_of) {
        return mobility::BindingRefreshed{binding.home, binding.care_of, binding.granted};
    }
    return mobility::BindingMoved{.home = binding.home,
                                  .from = before->care_of,
                                  .to = binding.care_of,
                                  .cause = mobility::move_cause(request.update.options)};
}

void tell_of_move(const Whereabouts& from, const Binding& binding, mobility::Actions& actions) {
    if (from.care_of != binding.care_of) {
        actions.emplace_back(
            mobility::Event{mobility::BindingMoved{binding.home, from.care_of, binding.care_of}});
    } else if (from.path != binding.path) {
        actions.emplace_back(
            mobility::Event{mobility::EndpointMoved{binding.home, from.path, binding.path}});
    }
}

void tell_of_nat(const Request& request, bool was_known, std::chrono::seconds keepalive,
                 mobility::Actions& actions) {
    if (request.is_behind_nat() && !was_known) {
        actions.emplace_back(mobility::Event{
            mobility::NatDetected{request.received.home, request.care_of, keepalive}});
    }
}

}  // namespace godwit::server
