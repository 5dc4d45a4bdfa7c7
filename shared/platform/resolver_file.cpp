#include "shared/platform/resolver_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark = "# godwit ";

std::unexpected<std::string> failure(const std::string& attempt, std::error_code reason) {
    return std::unexpected("cannot " + attempt + ": " + reason.message());
}

std::string with_mark(const std::string& text) {
    return std::string(mark) + checksum_of(text) +
           ": of the home agent. What this network has is in resolv.conf.before-godwit, and comes "
           "back\n" +
           text;
}

bool has_mark(const std::optional<std::string>& content) {
    if (!content || !content->starts_with(mark)) {
        return false;
    }
    const std::size_t end = content->find('\n');
    return end != std::string::npos &&
           content->substr(mark.size()).starts_with(checksum_of(content->substr(end + 1)) + ":");
}

// A file that everybody can read, whatever has the name by now.
std::error_code write_readable(const fs::path& path, const std::string& content) {
    return write_afresh(path, content, {.mode = readable, .owned_like = {}, .sync = Sync::at_once});
}

std::error_code rename(const fs::path& from, const fs::path& to, unsigned flags) {
    return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0 ? std::error_code{}
                                                                                 : last_error();
}

}  // namespace

std::string resolver_file_text(const std::vector<wire::Ipv6Address>& servers,
                               const std::vector<wire::DomainName>& search_domains) {
    std::string text;
    for (const wire::Ipv6Address& server : servers) {
        const auto ipv4 = server.mapped_ipv4();
        text += "nameserver " + (ipv4 ? ipv4->text() : server.text()) + '\n';
    }
    std::string search;
    for (const wire::DomainName& domain : search_domains) {
        search += ' ' + domain.text();
    }
    return search.empty() ? text : text + "search" + search + '\n';
}

bool is_resolver_file_text(std::string_view text) {
    std::vector<wire::Ipv6Address> servers;
    std::vector<wire::DomainName> domains;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        if (word == "nameserver" && words >> word) {
            const auto ipv4 = wire::Ipv4Address::parse(word);
            const auto ipv6 = wire::Ipv6Address::parse(word);
            if (!ipv4 && !ipv6) {
                return false;
            }
            servers.push_back(ipv4 ? wire::Ipv6Address::mapped(*ipv4) : *ipv6);
        } else if (word != "search") {
            const auto domain = wire::DomainName::parse(word);
            if (!domain) {
                return false;
            }
            domains.push_back(*domain);
        }
    }
    return !servers.empty() && resolver_file_text(servers, domains) == text;
}

// FNV-1a: it is against accidents, not against anybody who may write the file anyway.
std::string checksum_of(std::string_view text) {
    std::uint64_t sum = 0xcbf29ce484222325U;
    for (const char letter : text) {
        sum = (sum ^ static_cast<std::uint8_t>(letter)) * 0x100000001b3U;
    }
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(sum));
    return digits.data();
}

ResolverFile::ResolverFile(fs::path path)
    : path_(std::move(path)), before_(path_.string() + ".before-godwit") {}

bool ResolverFile::is_ours() const {
    return has_mark(read_regular_file(path_));
}

bool ResolverFile::may_be_written() const {
    return ::access(path_.parent_path().c_str(), W_OK) == 0;
}

fs::path ResolverFile::of_this_network() const {
    return is_ours() && read_regular_file(before_) ? before_ : path_;
}

ResolverFile::Outcome ResolverFile::write(const std::string& text) const {
    std::error_code error;
    const fs::file_status present = fs::symlink_status(path_, error);
    if (fs::is_symlink(present)) {
        return std::unexpected(path_.string() + " is a link to " +
                               fs::read_symlink(path_, error).string() +
                               ", which somebody else keeps");
    }
    if (fs::exists(present) && !fs::is_regular_file(present)) {
        return std::unexpected(path_.string() + " is no file");
    }
    const auto content = read_regular_file(path_);
    const std::string wanted = with_mark(text);
    Outcome outcome;
    if (content == wanted) {
        return outcome;
    }
    if (has_mark(content)) {
        outcome = replace_ours(wanted);
    } else {
        outcome = fs::exists(present) ? come_in_place(wanted) : come_first(wanted);
    }
    return outcome;
}

ResolverFile::Outcome ResolverFile::come_in_place(const std::string& content) const {
    if (const auto error = write_readable(before_, content)) {
        return failure("write " + before_.string(), error);
    }
    if (const auto error = rename(before_, path_, RENAME_EXCHANGE)) {
        std::error_code ignored;
        fs::remove(before_, ignored);
        return failure("replace " + path_.string(), error);
    }
    return {};
}

ResolverFile::Outcome ResolverFile::come_first(const std::string& content) const {
    const fs::path fresh = path_.string() + ".godwit";
    std::error_code ignored;
    fs::remove(before_, ignored);  // of an earlier time
    const auto error = write_readable(fresh, content);
    const auto outcome = error ? error : rename(fresh, path_, RENAME_NOREPLACE);
    fs::remove(fresh, ignored);
    return outcome ? Outcome(failure("write " + path_.string(), outcome)) : Outcome();
}

// Somebody may write it in that moment: then what he wrote is what was there before.
ResolverFile::Outcome ResolverFile::replace_ours(const std::string& content) const {
    const fs::path fresh = path_.string() + ".godwit";
    std::error_code error = write_readable(fresh, content);
    error = error ? error : rename(fresh, path_, RENAME_EXCHANGE);
    if (!error && !has_mark(read_regular_file(fresh))) {
        error = rename(fresh, before_, 0);
    }
    std::error_code ignored;
    fs::remove(fresh, ignored);
    return error ? Outcome(failure("write " + path_.string(), error)) : Outcome();
}

ResolverFile::Outcome ResolverFile::restore() const {
    std::error_code error;
    std::error_code absent;  // an error of the look alone
    const bool is_missing = !fs::exists(fs::symlink_status(path_, absent));
    const bool is_kept = fs::is_regular_file(fs::symlink_status(before_, absent));
    if (is_kept && !has_mark(read_regular_file(before_)) && (is_missing || is_ours())) {
        error = is_missing ? rename(before_, path_, RENAME_NOREPLACE)
                           : rename(before_, path_, RENAME_EXCHANGE);
        if (!error && !is_missing && !has_mark(read_regular_file(before_))) {
            error = rename(before_, path_, RENAME_EXCHANGE);  // written just now, by somebody else
        }
    } else if (is_ours()) {
        fs::remove(path_, error);  // there was none
    }
    if (error) {
        return failure("put back " + path_.string(), error);
    }
    fs::remove(before_, error);
    return {};
}

}  // namespace godwit::platform
