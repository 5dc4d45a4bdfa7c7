#include "shared/security/cookie.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

namespace godwit::security {
namespace {

constexpr std::string_view label = "godwit cookie";
constexpr std::size_t message_length = 2 + CookieReply::nonce_length + CookieReply::sealed_length;

Cookie cookie_of(const KeyOctets& secret, const CookieJar::Source& source) {
    const std::array port{static_cast<std::uint8_t>(source.port >> 8U),
                          static_cast<std::uint8_t>(source.port)};
    return keyed_mac(secret, {source.address.octets, port});
}

}  // namespace

wire::ExperimentalMessage CookieReply::message() const {
    wire::ExperimentalMessage message{{kind, version}};
    wire::Writer out(message.data);
    out.bytes(nonce);
    out.bytes(sealed);
    return message;
}

std::optional<CookieReply> CookieReply::parse(const wire::ExperimentalMessage& message) {
    const wire::BytesView data = message.data;
    if (data.size() != message_length || data[0] != kind || data[1] != version) {
        return std::nullopt;
    }
    CookieReply reply;
    std::ranges::copy(data.subspan(2, nonce_length), reply.nonce.begin());
    std::ranges::copy(data.last(sealed_length), reply.sealed.begin());
    return reply;
}

CookieKey::CookieKey(const PublicKey& home_agent) {
    wire::Bytes input(label.begin(), label.end());
    wire::Writer(input).bytes(home_agent.octets);
    crypto_generichash_blake2b(key_.data(), key_.size(), input.data(), input.size(), nullptr, 0);
}

CookieReply CookieKey::seal(const Cookie& cookie, const Mac& mac1) const {
    static_assert(CookieReply::nonce_length == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    static_assert(CookieReply::sealed_length ==
                  mac_length + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    CookieReply reply;
    randombytes_buf(reply.nonce.data(), reply.nonce.size());
    crypto_aead_xchacha20poly1305_ietf_encrypt(reply.sealed.data(), nullptr, cookie.data(),
                                               cookie.size(), mac1.data(), mac1.size(), nullptr,
                                               reply.nonce.data(), key_.data());
    return reply;
}

std::optional<Cookie> CookieKey::open(const CookieReply& reply, const Mac& mac1) const {
    Cookie cookie{};
    const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(
        cookie.data(), nullptr, nullptr, reply.sealed.data(), reply.sealed.size(), mac1.data(),
        mac1.size(), reply.nonce.data(), key_.data());
    return refused == 0 ? std::optional(cookie) : std::nullopt;
}

Cookie CookieJar::cookie_for(mobility::Instant now, const Source& source) {
    change_secret(now);
    return cookie_of(*secret_, source);
}

std::optional<Cookie> CookieJar::cookie_before(mobility::Instant now, const Source& source) {
    change_secret(now);
    if (!secret_before_ || now >= before_made_at_ + 2 * secret_lifetime) {
        return std::nullopt;
    }
    return cookie_of(*secret_before_, source);
}

void CookieJar::change_secret(mobility::Instant now) {
    if (secret_ && now < made_at_ + secret_lifetime) {
        return;
    }
    secret_before_ = std::exchange(secret_, make_secret<KeyOctets>());
    before_made_at_ = std::exchange(made_at_, now);
    randombytes_buf(secret_->data(), secret_->size());
}

void CookiesHeld::put(const mobility::Path& path, const Cookie& cookie) {
    std::erase_if(cookies_, [&](const auto& held) { return held.first == path; });
    if (cookies_.size() == max) {
        cookies_.erase(cookies_.begin());
    }
    cookies_.emplace_back(path, cookie);
}

const Cookie* CookiesHeld::find(const mobility::Path& path) const {
    const auto found = std::ranges::find(cookies_, path, &std::pair<mobility::Path, Cookie>::first);
    return found != cookies_.end() ? &found->second : nullptr;
}

}  // namespace godwit::security
