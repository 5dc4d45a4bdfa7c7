// A program of events for both cores, joined through their real authenticators and tunnels: packets
// arrive, are lost, come twice, late or changed; time passes; the mobile node moves, sleeps and
// begins anew, the home agent begins anew and revokes; strangers forge, and another mobile node of
// the same home agent says whatever it likes. What must hold after each step is in both_ends.cpp.
//
// Each step is an octet, and what it takes behind it.

#include <array>

#include "tests/fuzz/both_ends.hpp"

namespace godwit {
namespace {

using namespace std::chrono_literals;
using fuzz::BothEnds;

constexpr std::size_t max_input = 2048;  // octets
constexpr std::size_t max_steps = 300;

enum class Step : std::uint8_t {
    deliver_oldest,
    deliver_newest,
    deliver,
    deliver_and_keep,
    lose,
    corrupt,
    divert,
    pass,
    go,
    thief_speaks,
    thief_tunnels,
    hint,
    send_data,
    sleep_or_wake,
    restart,
    order,
};

constexpr std::array<std::chrono::nanoseconds, 12> times{1ms, 20ms, 100ms, 333ms, 1s,   1500ms,
                                                         5s,  16s,  30s,   61s,   200s, 700s};

void restart(BothEnds& ends, std::uint8_t choice) {
    if (choice % 2 == 0) {
        ends.restart_home_agent();
    } else {
        ends.restart_mobile_node();
    }
}

// What the home agent's owner says.
void order(BothEnds& ends, std::uint8_t choice) {
    switch (choice % 4) {
        case 0:
            return ends.revoke(wire::RevocationTrigger::unspecified);
        case 1:
            return ends.revoke(wire::RevocationTrigger::administrative_reason);
        case 2:
            return ends.dismiss_thief();
        default:
            return ends.admit_thief();
    }
}

void meddle(BothEnds& ends, Step step, fuzz::Input& input) {
    const std::uint8_t choice = input.octet();
    switch (step) {
        case Step::corrupt: {
            const std::size_t at = input.number<std::uint16_t>();
            const std::uint8_t by = input.octet();
            return ends.corrupt(choice >> 1U, at, by, choice % 2 != 0);
        }
        case Step::divert:
            return ends.divert(choice);
        case Step::hint:
            return ends.hint(input.record(), (choice & 1U) != 0, (choice & 2U) != 0);
        case Step::sleep_or_wake:
            return choice % 2 == 0 ? ends.sleep() : ends.wake();
        case Step::restart:
            return restart(ends, choice);
        default:
            return order(ends, choice);
    }
}

void carry_out(BothEnds& ends, Step step, fuzz::Input& input) {
    using Fate = BothEnds::Fate;
    constexpr std::size_t newest = BothEnds::newest;
    switch (step) {
        case Step::deliver_oldest:
            return ends.decide(0, Fate::delivered);
        case Step::deliver_newest:
            return ends.decide(newest, Fate::delivered);
        case Step::deliver:
            return ends.decide(input.octet(), Fate::delivered);
        case Step::deliver_and_keep:
            return ends.decide(input.octet(), Fate::delivered_and_kept);
        case Step::lose:
            return ends.decide(input.octet(), Fate::lost);
        case Step::pass:
            return ends.pass(times.at(input.octet() % times.size()));
        case Step::go:
            return ends.go_to(BothEnds::Place{static_cast<std::uint8_t>(input.octet() % 8)});
        case Step::send_data:
            return ends.send_data(input.octet() % 2 == 0);
        case Step::thief_speaks:
            return ends.hear_thief(input, false);
        case Step::thief_tunnels:
            return ends.hear_thief(input, true);
        default:
            return meddle(ends, step, input);
    }
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size > max_input) {
        return -1;
    }
    fuzz::Input input(data, size);
    BothEnds ends;
    for (std::size_t step = 0; step < max_steps && !input.is_empty(); ++step) {
        carry_out(ends, Step{static_cast<std::uint8_t>(input.octet() % 16)}, input);
    }
    return 0;
}
