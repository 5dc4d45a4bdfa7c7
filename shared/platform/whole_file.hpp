#pragma once
// Files as a whole. What is written is always a new file, and comes in the place of what had its
// name, a link as well: so root may write where another user could have put one, and nobody who has
// opened the file before can read or write what comes.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace godwit::platform {

inline constexpr unsigned owner_only = 0600;
inline constexpr unsigned readable = 0644;  // by everybody

// On the disk before it has its name; or later, so that nobody waits for the disk.
enum class Sync : std::uint8_t { at_once, later };

struct FileTerms {
    unsigned mode = owner_only;          // whatever the umask is
    std::filesystem::path owned_like{};  // whoever owns this; empty: whoever writes it
    Sync sync = Sync::at_once;
};

// There with all of the text, or not at all. What has the name already is an error.
std::error_code write_new(const std::filesystem::path& path, std::string_view text,
                          const FileTerms& terms = {});
// In place of what has the name, which is gone in any case.
std::error_code write_afresh(const std::filesystem::path& path, std::string_view text,
                             const FileTerms& terms = {});
// A file that everybody may read, by way of NAME.new: at every moment the old one or the new one.
std::error_code replace_file(const std::filesystem::path& path, std::string_view text,
                             Sync sync = Sync::at_once);

// write_new() of what a person has named, for its owner alone. Throws std::runtime_error, for a
// file that is there already with what to do.
void create_private(const std::filesystem::path& path, std::string_view text);

// What is read of a file where nothing else is said, in octets: it is a page of text at most.
inline constexpr std::size_t longest_text = 65536;
// Of a file that others have made: nothing where it is a link, no regular file, or longer than this
// many octets. A beginning is never taken for the whole.
std::optional<std::string> read_regular_file(const std::filesystem::path& path,
                                             std::size_t longest = longest_text);

}  // namespace godwit::platform
