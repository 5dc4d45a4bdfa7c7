#include "shared/platform/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

std::error_code outcome_of(int result) {
    return result == 0 ? std::error_code{} : last_error();
}

std::error_code put(const FileDescriptor& file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file.number(), text.data(), text.size());
        if (written < 0) {
            return last_error();
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::error_code give(const FileDescriptor& file, const fs::path& owned_like) {
    struct stat wanted{};
    struct stat present{};
    if (owned_like.empty()) {
        return {};
    }
    if (::stat(owned_like.c_str(), &wanted) != 0 || ::fstat(file.number(), &present) != 0) {
        return last_error();
    }
    const bool is_his = present.st_uid == wanted.st_uid && present.st_gid == wanted.st_gid;
    return is_his ? std::error_code{}
                  : outcome_of(::fchown(file.number(), wanted.st_uid, wanted.st_gid));
}

// What the umask has taken comes back. A file system without modes has them all, and no say.
std::error_code open_to(const FileDescriptor& file, unsigned mode) {
    struct stat present{};
    if (::fstat(file.number(), &present) != 0) {
        return last_error();
    }
    return (mode & ~present.st_mode) == 0 ? std::error_code{}
                                          : outcome_of(::fchmod(file.number(), mode));
}

std::error_code fill(const FileDescriptor& file, std::string_view text, const FileTerms& terms) {
    std::error_code error = put(file, text);
    error = error ? error : give(file, terms.owned_like);
    error = error ? error : open_to(file, terms.mode);
    return error || terms.sync == Sync::later ? error : outcome_of(::fsync(file.number()));
}

std::error_code sync_directory_of(const fs::path& path) {
    const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return opened.number() < 0 ? last_error() : outcome_of(::fsync(opened.number()));
}

}  // namespace

std::error_code write_new(const fs::path& path, std::string_view text, const FileTerms& terms) {
    const FileDescriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, terms.mode));
    if (file.number() < 0) {
        return last_error();
    }
    const std::error_code error = fill(file, text, terms);
    if (error) {
        ::unlink(path.c_str());
    }
    return error;
}

std::error_code write_afresh(const fs::path& path, std::string_view text, const FileTerms& terms) {
    ::unlink(path.c_str());  // what stays is told by the next step
    return write_new(path, text, terms);
}

std::error_code replace_file(const fs::path& path, std::string_view text, Sync sync) {
    const fs::path fresh = path.string() + ".new";
    if (const auto error =
            write_afresh(fresh, text, {.mode = readable, .owned_like = {}, .sync = sync})) {
        return error;
    }
    if (const auto error = outcome_of(::rename(fresh.c_str(), path.c_str()))) {
        ::unlink(fresh.c_str());
        return error;
    }
    return sync == Sync::later ? std::error_code{} : sync_directory_of(path);
}

void create_private(const fs::path& path, std::string_view text) {
    const std::error_code error = write_new(path, text);
    if (error == std::errc::file_exists) {
        throw std::runtime_error(path.string() +
                                 " exists already; name another file, or remove it first");
    }
    require("write " + path.string(), error);
}

std::optional<std::string> read_regular_file(const fs::path& path, std::size_t longest) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status{};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return std::nullopt;
    }
    std::string text;
    std::string part(longest_text, '\0');
    ssize_t got = 1;
    while (got > 0 && text.size() <= longest) {
        got = ::read(file.number(), part.data(), part.size());
        text.append(part, 0, got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    return got < 0 || text.size() > longest ? std::nullopt : std::optional(std::move(text));
}

}  // namespace godwit::platform
