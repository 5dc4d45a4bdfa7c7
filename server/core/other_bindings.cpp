#include "server/core/other_bindings.hpp"

#include <algorithm>
#include <iterator>

#include "server/core/path_checks.hpp"

namespace godwit::server {
namespace {

using mobility::Actions;
using mobility::Instant;

constexpr std::size_t no_credit = 0;  // nothing goes there before it has answered

std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other) {
    return one && other ? std::min(*one, *other) : (one ? one : other);
}

}  // namespace

std::span<const OtherBinding> OtherBindings::of(const wire::HomeAddress& home) const {
    const auto found = entries_.find(home);
    return found != entries_.end() ? std::span<const OtherBinding>(found->second.bindings)
                                   : std::span<const OtherBinding>();
}

const OtherBinding* OtherBindings::find(const wire::HomeAddress& home, std::uint16_t id) const {
    const auto bindings = of(home);
    const auto found = std::ranges::find(bindings, id, &OtherBinding::id);
    return found != bindings.end() ? &*found : nullptr;
}

bool OtherBindings::has_path(const wire::HomeAddress& home, mobility::Path path) const {
    path.interface = {};
    return std::ranges::any_of(
        of(home), [&path](const OtherBinding& other) { return other.place.path == path; });
}

void OtherBindings::put(Instant now, const wire::HomeAddress& home, OtherBinding binding,
                        bool is_proved) {
    auto& bindings = entries_[home].bindings;
    const auto before = std::ranges::find(bindings, binding.id, &OtherBinding::id);
    const bool was_there = before != bindings.end() && before->place.path == binding.place.path;
    if (!is_proved && !(was_there && before->is_proved())) {
        binding.proof = was_there ? std::move(before->proof)
                                  : std::make_unique<CareOfProof>(std::nullopt, no_credit);
        static_cast<void>(binding.proof->on_claim(now, binding.place));
    }
    if (before != bindings.end()) {
        bindings.erase(before);
    }
    bindings.push_back(std::move(binding));
    schedule(home);
}

std::optional<OtherBinding> OtherBindings::take(const wire::HomeAddress& home, std::uint16_t id) {
    const auto entry = entries_.find(home);
    if (entry == entries_.end()) {
        return std::nullopt;
    }
    auto& bindings = entry->second.bindings;
    const auto found = std::ranges::find(bindings, id, &OtherBinding::id);
    if (found == bindings.end()) {
        return std::nullopt;
    }
    std::optional<OtherBinding> taken = std::move(*found);
    bindings.erase(found);
    schedule(home);
    return taken;
}

const OtherBinding* OtherBindings::move(const wire::HomeAddress& home,
                                        const EndpointInquiry::Move& move) {
    const auto entry = entries_.find(home);
    if (entry == entries_.end()) {
        return nullptr;
    }
    auto& bindings = entry->second.bindings;
    const auto found = std::ranges::find(bindings, move.from,
                                         [](const auto& binding) { return binding.place.path; });
    if (found == bindings.end()) {
        return nullptr;
    }
    found->place.path = move.to;
    found->proof.reset();
    schedule(home);
    return &*found;
}

void OtherBindings::forget(const wire::HomeAddress& home) {
    entries_.erase(home);
    deadlines_.put(home, std::nullopt);
}

void OtherBindings::end_by(const wire::HomeAddress& home, Instant latest) {
    if (const auto entry = entries_.find(home); entry != entries_.end()) {
        for (OtherBinding& other : entry->second.bindings) {
            other.expires = std::min(other.expires, latest);
        }
        schedule(home);
    }
}

void OtherBindings::ask(Instant now, const Binding& binding, Actions& actions) {
    const auto entry = entries_.find(binding.home);
    if (entry == entries_.end()) {
        return;
    }
    for (const OtherBinding& other : entry->second.bindings) {
        if (const auto number =
                other.proof ? other.proof->next_request(now, random_) : std::nullopt) {
            actions.emplace_back(heartbeat_request(binding, other.place.path, *number));
        }
    }
    if (entry->second.inquiry) {
        for (const auto& [path, number] : entry->second.inquiry->due(now, random_)) {
            actions.emplace_back(heartbeat_request(binding, path, number));
        }
    }
    schedule(binding.home);
}

void OtherBindings::on_request(Instant now, const Binding& binding, mobility::Path path,
                               Actions& actions) {
    path.interface = {};
    bool is_prompted = false;
    for (const OtherBinding& other : of(binding.home)) {
        if (other.proof && other.place.path == path) {
            other.proof->on_heard(now);
            is_prompted = true;
        }
    }
    if (is_prompted) {
        ask(now, binding, actions);
    }
}

OtherBindings::Answered OtherBindings::on_answer(Instant now, const wire::HomeAddress& home,
                                                 std::uint32_t number) {
    const auto entry = entries_.find(home);
    if (entry == entries_.end()) {
        return {};
    }
    for (OtherBinding& other : entry->second.bindings) {
        if (other.proof && other.proof->on_answer(now, number)) {
            other.proof.reset();
            schedule(home);
            return {.is_ours = true, .proved = &other};
        }
    }
    return {.is_ours = entry->second.inquiry && entry->second.inquiry->on_answer(number)};
}

void OtherBindings::on_stranger(Instant now, const Binding& binding, const mobility::Path& stranger,
                                std::span<const mobility::Path> known, Actions& actions) {
    auto& inquiry = entries_[binding.home].inquiry;
    if (!inquiry) {
        inquiry = std::make_unique<EndpointInquiry>();
    }
    inquiry->on_stranger(now, stranger, known);
    ask(now, binding, actions);
}

OtherBindings::Due OtherBindings::on_deadline(Instant now, const Binding& binding,
                                              Actions& actions) {
    Due due;
    auto& [bindings, inquiry] = entries_.at(binding.home);
    const auto gone = std::ranges::stable_partition(
        bindings, [&](const OtherBinding& other) { return now < other.expires; });
    std::ranges::move(gone, std::back_inserter(due.expired));
    bindings.erase(gone.begin(), gone.end());
    for (const OtherBinding& other : bindings) {
        if (other.proof) {
            static_cast<void>(other.proof->give_up(now));
        }
    }
    if (inquiry) {
        due.moves = inquiry->judge(now);
        if (inquiry->is_over(now)) {
            inquiry.reset();
        }
    }
    ask(now, binding, actions);
    return due;
}

void OtherBindings::schedule(const wire::HomeAddress& home) {
    const auto entry = entries_.find(home);
    const auto& [bindings, inquiry] = entry->second;
    if (bindings.empty() && !inquiry) {
        entries_.erase(entry);
        deadlines_.put(home, std::nullopt);
        return;
    }
    std::optional<Instant> next = inquiry ? inquiry->next_deadline() : std::nullopt;
    for (const OtherBinding& other : bindings) {
        next = earlier(next, other.expires);
        next = earlier(next, other.proof ? other.proof->next_deadline() : std::nullopt);
    }
    deadlines_.put(home, next);
}

}  // namespace godwit::server
