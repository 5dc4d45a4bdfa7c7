#pragma once
// A name of the DNS. On the wire (RFC 1035 §3.1), never compressed:
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Length     |  Label, 1 to 63 octets ...    |  for each label
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Length = 0  |
//   +-+-+-+-+-+-+-+-+

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

// Letters, digits and dashes (RFC 1123 §2.1), and underscores (RFC 8552); lower case. Never the
// root. So what the network says may stand in a file and on a terminal.
class DomainName {
  public:
    // From "home.example", with or without a dot at the end; nothing if it is none.
    static std::optional<DomainName> parse(std::string_view text);
    static Parsed<DomainName> read(Reader& in);
    void serialize(Writer& out) const;

    [[nodiscard]] const std::string& text() const { return text_; }  // without a dot at the end
    [[nodiscard]] std::size_t wire_length() const { return text_.size() + 2; }  // octets
    auto operator<=>(const DomainName&) const = default;

  private:
    explicit DomainName(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace godwit::wire
