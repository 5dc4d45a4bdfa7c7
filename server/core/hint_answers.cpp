#include "server/core/hint_answers.hpp"

#include <utility>

#include "server/core/acknowledgement.hpp"
#include "shared/mobility/observed_source.hpp"

namespace godwit::server {
namespace {

constexpr std::chrono::seconds interval{1};

mobility::SendMessage refusal_of(const mobility::Received& received, const mobility::Hint& hint,
                                 wire::BindingStatus status) {
    return {.path = way_back(received),
            .home = received.home,
            .message = wire::BindingAcknowledgement{.status = status, .sequence = hint.sequence},
            .seal = mobility::Unprotected{}};
}

// In UDP also from where the question has come. It goes there and nowhere else, and is shorter than
// the question.
mobility::SendMessage session_unknown(const mobility::Received& received,
                                      const mobility::Hint& hint) {
    mobility::SendMessage answer =
        refusal_of(received, hint, wire::BindingStatus::authentication_failed);
    if (received.path.encapsulation == mobility::Encapsulation::udp) {
        std::get<wire::BindingAcknowledgement>(answer.message)
            .options.emplace_back(mobility::to_option(mobility::ObservedSource{
                .address = received.path.remote, .port = received.path.remote_port}));
    }
    return answer;
}

// RFC 6275 §9.2.
mobility::SendMessage binding_error(const mobility::Received& received) {
    // §9.3.3: the home address of the option, if there was one.
    const bool is_named = received.home.address != received.path.remote;
    return {
        .path = way_back(received),
        .home = received.home,
        .names_home = false,
        .message = wire::BindingError{.status = wire::BindingErrorStatus::unrecognized_message_type,
                                      .home = is_named ? received.home : wire::HomeAddress{}},
        .seal = mobility::Unprotected{}};
}

// RFC 6275 §9.5.1, with the reason.
mobility::SendMessage join_refused(const mobility::Received& received, const mobility::Hint& hint) {
    mobility::SendMessage answer =
        refusal_of(received, hint, wire::BindingStatus::administratively_prohibited);
    std::get<wire::BindingAcknowledgement>(answer.message)
        .options.emplace_back(mobility::to_option(hint.refusal));
    return answer;
}

}  // namespace

std::expected<mobility::SendMessage, mobility::DropReason> HintAnswers::on_hint(
    mobility::Instant now, const mobility::Received& received, const mobility::Hint& hint) {
    auto answer = answer_to(received, hint);
    if (!answer) {
        return std::unexpected(mobility::DropReason::not_expected);
    }
    const wire::Ipv6Address& source = received.path.remote;
    if (source.is_multicast() || source.is_unspecified()) {  // RFC 6275 §9.3.3
        return std::unexpected(mobility::DropReason::bad_address);
    }
    const bool is_stranger = registry_.find(received.home) == nullptr;
    mobility::Instant& not_before = not_before_[is_stranger ? wire::HomeAddress{} : received.home];
    if (now < not_before) {
        return std::unexpected(mobility::DropReason::rate_limited);
    }
    not_before = now + interval;
    return *std::move(answer);
}

// Outside a laboratory only a mobile node that this end has lost the session of hears anything,
// and who knows the home agent's public key and is not taken.
std::optional<mobility::SendMessage> HintAnswers::answer_to(const mobility::Received& received,
                                                            const mobility::Hint& hint) const {
    using enum wire::BindingStatus;
    const bool is_known = registry_.find(received.home) != nullptr;
    if (hint.kind == mobility::Hint::Kind::unknown_session && is_known) {
        return session_unknown(received, hint);
    }
    if (hint.kind == mobility::Hint::Kind::join_refused) {
        return join_refused(received, hint);
    }
    if (!settings_.allow_unprotected) {
        return std::nullopt;
    }
    if (hint.kind == mobility::Hint::Kind::unknown_home && !is_known) {  // §10.3.1
        if (!received.home.address.is_unicast_routable()) {              // §9.5.1
            return std::nullopt;
        }
        return refusal_of(received, hint,
                          settings_.home_prefix.contains(received.home.address)
                              ? administratively_prohibited
                              : not_home_subnet);
    }
    if (hint.kind == mobility::Hint::Kind::unrecognized_type) {
        return binding_error(received);
    }
    return std::nullopt;
}

}  // namespace godwit::server
