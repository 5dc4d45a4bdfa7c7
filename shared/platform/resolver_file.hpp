#pragma once
// /etc/resolv.conf, where nobody but us sees to it: taken over, and put back as it was. The file
// that was there is moved aside as it is, in one step with ours coming in its place (renameat2(2)),
// and moved back likewise: it stays the same inode, with its owner, mode and times. Whether the
// present file is ours is seen by its first line, which has a checksum of the rest; so what anybody
// has written in between stays, and a run after a crash finds all it has to know beside the file.

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/domain_name.hpp"

namespace godwit::platform {

// "nameserver 2001:db8:f::53\nsearch home.example\n", resolv.conf(5).
std::string resolver_file_text(const std::vector<wire::Ipv6Address>& servers,
                               const std::vector<wire::DomainName>& search_domains);
// Whether it is such a text and nothing else: what others have written may be anything.
bool is_resolver_file_text(std::string_view text);
// As resolver_file_text() stands in the file, and in what it is compared with.
std::string checksum_of(std::string_view text);

class ResolverFile {
  public:
    explicit ResolverFile(std::filesystem::path path = "/etc/resolv.conf");

    // What went wrong is a sentence for a person; then the file is as it was.
    using Outcome = std::expected<void, std::string>;
    // From now on, in place of what is there or was written before.
    [[nodiscard]] Outcome write(const std::string& text) const;
    // If it is still ours, what was there before comes back; else it stays as it is.
    [[nodiscard]] Outcome restore() const;

    [[nodiscard]] bool is_ours() const;
    // Whether this process may; else who is root has to.
    [[nodiscard]] bool may_be_written() const;
    // What tells of this network's name servers: the one before ours, while ours is there.
    [[nodiscard]] std::filesystem::path of_this_network() const;

  private:
    [[nodiscard]] Outcome replace_ours(const std::string& content) const;
    [[nodiscard]] Outcome come_first(const std::string& content) const;
    [[nodiscard]] Outcome come_in_place(const std::string& content) const;

    std::filesystem::path path_;
    std::filesystem::path before_;  // what was there; for a moment, ours that is to come
};

}  // namespace godwit::platform
