// Heartbeats at the home agent (RFC 5847): what is answered, and what answers prove.

#include "server/core/acknowledgement.hpp"
#include "server/core/home_agent.hpp"
#include "shared/mobility/answer_delay.hpp"

namespace godwit::server {

using mobility::Actions;
using mobility::Instant;

// RFC 5847 §3.2: a request is answered with its own number, along the path that it came by.
void HomeAgent::on_heartbeat(Instant now, const mobility::Received& received,
                             const mobility::Authenticated<wire::MobilityMessage>& message,
                             const wire::Heartbeat& heartbeat, Actions& actions) {
    const Binding* binding = binding_of(now, message.peer(), received.home);
    if (binding == nullptr || binding->protection == mobility::Protection::none) {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
        return;
    }
    if (heartbeat.response) {
        return on_answer(now, message.peer(), *binding, heartbeat.sequence, actions);
    }
    const DelayedAnswers::Answer answer{
        .home = received.home, .path = way_back(received), .sequence = heartbeat.sequence};
    if (const auto delay = mobility::answer_delay(heartbeat)) {
        delayed_answers_.put(now + *delay, answer);
        return;
    }
    actions.emplace_back(heartbeat_response(*binding, answer));
    checks_.on_heard(now, *binding, received.path, actions);
    others_.on_request(now, *binding, received.path, actions);
    // A sealed one moves its endpoint by its newest data packet.
    if (std::holds_alternative<mobility::InSession>(message.proof()) &&
        received.path.remote == binding->path.remote) {
        follow_endpoint(now, *binding, received.path, actions);
    }
}

mobility::SendMessage HomeAgent::heartbeat_response(const Binding& binding,
                                                    const DelayedAnswers::Answer& answer) const {
    return {
        .path = answer.path,
        .home = answer.home,
        .message = wire::Heartbeat{.response = true,
                                   .sequence = answer.sequence,
                                   .options = {wire::RestartCounter{settings_.restart_counter}}},
        .seal = heartbeat_seal(binding)};
}

// Guesses have an end before anything is compared, whatever they are at: the place of the binding
// in use, that of another one, or an endpoint that a NAT may have moved.
void HomeAgent::on_answer(Instant now, mobility::PeerId peer, const Binding& binding,
                          std::uint32_t sequence, Actions& actions) {
    Allowance& allowance = *registry_.allowance(peer);
    if (!allowance.may_answer(now)) {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::rate_limited}});
        return;
    }
    if (const auto answered = others_.on_answer(now, binding.home, sequence); answered.is_ours) {
        if (answered.proved != nullptr) {
            actions.emplace_back(mobility::Event{
                mobility::CareOfAddressProved{binding.home, answered.proved->place.care_of}});
            route_flows(now, binding.home, actions);
        }
    } else if (const auto proved = checks_.on_answer(now, binding, sequence, actions)) {
        on_proved(now, binding, *proved, actions);
    } else if (!allowance.was_asked(sequence) && !checks_.has_probed(binding.home, sequence)) {
        allowance.on_wrong_answer(now);
    }
}

void HomeAgent::note_question(const mobility::SendMessage& order) {
    const auto* heartbeat = std::get_if<wire::Heartbeat>(&order.message);
    if (heartbeat == nullptr || heartbeat->response || order.padded_to != 0) {
        return;  // of the last padded ones the search for the path's MTU knows
    }
    if (Allowance* allowance = registry_.allowance(order.home)) {
        allowance->on_asked(heartbeat->sequence);
    }
}

bool HomeAgent::is_of_a_binding(const Binding& binding, mobility::Path path) const {
    path.interface = {};
    return path == binding.path || path == checks_.claim_of(binding).path ||
           others_.has_path(binding.home, path);
}

}  // namespace godwit::server
