#pragma once
// A heartbeat request may ask to be answered after a while (docs/protocol.md): if the answer finds
// its way, the mappings of the NATs in between have lived so long without a packet. It travels in
// an Experimental mobility option (RFC 5096 §4):
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 18   |   Length = 4  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Kind = 4   |  Version = 1  |         Delay, seconds        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "shared/wire/bytes.hpp"
#include "shared/wire/messages/heartbeat.hpp"
#include "shared/wire/options/experimental_option.hpp"

namespace godwit::mobility {

inline constexpr std::chrono::seconds longest_answer_delay{600};

inline wire::ExperimentalOption answer_after(std::chrono::seconds delay) {
    wire::ExperimentalOption option;
    wire::Writer out(option.data);
    out.integer(std::uint8_t{4});
    out.integer(std::uint8_t{1});
    out.integer(static_cast<std::uint16_t>(delay.count()));
    return option;
}

// Nothing: at once. Never more than longest_answer_delay.
inline std::optional<std::chrono::seconds> answer_delay(const wire::Heartbeat& request) {
    const auto* option = wire::find<wire::ExperimentalOption>(request.options);
    if (option == nullptr) {
        return std::nullopt;
    }
    wire::Reader in(option->data);
    const auto kind = in.integer<std::uint8_t>();
    const auto version = in.integer<std::uint8_t>();
    const std::chrono::seconds delay(in.integer<std::uint16_t>());
    if (in.truncated() || kind != 4 || version != 1 || delay == std::chrono::seconds(0)) {
        return std::nullopt;
    }
    return std::min(delay, longest_answer_delay);
}

}  // namespace godwit::mobility
