#pragma once
// What the daemon, whose sandbox keeps it out of /etc, has godwit-resolver.service do as root: the
// order is a resolv.conf(5) of its own in its run directory, and the answer a line in that of the
// service. docs/decisions/0021-dns-by-whoever-keeps-it.md.

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace godwit::client {

inline constexpr const char* resolver_directory = "/run/godwit-resolver";

struct ResolverAnswer {
    std::string backend;  // "resolvconf" or "file"; empty: it was refused
    std::string refusal;
};

class ResolverOrder {
  public:
    ResolverOrder(std::filesystem::path directory, std::filesystem::path answers);

    // Empty: as the system is without us.
    [[nodiscard]] std::error_code give(const std::string& text) const;
    // Nothing as long as it is not carried out.
    [[nodiscard]] std::optional<ResolverAnswer> answer(const std::string& text) const;

    // For who carries it out. An order that is none, or anything but name servers, is refused.
    [[nodiscard]] std::optional<std::string> given() const;
    [[nodiscard]] std::error_code answer_with(const std::string& text,
                                              const ResolverAnswer& answer) const;

  private:
    std::filesystem::path order_;
    std::filesystem::path answer_;
};

}  // namespace godwit::client
