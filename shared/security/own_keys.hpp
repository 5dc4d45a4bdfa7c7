#pragma once
// The home agent's own key pairs: the current one, and for a while after a change the one before,
// so that nobody needs another invite (docs/protocol.md, "Another key").

#include <cstdint>
#include <optional>
#include <utility>

#include "shared/security/cookie.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/security/keys.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

// Which key a handshake was made with, and which one serves beside it.
struct ServingKeys {
    PublicKey used;
    std::optional<PublicKey> other{};
};

class OwnKeys {
  public:
    struct Key {
        Key(KeyPair made_of, std::uint32_t its_generation)
            : pair(std::move(made_of)),
              mac1(pair.public_key()),
              cookie(pair.public_key()),
              generation(its_generation) {}

        KeyPair pair;
        Mac1Key mac1;
        CookieKey cookie;
        std::uint32_t generation = 0;  // counts the keys of a run, from 1; never used twice
    };

    OwnKeys(KeyPair current, std::optional<KeyPair> previous) : current_(std::move(current), 2) {
        if (previous) {
            previous_.emplace(*std::move(previous), 1);
        }
    }

    void rotate(KeyPair next) {
        previous_ = std::exchange(current_, Key(std::move(next), current_.generation + 1));
    }
    void forget_previous() { previous_.reset(); }

    [[nodiscard]] const Key& current() const { return current_; }
    // `used`: one of the two.
    [[nodiscard]] ServingKeys serving(const Key& used) const {
        ServingKeys keys{.used = used.pair.public_key()};
        if (previous_) {
            keys.other = (&used == &current_ ? *previous_ : current_).pair.public_key();
        }
        return keys;
    }
    // The key whose public half the sender of this message knows; nullptr if it knows none.
    [[nodiscard]] const Key* addressed_by(wire::BytesView mobility_header,
                                          const HandshakeOption& option) const {
        if (current_.mac1.is_right(mobility_header, option)) {
            return &current_;
        }
        return previous_ && previous_->mac1.is_right(mobility_header, option) ? &*previous_
                                                                              : nullptr;
    }

  private:
    Key current_;
    std::optional<Key> previous_;
};

}  // namespace godwit::security
