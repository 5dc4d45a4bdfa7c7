#include "shared/security/aes_of_long_texts.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <cassert>
#include <memory>
#include <new>

namespace godwit::security {
namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// One direction, in one thread.
class KeyedContext {
  public:
    explicit KeyedContext(int encrypts) : encrypts_(encrypts), context_(EVP_CIPHER_CTX_new()) {
        if (!context_ || EVP_CipherInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, nullptr,
                                           nullptr, encrypts_) != 1) {
            throw std::bad_alloc();
        }
    }

    EVP_CIPHER_CTX* prepare(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce) {
        const bool is_other = key.name != key_name_;
        [[maybe_unused]] const int done =
            EVP_CipherInit_ex(context_.get(), nullptr, nullptr, is_other ? key.key.data() : nullptr,
                              nonce.data(), encrypts_);
        assert(done == 1);
        key_name_ = key.name;
        return context_.get();
    }

    // A key of zeros takes its place.
    void forget(std::uint64_t name) {
        if (name == key_name_) {
            static constexpr std::array<std::uint8_t, 32> nothing{};
            EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nothing.data(), nullptr, encrypts_);
            key_name_ = 0;
        }
    }

  private:
    int encrypts_;
    std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context_;
    std::uint64_t key_name_ = 0;
};

KeyedContext& encryption() {
    thread_local KeyedContext context(1);
    return context;
}

KeyedContext& decryption() {
    thread_local KeyedContext context(0);
    return context;
}

void take(EVP_CIPHER_CTX* context, wire::BytesView associated, wire::BytesView text,
          std::uint8_t* made_of_it) {
    int length = 0;
    EVP_CipherUpdate(context, nullptr, &length, associated.data(),
                     static_cast<int>(associated.size()));
    EVP_CipherUpdate(context, made_of_it, &length, text.data(), static_cast<int>(text.size()));
}

}  // namespace

// Nothing in openssl.cnf concerns an AEAD.
void prepare_for_long_texts() {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    encryption();
    decryption();
}

void forget_long_texts_key(std::uint64_t name) {
    encryption().forget(name);
    decryption().forget(name);
}

void encrypt_long_text(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                       wire::BytesView associated, wire::BytesView plaintext,
                       std::span<std::uint8_t> ciphertext, std::span<std::uint8_t, 16> tag) {
    EVP_CIPHER_CTX* context = encryption().prepare(key, nonce);
    take(context, associated, plaintext, ciphertext.data());
    int length = 0;
    EVP_CipherFinal_ex(context, ciphertext.data() + ciphertext.size(), &length);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()), tag.data());
}

bool decrypt_long_text(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                       wire::BytesView associated, std::span<std::uint8_t> text,
                       std::span<const std::uint8_t, 16> tag) {
    EVP_CIPHER_CTX* context = decryption().prepare(key, nonce);
    // It only reads what it calls mutable.
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                        const_cast<std::uint8_t*>(tag.data()));
    take(context, associated, text, text.data());
    int length = 0;
    if (EVP_CipherFinal_ex(context, text.data() + text.size(), &length) == 1) {
        return true;
    }
    sodium_memzero(text.data(), text.size());
    return false;
}

}  // namespace godwit::security
