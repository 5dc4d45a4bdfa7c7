#include "shared/security/key_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace godwit::security {
namespace {

constexpr std::size_t encoded_length =
    sodium_base64_ENCODED_LEN(sizeof(KeyOctets), sodium_base64_VARIANT_ORIGINAL);  // with its NUL
constexpr std::size_t max_file_length = 128;  // octets: a key, and what white space an editor left
constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
using FileText = std::array<char, max_file_length>;

[[noreturn]] void fail(const std::string& attempt, const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), attempt + " " + path.string());
}

class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&&) = delete;
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

// Gone at the end, whether or not its content has got its final name.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

void write_private(const std::filesystem::path& path, std::span<const char> text) {
    const File file(
        ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, owner_only));
    if (file.descriptor() < 0) {
        fail("create", path);
    }
    while (!text.empty()) {
        const ssize_t written = ::write(file.descriptor(), text.data(), text.size());
        if (written < 0) {
            fail("write", path);
        }
        text = text.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(file.descriptor()) != 0) {
        fail("write", path);
    }
}

void save_octets(const KeyOctets& key, const std::filesystem::path& path, ExistingFile existing) {
    Transient<std::array<char, encoded_length>> line;
    sodium_bin2base64(line.value.data(), line.value.size(), key.data(), key.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    line.value.back() = '\n';

    const TemporaryFile temporary(path.string() + "." + std::to_string(randombytes_random()));
    write_private(temporary.path(), line.value);
    // link() refuses to replace a file where rename() does not ask.
    const int outcome = existing == ExistingFile::replace
                            ? ::rename(temporary.path().c_str(), path.c_str())
                            : ::link(temporary.path().c_str(), path.c_str());
    if (outcome != 0) {
        fail("save the key as", path);
    }
}

File open_private(const std::filesystem::path& path) {
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) {
        fail("open the key file", path);
    }
    if (!S_ISREG(status.st_mode)) {
        throw std::runtime_error("key file " + path.string() + " is not a regular file");
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw std::runtime_error("key file " + path.string() +
                                 " is open to its group or to others; run: chmod 600 " +
                                 path.string());
    }
    return file;
}

// The file's text without the white space at its end.
std::string_view read_text(const File& file, const std::filesystem::path& path, FileText& text) {
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t taken = ::read(file.descriptor(), &text.at(length), text.size() - length);
        if (taken < 0) {
            fail("read the key file", path);
        }
        if (taken == 0) {
            break;
        }
        length += static_cast<std::size_t>(taken);
    }
    const std::string_view all(text.data(), length);
    const std::size_t last = all.find_last_not_of(" \t\r\n");
    return all.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

Secret<KeyOctets> load_octets(const std::filesystem::path& path) {
    const File file = open_private(path);
    const auto text = make_secret<FileText>();
    const std::string_view encoded = read_text(file, path, *text);
    auto key = make_secret<KeyOctets>();
    std::size_t length = 0;
    const int outcome =
        sodium_base642bin(key->data(), key->size(), encoded.data(), encoded.size(), nullptr,
                          &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (outcome != 0 || length != key->size()) {
        throw std::runtime_error("key file " + path.string() +
                                 " does not hold a key: 32 octets in base64, 44 characters");
    }
    return key;
}

}  // namespace

void save(const KeyPair& keys, const std::filesystem::path& path, ExistingFile existing) {
    save_octets(keys.private_key(), path, existing);
}

void save(const PresharedKey& key, const std::filesystem::path& path, ExistingFile existing) {
    save_octets(key.octets(), path, existing);
}

KeyPair load_key_pair(const std::filesystem::path& path) {
    return KeyPair(load_octets(path));
}

PresharedKey load_preshared_key(const std::filesystem::path& path) {
    return PresharedKey(load_octets(path));
}

}  // namespace godwit::security
