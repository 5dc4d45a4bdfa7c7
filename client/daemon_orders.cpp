// What the daemon is ordered through its socket.

#include <exception>
#include <utility>

#include "client/daemon_object.hpp"
#include "client/daemon_parts.hpp"

namespace godwit::client {

using runtime::HttpAnswer;

namespace {

HttpAnswer not_done(const std::string& why) {
    return runtime::error_answer(503, "not-done", why);
}

}  // namespace

void Daemon::up(const OnAnswer& answer) {
    change(answer, [&] {
        if (presence_) {
            mark().clear();
            answer(done());
        } else if (auto wanted = found(source_.wanted(), answer)) {
            switching_.end();
            exchange(*std::move(wanted), nullptr, answer);
        }
    });
}

void Daemon::down(const OnAnswer& answer) {
    change(answer, [&] {
        mark().set();
        switching_.end();
        leave([this, answer] { on_down(answer); });
    });
}

void Daemon::on_down(const OnAnswer& answer) {
    comeback_.end();
    try {
        lockdown_.lift();
        answer(done());
    } catch (const std::exception& failure) {
        answer(not_done(failure.what()));
    }
}

void Daemon::restart(const OnAnswer& answer) {
    change(answer, [&] {
        auto wanted = found(source_.wanted(), answer);
        if (!wanted) {
            return;
        }
        if (wanted->configuration.status_socket != configuration_.status_socket) {
            answer(
                new_start_needed("status_socket is another: that takes a new start of the "
                                 "daemon, systemctl restart godwit"));
            return;
        }
        switching_.end();
        leave([this, answer, next = *std::move(wanted)] { exchange(next, nullptr, answer); });
    });
}

// Another profile from now on. The choice is on the disk before anything ends, and in its place
// once the other has been taken up.
void Daemon::use(const std::string& profile, const OnAnswer& answer) {
    change(answer, [&] {
        const auto wanted = found(source_.wanted(profile), answer);
        if (!wanted) {
            return;
        }
        const Configuration& next = wanted->configuration;
        if (next.status_socket != configuration_.status_socket ||
            next.state_directory != configuration_.state_directory) {
            answer(new_start_needed(profile + " has another status_socket or state_directory, and "
                                              "a daemon has one of each; take them out of it"));
            return;
        }
        choose(*wanted, answer);
    });
}

void Daemon::choose(const WantedConfiguration& next, const OnAnswer& answer) {
    const auto choice = source_.choose(next.profile);
    const bool is_up = presence_ && source_.name_now(profile_) == next.profile;
    if (!is_up && (presence_ || !mark().is_set())) {
        switching_.end();
        leave([this, answer, next, choice] { exchange(next, choice, answer); });
        return;
    }
    choice->commit();
    switching_.end();
    if (!is_up) {  // and so it stays
        configuration_ = next.configuration;
        profile_ = next.profile;
    }
    answer(done());
}

// What cannot be taken up is told, and what was before goes on.
void Daemon::exchange(WantedConfiguration next, const std::shared_ptr<ProfileChoice>& choice,
                      const OnAnswer& answer) {
    const WantedConfiguration before{configuration_, profile_};
    bool is_chosen = choice == nullptr;
    try {
        enter(std::move(next));
        if (choice) {
            choice->commit();
            is_chosen = true;
            moves_ = {};  // they were another address's
        }
        mark().clear();
        answer(done());
    } catch (const std::exception& failure) {
        if (presence_ && !is_chosen) {
            leave([this, before, answer, why = std::string(failure.what())] {
                enter_again(before);
                answer(not_done(why));
            });
            return;
        }
        if (!presence_ && !mark().is_set()) {
            enter_again(before);
        }
        answer(not_done(failure.what()));
    }
}

// One at a time; what goes wrong is told. Which home agent it is to be is left to the switching
// until the order is sure to go on: one that changes nothing ends no search either.
void Daemon::change(const OnAnswer& answer, const std::function<void()>& act) {
    if (departure_.is_under_way()) {
        answer(runtime::error_answer(409, "busy", "another change is under way; try again"));
        return;
    }
    try {
        act();
    } catch (const std::exception& failure) {
        answer(not_done(failure.what()));
    }
}

HttpAnswer Daemon::done() const {
    return runtime::json_answer({{"state", state_name(status().state)}});
}

}  // namespace godwit::client
